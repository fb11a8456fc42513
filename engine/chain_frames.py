"""What the window is shown of chains: frames, the truth they should find, and how far they are from it.

Not covered: when (chain_run.py), and the diagnostics themselves (diagnostics.py, exact.py).
"""

import math
from collections import deque
from itertools import islice
from typing import Any, NamedTuple

import msgspec
import numpy as np
import torch
from torch import Tensor

from engine import exact, fields
from engine.chains import Chains as Walkers
from engine.density_maps import density_of
from engine.diagnostics import autocorrelation, diagnose
from engine.exact import Exact
from engine.frames import CONTOUR_LEVELS
from engine.messages import NO_STORY, ChainMeasures, Chains, Landscape, SetView, Truth
from engine.messages.kinds import NO_FIELD
from engine.plane import Plane
from engine.samplers import Target
from engine.telling import story_of

# Of so many chains the trail and the last step are told, and of so many the diagnostics are taken.
NUM_DETAILED = 64
_NUM_DIAGNOSED, _MOST_DIAGNOSED_DRAWS = 64, 4096
_TRAIL = 200
_LAGS = 100
_COUNTED_AT_ONCE = 128
# Of a side.
_ROUGH_CELLS = 40
_COUNTED = ("is_accepted", "acceptance", "is_divergent", "num_evaluations")


class Told(NamedTuple):
    """What was counted since the warm-up: means over steps and chains; of divergences, how many a chain had."""

    acceptance: float
    divergences: float
    jump: float
    evaluations: float
    log_z: float


class Tally:
    """Counts on the device, so that no step waits for it, and the last positions of the first chains."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._trail: deque[Tensor] = deque(maxlen=_TRAIL)
        self.clear()

    def clear(self) -> None:
        self._num_steps = 0
        self._moves: list[tuple[Tensor, Tensor]] = []
        self._pending: dict[str, list[Tensor]] = {}
        self._sums: dict[str, Tensor | float] = {}
        self._log_z: Tensor | None = None

    def sums(self) -> "Tally":
        """What was counted so far, without the trail."""
        self._count()
        made = Tally(self._device)
        made._num_steps, made._sums, made._log_z = self._num_steps, dict(self._sums), self._log_z
        return made

    @property
    def longest_trail(self) -> int:
        return _TRAIL

    def remember(self, x: Tensor) -> None:
        """Positions after a step, (chains, 2), for the trail."""
        self._trail.append(x[:NUM_DETAILED])

    def add(self, before: Tensor, after: Tensor, info: Any) -> None:
        """One step after the warm-up: kept, and counted with many others, because for few chains calls cost most."""
        for name in _COUNTED:
            if name in info._fields:
                # Not the whole Info, whose paths may be large.
                self._pending.setdefault(name, []).append(getattr(info, name))
        self._moves.append((before, after))
        if "log_z" in info._fields:
            self._log_z = info.log_z
        if len(self._moves) >= _COUNTED_AT_ONCE:
            self._count()

    def _count(self) -> None:
        if not self._moves:
            return
        before, after = (torch.stack(each) for each in zip(*self._moves, strict=True))
        sums = {name: torch.stack(values).float().mean(1).sum() for name, values in self._pending.items()}
        sums["jump"] = (after - before).square().sum(2).sqrt().mean(1).sum()
        sums.setdefault("num_evaluations", torch.tensor(float(len(self._moves)), device=self._device))
        for name, each in sums.items():
            self._sums[name] = self._sums.get(name, 0.0) + each
        self._num_steps += len(self._moves)
        self._moves, self._pending = [], {}

    @property
    def trail(self) -> Tensor:
        """(t, m, 2), the newest last."""
        return torch.stack(list(self._trail)) if self._trail else torch.zeros(0, 0, 2, device=self._device)

    def recent(self, num_steps: int, num_chains: int) -> Tensor:
        """The end of the trail, (t, m, 2), of the first chains."""
        some = list(islice(reversed(self._trail), num_steps))[::-1]
        return torch.stack(some)[:, :num_chains].clone() if some else torch.zeros(0, 0, 2, device=self._device)

    def told(self) -> Told:
        self._count()
        means = {name: float(total) / max(1, self._num_steps) for name, total in self._sums.items()}
        return Told(
            # Where no proposal is accepted as such, the mean probability of it, as for the places along a glide.
            acceptance=means.get("is_accepted", means.get("acceptance", math.nan)),
            divergences=means.get("is_divergent", 0.0) * self._num_steps,
            jump=means.get("jump", math.nan),
            evaluations=means.get("num_evaluations", math.nan),
            log_z=math.nan if self._log_z is None else float(self._log_z),
        )


def frame(
    run: int, walkers: Walkers, tally: Tally, plane: Plane, *, is_warming_up: bool, steps_per_second: float
) -> Chains:
    """Where the chains are, and how the last step came about, if that was to be told."""
    energy = walkers.state.energy if "energy" in walkers.state._fields else walkers.target.energy(walkers.x)
    return Chains(
        run=run,
        step=walkers.num_steps,
        positions=plane.to_user(walkers.x),
        energy=energy.float().cpu().numpy(),
        trail=_many(tally.trail, plane),
        num_warm_up=walkers.num_warm_up_steps,
        is_warming_up=is_warming_up,
        step_size=float(getattr(walkers.params, "step_size", math.nan)),
        acceptance=tally.told().acceptance,
        steps_per_second=steps_per_second,
        story=NO_STORY if walkers.made is None else story_of(walkers.module, walkers.made, plane),
    )


@torch.no_grad()
def landscape_of(
    target: Target, plane: Plane, view: SetView, log_z: float, step: int, device: torch.device
) -> Landscape:
    """The target's energy over the view with its contours. log_z: at the view's temperature, of the user's area.

    Where the energy is not finite it is shown as high as the highest that is.
    """
    finest = getattr(target, "finest", view.columns)
    columns, rows = min(view.columns, finest), min(view.rows, finest)
    grid = fields.view_grid(plane.extent_on_plane(view.extent), columns, rows, device)
    energy = target.energy(grid.points).reshape(grid.shape).float().cpu().numpy()
    is_there = np.isfinite(energy)
    lowest, highest = (float(energy[is_there].min()), float(energy[is_there].max())) if is_there.any() else (0.0, 1.0)
    energy = np.where(is_there, energy, highest)
    nothing = np.zeros((0, 2)), np.zeros(1, np.int32)
    levels = lowest + CONTOUR_LEVELS * view.temperature
    lines, offsets = fields.contours(energy, view.extent, levels) if view.has_contours else nothing
    return Landscape(
        run=view.run, step=step, data_version=0, energy=energy, extent=view.extent, temperature=view.temperature,
        log_z=log_z, lowest=lowest, samples=np.zeros((0, 2)), contours=lines, offsets=offsets,
        steps_per_second=math.nan,
    )  # fmt: skip


def rough(target: Target, plane: Plane, view: SetView, step: int, device: torch.device) -> Landscape:
    """The landscape in large cells, while the exact answers are not there: log Z is that of what is seen."""
    few = msgspec.structs.replace(view, columns=_ROUGH_CELLS, rows=_ROUGH_CELLS)
    found = landscape_of(target, plane, few, math.nan, step, device)
    x0, x1, y0, y1 = found.extent
    mass = np.exp((found.lowest - found.energy.astype(np.float64)) / found.temperature).mean()
    log_z = math.log(mass * (x1 - x0) * (y1 - y0)) - found.lowest / found.temperature
    return msgspec.structs.replace(found, log_z=log_z)


def truth_of(run: int, truth: Exact, plane: Plane) -> Truth:
    """The exact answers in the user's numbers."""
    (cx, cy), (hx, hy) = plane.centre, plane.half
    side = truth.basins.labels.shape[0]
    floors = (truth.basins.floors[:, ::-1] + 0.5) / side * 2 - 1
    marginal_x, marginal_y = _marginals(truth.coarse)
    return Truth(
        run=run,
        extent=(cx - hx, cx + hx, cy - hy, cy + hy),
        log_z=truth.log_z + plane.log_area,
        mean=np.array(plane.centre) + np.array(plane.half) * truth.mean,
        covariance=np.outer(plane.half, plane.half) * truth.covariance,
        marginal_x=marginal_x / hx,
        marginal_y=marginal_y / hy,
        floors=floors * plane.half + plane.centre,
        masses=truth.basin_masses,
        density=density_of(truth.fine, plane),
    )


def measured(
    run: int,
    step: int,
    draws: np.ndarray,
    every: int,
    truth: Exact,
    plane: Plane,
    told: Told,
    rate: float,
    *,
    has_density: bool = False,
) -> ChainMeasures:
    """draws: (chains, draws, 2) on the plane.  rate: steps of each chain in a second of walking.

    Diagnostics are of the first chains and of the last draws.
    """
    some = draws[:_NUM_DIAGNOSED, -_MOST_DIAGNOSED_DRAWS:]
    found = diagnose(some)
    # What was not diagnosed is worth as much as what was.
    scale = draws.shape[0] * draws.shape[1] / max(1, some.shape[0] * some.shape[1])
    bulk, tail = found.ess_bulk * scale, found.ess_tail * scale
    steps = draws.shape[0] * draws.shape[1] * every
    flat = draws.reshape(-1, 2)
    marginal_x, marginal_y = _marginals(exact.shares(flat))
    return ChainMeasures(
        run=run,
        step=step,
        num_draws=draws.shape[1],
        every=every,
        r_hat=found.r_hat,
        ess_bulk=bulk,
        ess_tail=tail,
        ess_per_second=float(bulk.min() / (draws.shape[1] * every)) * rate,
        ess_per_evaluation=float(bulk.min()) / (steps * told.evaluations),
        acceptance=told.acceptance,
        divergences=round(told.divergences * draws.shape[0]),
        jump=told.jump * math.sqrt(plane.half[0] * plane.half[1]),
        switches=exact.switches_per_1000(draws, truth, every),
        total_variation=exact.total_variation(flat, truth),
        kl=exact.kl_divergence(flat, truth),
        occupancy=exact.occupancy(draws, truth),
        autocorrelation=np.stack([autocorrelation(some[..., axis], _LAGS) for axis in (0, 1)], 1),
        marginal_x=marginal_x / plane.half[0],
        marginal_y=marginal_y / plane.half[1],
        log_z=told.log_z + plane.log_area,
        steps_per_second=rate * draws.shape[0],
        density=density_of(exact.shares(flat, exact.FINE_CELLS), plane) if has_density else NO_FIELD,
    )


def _marginals(masses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Densities along x and y of coarse masses, per unit of the plane."""
    side = exact.COARSE_CELLS
    home = masses[:-1].reshape(side, side)
    width = 2 / side
    return home.sum(0) / width, home.sum(1) / width


def _many(x: Tensor, plane: Plane) -> np.ndarray:
    """(k, m, 2) in the user's numbers."""
    return plane.to_user(x.reshape(-1, 2)).reshape(*x.shape)
