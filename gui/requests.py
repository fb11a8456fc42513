"""Points that were asked of the engine: at most one answer is awaited, and only the newest wish after it is kept.

So a knob that is dragged gives as many draws as the engine manages, and never a queue of stale ones.
"""

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QObject, Signal

from engine.messages import DataMade, Noticed
from gui.chains_opening import Opened
from gui.experiment import Experiment


class Wish(NamedTuple):
    """ask: sends the request and gives its number.  text: what to call the edit it ends in.

    then: what else is to be done once the points have come, such as taking over a recipe's model.
    chains: what is to walk on that model, if the recipe is of the chains lab.
    """

    ask: Callable[[], int]
    text: str
    then: Callable[[], None] = lambda: None
    chains: Opened | None = None


class Requests(QObject):
    """`answered(DataMade, Wish)` for each answer that is still wanted."""

    answered = Signal(object, object)

    def __init__(self, experiment: Experiment, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._awaited: tuple[int, Wish] | None = None
        self._next: Wish | None = None
        experiment.data_made.connect(self._on_data_made)
        experiment.noticed.connect(self._on_refused)
        experiment.failed.connect(self._on_refused)
        experiment.became_ready.connect(self._on_new_engine)

    def make(self, wish: Wish) -> None:
        """Ask now, or as soon as the answer that is awaited has come."""
        if self._awaited is None:
            self._awaited = (wish.ask(), wish)
        else:
            self._next = wish

    def _on_new_engine(self) -> None:
        """What was asked of an engine that has died, or of none, is asked again."""
        wish = self._next or (self._awaited[1] if self._awaited is not None else None)
        self._awaited = self._next = None
        if wish is not None:
            self.make(wish)

    def _on_data_made(self, made: DataMade) -> None:
        if self._awaited is not None and made.request == self._awaited[0]:
            wish = self._awaited[1]
            self._go_on()
            self.answered.emit(made, wish)

    def _on_refused(self, refusal: Noticed) -> None:
        if self._awaited is not None and refusal.request == self._awaited[0]:
            self._go_on()

    def _go_on(self) -> None:
        wish, self._awaited, self._next = self._next, None, None
        if wish is not None:
            self.make(wish)
