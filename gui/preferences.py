"""Preferences: what is kept from one start to the next, and the dialog that changes it at once.

What is stored may be older than this version, or garbled: whatever cannot be understood is the default again.
Not covered: sizes of panels and recent files (window.py and desk.py keep those).
"""

import math
import re
import shlex
from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from gui import heat
from gui.fitted import fit
from gui.growing import with_type
from gui.language.choice import LanguageChoice

THEMES = {"system": "As the system", "light": "Light", "dark": "Dark"}
# Of landscapes; "theme" is the one that suits it.
COLOR_MAPS = {"theme": "As the theme", **{name: name.capitalize() for name in heat.COLOR_MAPS}}
FONT_SCALES = (0.8, 2.0)
UI_SCALES = (1.0, 3.0)
# Where each setting is stored; whoever saves reads the last one.
_KEYS = {
    **{
        name: f"preferences/{name}"
        for name in ("theme", "font_scale", "engine_command", "device", "color_map", "language")
    },
    "ui_scale": "preferences/ui_scale",
    "autosaves": "autosave/is_on",
}
_DEVICE = re.compile(r"auto|cpu|cuda(:\d{1,2})?")
_LETTERS = 34
_ENGINE_HELP = (
    "Empty: on this computer. Elsewhere: a command that starts energyscape-engine, such as<br>"
    "<b>ssh gpu-box energyscape-engine</b>. The engine then starts anew; sketch and knobs stay."
)


class Settings(msgspec.Struct, frozen=True):
    """theme: a key of THEMES.  font_scale: 1 is the usual size.  engine_command: empty is an engine on this computer.

    device: "auto", "cpu", "cuda" or "cuda:1", as in a recipe.  color_map: a key of COLOR_MAPS.
    ui_scale: of everything, type and pictures; from the next start on.  autosaves: whether work is kept as it goes on.
    language: empty is English; else the short name of a shipped language, or the path of a language file.
    """

    theme: str = "system"
    font_scale: float = 1.0
    engine_command: str = ""
    device: str = "auto"
    color_map: str = "theme"
    ui_scale: float = 1.0
    autosaves: bool = True
    language: str = ""


def read(store: QSettings) -> Settings:
    """What is stored, each value that is missing or garbled being its default."""
    theme, scale, command, device, color_map, ui_scale, autosaves, language = (
        store.value(_KEYS[name]) for name in Settings.__struct_fields__
    )
    default = Settings()
    return Settings(
        theme=theme if isinstance(theme, str) and theme in THEMES else default.theme,
        font_scale=_scale(scale, FONT_SCALES),
        engine_command=command if isinstance(command, str) and not wrong_with(command) else default.engine_command,
        device=device if isinstance(device, str) and _DEVICE.fullmatch(device) else default.device,
        color_map=color_map if isinstance(color_map, str) and color_map in COLOR_MAPS else default.color_map,
        ui_scale=_scale(ui_scale, UI_SCALES),
        # An INI file holds text.
        autosaves=str(autosaves).lower() != "false",
        language=language if isinstance(language, str) and language.isprintable() else default.language,
    )


def write(store: QSettings, settings: Settings) -> None:
    """Store all of them."""
    for name in Settings.__struct_fields__:
        store.setValue(_KEYS[name], getattr(settings, name))


def wrong_with(engine_command: str) -> str:
    """Why a command cannot be run, as a sentence; empty if it can be tried."""
    if not engine_command.isprintable():
        return "The command holds a character that is not text."
    try:
        shlex.split(engine_command)
    except ValueError:
        return "A quotation mark or a backslash at the end has no partner."
    return ""


class Preferences(QDialog):
    """Each change is told at once by `changed`, with all settings; there is nothing to confirm."""

    changed = Signal(Settings)

    def __init__(self, settings: Settings, parent: QWidget | None = None, devices: Sequence[str] = ()) -> None:
        """`devices`: those that the engine has, if it has told them yet."""
        super().__init__(parent)
        self.setWindowTitle("Preferences")
        self._settings = settings
        self._theme = QComboBox(self)
        for name, text in THEMES.items():
            self._theme.addItem(text, name)
        self._colors = QComboBox(self)
        for name, text in COLOR_MAPS.items():
            self._colors.addItem(text, name)
        self._scale, self._ui_scale = _percent(FONT_SCALES, 10, self), _percent(UI_SCALES, 25, self)
        self._spoken = settings.language
        self._autosaves = QCheckBox("Keep my work as it goes on", self)
        self._engine = QLineEdit(self)
        self._engine.setPlaceholderText("on this computer")
        with_type(self, lambda _: self._engine.setMinimumWidth(self.fontMetrics().averageCharWidth() * _LETTERS))
        self._engine_note = _note(_ENGINE_HELP)
        self._device = QComboBox(self)
        for name in dict.fromkeys(("auto", "cpu", *devices, settings.device)):
            self._device.addItem("automatic: a GPU where there is one" if name == "auto" else name, name)
        self._language, self._language_note = LanguageChoice(settings.language, self), _note("")
        self._lay_out()
        self._show(settings)
        self._theme.activated.connect(lambda _: self._change(theme=self._theme.currentData()))
        self._colors.activated.connect(lambda _: self._change(color_map=self._colors.currentData()))
        self._scale.valueChanged.connect(lambda percent: self._change(font_scale=percent / 100))
        self._ui_scale.valueChanged.connect(lambda percent: self._change(ui_scale=percent / 100))
        self._language.chosen.connect(lambda language: self._change(language=language))
        self._autosaves.toggled.connect(lambda is_on: self._change(autosaves=is_on))
        self._engine.editingFinished.connect(self.on_engine_edited)
        self._device.activated.connect(lambda _: self._change(device=self._device.currentData()))

    def on_engine_edited(self) -> None:
        command = self._engine.text().strip()
        wrong = wrong_with(command)
        self._engine_note.setText(f"<b>{wrong}</b><br>The engine stays as it is." if wrong else _ENGINE_HELP)
        if not wrong:
            self._change(engine_command=command)

    def show_notice(self, text: str) -> None:
        """Why the language that was chosen cannot be spoken; the one before stays."""
        self._settings = msgspec.structs.replace(self._settings, language=self._spoken)
        self._language.show_chosen(self._spoken)
        self._language_note.setText(text)
        self._language_note.show()

    def on_defaults_asked(self) -> None:
        self._show(Settings())
        self._change(**msgspec.structs.asdict(Settings()))

    def _lay_out(self) -> None:
        body = QWidget(self)
        form = QFormLayout(body)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setVerticalSpacing(10)
        form.addRow("&Language", self._language)
        form.addRow("", self._language_note)
        self._language_note.hide()
        form.addRow("&Theme", self._theme)
        form.addRow("&Colours", self._colors)
        form.addRow("&Size of type", self._scale)
        form.addRow("&Everything", self._ui_scale)
        form.addRow("", _note("Type, icons and pictures together; from the next start on."))
        form.addRow("&Autosave", self._autosaves)
        form.addRow("E&ngine", self._engine)
        form.addRow("", self._engine_note)
        form.addRow("&Device", self._device)
        form.addRow("", _note("A change makes a new network."))
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.RestoreDefaults | kinds.Close, self)
        for each in buttons.buttons():
            each.setAutoDefault(False)  # type: ignore[attr-defined]  # Enter in a field ends the field, not the dialog.
        buttons.button(kinds.RestoreDefaults).clicked.connect(self.on_defaults_asked)
        buttons.rejected.connect(self.reject)
        fit(self, body, buttons)

    def _show(self, settings: Settings) -> None:
        parts = (self._theme, self._colors, self._scale, self._ui_scale, self._engine, self._device, self._autosaves)
        self._language.show_chosen(settings.language)
        for part in parts:
            part.blockSignals(True)
        self._theme.setCurrentIndex(self._theme.findData(settings.theme))
        self._colors.setCurrentIndex(self._colors.findData(settings.color_map))
        self._scale.setValue(round(100 * settings.font_scale))
        self._ui_scale.setValue(round(100 * settings.ui_scale))
        self._autosaves.setChecked(settings.autosaves)
        self._engine.setText(settings.engine_command)
        self._engine_note.setText(_ENGINE_HELP)
        self._device.setCurrentIndex(self._device.findData(settings.device))
        for part in parts:
            part.blockSignals(False)

    def _change(self, **changes: object) -> None:
        new = msgspec.structs.replace(self._settings, **changes)
        if new != self._settings:
            self._spoken, self._settings = self._settings.language, new
            self._language_note.hide()
            self.changed.emit(new)


def _percent(scales: tuple[float, float], step: int, parent: QWidget) -> QSpinBox:
    """A field for one of these scales, in per cent."""
    box = QSpinBox(parent)
    box.setRange(*(round(100 * scale) for scale in scales))
    box.setSingleStep(step)
    box.setSuffix(" %")
    # While "150" is typed, 1 and 15 are not meant.
    box.setKeyboardTracking(False)
    return box


def _scale(stored: object, scales: tuple[float, float]) -> float:
    """A scale within its range from what an INI file holds (text)."""
    try:
        scale = float(stored) if isinstance(stored, str | float | int) else math.nan
    except (ValueError, OverflowError):
        scale = math.nan
    low, high = scales
    return min(high, max(low, scale)) if math.isfinite(scale) else 1.0


def _note(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setProperty("role", "dim")
    return label
