"""What is measured of chains on request: the trap, and draws as a file."""

from typing import Literal

import numpy as np

from engine.messages.kinds import NO_ARROWS, Event
from engine.messages.walking import LatentPlane
from engine.recipe import Energy, Sampler


class MeasureTrap(Event, frozen=True):
    """Count mode switches of each sampler at each sharpness, as `run`; answered by a TrapPoint for each of both.

    The target is as in Walk and SetTarget. Drop ends it before its time.
    """

    run: int
    samplers: tuple[Sampler, ...]
    sharpnesses: tuple[float, ...]
    energy: Energy | None = None
    model_run: int = 0
    bumps: np.ndarray = NO_ARROWS
    seed: int = 0
    device: str = "auto"
    plane: LatentPlane | None = None


class TrapPoint(Event, frozen=True):
    """One point of the curve: of the sampler with this index, at this sharpness.

    switches: from basin to basin, per 1,000 steps of a chain.  error: its standard error, from independent chains.
    num_steps: of all chains together.  barrier: nats at sharpness 1, from the deepest valley to the lowest pass.
    """

    run: int
    sampler: int
    sharpness: float
    switches: float
    error: float
    num_steps: int
    barrier: float


class SendDraws(Event, frozen=True):
    """The draws of runs of chains, as the content of a file; answered by DrawsFile, as `run`."""

    run: int
    of_runs: tuple[int, ...]
    form: Literal["csv", "npz", "netcdf"]


class DrawsFile(Event, frozen=True):
    """What was asked for by SendDraws, and how many draws are in it."""

    run: int
    content: bytes
    num_draws: int
