"""What a training was seen as at a snapshot of it: where a run is quick, snapshots lie closer than its frames do.

It is as coarse as it must be so that 30 of them are made in a second.
Not covered: which snapshot (past.py).
"""

import time
from collections.abc import Callable

import torch

from engine.frames import landscape, mass, own_points
from engine.jobs import Dataset, Training
from engine.layers import layers_of
from engine.messages import Landscape, SetView
from engine.pace import Pacer

# One may take this share of the time from one to the next: the window shows it meanwhile.
_SHARE = 0.6


class Glance:
    """Of one training at many moments of it."""

    def __init__(self, view: Callable[[], SetView | None]) -> None:
        self._view = view
        self._pacer = Pacer()

    @property
    def view(self) -> SetView | None:
        """How the person looks now; None where nobody does yet."""
        return self._view()

    def at(self, moment: Training, data: Dataset, data_version: int) -> Landscape | None:
        """Of a moment that is only looked at: nothing of it is changed."""
        view = self._view()
        if view is None:
            return None
        began = time.perf_counter()
        # The same numbers each time that one looks.
        rng = torch.Generator(moment.device).manual_seed(moment.num_steps)
        seen = landscape(
            moment, data, self._pacer.moving(view, _SHARE),
            data_version=data_version, mass=mass(moment, view.temperature, view.sea_share),
            own_points=own_points(moment.model, rng), layers=layers_of(moment, data, view, rng), steps_per_second=0.0,
        )  # fmt: skip
        self._pacer.spent(began, time.perf_counter(), _SHARE)
        return seen
