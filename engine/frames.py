"""What the window is shown of a run, and how often.

Frames come by the clock, not by the step: at most 30 a second, and at most three tenths of the engine's time.
"""

import math
import time
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine import fields
from engine.jobs import INNER_CELLS, OUTER_CELLS, Dataset, Measured, Training
from engine.layers import layers_of
from engine.messages import Landscape, Progress, SetView
from engine.models import Model

FRAME_SECS = 1 / 30
SHARE = 0.3
# Above the lowest energy, in units of the temperature: dense where the probability is. Higher up is the plateau, of
# which training knows only that it is high, and lines would draw its accidents.
CONTOUR_LEVELS = np.array([0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10])
NUM_SHOWN = 256
_RATE_SECS = 0.7


class Pacer:
    """Says when the next frame is due, from what the last ones cost."""

    def __init__(self) -> None:
        self._began = self._due_at = -FRAME_SECS
        self._cost_secs = 0.0

    def secs_until_due(self, now: float) -> float:
        """0 or less: now."""
        return self._due_at - now

    def spent(self, began: float, ended: float, num_sharing: int = 1) -> None:
        """A frame was made between these times (of time.perf_counter), by one of so many runs that share the time."""
        newest = ended - began
        # One slow frame, such as the first, must not hold back the next ones for long.
        self._cost_secs = newest if self._cost_secs == 0 else min(newest, 0.7 * self._cost_secs + 0.3 * newest)
        self._began = began
        self._due_at = began + max(FRAME_SECS, num_sharing * self._cost_secs / SHARE)

    def hurry(self) -> None:
        """The person has drawn, and should see it: the next frame may cost more than its share of the time."""
        self._due_at = min(self._due_at, self._began + FRAME_SECS)


class StepRate:
    """Steps per second over the last while."""

    def __init__(self) -> None:
        self._marks = [(time.perf_counter(), 0)]

    def at(self, num_steps: int) -> float:
        """Note that `num_steps` are done now, and give the rate."""
        now = time.perf_counter()
        if num_steps < self._marks[-1][1]:
            self._marks = []
        self._marks.append((now, num_steps))
        while len(self._marks) > 2 and self._marks[1][0] < now - _RATE_SECS:
            self._marks.pop(0)
        then, before = self._marks[0]
        return (num_steps - before) / (now - then) if now > then else 0.0

    def pause(self, num_steps: int) -> None:
        """Nothing will be done for a while, and that while shall not count."""
        self._marks = [(time.perf_counter(), num_steps)]


class Mass(NamedTuple):
    """What the energies over the whole plane say, in nats of the plane's area: log Z at temperature 1 and at the
    view's, and how high the sea is, NaN without one."""

    log_z: float
    warm_log_z: float
    sea_level: float


@torch.no_grad()
def mass(training: Training, temperature: float, sea_share: float) -> Mass:
    """Integrals over the plane."""
    # As fine as the landscape itself at most: half of `finest` over the home view.
    cells = min(INNER_CELLS, training.model.finest // 2 + 8)
    grid = fields.plane_grid(cells, OUTER_CELLS, training.device)
    energy = training.model.energy(grid.points)
    log_z = float(fields.log_z(energy, grid.log_areas))
    warm = log_z if temperature == 1.0 else float(fields.log_z(energy, grid.log_areas, temperature))
    level = fields.sea_level(energy, grid.log_areas, temperature, sea_share) if sea_share > 0 else math.nan
    return Mass(log_z, warm, level)


@torch.no_grad()
def landscape(
    training: Training,
    data: Dataset,
    view: SetView,
    *,
    data_version: int,
    mass: Mass,
    steps_per_second: float,
    rng: torch.Generator,
) -> Landscape:
    """The energy over the view, its contours, the model's own points, and the layers that the view asks for.

    rng: for views, so that looking changes no run.
    """
    on_plane = data.plane.extent_on_plane(view.extent)
    columns, rows = (min(cells, training.model.finest) for cells in (view.columns, view.rows))
    grid = fields.view_grid(on_plane, columns, rows, training.device)
    energy = training.model.energy(grid.points).reshape(grid.shape).float().cpu().numpy()
    lowest = float(energy.min())
    levels = lowest + CONTOUR_LEVELS * view.temperature
    nothing = np.zeros((0, 2)), np.zeros(1, np.int32)
    lines, offsets = fields.contours(energy, view.extent, levels) if view.has_contours else nothing
    return Landscape(
        run=view.run,
        step=training.num_steps,
        data_version=data_version,
        energy=energy,
        extent=view.extent,
        temperature=view.temperature,
        log_z=mass.warm_log_z + data.plane.log_area,
        lowest=lowest,
        samples=data.plane.to_user(_own_points(training.model, rng)),
        contours=lines,
        offsets=offsets,
        steps_per_second=steps_per_second,
        sea_level=mass.sea_level,
        **layers_of(training, data, view, rng),
    )


def _own_points(model: Model, rng: torch.Generator) -> Tensor:
    """Where the last step pushed up; of a family without a negative phase, what it generates."""
    pushed_up = model.phases(rng).up
    if len(pushed_up):
        return pushed_up
    generated = model.samples(NUM_SHOWN, rng)
    return pushed_up if generated is None else generated.clamp(-fields.FAR, fields.FAR)


def progress(run: int, measured: Measured, nll: float, data: Dataset) -> Progress:
    """The traces as a message."""
    return Progress(
        run=run,
        steps=measured.steps,
        loss=measured.loss,
        energy_of_data=measured.energy_of_data,
        energy_of_samples=measured.energy_of_samples,
        nll=nll,
        is_held_out=data.has_truth,
        entropy=data.entropy if data.has_truth else math.nan,
    )
