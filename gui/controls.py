"""One control for one knob: its name, a slider, a number box, a check box or a choice, and a reset.

Not covered: the slider and the number box by themselves (inputs.py); the column of controls (panel.py).
"""

import html

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.knobs import Knob, Value
from gui import choices
from gui.icons import icon
from gui.inputs import KnobSlider, NumberBox
from gui.scales import scale_of, text_of
from gui.theme import DARK, Theme, set_role

NEW_NETWORK = "Turning it makes a new network."
_ICON_PX = 16


class KnobControl(QWidget):
    """Sends `changed` with the knob's name and a value of its type and within its range, only when a person acts."""

    changed = Signal(str, object)

    def __init__(self, knob: Knob, value: Value, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.knob = knob
        self._value = value
        self._slider: KnobSlider | None = None
        self._box: NumberBox | None = None
        self._label = wrapping_label("", "")
        self._label.setTextFormat(Qt.TextFormat.RichText)
        # With its parent from the start: shown without one, it would be a window of its own for a moment.
        self._mark = QLabel(self)
        self._mark.setVisible(knob.makes_new_network)
        self._mark.setToolTip(NEW_NETWORK)
        self._reset = QToolButton()
        self._reset.setAccessibleName(f"Reset {knob.label}")
        self._reset.setToolTip(f"Back to {_written(knob.default)}.")
        set_role(self._reset, "quiet")
        self._reset.clicked.connect(self.reset)
        self._help = wrapping_label(knob.help, "dim")
        self._help.hide()
        self._field = self._make_field()
        self._lay_out()
        for each in (self._label, *self._fields()):
            each.installEventFilter(self)
        for each in (self, *self._fields()):
            each.setToolTip(tooltip_of(knob))
            each.setWhatsThis(tooltip_of(knob) + "<p>Double-click the name or the slider to reset it.</p>")
        self.set_theme(DARK)
        self._show()

    def value(self) -> Value:
        return self._value

    def set_value(self, value: Value) -> None:
        """Show another value, without a signal."""
        self._value = value
        self._show()

    def reset(self) -> None:
        """Back to the knob's default, as if the person had typed it."""
        self._accept(self.knob.default)

    def set_help_shown(self, is_shown: bool) -> None:
        """Whether what the knob means stands below it too; the tool tip has it always."""
        self._help.setVisible(is_shown)

    def set_theme(self, theme: Theme) -> None:
        # A box that is ticked says "is" and "has" itself.
        plain = self.knob.label.removeprefix("is ").removeprefix("has ")
        name = html.escape(plain[:1].upper() + plain[1:])
        unit = f' <span style="color:{theme.dim_text}">{html.escape(self.knob.unit)}</span>' if self.knob.unit else ""
        self._label.setText(name + unit)
        self._mark.setPixmap(icon("new_network", theme.dim_text).pixmap(_ICON_PX, _ICON_PX))
        self._reset.setIcon(icon("reset", theme.text))
        self._reset.setIconSize(QSize(_ICON_PX, _ICON_PX))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The wheel scrolls the panel, unless the control has been clicked first; a double click resets."""
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        if event.type() == QEvent.Type.MouseButtonDblClick and watched in (self._label, self._slider):
            self.reset()
            return True
        return super().eventFilter(watched, event)

    def _make_field(self) -> QWidget:
        """The widget that a value is typed into, ticked or chosen; with a slider beside it where it has a range."""
        knob = self.knob
        if isinstance(knob.default, bool):
            check = QCheckBox()
            check.toggled.connect(self._accept)
            return check
        if isinstance(knob.default, str):
            return self._make_choice() if knob.choices else self._make_text()
        scale = scale_of(knob)
        self._box = NumberBox(knob, scale)
        self._box.valueChanged.connect(lambda number: self._accept(self._box_value(number)))
        if scale is not None:
            self._slider = KnobSlider(scale)
            # A new network at every pixel of a drag would show nothing but beginnings: wait until it is let go.
            self._slider.setTracking(not knob.makes_new_network)
            self._slider.valueChanged.connect(lambda tick: self._accept(scale.value_of(tick)))
            self._slider.sliderMoved.connect(lambda tick: self._show_in_box(scale.value_of(tick)))
        return self._box

    def _make_choice(self) -> QComboBox:
        choice = QComboBox()
        choices.add(choice, self.knob.choices)
        choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        choice.setMinimumContentsLength(6)
        choice.activated.connect(lambda _: self._accept(choices.chosen(choice)))
        return choice

    def _make_text(self) -> QLineEdit:
        line = QLineEdit()
        line.editingFinished.connect(lambda: self._accept(line.text()))
        return line

    def _fields(self) -> tuple[QWidget, ...]:
        return (self._field,) if self._slider is None else (self._slider, self._field)

    def _lay_out(self) -> None:
        """Name, mark and reset in one row; below it the slider and its number, or whatever else there is."""
        first, second = QHBoxLayout(), QHBoxLayout()
        is_check = isinstance(self._field, QCheckBox)
        for each in ((self._field,) if is_check else ()) + (self._mark,):
            first.addWidget(each)
        first.addWidget(self._label, 1)
        first.addWidget(self._reset)
        for each in () if is_check else self._fields():
            second.addWidget(each, 1)
        if self._slider is not None:
            second.setStretch(1, 0)
        self._label.setBuddy(self._field)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for row in (first, second):
            row.setSpacing(8)
            column.addLayout(row)
        column.addWidget(self._help)
        for each in self._fields():
            each.setAccessibleName(self.knob.label)
            each.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _box_value(self, number: float) -> Value:
        return round(number) if isinstance(self.knob.default, int) else number

    def _accept(self, value: Value) -> None:
        is_new = value != self._value
        self._value = value
        self._show()
        if is_new:
            self.changed.emit(self.knob.name, value)

    def _show(self) -> None:
        self._reset.setEnabled(self._value != self.knob.default)
        with QSignalBlocker(self._field):
            if isinstance(self._field, QCheckBox):
                self._field.setChecked(bool(self._value))
            elif isinstance(self._field, QComboBox):
                choices.choose(self._field, str(self._value))
            elif isinstance(self._field, QLineEdit):
                self._field.setText(str(self._value))
        if isinstance(self._value, int | float):
            self._show_in_box(self._value)
            if self._slider is not None and not self._slider.isSliderDown():
                with QSignalBlocker(self._slider):
                    self._slider.setValue(self._slider.scale.tick_of(self._value))

    def _show_in_box(self, value: float) -> None:
        if self._box is not None:
            with QSignalBlocker(self._box):
                self._box.setValue(value)


def wrapping_label(text: str, role: str) -> QLabel:
    """A label of plain text that wraps and never asks for more width than there is."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    set_role(label, role)
    return label


def tooltip_of(knob: Knob) -> str:
    """What a knob means, its range and its default, as rich text."""
    facts = []
    if knob.low is not None and knob.high is not None:
        facts.append(f"From {text_of(knob.low)} to {text_of(knob.high)}{' ' + knob.unit if knob.unit else ''}.")
    facts.append(f"Default: {_written(knob.default)}.")
    if knob.makes_new_network:
        facts.append(NEW_NETWORK)
    return f"<p>{html.escape(knob.help)}</p><p>{html.escape(' '.join(facts))}</p>"


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value if isinstance(value, str) else text_of(value)
