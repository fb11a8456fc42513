"""The document: the sketch, its history, and signals about what became of it.

One stroke is one command. Not covered: what an edit does (edits.py), files and the engine.
"""

from typing import NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from gui.edits import Append, Edit, Sketch, apply

_MERGING = 1


class LaidSketch(NamedTuple):
    """A sketch that was laid aside, with its history, and whether it or what else is saved with it has changes."""

    sketch: Sketch
    undo_stack: QUndoStack
    has_changes: bool


class Document(QObject):
    """Holds the sketch; `version` grows with every change, undo and redo among them.

    For each change first one of `points_appended` (index of the first new point) and `sketch_replaced`, then `changed`.
    """

    points_appended = Signal(int)
    sketch_replaced = Signal()
    changed = Signal()
    modified_changed = Signal(bool)
    saved = Signal()

    def __init__(self, sketch: Sketch | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.cleanChanged.connect(self._on_clean_changed)
        self._sketch = sketch or Sketch()
        self._version = 0
        self._has_changes = self._has_more_changes = self._was_modified = False

    @property
    def sketch(self) -> Sketch:
        return self._sketch

    @property
    def version(self) -> int:
        return self._version

    @property
    def is_modified(self) -> bool:
        """Whether there are changes since the last `mark_saved`, of the points or of what else is saved with them."""
        return self._has_changes or self._has_more_changes

    def do(self, edit: Edit, text: str, merges: bool = False) -> None:
        """Apply an edit as one command, which the menus call `text` ("Undo pen stroke").

        A Replace that `merges` becomes one with the command before it, if that merges too and has the same text:
        a knob that is dragged gives many draws of a sample and should be one thing to undo.
        """
        self.undo_stack.push(_Command(self, edit, text, merges))

    def mark_saved(self) -> None:
        self._has_more_changes = False
        self.undo_stack.setClean()
        self._tell_modified()
        self.saved.emit()

    def set_more_changed(self, has_changes: bool) -> None:
        """Whether models, chains or whatever else is saved with the points are others than when they were saved."""
        self._has_more_changes = has_changes
        self._tell_modified()

    def begin_anew(self, sketch: Sketch) -> None:
        """Another document: a sketch without a history."""
        self.undo_stack.clear()
        self._set(sketch, appended_from=None)
        self.mark_saved()

    def lay_aside(self) -> LaidSketch:
        """A history of its own for what is drawn until `take_back`; nothing of it makes the document a changed one."""
        laid = LaidSketch(self._sketch, self.undo_stack, self._has_changes)
        self.undo_stack = QUndoStack(self)
        return laid

    def show_aside(self, sketch: Sketch) -> None:
        """Another sketch in the place of one that was laid aside, without a history."""
        self.undo_stack.clear()
        self._set(sketch, appended_from=None)

    def take_back(self, laid: LaidSketch) -> None:
        """The sketch that was laid aside, with its history."""
        gone, self.undo_stack = self.undo_stack, laid.undo_stack
        gone.deleteLater()
        self._has_changes = laid.has_changes
        self._set(laid.sketch, appended_from=None)
        self._tell_modified()

    def apply(self, edit: Edit) -> Edit:
        """Apply an edit outside the history and return its inverse; commands use it, others use `do`."""
        start = self._sketch.num_points
        sketch, inverse = apply(edit, self._sketch)
        self._set(sketch, appended_from=start if isinstance(edit, Append) else None)
        return inverse

    def _set(self, sketch: Sketch, appended_from: int | None) -> None:
        self._sketch = sketch
        self._version += 1
        if appended_from is None:
            self.sketch_replaced.emit()
        else:
            self.points_appended.emit(appended_from)
        self.changed.emit()

    def _on_clean_changed(self, is_clean: bool) -> None:
        # The stack itself may be at its end, which this tells too.
        self._has_changes = not is_clean
        self._tell_modified()

    def _tell_modified(self) -> None:
        if self.is_modified != self._was_modified:
            self._was_modified = self.is_modified
            self.modified_changed.emit(self.is_modified)


class _Command(QUndoCommand):
    def __init__(self, document: Document, edit: Edit, text: str, merges: bool) -> None:
        super().__init__(text)
        self._document = document
        self._edit = edit
        self._inverse = edit
        self._merges = merges

    def id(self) -> int:
        return _MERGING if self._merges else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Qt asks this of the command before, once the new one has been done."""
        if not isinstance(other, _Command) or other.text() != self.text():
            return False
        self._edit = other._edit
        return True

    def redo(self) -> None:
        self._inverse = self._document.apply(self._edit)

    def undo(self) -> None:
        self._document.apply(self._inverse)
