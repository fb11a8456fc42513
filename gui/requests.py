"""Points that were asked of the engine: at most one answer is awaited, and only the newest wish after it is kept.

So a knob that is dragged gives as many draws as the engine manages, and never a queue of stale ones.
"""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from engine.messages import DataMade, Noticed
from gui.experiment import Experiment


class Wish(NamedTuple):
    """ask: sends the request and gives its number.  text: what to call the edit it ends in."""

    ask: Callable[[], int]
    text: str


class Requests(QObject):
    """`answered(DataMade, text)` for each answer that is still wanted."""

    answered = Signal(object, str)

    def __init__(self, experiment: Experiment, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._awaited: tuple[int, str] | None = None
        self._next: Wish | None = None
        experiment.data_made.connect(self._on_data_made)
        experiment.noticed.connect(self._on_refused)
        experiment.failed.connect(self._on_refused)
        experiment.engine_died.connect(self.forget)

    def make(self, wish: Wish) -> None:
        """Ask now, or as soon as the answer that is awaited has come."""
        if self._awaited is None:
            self._awaited = (wish.ask(), wish.text)
        else:
            self._next = wish

    def forget(self) -> None:
        """No answer is wanted any more."""
        self._awaited = self._next = None

    def _on_data_made(self, made: DataMade) -> None:
        if self._awaited is not None and made.request == self._awaited[0]:
            text = self._awaited[1]
            self._go_on()
            self.answered.emit(made, text)

    def _on_refused(self, refusal: Noticed) -> None:
        if self._awaited is not None and refusal.request == self._awaited[0]:
            self._go_on()

    def _go_on(self) -> None:
        wish, self._awaited, self._next = self._next, None, None
        if wish is not None:
            self.make(wish)
