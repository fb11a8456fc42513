"""The page of the side panel for what is done to the landscape by hand: the tool, its brush, and a way back to flat."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from engine.recipe import MAX_BUMPS
from gui.controls import wrapping_label
from gui.hand import ENTRY, Hand
from gui.panel import Panel
from gui.theme import Theme


class HandPage(QWidget):
    """Shows what the hand holds; `noticed` with a sentence where there is nothing to flatten."""

    noticed = Signal(str)

    def __init__(self, hand: Hand, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self._hand = hand
        self.panel = Panel()
        self._says = wrapping_label("", "dim")
        self._flatten = QPushButton("Flatten", self)
        self._flatten.setToolTip("Remove what was done by hand on this target; Undo brings it back.")
        self._flatten.setWhatsThis(self._flatten.toolTip())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 12)
        column.setSpacing(8)
        column.addWidget(self.panel, 1)
        below = QVBoxLayout()
        below.setContentsMargins(14, 0, 14, 0)
        below.addWidget(self._says)
        below.addWidget(self._flatten)
        column.addLayout(below)
        self.panel.show_entry(ENTRY, {})
        self.panel.params_changed.connect(hand.set_brush)
        hand.brush_changed.connect(self._show_brush)
        hand.sculpting.changed.connect(self._show)
        hand.sculpting.stack_chosen.connect(self._show)
        self._flatten.clicked.connect(self.flatten)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        self.panel.set_theme(theme)

    def flatten(self) -> None:
        if not len(self._hand.sculpting.kept):
            self.noticed.emit("There is nothing to flatten: nothing was raised or dug on this target.")
        self._hand.sculpting.flatten()

    def _show_brush(self) -> None:
        brush = self._hand.brush
        self.panel.show_entry(ENTRY, {"width": brush.width, "height": brush.height})

    def _show(self) -> None:
        count = len(self._hand.sculpting.bumps)
        self._says.setText(f"{count} of {MAX_BUMPS} bumps." if count else "Nothing was raised or dug here yet.")
        self._flatten.setEnabled(count > 0)
