"""Every preset against its own density, and what the window and the recipes rely on in each of them."""

import math
from itertools import pairwise

import msgspec
import numpy as np
import pytest

from engine import data as datasets
from engine.catalogue import entry_of
from engine.data import PRESETS
from engine.knobs import Knob, knobs_of
from engine.notice import Notice
from engine.recipe import Data

BLURRED = {"checkerboard": {"noise": 0.1}}  # besides its own default, which has no blur
CASES = [(name, {}) for name in PRESETS] + list(BLURRED.items())
THINNEST_AND_WIDEST = [
    (name, {knob.name: end})
    for name, module in PRESETS.items()
    for knob in knobs_of(module.Params)
    for end in (knob.low, knob.high)
]


def density(name: str, args: dict | None = None) -> datasets.Density:
    return datasets.density_of(Data(preset=name, args=args or {}))


def cell_middles(extent: tuple[float, float, float, float], cells: int) -> np.ndarray:
    x0, x1, y0, y1 = extent
    x, y = (low + (high - low) * (np.arange(cells) + 0.5) / cells for low, high in ((x0, x1), (y0, y1)))
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


# ---- what the issue promises ---------------------------------------------------------------------


def test_all_fifteen_presets_are_found():
    names = "two_moons circles rings two_spirals pinwheel checkerboard eight_gaussians grid_25 swiss_roll"
    assert set(PRESETS) == {*names.split(), "square", "circle", "ellipse", "line", "triangle", "cross"}


@pytest.mark.parametrize(
    ("name", "args", "nats"),
    [
        ("eight_gaussians", {"radius": 2.0, "noise": 0.05}, -1.0741),
        ("checkerboard", {}, 3.4657),
        ("two_moons", {"noise": 0.1}, 1.0076),
    ],
)
def test_entropies_are_those_known(name, args, nats):
    assert density(name, args).entropy() == pytest.approx(nats, abs=1e-4)


# ---- laws ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "args"), CASES)
def test_the_mean_of_minus_log_prob_over_samples_is_the_entropy(name, args):
    truth = density(name, args)
    points, _ = truth.sample(20_000, np.random.default_rng(1))
    surprise = -truth.log_prob(points)
    standard_error = surprise.std() / math.sqrt(len(surprise))
    assert truth.entropy() == pytest.approx(surprise.mean(), abs=4 * standard_error + 1e-9)


@pytest.mark.parametrize(("name", "args"), CASES)
def test_samples_fill_a_coarse_grid_as_the_density_says(name, args):
    """Chi-square over 10 by 10 cells, each integrated on 40 by 40 points of its own; the whole integral is 1."""
    truth, count, cells, fine = density(name, args), 40_000, 10, 40
    x0, x1, y0, y1 = extent = truth.extent()
    mass = np.exp(truth.log_prob(cell_middles(extent, cells * fine))) * (x1 - x0) * (y1 - y0) / (cells * fine) ** 2
    mass = mass.reshape(cells, fine, cells, fine).sum(axis=(1, 3))
    assert mass.sum() == pytest.approx(1.0, abs=2e-3)  # what the home view cuts off

    points, _ = truth.sample(count, np.random.default_rng(2))
    edges = [np.linspace(low, high, cells + 1) for low, high in ((y0, y1), (x0, x1))]
    found, _, _ = np.histogram2d(points[:, 1], points[:, 0], bins=edges)
    expected = count * mass
    counts = expected > 5
    chi_square = ((found - expected)[counts] ** 2 / expected[counts]).sum()
    degrees = counts.sum()
    assert chi_square < degrees + 5 * math.sqrt(2 * degrees)


@pytest.mark.parametrize(("name", "args"), CASES)
def test_the_home_view_is_square_and_holds_nearly_all_points(name, args):
    truth = density(name, args)
    x0, x1, y0, y1 = truth.extent()
    points, _ = truth.sample(20_000, np.random.default_rng(3))
    is_inside = (abs(points - [(x0 + x1) / 2, (y0 + y1) / 2]) <= (x1 - x0) / 2).all(axis=1)
    assert x1 - x0 == pytest.approx(y1 - y0)
    assert is_inside.mean() >= 0.999
    assert 0.65 <= np.ptp(points, axis=0).max() / (x1 - x0) <= 1.0


@pytest.mark.parametrize("name", PRESETS)
def test_the_same_seed_gives_the_same_points_and_another_gives_others(name):
    first, again, other = (datasets.draw(Data(preset=name, n=50), seed) for seed in (7, 7, 8))
    assert np.array_equal(first.points, again.points)
    assert np.array_equal(first.labels, again.labels)
    assert not np.array_equal(first.points, other.points)


@pytest.mark.parametrize(("name", "args"), THINNEST_AND_WIDEST)
def test_every_knob_may_go_to_its_ends(name, args):
    truth = density(name, args)
    points, labels = truth.sample(200, np.random.default_rng(0))
    assert np.isfinite(points).all()
    assert labels.max() <= 3
    assert math.isfinite(truth.entropy()) == truth.has_log_prob
    if truth.has_log_prob:
        assert np.isfinite(truth.log_prob(points)).all()


# ---- the contract --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_says_what_it_is_and_where_it_comes_from(name):
    entry = entry_of(name, PRESETS[name])
    assert entry.title
    assert entry.help.endswith(".")
    assert entry.source
    assert "noise" in {knob.name for knob in entry.knobs}
    for knob in entry.knobs:
        assert isinstance(knob, Knob)
        assert knob.help.endswith(".")
        assert knob.low is not None
        assert knob.high is not None


@pytest.mark.parametrize("name", PRESETS)
def test_the_equation_of_a_preset_can_be_drawn(name):
    ziamath = pytest.importorskip("ziamath")
    equation = entry_of(name, PRESETS[name]).equation
    if equation:
        assert "<svg" in ziamath.Latex(equation).svg()


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_draws_arrays_of_the_right_kind(name):
    drawn = datasets.draw(Data(preset=name, n=17), seed=0)
    assert drawn.points.shape == (17, 2)
    assert drawn.points.dtype == np.float64
    assert drawn.labels.shape == (17,)
    assert drawn.labels.dtype == np.uint8
    assert drawn.truth == Data(preset=name, n=17)
    assert drawn.density is not None


def test_params_of_presets_are_frozen():
    assert all(module.Params.__struct_config__.frozen for module in PRESETS.values())
    assert all(issubclass(module.Params, msgspec.Struct) for module in PRESETS.values())


def test_an_unknown_preset_is_named_together_with_those_there_are():
    with pytest.raises(Notice, match="no preset 'eight_gausians'; there is: eight_gaussians, two_moons"):
        datasets.draw(Data(preset="eight_gausians"), 0)


def test_an_unknown_knob_of_a_preset_is_named():
    with pytest.raises(Notice, match=r"data\.args has no 'radios'; it has: radius, noise"):
        datasets.draw(Data(preset="eight_gaussians", args={"radios": 2.0}), 0)


# ---- oracles -------------------------------------------------------------------------------------


def test_moons_without_noise_lie_on_the_arcs_of_scikit_learn():
    from sklearn.datasets import make_moons

    drawn = datasets.draw(Data(preset="two_moons", n=500, args={"noise": 0.0}), seed=0)
    theirs, classes = make_moons(2001, noise=None)
    for label in (0, 1):
        ours, arc = drawn.points[drawn.labels == label], theirs[classes == label]
        distances = np.linalg.norm(ours[:, None] - arc[None], axis=2).min(axis=1)
        assert len(ours) > 200
        assert distances.max() < np.pi / 2000


def test_the_swiss_roll_is_that_of_scikit_learn_at_a_fifth():
    from sklearn.datasets import make_swiss_roll

    ours, _ = density("swiss_roll", {"noise": 0.0}).sample(4000, np.random.default_rng(0))
    theirs = make_swiss_roll(4000, random_state=0)[0][:, [0, 2]] / 5
    assert np.linalg.norm(ours[:300, None] - theirs[None], axis=2).min(axis=1).max() < 0.05
    assert np.linalg.norm(ours, axis=1).mean() == pytest.approx(np.linalg.norm(theirs, axis=1).mean(), abs=0.03)


def test_a_curve_without_noise_has_no_density_and_says_so():
    truth = density("circle", {"noise": 0.0})
    assert not truth.has_log_prob
    assert math.isnan(truth.entropy())
    with pytest.raises(ValueError, match="ask has_log_prob first"):
        truth.log_prob(np.zeros((1, 2)))


def test_the_checkerboard_is_empty_between_its_squares():
    log_p = density("checkerboard").log_prob(np.array([[-3.0, -3.0], [-1.0, -3.0], [9.0, 0.0]]))
    assert log_p.tolist() == [-math.log(32), -math.inf, -math.inf]


@pytest.mark.parametrize("name", ["circles", "rings", "two_moons", "two_spirals"])
def test_labels_tell_the_curves_apart(name):
    points, labels = density(name, {"noise": 0.0}).sample(400, np.random.default_rng(0))
    kinds = np.unique(labels)
    assert len(kinds) >= 2
    for one, other in pairwise(kinds):
        gaps = np.linalg.norm(points[labels == one][:, None] - points[labels == other][None], axis=2)
        assert np.median(gaps.min(axis=1)) > 0.2


def test_spirals_are_covered_evenly_along_their_length():
    points, labels = density("two_spirals", {"noise": 0.0}).sample(40_000, np.random.default_rng(0))
    radius = np.linalg.norm(points[labels == 0], axis=1)
    s = np.linspace(0, 1, 20_001)
    travelled = np.cumsum(np.sqrt(1 + (2 * np.pi * 1.5 * s) ** 2))
    expected_median = 3 * s[np.searchsorted(travelled, travelled[-1] / 2)]
    assert np.median(radius) == pytest.approx(expected_median, abs=0.03)
