"""The analytic targets against published numbers, energies worked out by hand, and draws made without any sampler."""

import math

import numpy as np
import pytest
import torch

from engine.catalogue import target_module, target_modules
from engine.knobs import knobs_of, make
from engine.targets._mixture import IsotropicMixture, energy_and_shares, energy_of
from engine.targets._ring import radial_integrals

CPU = torch.device("cpu")
RNG_SEED, DRAWS = 5, 400_000


def energies(name, *points, **knobs):
    module = target_module(name)
    return module.target(module.Params(**knobs), CPU).energy(torch.tensor(points, dtype=torch.float32)).tolist()


def slope(name, *points, **knobs):
    """How steep the energy is, (n,)."""
    module = target_module(name)
    return module.target(module.Params(**knobs), CPU).score(torch.tensor(points, dtype=torch.float32)).norm(dim=1)


# By hand, from the formulas as they were published.
BY_HAND = [
    ("standard_normal", {}, (3.0, -4.0), 12.5),
    ("correlated_normal", {"correlation": 0.5}, (1.0, 1.0), 2 / 3),
    ("banana", {"bend": 0.1}, (10.0, 0.0), 0.5),
    ("banana", {"bend": 0.03}, (20.0, 0.0), 2 + 81 / 2),
    ("donut", {"radius": 2.0, "width": 0.5}, (3.0, 4.0), 18.0),
    ("ring_of_wells", {"radius": 2.0, "width": 0.5, "wells": 4, "barrier": 3.0}, (0.0, 2.0), 0.0),
    ("ring_of_wells", {"radius": 2.0, "width": 0.5, "wells": 4, "barrier": 3.0}, (2.0, 2.0), 1.37258 + 3.0),
    ("funnel", {"spread": 3.0}, (2.0, 0.0), 2.0),
    ("funnel", {"spread": 3.0}, (0.0, -3.0), 0.5 - 1.5),
    ("squiggle", {"frequency": math.pi, "length": 2.0, "width": 0.5}, (0.5, -0.5), 1 / 32 + 0.5),
    ("double_well", {"barrier": 4.0, "tilt": 0.0, "stiffness": 4.0}, (0.0, 1.0), 6.0),
    ("double_well", {"barrier": 4.0, "tilt": 2.0, "stiffness": 4.0}, (1.0, 0.0), 1.0),
    ("himmelblau", {"temperature": 10.0}, (0.0, 0.0), 17.0),
    ("himmelblau", {"temperature": 10.0}, (1.0, 2.0), 6.8),
    ("rosenbrock", {}, (1.0, 1.0), 0.0),
    ("rosenbrock", {}, (0.0, 1.0), 5.05),
    ("eight_gaussians", {"radius": 2.0, "noise": 0.2}, (2.0, 0.0), math.log(8 * 2 * math.pi * 0.04)),
    ("three_modes", {"distance": 2.0, "noise": 0.1}, (-2.0, -1.2), math.log(2 * 2 * math.pi * 0.01)),
    ("checkerboard", {"smoothness": 0.02}, (-3.0, -3.0), math.log(32.0)),
    ("checkerboard", {"smoothness": 0.02}, (-2.0, -1.0), math.log(64.0)),
]


@pytest.mark.parametrize(("name", "knobs", "point", "energy"), BY_HAND)
def test_the_energy_is_the_published_formulas(name, knobs, point, energy):
    assert energies(name, point, **knobs)[0] == pytest.approx(energy, rel=2e-5, abs=2e-5)


def test_every_target_has_an_energy_worked_out_by_hand():
    assert {name for name, *_ in BY_HAND} | {"mueller_brown", "moons"} >= set(target_modules())


def test_himmelblaus_four_minima_are_zero_and_flat():
    minima = (3.0, 2.0), (-2.805118, 3.131312), (-3.779310, -3.283186), (3.584428, -1.848126)
    assert energies("himmelblau", *minima, temperature=2.0) == pytest.approx([0.0] * 4, abs=1e-6)
    assert slope("himmelblau", *minima, temperature=2.0).max() < 1e-3
    # And the top between them, the function's only maximum.
    assert energies("himmelblau", (-0.270845, -0.923039), temperature=10.0)[0] == pytest.approx(18.1617, abs=1e-3)


def test_mueller_and_browns_minima_and_passes_are_theirs():
    """From their table, as it is cited ever since."""
    minima = (-0.558224, 1.441726), (0.623499, 0.028038), (-0.050011, 0.466694)
    passes = (-0.822002, 0.624313), (0.212487, 0.292988)
    published = [-146.69952, -108.16672, -80.76782, -40.66484, -72.24894]
    found = np.array(energies("mueller_brown", *minima, *passes, temperature=10.0)) * 10
    np.testing.assert_allclose(found, published, atol=1e-3)
    assert slope("mueller_brown", *minima, *passes, temperature=10.0).max() < 0.01


def test_mueller_browns_walls_stay_finite_far_out():
    module = target_module("mueller_brown")
    energy, score = module.target(module.Params(), CPU).energy_and_score(torch.tensor([[300.0, -200.0], [-40.0, 90.0]]))
    assert energy.isfinite().all()
    assert energy.gt(1e20).all()
    assert score.isfinite().all()
    assert torch.equal(score.sign(), torch.tensor([[-1.0, 1.0], [1.0, -1.0]]))


def test_the_moons_are_level_along_their_arcs():
    """Midway along an arc the energy goes neither up nor down: no ripple of the Gaussians that it is made of."""
    t = np.linspace(0.45, 0.55, 101) * math.pi
    along = np.array(energies("moons", *zip(np.cos(t), np.sin(t), strict=True), noise=0.05))
    assert np.ptp(along) < 1e-4


def draws_of(name, params, rng):
    """Independent draws, (n, 2), made as the density was made."""
    a, b = rng.standard_normal((2, DRAWS))
    if name == "banana":
        return np.stack([10 * a, b - params.bend * (100 * a**2 - 100)], 1)
    if name == "funnel":
        return np.stack([b * np.exp(params.spread * a / 2), params.spread * a], 1)
    if name == "squiggle":
        x = params.length * a
        return np.stack([x, params.width * b - np.sin(params.frequency * x)], 1)
    if name == "rosenbrock":
        x = 1 + math.sqrt(10) * a
        return np.stack([x, x**2 + b / math.sqrt(2 * params.steepness)], 1)
    assert name == "checkerboard"
    columns, rows = np.nonzero(np.add.outer(range(4), range(4)) % 2 == 0)
    cell = rng.integers(8, size=DRAWS)
    corner = 2.0 * np.stack([columns, rows], 1)[cell] - 4
    return corner + rng.uniform(0, 2, (DRAWS, 2)) + rng.logistic(0, params.smoothness, (DRAWS, 2))


@pytest.mark.parametrize("name", ["banana", "funnel", "squiggle", "rosenbrock", "checkerboard"])
def test_draws_made_as_the_density_is_made_have_the_exact_moments(name):
    """At other knobs than the defaults; within 4.5 standard errors."""
    module = target_module(name)
    knobs = {
        "banana": {"bend": 0.1},
        "squiggle": {"frequency": 1.5, "length": 0.8},
        "rosenbrock": {"steepness": 1.0},
        "checkerboard": {"smoothness": 0.4},
    }
    params = module.Params(**knobs.get(name, {}))
    exact = module.moments(params)
    away = draws_of(name, params, np.random.default_rng(RNG_SEED)) - exact.mean
    found = np.stack([*away.T, away[:, 0] ** 2, away[:, 1] ** 2, away[:, 0] * away[:, 1]])
    (vx, vxy), (_, vy) = exact.covariance
    error = found.std(1) / math.sqrt(DRAWS)
    assert np.abs((found.mean(1) - [0, 0, vx, vy, vxy]) / error).max() < 4.5


def test_the_integrals_over_a_ring_are_those_of_a_fine_sum():
    for radius, width in ((0.5, 1.0), (2.6, 0.3), (10.0, 0.03)):
        r, step = np.linspace(0, radius + 10 * width, 200_001, retstep=True)
        weight = np.exp(-((r - radius) ** 2) / (2 * width**2))
        for power, found in zip((1, 3), radial_integrals(radius, width), strict=True):
            assert found == pytest.approx((r**power * weight)[1:].sum() * step, rel=1e-7)


def exact_energy(centres, weights, sd, x):
    """Of a mixture, in double precision, the plain way."""
    squared = ((x[:, None] - centres) ** 2).sum(2)
    logs = np.log(weights) - squared / (2 * sd**2) - math.log(2 * math.pi * sd**2)
    return -np.logaddexp.reduce(logs, axis=1)


@pytest.mark.parametrize("count", [1, 40, 3000])
@pytest.mark.parametrize("is_transposed", [True, False])
def test_a_mixture_is_the_plain_sum_for_few_and_many_points_in_either_layout(count, is_transposed):
    rng = np.random.default_rng(count)
    centres, weights, sd = rng.normal(size=(5, 2)), np.array([0.4, 0.3, 0.15, 0.1, 0.05]), 0.3
    x = rng.normal(size=(count, 2)).astype(np.float32) * 2
    given = torch.tensor(x.T.copy()).T if is_transposed else torch.tensor(x)
    before = given.clone()
    mixture = IsotropicMixture(centres, weights, sd, CPU)
    energy, score = mixture.energy_and_score(given)
    assert torch.equal(given, before)
    exact = exact_energy(centres, weights, sd, x.astype(float))
    np.testing.assert_allclose(energy, exact, rtol=3e-6, atol=3e-6)
    np.testing.assert_allclose(mixture.energy(given), exact, rtol=3e-6, atol=3e-6)
    assert score.shape == (count, 2)
    step = 1e-5
    for axis in (0, 1):
        aside = x.astype(float)
        aside[:, axis] += step
        np.testing.assert_allclose(
            score[:, axis], (exact - exact_energy(centres, weights, sd, aside)) / step, atol=2e-3, rtol=1e-4
        )


@pytest.mark.parametrize("count", [1, 3000])
def test_a_mixture_loses_no_digits_far_out_or_beside_a_distant_narrow_centre(count):
    """The worst of the knobs: narrow modes far from the centre; and points a thousand widths away."""
    module = target_module("eight_gaussians")
    params = module.Params(radius=10.0, noise=0.01)
    angle = math.pi * np.arange(8) / 4
    # As the engine holds them: what is lost in the centres' own digits is not the energy's fault.
    centres = (10 * np.stack([np.cos(angle), np.sin(angle)], 1)).astype(np.float32).astype(float)
    for x in ((10.01, 0.005), (0.0, 9.98), (7.0, 7.1), (0.0, 0.0), (60.0, -80.0)):
        near = torch.tensor([x]).expand(count, 2)
        exact = exact_energy(centres, np.full(8, 1 / 8), 0.01, near[:1].double().numpy())[0]
        energy, score = module.target(params, CPU).energy_and_score(near)
        assert energy[0].item() == pytest.approx(exact, rel=1e-6, abs=2e-6)
        assert score.isfinite().all()


@pytest.mark.parametrize("count", [3, 1000])
def test_a_point_that_is_lost_spoils_no_other(count):
    for name, module in target_modules().items():
        target = module.target(module.Params(), CPU)
        x = torch.full((count, 2), 0.3)
        x[0], x[2] = math.nan, math.inf
        energy, score = target.energy_and_score(x)
        is_lost = torch.zeros(count, dtype=torch.bool)
        is_lost[[0, 2]] = True
        assert energy[~is_lost].isfinite().all(), name
        assert score[~is_lost].isfinite().all(), name
        assert energy[0].isnan(), name
        assert not energy[2].isfinite(), name


def test_every_score_is_finite_at_the_middle_and_far_outside_of_the_home_view():
    for name, module in target_modules().items():
        for params in (module.Params(), *ends(module)):
            x0, x1, y0, y1 = module.extent(params)
            x = torch.tensor([[0.0, 0.0], [5 * x1, 5 * y1], [5 * x0, 5 * y0], [5 * x0, 5 * y1]])
            energy, score = module.target(params, CPU).energy_and_score(x)
            assert energy.isfinite().all(), (name, params)
            assert score.isfinite().all(), (name, params)


def ends(module):
    for each in knobs_of(module.Params):
        for value in (each.low, each.high):
            yield make(module.Params, {each.name: value}, "p")


@pytest.mark.parametrize("count", [7, 3000])
def test_sums_of_logs_are_torchs_own_even_where_most_parts_vanish(count):
    logits = 200 * torch.randn(6, count, generator=torch.Generator().manual_seed(0)) - 1000
    expected, shares = torch.logsumexp(logits.double(), 0).float(), torch.softmax(logits.double(), 0).float()
    torch.testing.assert_close(energy_of(logits), -expected)
    energy, found = energy_and_shares(logits.clone())
    torch.testing.assert_close(energy, -expected)
    # The exponent is rounded before it is raised: of a part that hardly counts fewer digits are right.
    torch.testing.assert_close(found, shares, rtol=1e-4, atol=1e-6)
