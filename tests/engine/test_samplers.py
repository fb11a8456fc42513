"""What every sampler must fulfil; a new file in their folder is tested without a word here.

The oracle is a Gaussian with its own middle, spreads and correlation, of which everything is known.
"""

import math

import pytest
import torch

from engine import catalogue
from engine.chains import Chains
from engine.draws import Draws
from engine.knobs import knobs_of, make
from engine.samplers import walk

SAMPLERS = catalogue.sampler_modules()
each_sampler = pytest.mark.parametrize("name", SAMPLERS)
exact_samplers = pytest.mark.parametrize(
    "name", [name for name, module in SAMPLERS.items() if getattr(module, "IS_EXACT", True)]
)
NAMES = {"proposal", "is_accepted", "acceptance", "is_divergent", "path", "num_evaluations"}


class Gaussian:
    """Middle (0.2, -0.1), standard deviations 0.3 and 0.2, correlation 0.5; counts how often it is asked."""

    middle = torch.tensor([0.2, -0.1])
    covariance = torch.tensor([[0.09, 0.03], [0.03, 0.04]])
    precision = torch.linalg.inv(covariance)

    def __init__(self):
        self.num_asked = 0

    def energy(self, x):
        return self.energy_and_score(x)[0]

    def score(self, x):
        return self.energy_and_score(x)[1]

    def energy_and_score(self, x):
        self.num_asked += len(x)
        away = x - self.middle
        pull = away @ self.precision
        return (away * pull).sum(1) / 2, -pull

    # What the chain of a denoising auto-encoder asks: the best guess of a point that noise of this size has moved.
    corruption = 0.1

    def denoised(self, x):
        gain = self.covariance @ torch.linalg.inv(self.covariance + self.corruption**2 * torch.eye(2))
        return self.middle + (x - self.middle) @ gain.T


class Fenced(Gaussian):
    """The same, and nothing is known beyond x = 0.4: energy and slope are NaN there."""

    def energy_and_score(self, x):
        energy, score = super().energy_and_score(x)
        is_lost = x[:, 0] > 0.4
        return energy.masked_fill(is_lost, math.nan), score.masked_fill(is_lost[:, None], math.nan)

    def denoised(self, x):
        return super().denoised(x).masked_fill((x[:, 0] > 0.4)[:, None], math.nan)


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def starts(count, seed=0):
    return 0.3 * torch.randn(count, 2, generator=rng(seed))


def copies(state):
    return type(state)(*(each.clone() if isinstance(each, torch.Tensor) else each for each in state))


def same(a, b):
    return all(torch.equal(x, y) if isinstance(x, torch.Tensor) else x == y for x, y in zip(a, b, strict=True))


@each_sampler
@pytest.mark.parametrize("extra", [0, 7])
def test_a_step_is_made_for_every_chain(name, extra):
    module = SAMPLERS[name]
    count = getattr(module, "FEWEST_CHAINS", 1) + extra
    params, draws, x = module.Params(), Draws(rng(), count), starts(count)
    state = module.init(x, Gaussian(), params, draws)
    assert torch.equal(state.x, x)
    after, info = module.step(state, Gaussian(), params, draws)
    assert after.x.shape == (count, 2)
    assert after.x.isfinite().all()
    for field in NAMES & set(info._fields):
        shape = getattr(info, field).shape
        if field == "path":
            assert shape[1:] == (count, 2)
            assert torch.equal(info.path[0], x)
        else:
            assert shape == ((count, 2) if field == "proposal" else (count,)), field
        if field == "acceptance":
            assert info.acceptance.ge(0).all()
            assert info.acceptance.le(1).all()


@each_sampler
def test_a_step_is_pure(name):
    """The same state and seed give the same step, and the state that was given is left as it was."""
    module, count = SAMPLERS[name], 8
    params = module.Params()
    state = module.init(starts(count), Gaussian(), params, Draws(rng(), count))
    before = copies(state)
    first, again, other = (
        module.step(state, Gaussian(), params, Draws(rng(seed), count))[0] for seed in (3, 3, 4)
    )  # fmt: skip
    assert same(state, before)
    assert same(first, again)
    # One that is rejected moves nothing: several steps with another seed end elsewhere.
    a, b = (walk(module, starts(count), Gaussian(), params, Draws(rng(seed), count), 6).x for seed in (3, 4))
    assert not torch.equal(a, b) or not torch.equal(first.x, other.x)


@each_sampler
def test_chains_stay_finite_at_the_ends_of_every_knob(name):
    module, count = SAMPLERS[name], 16
    for each in knobs_of(module.Params):
        for value in each.choices or ((each.low, each.high) if each.low is not None else (True, False)):
            params = make(module.Params, {each.name: value}, "p")
            x = walk(module, starts(count), Gaussian(), params, Draws(rng(), count), 4).x
            assert x.isfinite().all(), (each.name, value)


@exact_samplers
def test_what_is_lost_beyond_a_fence_stays_there(name):
    """A NaN energy is never stepped on, and does not reach the other chains."""
    module, count = SAMPLERS[name], 32
    x = (starts(count) - torch.tensor([0.3, 0.0])).clamp(max=0.35)
    state = walk(module, x, Fenced(), module.Params(), Draws(rng(), count), 40)
    assert state.x.isfinite().all()
    assert state.x[:, 0].le(0.4).all()
    assert not torch.equal(state.x, x)


@exact_samplers
def test_it_samples_the_gaussian(name):
    """Means, variances and the covariance, within four standard errors that the spread between chains gives.

    Chains that talk to one another are no independent ones: their spread is taken between groups of them.
    """
    module = SAMPLERS[name]
    num_groups, each, kept = 40, max(getattr(module, "FEWEST_CHAINS", 1), 4), 60
    found = []
    for group in range(num_groups) if getattr(module, "FEWEST_CHAINS", 1) > 1 else [0]:
        count = each if getattr(module, "FEWEST_CHAINS", 1) > 1 else num_groups * each
        chains = Chains(name, {}, Gaussian(), starts(count, group), rng(group))
        for _ in range(150):
            chains.warm_up()
        chains.end_warm_up()
        draws = []
        for _ in range(kept * 4):
            chains.step()
            draws.append(chains.x)
        found.append(torch.stack(draws[::4]))
    x = torch.cat(found, 1).double() - Gaussian.middle.double()
    x = x.reshape(kept, num_groups, each, 2)
    x = x.transpose(0, 1).reshape(num_groups, -1, 2)
    moments = torch.stack([x[..., 0], x[..., 1], x[..., 0] ** 2, x[..., 1] ** 2, x[..., 0] * x[..., 1]], -1).mean(1)
    exact = torch.tensor([0.0, 0.0, 0.09, 0.04, 0.03], dtype=torch.float64)
    error = moments.std(0) / math.sqrt(num_groups)
    z = (moments.mean(0) - exact) / error
    assert z.abs().max() < 4.5, z
    # And the test can tell: an error of a tenth of the spread would be seen.
    assert error.max() < 0.03


def test_a_sampler_that_there_is_not_is_named_with_those_there_are():
    from engine.notice import Notice

    with pytest.raises(Notice, match="langevin"):
        Chains("teleport", {}, Gaussian(), starts(3), rng())


def test_a_start_where_nothing_is_known_is_refused():
    from engine.notice import Notice

    with pytest.raises(Notice, match="2 of 3 chains"):
        Chains("mala", {}, Fenced(), torch.tensor([[0.5, 0.0], [0.6, 0.0], [0.0, 0.0]]), rng())
