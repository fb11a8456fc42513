"""The lessons there are, as cards: those that come with the app, and any other file of a lesson.

Not covered: playing one (player.py).
"""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.notice import Notice
from gui.cards import Card, CardGrid
from gui.language import keep_own, own, tr
from gui.lecture import lesson
from gui.lecture.lesson import Lesson
from gui.theme import set_role

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "lessons"
FILTER = "Lessons (*.json)"
_SHARE = 0.86  # of the window
_LINES = 5.4  # of a card: two of the title, three of what it shows


def shipped() -> list[tuple[Path, Lesson]]:
    """The lessons of the app, in the order of their files' names; one that cannot be read is left out."""
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        try:
            found.append((path, lesson.read(path)))
        except Notice:
            continue
    return found


class LessonsPage(QDialog):
    """`chosen` with the path of a lesson, after it has closed."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Lessons")
        self.grid = CardGrid(self)
        cards = []
        for number, (path, each) in enumerate(shipped(), 1):
            summary = own(f"{each.summary} {tr(f'{len(each.cues)} steps')}.")
            card = Card(each.title, summary, self.grid, is_large=True, sign=str(number), num_lines=_LINES)
            keep_own(card)
            card.clicked.connect(lambda _, path=path: self._choose(str(path)))
            cards.append(card)
        self.grid.set_cards(cards)
        told = QLabel("Each lesson shows one point, step by step. Page Down goes on, Page Up goes back, Esc ends it.")
        told.setWordWrap(True)
        set_role(told, "dim")
        self._open, close = QPushButton("Open a lesson…"), QPushButton("Close")
        for button in (self._open, close):
            button.setAutoDefault(False)
        self._open.clicked.connect(self._ask)
        close.clicked.connect(self.reject)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 8, 0)
        inner.addWidget(self.grid)
        inner.addStretch(1)
        scroll.setWidget(body)
        row = QHBoxLayout()
        row.addWidget(self._open)
        row.addStretch(1)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addWidget(told)
        column.addWidget(scroll)
        column.addLayout(row)
        if parent is not None:
            self.resize(round(_SHARE * parent.width()), round(_SHARE * parent.height()))
        if cards:
            cards[0].setFocus()

    def _choose(self, path: str) -> None:
        self.accept()
        self.chosen.emit(path)

    def _ask(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Open a lesson"), str(Path.home()), FILTER)
        if path:
            self._choose(path)
