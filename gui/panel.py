"""The panel of one model, sampler or data set: what it is, its equation and source, and a control for each knob.

It builds itself from a catalogue's Entry. At first it says no more than a sentence or two, so that the knobs are in
sight on a small screen. The knobs that make a new network stand apart, under their own heading.
"""

import re
from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from engine.knobs import Knob, Value
from engine.messages import Entry
from gui.controls import KnobControl, wrapping_label
from gui.equation import Equation
from gui.growing import with_type
from gui.icons import icon
from gui.theme import DARK, Theme, set_role

WIDTH_PX = 320
_AT_ONCE = "Takes effect at the next step"
_AFRESH = "Makes a new network"
# The first sentences of a help text that stand above the knobs: at least one, and no more letters than this.
_BRIEF_LETTERS = 170


class Panel(QScrollArea):
    """Sends `params_changed` with the values of all knobs whenever a person turns one."""

    params_changed = Signal(dict)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry: Entry | None = None
        self._controls: dict[str, KnobControl] = {}
        self._theme = DARK
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        with_type(self, lambda scale: self.setMinimumWidth(round((WIDTH_PX - 20) * min(1.3, max(1.0, scale)))))
        self._head = _Head()
        self._head.help_toggled.connect(self._on_help_toggled)
        self._head.reset_clicked.connect(self.reset)
        self._knobs = QWidget()
        body = QWidget()
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(14, 12, 14, 12)
        self._column.setSpacing(12)
        self._column.addWidget(self._head)
        self._column.addWidget(self._knobs)
        self._column.addStretch(1)
        self.setWidget(body)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH_PX, 560)

    def show_entry(self, entry: Entry, values: Mapping[str, Value]) -> None:
        """Show an entry, with its defaults where `values` names none. Sends no signal."""
        if entry != self._entry:
            self._entry = entry
            self._head.show_entry(entry)
            self._rebuild(entry)
        for name, control in self._controls.items():
            control.set_value(values.get(name, control.knob.default))
        self._head.set_is_default(self._is_default())

    def values(self) -> dict[str, Value]:
        """The value of every knob."""
        return {name: control.value() for name, control in self._controls.items()}

    def knob(self, name: str) -> Knob | None:
        """The knob of this name; None where what is shown has none."""
        control = self._controls.get(name)
        return None if control is None else control.knob

    def turn(self, name: str, value: Value) -> None:
        """Turn a knob that there is, as a person would."""
        control = self._controls[name]
        if control.value() != value:
            control.set_value(value)
            self._on_changed()

    def reset(self) -> None:
        """Every knob to its default, as one change."""
        for control in self._controls.values():
            control.set_value(control.knob.default)
        self._on_changed()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._head.set_theme(theme)
        for control in self._controls.values():
            control.set_theme(theme)

    def _rebuild(self, entry: Entry) -> None:
        old, self._knobs = self._knobs, QWidget()
        self._controls = {}
        column = QVBoxLayout(self._knobs)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        at_once = [knob for knob in entry.knobs if not knob.makes_new_network]
        afresh = [knob for knob in entry.knobs if knob.makes_new_network]
        for heading, knobs in ((_AT_ONCE if afresh else "", at_once), (_AFRESH, afresh)):
            if heading and knobs:
                column.addSpacing(4)
                column.addWidget(wrapping_label(heading, "heading"))
            for knob in knobs:
                column.addWidget(self._make_control(knob))
        self._column.replaceWidget(old, self._knobs)
        old.deleteLater()
        old.hide()

    def _make_control(self, knob: Knob) -> KnobControl:
        control = KnobControl(knob, knob.default)
        control.set_theme(self._theme)
        control.set_help_shown(self._head.is_help_shown)
        control.changed.connect(self._on_changed)
        self._controls[knob.name] = control
        return control

    def _is_default(self) -> bool:
        return all(control.value() == control.knob.default for control in self._controls.values())

    def _on_changed(self) -> None:
        self._head.set_is_default(self._is_default())
        self.params_changed.emit(self.values())

    def _on_help_toggled(self, is_shown: bool) -> None:
        for control in self._controls.values():
            control.set_help_shown(is_shown)


class _Head(QWidget):
    """The title, what can be folded away below it, and the buttons for all knobs at once."""

    help_toggled = Signal(bool)
    reset_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = wrapping_label("", "title")
        self._fold = _button("All about it: how it works, a thing to try, its source")
        self._fold.clicked.connect(self._on_fold_clicked)
        self._help_button = _button("Explain every knob")
        self._help_button.setCheckable(True)
        self._help_button.toggled.connect(self.help_toggled)
        self._reset = _button("Every knob to its default")
        self._reset.clicked.connect(self.reset_clicked)
        self._is_brief = True
        self._brief_text = self._help_text = ""
        self._help, self._to_try = wrapping_label("", ""), wrapping_label("", "")
        self._source = wrapping_label("", "dim")
        self._equation = Equation()
        self._lay_out()
        self.set_theme(DARK)

    @property
    def is_help_shown(self) -> bool:
        return self._help_button.isChecked()

    def show_entry(self, entry: Entry) -> None:
        self._title.setText(_breakable(entry.title))
        self._help_text, self._brief_text = _breakable(entry.help), _breakable(brief(entry.help))
        self._equation.set_latex(entry.equation)
        self._to_try.setText(_breakable(f"Try: {entry.to_try}" if entry.to_try else ""))
        self._source.setText(_breakable(f"Source: {entry.source}" if entry.source else ""))
        self._show_fold()
        self._help_button.setVisible(bool(entry.knobs))
        self._reset.setVisible(bool(entry.knobs))

    def set_is_default(self, is_default: bool) -> None:
        self._reset.setEnabled(not is_default)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._help_button.setIcon(icon("help", theme.text))
        self._reset.setIcon(icon("reset", theme.text))
        self._equation.set_theme(theme)
        self._show_fold()

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self._title, 1)
        for button in (self._fold, self._help_button, self._reset):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        for each in (self._help, self._equation, self._to_try, self._source):
            column.addWidget(each)

    def _show_fold(self) -> None:
        self._fold.setIcon(icon("expand" if self._is_brief else "collapse", self._theme.text))
        self._help.setText(self._brief_text if self._is_brief else self._help_text)
        self._help.setVisible(bool(self._help_text))
        for more in (self._to_try, self._source):
            more.setVisible(bool(more.text()) and not self._is_brief)

    def _on_fold_clicked(self) -> None:
        self._is_brief = not self._is_brief
        self._show_fold()


def brief(text: str) -> str:
    """The beginning of a help text: whole sentences."""
    sentences = re.split(r"(?<=[.!?])\s+", text)
    kept = sentences[0]
    for sentence in sentences[1:]:
        if len(kept) + len(sentence) >= _BRIEF_LETTERS:
            break
        kept = f"{kept} {sentence}"
    return kept


def _button(what: str) -> QToolButton:
    button = QToolButton()
    button.setToolTip(what)
    button.setAccessibleName(what)
    set_role(button, "quiet")
    return button


def _breakable(text: str) -> str:
    """The text with places where a long address may break: after a slash, a dot, a dash or an underscore."""
    return re.sub(r"(?<=\w)([/._-])(?=\w)", "\\1\u200b", text)
