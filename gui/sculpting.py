"""What was raised and dug by hand, and its history: one for every target, so that none is lost.

Not covered: strokes (bumps.py), and who is told (walks.py).
"""

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from gui.bumps import NO_BUMPS
from gui.edits import Floats, frozen_array


class Sculpting(QObject):
    """`changed` whenever the bumps are others, also while a stroke goes on; `stack_chosen` with another target."""

    changed = Signal()
    stack_chosen = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: dict[str, Floats] = {}
        self._stacks: dict[str, QUndoStack] = {}
        self._stroke: Floats = NO_BUMPS
        self._target = ""
        self.choose("")

    @property
    def bumps(self) -> Floats:
        """(k, 4), the stroke in progress with them."""
        kept = self.kept
        return np.concatenate([kept, self._stroke]) if len(self._stroke) else kept

    @property
    def kept(self) -> Floats:
        """Those of strokes that have ended."""
        return self._kept.get(self._target, NO_BUMPS)

    @property
    def stack(self) -> QUndoStack:
        return self._stacks[self._target]

    def choose(self, target: str) -> None:
        """Go to what was done by hand on the target of this name. Whoever chooses tells the walks."""
        self._stroke, self._target = NO_BUMPS, target
        if target not in self._stacks:
            self._stacks[target] = QUndoStack(self)
        self.stack_chosen.emit()

    def preview(self, stroke: Floats) -> None:
        """The bumps of a stroke that goes on, (k, 4); none where it is given up."""
        self._stroke = stroke
        self.changed.emit()

    def keep_stroke(self, text: str) -> None:
        """The stroke has ended: one thing to undo, called `text`."""
        bumps, self._stroke = self.bumps, NO_BUMPS
        if len(bumps) > len(self.kept):
            self.stack.push(_Command(self, bumps, text))

    def flatten(self) -> None:
        """Take all away that was done by hand; undo brings it back."""
        if len(self.kept):
            self.stack.push(_Command(self, NO_BUMPS, "flatten"))

    def take(self, bumps: Floats, text: str) -> None:
        """Bumps (k, 4) in place of those that are there: one thing to undo, called `text`."""
        if not np.array_equal(bumps, self.kept):
            self.stack.push(_Command(self, bumps, text))

    def forget(self) -> None:
        """All that was done by hand, on every target, with its history."""
        self._stroke, self._kept = NO_BUMPS, {}
        for stack in self._stacks.values():
            stack.clear()

    def set_kept(self, bumps: Floats) -> None:
        """What commands do; others use the methods above."""
        self._kept[self._target] = frozen_array(bumps, np.float64)
        self.changed.emit()


class _Command(QUndoCommand):
    def __init__(self, sculpting: Sculpting, after: Floats, text: str) -> None:
        super().__init__(text)
        self._sculpting, self._before, self._after = sculpting, sculpting.kept, after

    def redo(self) -> None:
        self._sculpting.set_kept(self._after)

    def undo(self) -> None:
        self._sculpting.set_kept(self._before)
