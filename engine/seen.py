"""What is seen of a run: its landscape, of which the dear parts are kept from frame to frame.

Not covered: when and how fine (run.py, pace.py), and how a landscape is made (frames.py, layers.py).
"""

import math
from typing import Any

import torch
from torch import Tensor

from engine.frames import Mass, landscape, mass, own_points
from engine.jobs import Dataset, Training
from engine.layers import layers_of
from engine.messages import Landscape, SetView
from engine.pace import Kept


class Seen:
    """Of one network; another one gets another."""

    def __init__(self) -> None:
        self._masses = Kept[tuple[Mass, float]]()
        self._own_points = Kept[Tensor]()
        self._layers = Kept[dict[str, Any]]()

    @property
    def is_fresh(self) -> bool:
        """Whether the masses of the last landscape were its own, and not those of one before it."""
        return self._masses.is_fresh

    def landscape(
        self, training: Training, data: Dataset, view: SetView, rng: torch.Generator, version: int, rate: float,
        *, shown: SetView, is_moving: bool, is_training: bool,
    ) -> tuple[Landscape, float]:  # fmt: skip
        """And the nll in nats of the user's area, NaN of what is no density.

        shown: the view, maybe coarser.  rng: not the run's own.  version: of the data.  rate: steps per second.
        """
        masses, nll = self._mass_and_nll(training, data, view, version, is_moving)
        points = self._own_points.get(lambda: own_points(training.model, rng), version, is_moving=is_training)
        layers = self._layers.get(
            lambda: layers_of(training, data, view, rng),
            (view.extent, view.layers, view.is_slope, version),
            is_moving=is_training,
        )
        seen = landscape(
            training, data, shown,
            data_version=version, mass=masses, own_points=points, layers=layers, steps_per_second=rate,
        )  # fmt: skip
        return seen, nll

    def _mass_and_nll(
        self, training: Training, data: Dataset, view: SetView, version: int, is_moving: bool
    ) -> tuple[Mass, float]:
        def computed() -> tuple[Mass, float]:
            masses = mass(training, view.temperature, view.sea_share)
            return masses, training.nll(data, masses.log_z) if training.model.is_density else math.nan

        return self._masses.get(computed, (view.temperature, view.sea_share, version), is_moving=is_moving)
