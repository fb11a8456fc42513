"""What the window is shown of a run.

Not covered: how often, and how fine (pace.py).
"""

import math
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine import fields
from engine.jobs import INNER_CELLS, OUTER_CELLS, Dataset, Measured, Training
from engine.messages import Landscape, Progress, SetView
from engine.models import Model

# Above the lowest energy, in units of the temperature: dense where the probability is. Higher up is the plateau, of
# which training knows only that it is high, and lines would draw its accidents.
CONTOUR_LEVELS = np.array([0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10])
NUM_SHOWN = 256


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
    own_points: Tensor,
    layers: dict[str, Any],
    steps_per_second: float,
) -> Landscape:
    """The energy over the view and its contours, with all that goes with it."""
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
        samples=data.plane.to_user(own_points),
        contours=lines,
        offsets=offsets,
        steps_per_second=steps_per_second,
        sea_level=mass.sea_level,
        **layers,
    )


@torch.no_grad()
def own_points(model: Model, rng: torch.Generator) -> Tensor:
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
