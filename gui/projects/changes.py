"""Whether a window holds other experiments than when its project was saved; looked at every second, and when asked.

Comparing what there is, and not counting what was done, lets a knob that was turned back be no change.
Not covered: the points, whose history knows better (document.py).
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from gui.document import Document

_EVERY_MSECS = 1000


class Changes(QObject):
    """Tells the document. look: what a project is in essence, by lab; None for a lab that is not there yet."""

    def __init__(self, document: Document, look: Callable[[], dict[str, object]], parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._look = document, look
        self._saved: dict[str, object] | None = look()
        self._timer = QTimer(self, interval=_EVERY_MSECS)
        self._timer.timeout.connect(self.update)
        self._timer.start()
        document.saved.connect(lambda: self.set_saved(look()))

    def set_saved(self, essence: dict[str, object] | None) -> None:
        """What the file holds; None where no file holds what there is."""
        self._saved = dict(essence) if essence is not None else None
        self.update()

    def forget(self, lab: str) -> None:
        """What is found in this lab next is what the file holds: it may be put in another way there."""
        if self._saved is not None:
            self._saved[lab] = None

    def update(self) -> None:
        self._document.set_more_changed(self._saved is None or self._is_other(self._saved))

    def end(self) -> None:
        self._timer.stop()

    def _is_other(self, saved: dict[str, object]) -> bool:
        is_other = False
        for name, now in self._look().items():
            if saved.get(name) is None:
                # A lab that is looked at for the first time is no change.
                saved[name] = now
            is_other |= now is not None and now != saved[name]
        return is_other
