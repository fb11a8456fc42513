"""What stands beside the picture in a lecture: the words and the equation of a cue, and the controls that are shown.

Not covered: lessons (lesson.py), and what of a window is a control (controls.py).
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from gui.equation import Equation
from gui.flow import Flow
from gui.language import keep_own
from gui.lecture.lesson import Cue
from gui.theme import Theme, set_role

# Sizes of its type by that of the window; the largest that fits is taken.
_SCALES = (1.3, 1.2, 1.1, 1.0, 0.9)
_TITLE_SCALE = 1.35
_SHARE = 0.31  # of the window's width
_MARGIN_PX = 18


class Board(QFrame):
    """As wide as a share of its window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controls: list[QWidget] = []
        self._lesson, self._title, self._text, self._note, self._place = (QLabel() for _ in range(5))
        for label in (self._lesson, self._title, self._text, self._note):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        for label in (self._lesson, self._title, self._text):
            # A lesson is in the language of who wrote it.
            keep_own(label)
        self._text.setTextFormat(Qt.TextFormat.MarkdownText)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._lesson.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        for label in (self._lesson, self._place):
            set_role(label, "dim")
        self._equation = Equation(self, scale=1.25)
        self._held = QWidget()
        self._row = QVBoxLayout(self._held)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._buttons = Flow(gap_px=8)
        self._row.addLayout(self._buttons)
        self._lay_out()

    def show_cue(self, lesson: str, cue: Cue, number: int, count: int) -> None:
        """number: from 1."""
        self._lesson.setText(lesson)
        self._title.setText(cue.title)
        self._text.setText(cue.text)
        self._text.setVisible(bool(cue.text))
        self._equation.set_latex(cue.equation)
        self._place.setText(f"{number} of {count}")
        self.say("")
        self._fit()

    def show_no_cue(self) -> None:
        """A lecture without a lesson: only controls."""
        for label in (self._lesson, self._title, self._text, self._place):
            label.clear()
        self._equation.set_latex("")
        self.say("")

    def say(self, text: str) -> None:
        """What of the cue cannot be shown, and why."""
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def set_controls(self, made: Sequence[QWidget], buttons: Sequence[QWidget]) -> None:
        """These in the place of those before: one under another, and side by side."""
        for each in self._controls:
            each.hide()
            each.deleteLater()
        self._controls = [*made, *buttons]
        while self._buttons.count():
            self._buttons.takeAt(0)
        for each in buttons:
            self._buttons.add(each)
        for each in made:
            self._row.addWidget(each)
        self._held.setVisible(bool(self._controls))
        self._fit()

    @property
    def controls(self) -> list[QWidget]:
        return list(self._controls)

    @property
    def text(self) -> str:
        """All that is read on it."""
        labels = (self._lesson, self._title, self._text, self._note, self._place)
        return "\n".join(label.text() for label in labels if label.text())

    def set_theme(self, theme: Theme) -> None:
        self._equation.set_theme(theme)
        self.setStyleSheet(f"Board {{ background: {theme.panel}; border-left: 1px solid {theme.border}; }}")
        self._fit()

    def set_width_of(self, window_px: int) -> None:
        self.setFixedWidth(round(_SHARE * window_px))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _lay_out(self) -> None:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(_MARGIN_PX, _MARGIN_PX, _MARGIN_PX, 8)
        column.setSpacing(12)
        for each in (self._lesson, self._title, self._text, self._equation, self._note):
            column.addWidget(each)
        column.addSpacing(8)
        column.addWidget(self._held)
        column.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(body)
        self._body = body
        whole = QVBoxLayout(self)
        whole.setContentsMargins(1, 0, 0, 8)
        whole.addWidget(self._scroll, 1)
        self._place.setContentsMargins(_MARGIN_PX, 0, 0, 0)
        whole.addWidget(self._place)

    def _fit(self) -> None:
        """The largest type at which nothing needs to be scrolled."""
        base = QApplication.font().pointSizeF()
        for scale in _SCALES:
            for label, factor in ((self._title, _TITLE_SCALE), (self._text, 1.0), (self._note, 1.0)):
                font = label.font()
                font.setPointSizeF(base * scale * factor)
                font.setBold(label is self._title)
                label.setFont(font)
            layout, room = self._body.layout(), self._scroll.viewport()
            assert layout is not None
            layout.activate()
            if layout.heightForWidth(room.width()) <= room.height():
                break
