"""Controls by name: what a lesson turns, and what an audience sees of a window's knobs and buttons.

A name is that of a command ("play"), "temperature", or a knob behind the panel that it stands on ("model.sigma").
What is shown in a lecture is a second control, which moves together with the one in its panel.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtWidgets import QSlider, QToolButton, QWidget

from engine.knobs import Knob, Value, checked
from gui.controls import KnobControl
from gui.latent.direction_page import DirectionPage
from gui.latent.interpolate_page import InterpolatePage
from gui.latent.slide_page import SlidePage
from gui.panel import Panel
from gui.temperature import HIGH, LOW, Temperature

if TYPE_CHECKING:
    from gui.window import Window

TEMPERATURE = "temperature"
# Of a lecturer who has marked none.
USUAL = ("play", "step", "reset")
_ICON_PX = 22


def panels(window: "Window") -> dict[str, Panel]:
    """By the first part of a name; those of labs that there are."""
    found = {"model": window.lab.model_panel, "view": window.lab.view_panel, "brush": window.lab.brush_panel}
    chains = window.switch.made_chains
    if chains is not None:
        found |= {"sampler": chains.sampler_panel, "chains": chains.look_panel, "start": chains.start_page.panel}
        found["target"] = chains.target_page.panel
    return found


def knob_of(window: "Window", name: str) -> Knob | None:
    """The knob of this name, if it is there now."""
    place, _, knob = name.partition(".")
    panel = panels(window).get(place)
    return panel.knob(knob) if panel is not None and knob else None


def turn(window: "Window", name: str, value: float) -> bool:
    """Turn a knob to a number, within its range; whether there is such a knob."""
    if name == TEMPERATURE:
        window.switch.temperature.set_value(min(HIGH, max(LOW, value)))
        return True
    if (slider := slider_of(window, name)) is not None:
        slider.setValue(round(slider.minimum() + (slider.maximum() - slider.minimum()) * value))
        return True
    knob = knob_of(window, name)
    if knob is None or isinstance(knob.default, str):
        return False
    place, _, last = name.partition(".")
    panels(window)[place].turn(last, _fitting(knob, value))
    return True


def set_value(window: "Window", name: str, value: Value) -> bool:
    """Turn a knob to a value of its own kind; whether there is such a knob. Raises Notice for one it cannot have."""
    knob = knob_of(window, name)
    if knob is None:
        return not isinstance(value, str) and turn(window, name, float(value))
    place, _, last = name.partition(".")
    panels(window)[place].turn(last, checked((knob,), {last: value}, place)[last])
    return True


def slider_of(window: "Window", name: str) -> QSlider | None:
    """A slider of the latent lab: "latent.between" A and B, "latent.amount", "latent.axis_1"; from 0 to 1."""
    place, _, last = name.partition(".")
    if place != "latent" or window.switch.made_latent is None:
        return None
    pages = window.latent.pages
    interpolate, directions, slide = pages["Interpolate"], pages["Directions"], pages["Slide"]
    assert isinstance(interpolate, InterpolatePage)
    assert isinstance(directions, DirectionPage)
    assert isinstance(slide, SlidePage)
    axes = {f"axis_{number}": axis.slider for number, axis in enumerate(slide.sliders, 1)}
    return {"between": interpolate.at, "amount": directions.amount, **axes}.get(last)


def is_logarithmic(window: "Window", name: str) -> bool:
    """Whether equal ratios of its values are equal moves of its slider."""
    knob = knob_of(window, name)
    return name == TEMPERATURE or (knob is not None and knob.scale == "log")


def name_of(window: "Window", widget: QObject | None) -> str:
    """The name of the control that a widget is, or is a part of; empty where it is none."""
    while widget is not None:
        if isinstance(widget, KnobControl):
            return next(
                (
                    f"{place}.{widget.knob.name}"
                    for place, panel in panels(window).items()
                    if panel.isAncestorOf(widget) and panel.knob(widget.knob.name) is not None
                ),
                "",
            )
        if widget is window.switch.temperature:
            return TEMPERATURE
        if isinstance(widget, QToolButton) and widget.defaultAction() is not None:
            name = widget.defaultAction().objectName()
            return name if name in window.actions_by_name else ""
        widget = widget.parent()
    return ""


def make(window: "Window", name: str, parent: QWidget) -> QWidget | None:
    """A second control of this name; None where there is none now."""
    if name == TEMPERATURE:
        return _make_temperature(window, parent)
    if name in window.actions_by_name:
        return _make_button(window, name, parent)
    knob = knob_of(window, name)
    return None if knob is None else _make_knob(window, name, knob, parent)


def _make_button(window: "Window", name: str, parent: QWidget) -> QToolButton:
    button = QToolButton(parent)
    action = window.actions_by_name[name]
    button.setDefaultAction(action)
    button.setIconSize(QSize(_ICON_PX, _ICON_PX))
    has_icon = not action.icon().isNull()
    style = Qt.ToolButtonStyle
    button.setToolButtonStyle(style.ToolButtonTextBesideIcon if has_icon else style.ToolButtonTextOnly)
    return button


def _make_temperature(window: "Window", parent: QWidget) -> Temperature:
    mine, its = Temperature(parent), window.switch.temperature
    mine.set_value(its.value)
    mine.changed.connect(its.set_value)
    its.changed.connect(mine.set_value)
    return mine


def _make_knob(window: "Window", name: str, knob: Knob, parent: QWidget) -> KnobControl:
    place, _, last = name.partition(".")
    panel = panels(window)[place]
    mine = _Twin(knob, panel.values()[last], parent)
    mine.set_theme(window.appearance.theme)
    mine.changed.connect(lambda _, value: panel.turn(last, value))
    panel.params_changed.connect(mine.follow)
    return mine


class _Twin(KnobControl):
    """Shows what its panel's own control shows. Its method is a slot of its own, so that it ends with it."""

    def follow(self, values: dict[str, Value]) -> None:
        """values: of all knobs of the panel."""
        if self.knob.name in values:
            self.set_value(values[self.knob.name])


def _fitting(knob: Knob, value: float) -> Value:
    if knob.low is not None and knob.high is not None:
        value = min(float(knob.high), max(float(knob.low), value))
    if isinstance(knob.default, bool):
        return value >= 0.5
    return round(value) if isinstance(knob.default, int) else value
