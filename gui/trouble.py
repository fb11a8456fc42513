"""A sentence that stays for as long as what it says is so: wrapped, with a mark at its left. Empty, it is hidden."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from gui.theme import WARNING

_STRIPE_PX = 4


class Trouble(QLabel):
    """Not a passing notice (strip.py): it goes when there is no trouble any more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = ""
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setContentsMargins(_STRIPE_PX + 8, 4, 8, 4)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.hide()

    def say(self, sentence: str) -> None:
        if sentence != self._sentence:
            self._sentence = sentence
            self.setText(sentence)
            self.setVisible(bool(sentence))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            ground = QColor(WARNING)
            ground.setAlphaF(0.16)
            painter.fillRect(self.rect(), ground)
            painter.fillRect(QRect(0, 0, _STRIPE_PX, self.height()), QColor(WARNING))
        super().paintEvent(event)
