"""From A to B: rows one under another for pixels, each layer, and the latent space; under each frame the nearest of
the training pictures, or of those that stand in for them, and how far that is. Overshoot, and a loop that plays.
"""

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QSlider, QToolButton, QVBoxLayout, QWidget

from engine.messages import Interpolate, Interpolated, LatentReady, Row
from gui.growing import grow_width
from gui.latent.item import NO_CODE, Item
from gui.latent.picture_grid import PictureGrid
from gui.latent.picture_view import PictureView
from gui.latent.session import LatentSession
from gui.latent.slot import Slot
from gui.latent.words import against_in_words, nearest_in_words
from gui.theme import DARK, Theme, set_role

_FRAMES = 11
_TICK_MSECS, _AGAIN_MSECS = 120, 2000
_HINT = "Put a picture into A and one into B: drag them from the shelf."
_KINDS = (("linear", "linear"), ("spherical", "spherical"), ("along the data", "data"))


class InterpolatePage(QWidget):
    """The page."""

    title = "Interpolate"

    def __init__(self, session: LatentSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asking = session.channel(self._on_interpolated, self._on_refused)
        self._theme = DARK
        self._rows: tuple[Row, ...] = ()
        self._grids: list[PictureGrid] = []
        self._labels: list[QLabel] = []
        self.a, self.b = Slot("A", session), Slot("B", session)
        self._kind = QComboBox()
        for text, name in _KINDS:
            self._kind.addItem(text, name)
        self._kind.setAccessibleName("Way through the latent space")
        self._over = QCheckBox("overshoot")
        self._over.setToolTip("From -0.5 to 1.5: beyond A and beyond B")
        self._nearest = QCheckBox("nearest pictures")
        self._nearest.setToolTip(
            "Under each frame the nearest of the pictures that it is compared with; which these are stands below"
        )
        self._play, self.at = QToolButton(), QSlider(Qt.Orientation.Horizontal)
        self._play.setText("Loop")
        self._play.setCheckable(True)
        self._play.setAccessibleName("Play as a loop")
        self.at.setRange(0, _FRAMES - 1)
        self.at.setAccessibleName("Place between A and B")
        self.picture = PictureView(self)
        self._told = QLabel()
        self._told.setWordWrap(True)
        self._tell(_HINT)
        set_role(self._told, "dim")
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MSECS)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(_AGAIN_MSECS)
        self._stack = QVBoxLayout()
        self._lay_out()
        self._connect()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for end in (self.a, self.b):
            end.set_theme(theme)
        for grid in self._grids:
            grid.set_theme(theme)
        self.picture.set_theme(theme)

    def hideEvent(self, event: object) -> None:
        super().hideEvent(event)  # type: ignore[arg-type]
        self._play.setChecked(False)
        self._again.stop()

    # ---- private

    def _lay_out(self) -> None:
        side = QVBoxLayout()
        ends = QHBoxLayout()
        ends.addWidget(self.a)
        ends.addWidget(self.b)
        side.addLayout(ends)
        side.addWidget(self._kind)
        side.addWidget(self._over)
        side.addWidget(self._nearest)
        side.addWidget(self.picture, 1)
        below = QHBoxLayout()
        below.addWidget(self._play)
        below.addWidget(self.at, 1)
        side.addLayout(below)
        holder = QWidget()
        holder.setLayout(side)
        grow_width(holder, 300, 1.6)
        left = QVBoxLayout()
        left.addLayout(self._stack, 1)
        left.addWidget(self._told)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 4, 0, 0)
        row.addLayout(left, 1)
        row.addWidget(holder)

    def _connect(self) -> None:
        self.a.changed.connect(self._ask)
        self.b.changed.connect(self._ask)
        self._kind.activated.connect(lambda _: self._ask())
        self._over.toggled.connect(lambda _: self._ask())
        self._nearest.toggled.connect(lambda _: self._show_rows())
        self.at.valueChanged.connect(self._show_frame)
        self._play.toggled.connect(lambda is_on: self._timer.start() if is_on else self._timer.stop())
        self._timer.timeout.connect(self._advance)
        self._again.timeout.connect(self._ask)
        self._session.ready_came.connect(self._on_ready)

    def _on_ready(self, ready: LatentReady) -> None:
        """Pictures stay; their codes are of the model before."""
        self._rows = ()
        self._show_rows()
        self.picture.show_item(None)
        for slot in (self.a, self.b):
            is_same = all(each.pixels.shape == ready.shape for each in slot.items)
            slot.set_items([Item(each.pixels, NO_CODE, each.label) for each in slot.items] if is_same else [])

    def _ask(self) -> None:
        if self._session.ready is None:
            return
        if not (self.a.items and self.b.items):
            self._tell(_HINT)
            return
        ends = [self.a.items[-1], self.b.items[-1]]
        has_codes = all(len(each.code) for each in ends)
        first, last = (-0.5, 1.5) if self._over.isChecked() else (0.0, 1.0)
        if not self._rows:
            self._tell("Computing…")
        self._asking.ask(
            Interpolate,
            pictures=np.stack([each.pixels for each in ends]),
            labels=np.array([each.label for each in ends]),
            codes=np.stack([each.code for each in ends]) if has_codes else np.zeros((0, 0), np.float32),
            frames=_FRAMES,
            kind=self._kind.currentData(),
            first=first,
            last=last,
        )

    def _on_interpolated(self, answer: Interpolated) -> None:
        self._rows, self._nearest_title = answer.rows, nearest_in_words(answer.against)
        self._tell(
            "× is how far the nearest picture is, over how far such pictures are from one another: at 1 a frame is as "
            "near to them as they are to themselves. " + against_in_words(answer.against)
        )
        if answer.against.is_coming and self.isVisible():
            self._again.start()
        self._show_rows()
        self._show_frame()

    def _on_refused(self, text: str) -> None:
        self._tell(text or _HINT)

    def _tell(self, text: str) -> None:
        """In the middle of the page, as long as there are no pictures above it."""
        self._told.setText(text)
        side = Qt.AlignmentFlag.AlignLeft if self._rows else Qt.AlignmentFlag.AlignHCenter
        self._told.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)

    def _show_rows(self) -> None:
        has_nearest = self._nearest.isChecked()
        wanted = len(self._rows) * (2 if has_nearest else 1)
        while len(self._grids) < wanted:
            self._add_grid()
        for index, (label, grid) in enumerate(zip(self._labels, self._grids, strict=True)):
            label.setVisible(index < wanted)
            grid.setVisible(index < wanted)
        index = 0
        for row in self._rows:
            captions = [f"×{each:.1f}" for each in row.off]
            items = [Item(each, row.codes[k] if len(row.codes) else NO_CODE) for k, each in enumerate(row.pictures)]
            self._fill(index, row.name, items, captions)
            index += 1
            if has_nearest:
                items = [Item(each, title=self._nearest_title) for each in row.nearest]
                self._fill(index, f"nearest: {self._nearest_title}", items, ())
                index += 1

    def _add_grid(self) -> None:
        label, grid = QLabel(), PictureGrid(_FRAMES, self)
        set_role(label, "section")
        grid.set_theme(self._theme)
        number = len(self._grids)
        grid.clicked.connect(lambda index: self._on_clicked(number, index))
        self._labels.append(label)
        self._grids.append(grid)
        self._stack.addWidget(label)
        self._stack.addWidget(grid, 1)

    def _fill(self, index: int, name: str, items: list[Item], captions: object) -> None:
        self._labels[index].setText(name)
        self._grids[index].show_items(items, list(captions) if isinstance(captions, list) else [])

    def _on_clicked(self, number: int, index: int) -> None:
        self._session.look_at(self._grids[number].items[index])
        self.at.setValue(index)

    def _show_frame(self) -> None:
        """The last row's frame, large."""
        if self._rows:
            row, index = self._rows[-1], self.at.value()
            code = row.codes[index] if len(row.codes) else NO_CODE
            self.picture.show_item(Item(row.pictures[min(index, len(row.pictures) - 1)], code, title="between A and B"))

    def _advance(self) -> None:
        """There and back again."""
        place = self.at.value() + self._step
        if not 0 <= place < _FRAMES:
            self._step = -self._step
            place = self.at.value() + self._step
        self.at.setValue(place)

    _step = 1
    _nearest_title = ""
