"""A box to type a formula into: it wraps, grows with what is typed, and underlines a wrong place.

Not covered: what is wrong with a formula (engine/formula_text.py).
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QKeyEvent, QResizeEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from gui.theme import WARNING

_FEWEST_LINES, _MOST_LINES = 2, 7


class FormulaBox(QPlainTextEdit):
    """`entered` when Enter is pressed: a formula has no lines of its own."""

    entered = Signal()

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setAccessibleName("Formula")
        self.setTabChangesFocus(True)
        font = QFont()
        # The family alone: the size is that of all text.
        font.setFamilies(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).families())
        self.setFont(font)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def underline(self, start: int, end: int) -> None:
        """Mark the characters from `start` up to but not including `end`; none where they are the same."""
        text = self.toPlainText()
        cursor = QTextCursor(self.document())
        cursor.setPosition(_units(text[:start]))
        cursor.setPosition(_units(text[:end]), QTextCursor.MoveMode.KeepAnchor)
        selection = QTextEdit.ExtraSelection()
        form = QTextCharFormat()
        form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        form.setUnderlineColor(QColor(WARNING))
        ground = QColor(WARNING)
        ground.setAlphaF(0.25)
        form.setBackground(ground)
        selection.cursor, selection.format = cursor, form
        self.setExtraSelections([selection] if cursor.hasSelection() else [])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
            event.accept()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """As high as its lines, within limits."""
        lines = min(_MOST_LINES, max(_FEWEST_LINES, round(self.document().size().height())))
        margins = 2 * (self.frameWidth() + round(self.document().documentMargin())) + 6
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + margins)


def _units(text: str) -> int:
    """How many of Qt's characters a text has: those beyond the first 65,536 count twice."""
    return len(text.encode("utf-16-le")) // 2
