"""Chains on a target: what they are told, and what they show."""

import msgspec
import numpy as np

from engine.knobs import Value
from engine.messages.kinds import NO_ARROWS, NO_FIELD, NO_POINTS, Event, Extent, Message
from engine.messages.story import NO_STORY, Story
from engine.recipe import Energy


class LatentPlane(msgspec.Struct, frozen=True):
    """A plane of the latent space of a model of pictures, `model_run`, on which `prior` (as in Sample) is an energy.

    A place (x, y) is the code origin + x axes[0] + y axes[1]; origin (latents,), axes (2, latents), orthonormal.
    is_projected: the energy of where codes land that fall straight onto the plane, not of those that lie on it.
    """

    model_run: int
    prior: str
    origin: np.ndarray
    axes: np.ndarray
    extent: Extent
    is_projected: bool = False


class Walk(Event, frozen=True):
    """Start chains of a sampler as `run`: on an energy, on the model that `model_run` trains, as it changes, or on a
    plane of a latent space.

    params: the sampler's knobs.  starts: (k, 2) float64, where chains begin, in turn; empty: from a wide normal.
    warm_up: so many first steps do not count, and find the step size where the sampler aims at a rate of acceptance.
    sharpness: the inverse temperature.
    request: comes back in Walking, or in a Noticed that refuses these chains; those that walked before stay then. It is
    below zero, because the window counts from 1 on what it asks for without a run.
    """

    run: int
    sampler: str
    params: dict[str, Value]
    energy: Energy | None = None
    model_run: int = 0
    num_chains: int = 1
    starts: np.ndarray = NO_POINTS
    warm_up: int = 0
    sharpness: float = 1.0
    seed: int = 0
    device: str = "auto"
    request: int = 0
    plane: LatentPlane | None = None

    @property
    def outdates(self) -> tuple[tuple[str, int], ...]:
        # Those that follow it must come after it, and not in the places of older ones.
        return tuple((kind, self.run) for kind in ("SetParams", "SetTarget", "SetView", "SetClock"))


class Walking(Event, frozen=True):
    """The chains of `run` that a Walk with this `request` asked for are there: what came before is of others."""

    run: int
    request: int

    @property
    def outdates(self) -> tuple[tuple[str, int], ...]:
        # Else those of the new chains would come in the old ones' place, before this.
        return tuple((name, self.run) for name in ("Chains", "Truth", "ChainMeasures", "Landscape"))


class SetTarget(Message, frozen=True):
    """Change the target under the chains of `run`; it takes effect at the next step.

    bumps: (k, 4) float64 of x, y, height in nats (negative: a hole), width: what was raised or dug by hand.
    """

    run: int
    sharpness: float = 1.0
    bumps: np.ndarray = NO_ARROWS


class Skip(Event, frozen=True):
    """So many steps as fast as possible, whatever the clock says; answered by frames on the way."""

    run: int
    steps: int


class Chains(Message, frozen=True):
    """Where the chains of `run` are after `step`, in the user's numbers.

    positions: (n, 2) float64.  energy: (n,) float32, nats.
    trail: (t, m, 2), the last positions of the first chains, the newest last.
    story: how the last step came about, where steps are slow enough to be followed.
    num_warm_up: how many steps did not count.  step_size: that is in use now, of half the home view; NaN without one.
    """

    run: int
    step: int
    positions: np.ndarray
    energy: np.ndarray
    trail: np.ndarray
    num_warm_up: int
    is_warming_up: bool
    step_size: float
    acceptance: float
    steps_per_second: float
    story: Story = NO_STORY


class Truth(Message, frozen=True):
    """What chains on the target of `run` should find, from a sum over a grid; in the user's numbers.

    marginal_x, marginal_y: (cells,) densities along the home view `extent`.
    mean: (2,).  covariance: (2, 2).  floors: (k, 2), the lowest place of each basin; masses: (k,), of each.
    density: (rows, columns) float32 over the home view, rows from the lowest y, averaged over small discs.
    """

    run: int
    extent: Extent
    log_z: float
    mean: np.ndarray
    covariance: np.ndarray
    marginal_x: np.ndarray
    marginal_y: np.ndarray
    floors: np.ndarray
    masses: np.ndarray
    density: np.ndarray = NO_FIELD


class ChainMeasures(Message, frozen=True):
    """How good the draws of `run` are, after the warm-up. NaN: not enough draws yet.

    r_hat, ess_bulk, ess_tail: of x and y, (2,).  ess_per_second, ess_per_evaluation: of the worse; seconds are those
    that were spent on walking.  steps_per_second: likewise, of all chains together.
    jump: the mean length of a step, in the user's numbers.  switches: between basins, per 1,000 steps of a chain.
    total_variation, kl: from the grid's masses, 0 to 1 and nats.  occupancy: (k,), shares of draws in the basins.
    autocorrelation: (lags, 2), at every `every` steps.  log_z: the sampler's own estimate, NaN where it has none.
    marginal_x, marginal_y: (cells,), densities of the draws, as in Truth.  density: likewise, where the view's layers
    have "draws", else empty.
    """

    run: int
    step: int
    num_draws: int
    every: int
    r_hat: np.ndarray
    ess_bulk: np.ndarray
    ess_tail: np.ndarray
    ess_per_second: float
    ess_per_evaluation: float
    acceptance: float
    divergences: int
    jump: float
    switches: float
    total_variation: float
    kl: float
    occupancy: np.ndarray
    autocorrelation: np.ndarray
    marginal_x: np.ndarray
    marginal_y: np.ndarray
    log_z: float
    steps_per_second: float
    density: np.ndarray = NO_FIELD
