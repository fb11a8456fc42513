"""The home view of an energy of which nothing is known: it holds the mass, is not much too large, or says why not."""

import math

import numpy as np
import pytest
import torch

from engine import catalogue
from engine.formula import home_view, parse
from engine.notice import Notice

CPU = torch.device("cpu")


def view(text):
    return home_view(parse(text).target(CPU))


def share(text, extent, reach, cells=500):
    """The part of the mass within the view, by a midpoint rule over so many times its width."""
    x0, x1, y0, y1 = extent
    along = (np.arange(cells) * 2 + 1 - cells) / cells * reach
    xs, ys = (x0 + x1) / 2 + (x1 - x0) / 2 * along, (y0 + y1) / 2 + (y1 - y0) / 2 * along
    points = torch.tensor(np.stack(np.meshgrid(xs, ys), -1).reshape(-1, 2))
    energy = parse(text).target(CPU).energy(points).numpy()
    energy = np.where(np.isfinite(energy), energy, np.inf)
    masses = np.exp(energy.min() - energy).reshape(cells, cells)
    inside = np.abs(along) < 1
    return masses[np.ix_(inside, inside)].sum() / masses.sum()


NORMAL = "((x - {x})**2 + (y - {y})**2) / (2 * {sd}**2)"
PAIR = "-logsumexp(-((x - {a})**2 + y**2) / (2*{sd}**2), -((x + {a})**2 + (y - 1)**2) / (2*{sd}**2))"


@pytest.mark.parametrize(
    ("x", "y", "sd"),
    [(0, 0, 1), (5, -3, 1), (1000, 0.5, 1), (70000, 3, 2), (0, 0, 0.001), (7, 3, 0.01), (0, 0, 50000), (-0.3, 8, 300)],
)
def test_a_normal_is_found_wherever_it_is_and_however_wide(x, y, sd):
    x0, x1, y0, y1 = view(NORMAL.format(x=x, y=y, sd=sd))
    assert x1 - x0 == pytest.approx(y1 - y0)
    half = (x1 - x0) / 2
    assert 3 * sd < half < 5 * sd
    assert abs((x0 + x1) / 2 - x) < 0.5 * sd
    assert abs((y0 + y1) / 2 - y) < 0.5 * sd


@pytest.mark.parametrize(("a", "sd"), [(1, 0.3), (5, 0.01), (100, 1), (3, 0.002)])
def test_both_of_two_modes_are_in_it_however_narrow(a, sd):
    x0, x1, y0, y1 = view(PAIR.format(a=a, sd=sd))
    assert x0 < -a < a < x1
    assert y0 < 0 < 1 < y1
    assert x1 - x0 < 4 * (a + 3 * sd)


@pytest.mark.parametrize(
    "text",
    [
        "(x**2 + y**2) / 2",
        "(x**2 + y - 11)**2 / 20 + (x + y**2 - 7)**2 / 20",
        "(sqrt(x**2 + y**2) - 2)**2 / 0.08",
        "abs(x) + abs(y)",
        "x**4 - 4*x**2 + y**2 + x*y",
        "5*(y - x**2)**2 + (1 - x)**2",
        "x**2/50 + y**2/50 + 3*sin(5*x)*sin(5*y)",
        "x**60 + y**60",
        "x**2/18 + y**2/2/exp(x) + x/2",
        "max(abs(x), abs(y))**2",
    ],
)
def test_it_holds_99_percent_of_the_mass_and_is_not_far_too_large(text):
    extent = view(text)
    assert share(text, extent, 4.0) > 0.99
    x0, x1, y0, y1 = extent
    a, b, c = (x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 5
    assert share(text, (a - c, a + c, b - c, b + c), 4.0) < 0.995


@pytest.mark.parametrize(
    "text",
    [
        "-log(x) + x + y**2/2",
        "sqrt(x - 1) + y**2 + x**2",
        "x**2 + y**2 + 0*sqrt(sin(3*x))",
        "sqrt(1 - x**2 - y**2)",
        "-log(x) - log(y) + x + y",
        "0*log(x**2 + y**2 - 1) + (x**2 + y**2)/8",
    ],
)
def test_a_formula_with_holes_has_a_view_too(text):
    extent = view(text)
    assert share(text, extent, 4.0) > 0.99


def test_a_heavy_tail_is_in_it_as_far_as_it_matters():
    """The density (1 + r^2)^-1.5 / (2 pi): within the square from -a to a it has 2/pi asin(a^2 / (1 + a^2))."""
    x0, x1, y0, y1 = view("1.5*log(1 + x**2 + y**2)")
    a = min(-x0, x1, -y0, y1)
    assert 2 / math.pi * math.asin(a**2 / (1 + a**2)) > 0.99


def test_a_pole_that_has_a_mass_is_no_trouble():
    x0, x1, _, _ = view("log(x**2 + y**2)/2 + x**2 + y**2")
    assert 1.5 < x1 < 4
    assert x0 == -x1


@pytest.mark.parametrize("text", ["0*x", "0*x + 1/0.1", "x - x + y*0"])
def test_a_flat_one_is_named(text):
    with pytest.raises(Notice, match=r"flat and has no finite mass: add for example \(x\*\*2 \+ y\*\*2\) / 50"):
        view(text)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "x + y**2",
        "-x**4 + y**2",
        "-exp(x) + y**2",
        "-sqrt(x**2 + y**2)",
        "x**2/2",
        "(x**2 - 1)**2",
        "(x - y)**2",
        "100*(y - x**2)**2",
        "1e4*y**2",
        "x**2*y**2",
        "-softplus(x) + x**2*y**2 + y**2",
        "sin(x) + cos(y)",
        "tanh(x) + tanh(y)",
        "exp(-x**2 - y**2)",
        "log(1 + x**2 + y**2)",
    ],
)
def test_one_without_a_finite_mass_is_refused_with_a_remedy(text):
    with pytest.raises(Notice, match=r"add for example \(x\*\*2 \+ y\*\*2\) / 50\."):
        view(text)


@pytest.mark.parametrize("text", ["log(-1 - x**2)", "sqrt(x - x - 1) + y", "1/(x - x)"])
def test_one_that_is_finite_nowhere_is_refused(text):
    with pytest.raises(Notice, match="No place was found where this energy is finite"):
        view(text)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("1/x + x**2 + y**2", r"near \(0, "),
        ("-1/(x**2 + y**2) + x**2 + y**2", r"near \(0, 0\)"),
        ("log(x**2 + y**2) + x**2 + y**2", r"near \(0, 0\)"),
        ("log(abs(x - 3)) + x**2 + y**2", "falls without end:"),
    ],
)
def test_one_with_a_pit_is_refused_with_the_remedy_for_a_pit(text, where):
    with pytest.raises(Notice, match=f"{where}.*away from 0"):
        view(text)


def test_the_remedy_helps():
    for text in ("x", "0*x", "sin(x) + cos(y)", "x**2/2", "(x**2 - 1)**2", "-sqrt(x**2 + y**2)", "tanh(x)"):
        extent = view(f"{text} + (x**2 + y**2) / 50")
        assert share(f"{text} + (x**2 + y**2) / 50", extent, 4.0) > 0.99


def test_a_constant_changes_nothing():
    assert view("x**2 + y**2 + 1000") == view("x**2 + y**2")


@pytest.mark.parametrize("name", ["eight_gaussians", "himmelblau", "donut", "funnel"])
def test_a_target_that_is_no_formula_has_one_about_as_large_as_its_own(name):
    module = catalogue.target_module(name)
    params = module.Params()
    x0, x1, y0, y1 = module.extent(params)
    a, b, c, d = home_view(module.target(params, CPU))
    assert b - a == pytest.approx(d - c)
    assert 0.7 < (b - a) / max(x1 - x0, y1 - y0) < 1.4
