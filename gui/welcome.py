"""The welcome page: what this is, and every way to begin, useful before the engine is ready.

Not covered: the first points for the pictures of the samples; whoever hears `thumbnail_wanted` brings them.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from engine.messages import Entry
from gui.cards import Card, CardGrid

_WIDEST_PX = 1240
_MOST_RECENT = 5
_PLAIN = """
QPushButton { text-align: left; }
QPushButton:!hover:!focus { border-color: transparent; background: transparent; }
"""
_SENTENCE = "Sketch points and watch an energy landscape form: low where the data is, high everywhere else."


class Welcome(QWidget):
    """Each way to begin is a button, so that Tab and Enter reach it too."""

    sketch_chosen = Signal()
    open_chosen = Signal()
    word_chosen = Signal()
    preset_chosen = Signal(str)
    recent_chosen = Signal(str)
    lab_chosen = Signal(str)
    lessons_chosen = Signal()
    thumbnail_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._samples: dict[str, Card] = {}
        self._starts = CardGrid(self)
        self._sample_grid = CardGrid(self)
        self._waiting = QLabel("They appear here when the engine is ready, in a few seconds. Sketching works already.")
        self._waiting.setProperty("role", "dim")
        self._recent = QVBoxLayout()
        self._recent_heading = _heading("Recent files")
        self._recent_buttons: list[QPushButton] = []
        self._make_starts()
        self._lay_out()
        self.set_recent(())

    def set_presets(self, entries: Sequence[Entry]) -> None:
        """The data sets of the engine's catalogue; asks for a picture of each one that has none."""
        if list(self._samples) == [entry.name for entry in entries]:
            return  # The engine was restarted; it has the same ones.
        self._samples = {}
        for entry in entries:
            card = Card(entry.title, entry.help, self._sample_grid)
            card.clicked.connect(lambda _, name=entry.name: self.preset_chosen.emit(name))
            self._samples[entry.name] = card
        self._sample_grid.set_cards(tuple(self._samples.values()))
        self._sample_grid.setVisible(bool(entries))
        self._waiting.setVisible(not entries)
        self._order_tabs()
        for entry in entries:
            self.thumbnail_wanted.emit(entry.name)

    def set_thumbnail(self, name: str, points: np.ndarray) -> None:
        """points: (n, 2) in any units, the first few hundred of which are drawn; a name without a card is ignored."""
        if name in self._samples:
            self._samples[name].set_points(points)

    def set_recent(self, paths: Sequence[str]) -> None:
        """Files opened lately, the newest first."""
        for old in self._recent_buttons:
            self._recent.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._recent_buttons = [self._recent_button(path) for path in paths[:_MOST_RECENT]]
        for button in self._recent_buttons:
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self._recent_heading.setVisible(bool(self._recent_buttons))
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Downwards as they are read; Qt's own order is that of their making."""
        chain = [*self._starts.cards, *self._sample_grid.cards, *self._recent_buttons]
        for before, after in pairwise(chain):
            self.setTabOrder(before, after)

    def _make_starts(self) -> None:
        sketch = Card("Sketch your own", "Draw points with the mouse.", self._starts, is_large=True)
        sketch.set_points(_squiggle())
        file_help = "A project, points or pictures."
        file = Card("Open a file", file_help, self._starts, is_large=True, sign="…")
        word = Card("Type a word", "Points along its letters.", self._starts, is_large=True, sign="Abc")
        labs = []
        for name, title, help_text, points in (
            ("chains", "Chains lab", "Samplers walk on a landscape.", _walk()),
            ("latent", "Latent lab", "Slide through pictures.", _warped_grid()),
        ):
            card = Card(title, help_text, self._starts, is_large=True)
            card.set_points(points)
            card.clicked.connect(lambda _, name=name: self.lab_chosen.emit(name))
            labs.append(card)
        lessons = Card("Lessons", "One point each, step by step.", self._starts, is_large=True)
        lessons.set_points(_rings())
        self._starts.set_cards((sketch, file, word, *labs, lessons))
        begins = (sketch, self.sketch_chosen), (file, self.open_chosen), (word, self.word_chosen)
        for card, signal in (*begins, (lessons, self.lessons_chosen)):
            # Qt's own `clicked` tells whether it is checked, which nobody here wants to know.
            card.clicked.connect(lambda _, signal=signal: signal.emit())

    def _lay_out(self) -> None:
        body = QWidget(self)
        body.setMaximumWidth(_WIDEST_PX)
        column = QVBoxLayout(body)
        column.setContentsMargins(28, 24, 28, 20)
        column.setSpacing(10)
        title = QLabel("<span style='font-size: xx-large; font-weight: 600'>Energyscape</span>")
        sentence = QLabel(_SENTENCE)
        sentence.setWordWrap(True)
        sentence.setContentsMargins(0, 0, 0, 8)
        for part in (title, sentence, self._starts, _heading("Samples"), self._waiting, self._sample_grid):
            column.addWidget(part)
        column.addWidget(self._recent_heading)
        self._recent.setSpacing(4)
        column.addLayout(self._recent)
        column.addStretch(1)
        self._sample_grid.hide()
        middle = QWidget(self)
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(body, 1000)
        row.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidget(middle)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(scroll)
        self.setFocusProxy(self._starts.cards[0])

    def _recent_button(self, path: str) -> QPushButton:
        button = _RecentButton(path, self)
        button.clicked.connect(lambda: self.recent_chosen.emit(path))
        return button


class _RecentButton(QPushButton):
    """A file's name and folder, shortened in the middle where there is no room."""

    def __init__(self, path: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._full = f"{Path(path).name}   —   {Path(path).parent}"
        self.setText(self._full.replace("&", "&&"))
        self.setStyleSheet(_PLAIN)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        # Enter presses it outside of a dialog too.
        self.setAutoDefault(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(path)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        # The button's own hint is that of the shortened text, so that it could never grow again.
        return QSize(self.fontMetrics().horizontalAdvance(self._full) + 40, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        room = self.width() - 32
        self.setText(self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideMiddle, room).replace("&", "&&"))


def _heading(text: str) -> QLabel:
    label = QLabel(f"<span style='font-size: large; font-weight: 600'>{text}</span>")
    label.setContentsMargins(0, 10, 0, 0)
    return label


def _squiggle() -> np.ndarray:
    """Points as a hand would leave them: (n, 2)."""
    t = np.linspace(0.0, 1.0, 60)
    curve = np.stack([2.6 * t, 0.55 * np.sin(7.5 * t) * (1 - 0.35 * t)], axis=1)
    return curve + 0.035 * np.random.default_rng(4).normal(size=curve.shape)


def _rings() -> np.ndarray:
    """Level lines of a valley with two floors: (n, 2)."""
    t = np.linspace(0.0, 2 * np.pi, 44, endpoint=False)
    circle = np.stack([np.cos(t), np.sin(t)], axis=1)
    small = [0.32 * circle + [side, 0.0] for side in (-0.55, 0.55)]
    around = circle * [1.45, 0.85]
    return np.concatenate([*small, 0.55 * small[0] - [0.25, 0.0], 0.55 * small[1] + [0.25, 0.0], around])


def _walk() -> np.ndarray:
    """The way of a chain: (n, 2)."""
    steps = np.random.default_rng(8).normal(size=(26, 2))
    corners = np.cumsum(steps, axis=0)
    between = np.linspace(0.0, 1.0, 9)[:, None, None]
    return (corners[:-1] + between * np.diff(corners, axis=0)).reshape(-1, 2)


def _warped_grid() -> np.ndarray:
    """A square grid as a decoder bends it: (n, 2)."""
    along = np.linspace(-1.0, 1.0, 33)
    lines = np.linspace(-1.0, 1.0, 6)
    u, v = (each.ravel() for each in np.meshgrid(along, lines))
    points = np.concatenate([np.stack([u, v], axis=1), np.stack([v, u], axis=1)])
    x, y = points.T
    return np.stack([x + 0.35 * np.sin(1.6 * y), y + 0.3 * np.cos(1.5 * x)], axis=1)
