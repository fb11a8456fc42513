"""What a run tells now and then of the model that it trains: how good it is, and its weights.

Not covered: the measures themselves (measures.py), and frames (frames.py).
"""

from collections.abc import Callable

import torch

from engine import clock
from engine.jobs import FEWEST_POINTS, Dataset, Training
from engine.measures import Judge
from engine.messages import Checkpoint, Measures, Message

_CHECKPOINT_SECS = 2.0
# Measures may take this share of the time, and come no more often than this.
_MEASURES_SHARE, _MEASURES_SECS = 0.05, 1.0


class Reports:
    """Says when each is due, and sends it."""

    def __init__(self, number: int, send: Callable[[Message], None]) -> None:
        self._number, self._send = number, send
        self.begin_anew(0)

    def begin_anew(self, kept_step: int) -> None:
        """Another network, or another moment of it. kept_step: its weights are the window's already."""
        self._judge: Judge | None = None
        self._checkpoint_due_at, self._kept_step = 0.0, kept_step
        self._measures_due_at = 0.0
        self._measured_at: tuple[int, int] | None = None

    def forget_data(self) -> None:
        """The data are others."""
        self._judge = self._measured_at = None

    def forget_measures(self) -> None:
        """A knob was turned: the model is another one, though no step has been made."""
        self._measured_at = None

    def tell(
        self, training: Training, data: Dataset, rate: float, num_sharing: int, rng: torch.Generator, *, is_paused: bool
    ) -> None:
        """What is due now; in a pause everything. rate: steps per second."""
        self._keep(training, is_paused)
        self._measure(training, data, rate, num_sharing, rng, is_paused)

    def _measure(
        self, training: Training, data: Dataset, rate: float, num_sharing: int, rng: torch.Generator, is_paused: bool
    ) -> None:
        """Compare the model with the data."""
        began = clock.now()
        at = training.num_steps, len(data.points)
        is_due = began >= self._measures_due_at or is_paused
        if not is_due or at == self._measured_at or len(data.points) < FEWEST_POINTS:
            return
        self._measured_at = at
        if self._judge is None:
            self._judge = Judge(data)
        found = self._judge.measure(training, rng)
        self._send(
            Measures(
                self._number, training.num_steps,
                steps_per_second=rate, parameters=training.num_parameters, **found._asdict(),
            )
        )  # fmt: skip
        spent = clock.now() - began
        self._measures_due_at = began + max(_MEASURES_SECS, num_sharing * spent / _MEASURES_SHARE)

    def _keep(self, training: Training, is_paused: bool) -> None:
        """Give the window the weights, so that the engine's death does not take them along."""
        now = clock.now()
        if (now >= self._checkpoint_due_at or is_paused) and training.num_steps != self._kept_step:
            self._checkpoint_due_at, self._kept_step = now + _CHECKPOINT_SECS, training.num_steps
            self._send(Checkpoint(self._number, training.num_steps, training.checkpoint()))
