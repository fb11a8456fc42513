"""Draw: a pad for a picture of one's own, or one that is dropped or pasted; its code, its reconstruction, the residual.

The reconstruction is what the model can say of the picture; the residual is what it cannot. Edit goes to the sliders.
"""

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
)
from PySide6.QtWidgets import (
    QCheckBox,
    QColorDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from engine.messages import Encode, Encoded, LatentReady
from gui.flow import Flow
from gui.latent.item import Item
from gui.latent.pad import Pad
from gui.latent.picture_view import PictureView, image_of
from gui.latent.session import LatentSession
from gui.theme import Theme, set_role

_ASK_MSECS = 60


_HINT = "Draw, drop a picture on the pad, or paste one (Ctrl+V). The right button erases."


class DrawPage(QWidget):
    """The page."""

    title = "Draw"

    def __init__(self, session: LatentSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asking = session.channel(self._on_encoded, self._on_refused)
        self._item: Item | None = None
        self.pad = Pad(self)
        self.seen, self.rebuilt, self.residual = PictureView(self), PictureView(self), PictureView(self)
        self.seen.hint = "Draw on the left."
        self._told = QLabel(_HINT)
        self._told.setWordWrap(True)
        self._width = QSlider(Qt.Orientation.Horizontal)
        self._width.setRange(6, 60)
        self._width.setValue(self.pad.width_px)
        self._width.setAccessibleName("Width of the pen")
        self._clear, self._paste, self._take = QPushButton("Clear"), QPushButton("Paste"), QPushButton("Take")
        self._take.setToolTip("Take the picture that is looked at")
        self._centre = QCheckBox("centre")
        self._centre.setChecked(True)
        self._centre.setToolTip("As large and in the middle as the digits that models learn from")
        self._ink = QPushButton("Colour")
        self._ink.setToolTip("Of the pen")
        self._edit, self._keep = QPushButton("Edit with sliders"), QPushButton("Keep (K)")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_ASK_MSECS)
        self._lay_out()
        self.pad.changed.connect(self._timer.start)
        self._timer.timeout.connect(self._ask)
        self._width.valueChanged.connect(lambda value: setattr(self.pad, "width_px", value))
        self._clear.clicked.connect(self.pad.clear)
        self._paste.clicked.connect(self.paste)
        self._take.clicked.connect(self._take_current)
        self._centre.toggled.connect(lambda _: self._ask())
        self._ink.clicked.connect(self._choose_ink)
        self.pad.refused.connect(session.noticed)
        self._edit.clicked.connect(self._look)
        self._keep.clicked.connect(lambda: self._item is not None and session.keep(self._item))
        session.ready_came.connect(self._on_ready)

    def set_theme(self, theme: Theme) -> None:
        for part in (self.pad, self.seen, self.rebuilt, self.residual):
            part.set_theme(theme)

    def paste(self) -> None:
        """The picture on the clipboard."""
        image = QGuiApplication.clipboard().image()
        if image.isNull():
            self._session.noticed.emit("There is no picture on the clipboard.")
        else:
            self.pad.put(image)

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        ready = self._session.ready
        if self.pad.is_blank and ready is not None and ready.shape[2] == 3:
            # Nobody draws a portrait from nothing.
            self._take_current()

    # ---- private

    def _take_current(self) -> None:
        """The picture that is looked at, or the first one of the shelf."""
        items = [self._session.item] if self._session.item is not None else self._session.shelf[:1]
        for item in items:
            if item is not None:
                self.pad.put(image_of(item.pixels))

    def _choose_ink(self) -> None:
        color = QColorDialog.getColor(self.pad.color, self, "Colour of the pen")
        if color.isValid():
            self.pad.color = color

    def _lay_out(self) -> None:
        buttons = Flow()
        for part in (self._clear, self._paste, self._take):
            buttons.add(part)
        buttons.add(QLabel("Pen"), is_with_next=True)
        buttons.add(self._width, 1)
        buttons.add(self._ink)
        buttons.add(self._centre)
        left = QVBoxLayout()
        left.addWidget(self.pad, 1)
        left.addLayout(buttons)
        grid = QGridLayout()
        for column, (text, view) in enumerate(
            (("What the model sees", self.seen), ("Its reconstruction", self.rebuilt), ("Residual", self.residual))
        ):
            heading = QLabel(text)
            set_role(heading, "heading")
            heading.setWordWrap(True)
            grid.addWidget(heading, 0, column)
            grid.addWidget(view, 1, column)
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(1, 1)
        below = Flow()
        below.add(self._edit)
        below.add(self._keep)
        right = QVBoxLayout()
        right.addLayout(grid, 1)
        right.addWidget(self._told)
        right.addLayout(below)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 4, 6, 4)
        row.addLayout(left, 2)
        row.addLayout(right, 3)

    def _on_ready(self, ready: LatentReady) -> None:
        self._ink.setVisible(ready.shape[2] == 3)
        self._centre.setVisible(ready.shape[2] == 1)
        if ready.shape[2] == 1:
            self.pad.color = QColor("white")
        self._ask()

    def _ask(self) -> None:
        ready = self._session.ready
        if ready is None:
            return
        if self.pad.is_blank:
            self._item = None
            for view in (self.seen, self.rebuilt, self.residual):
                view.show_item(None)
            self._told.setText(_HINT)
            return
        if not ready.has_encoder:
            self._told.setText("This model has no encoder: the nearest code is searched for, which takes a while.")
        pixels = self.pad.pixels(ready.shape[2], self._centre.isChecked() and ready.shape[2] == 1)
        self._asking.ask(Encode, pictures=pixels[None], labels=np.array([0]))

    def _on_refused(self, text: str) -> None:
        self._told.setText(text or _HINT)

    def _on_encoded(self, encoded: Encoded) -> None:
        if self.pad.is_blank:
            return
        pixels, rebuilt = encoded.pictures[0], encoded.reconstructions[0]
        self._item = Item(rebuilt, encoded.codes[0], title="a drawing's reconstruction")
        self.seen.show_item(Item(pixels, encoded.codes[0], title="a drawing"))
        self.rebuilt.show_item(self._item)
        self.residual.show_item(Item(residual_of(pixels, rebuilt), title="a residual"))
        self._told.setText(
            f"Root mean squared error of a pixel: {float(encoded.errors[0]) ** 0.5:.3f} of 1. "
            "The residual is grey where the two agree, light where the model has too little, dark where too much."
        )

    def _look(self) -> None:
        if self._item is not None:
            self._session.look_at(self._item)
            self._session.slide_wanted.emit()


def residual_of(pixels: np.ndarray, rebuilt: np.ndarray) -> np.ndarray:
    """What is left, around a middle grey."""
    residual: np.ndarray = (128 + (pixels.astype(np.int16) - rebuilt) // 2).clip(0, 255).astype(np.uint8)
    return residual
