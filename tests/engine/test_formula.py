"""Formulas that are typed: values against Python's math, slopes against autograd, and every mistake with its place."""

import math
import time
import warnings
from functools import reduce

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.formula import FormulaError, parse
from engine.notice import Notice

CPU = torch.device("cpu")
steady = settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
ONE = ("exp", "log", "sqrt", "sin", "cos", "tanh", "abs", "softplus")
MANY = ("min", "max", "logsumexp")


def _grown(inner):
    """Larger formulas out of smaller ones."""
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/"]), inner),
        st.builds("{} {} {}".format, inner, st.sampled_from(["+", "-", "*", "/"]), inner).map("({})".format),
        st.builds("({})**{}".format, inner, st.sampled_from(["2", "3", "-1", "-2", "0", "1", "0.5", "1.7", "5.0"])),
        st.builds("({}**{})".format, st.sampled_from(["2", "0.3", "x", "(1 + y**2)"]), inner),
        st.builds("-{}".format, inner).map("({})".format),
        st.builds("{}({})".format, st.sampled_from(ONE), inner),
        st.builds("{}({})".format, st.sampled_from(MANY), st.lists(inner, min_size=2, max_size=4).map(", ".join)),
    )


formulas = st.recursive(st.sampled_from(["x", "y", "x", "y", "2", "0.5", "pi", "1.25e0"]), _grown, max_leaves=10)
coordinates = st.floats(-3, 3).map(lambda value: value + 0.0123456789)


def parsed(text):
    try:
        return parse(text)
    except FormulaError as error:
        # A part without x and y that has no value, or a whole without them.
        refused = error
    assert 0 <= refused.start < refused.end <= len(text)
    return assume(False)


def log_sum_exp(*values):
    top = max(values)
    return top + math.log(sum(math.exp(value - top) for value in values))


MATH = {name: getattr(math, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tanh", "pi")}
MATH |= {"abs": math.fabs, "min": min, "max": max, "logsumexp": log_sum_exp, "softplus": lambda a: log_sum_exp(a, 0.0)}


def tensor(value):
    return torch.as_tensor(value, dtype=torch.float64)


def torch_name(function):
    return lambda *values: function(*torch.broadcast_tensors(*(tensor(value) for value in values)))


TORCH = {name: torch_name(getattr(torch, name)) for name in ONE if name != "softplus"}
TORCH |= {
    "pi": math.pi,
    "softplus": torch_name(lambda a: torch.logaddexp(a, torch.zeros_like(a))),
    "min": torch_name(lambda *each: reduce(torch.minimum, each)),
    "max": torch_name(lambda *each: reduce(torch.maximum, each)),
    "logsumexp": torch_name(lambda *each: reduce(torch.logaddexp, each)),
}


@given(formulas, coordinates, coordinates)
@settings(steady, max_examples=150)
def test_the_energy_is_what_pythons_math_says(text, x, y):
    target = parsed(text).target(CPU)
    try:
        expected = eval(text, {"__builtins__": {}}, {**MATH, "x": x, "y": y})
    except (ValueError, ZeroDivisionError, OverflowError, TypeError):
        return  # not finite, or complex
    assume(isinstance(expected, int | float) and abs(expected) < 1e8)
    energy = target.energy(torch.tensor([[x, y]], dtype=torch.float64))
    assert float(energy) == pytest.approx(expected, rel=1e-7, abs=1e-7)


@given(formulas, st.integers(0, 1000))
@settings(steady, max_examples=150)
def test_the_score_is_minus_what_autograd_says(text, seed):
    target = parsed(text).target(CPU)
    points = torch.rand(20, 2, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) * 6 - 3
    before = points.clone()
    energy, score = target.energy_and_score(points)
    assert torch.equal(points, before)
    assert energy.shape == (20,)
    assert score.shape == (20, 2)
    torch.testing.assert_close(target.energy(points), energy, equal_nan=True)
    torch.testing.assert_close(target.score(points), score, equal_nan=True)
    assert torch.equal(energy.isfinite(), score.isfinite().all(1))
    at = points.requires_grad_()
    its_energy = eval(text, {"__builtins__": {}}, {**TORCH, "x": at[:, 0], "y": at[:, 1]})
    (gradient,) = torch.autograd.grad(its_energy.sum(), at)
    is_usable = gradient.isfinite().all(1) & energy.isfinite() & (gradient.abs().amax(1) < 1e6)
    torch.testing.assert_close(energy[is_usable], its_energy[is_usable].detach(), rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(score[is_usable], -gradient[is_usable], rtol=1e-5, atol=1e-5)


@given(formulas)
@settings(steady, max_examples=20)
def test_every_formula_is_typeset(text):
    latex = parsed(text).latex
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from ziamath.zmath import Latex
    assert "<path" in Latex(latex).svg()


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("(x**2 + y**2) / 2", r"\frac{x^{2} + y^{2}}{2}"),
        ("2*x*y", r"2 \, x \, y"),
        ("2*3*x", r"2 \cdot 3 \, x"),
        ("2*(x/3)", r"2 \cdot \frac{x}{3}"),
        ("x - (y - 1)", r"x - \left(y - 1\right)"),
        ("x - y - 1", "x - y - 1"),
        ("x + (y + 1)", "x + y + 1"),
        ("x + -y", r"x + \left(-y\right)"),
        ("-x**2", "-x^{2}"),
        ("(-x)**2", r"\left(-x\right)^{2}"),
        ("-(x + y)*2", r"-\left(x + y\right) \cdot 2"),
        ("(x**2)**3", r"\left(x^{2}\right)^{3}"),
        ("x**y**2", "x^{y^{2}}"),
        ("x**(y + 1)", "x^{y + 1}"),
        ("sqrt(x + 1)", r"\sqrt{x + 1}"),
        ("abs((x))", r"\left|x\right|"),
        ("sin(pi*x)**2", r"\sin\left(\pi \, x\right)^{2}"),
        ("softplus(x)", r"\operatorname{softplus}\left(x\right)"),
        ("max(x, y)", r"\max\left(x, y\right)"),
        (".5*x + 2.*y", r"0.5 \, x + 2 \, y"),
        ("1e-3*x + 2.5e4*y", r"10^{-3} \, x + 2.5 \cdot 10^{4} \, y"),
        ("+x", "x"),
    ],
)
def test_it_is_typeset_with_no_more_parentheses_than_it_takes(text, latex):
    assert parse(text).latex == latex
    assert parse(text).text == text


MISTAKES = [
    ("", 0, 0, "Type an energy"),
    ("   ", 0, 3, "Type an energy"),
    ("x^2", 1, 2, r"\*\*"),
    ("2x + y", 0, 2, r"2 \* x"),
    ("2(x + y)", 0, 2, "operator is missing"),
    ("(x)(y)", 2, 4, "operator is missing"),
    ("x y", 0, 3, r"x \* y"),
    ("x(y)", 0, 2, "operator is missing"),
    ("1 + xy", 4, 6, r"x \* y"),
    ("x2 + y", 0, 2, r"x \* 2"),
    ("pix", 0, 3, r"pi \* x"),
    ("1 + foo(x)", 4, 7, "There is no foo: there is x, y, pi, exp"),
    ("e**x", 0, 1, r"exp\(1\)"),
    ("ln(x)", 0, 2, "write log"),
    ("Exp(x)", 0, 3, "write exp"),
    ("exp + x", 0, 3, "parentheses around its argument"),
    ("x + exp", 4, 7, "parentheses around its argument"),
    ("sin x", 0, 3, "parentheses around its argument"),
    ("exp(x, y)", 0, 9, "exp takes one argument, not 2"),
    ("x + min(x)", 4, 10, "min takes two or more arguments, not 1"),
    ("(x + (y - 1)", 0, 1, "never closed"),
    ("exp(x", 3, 4, "never closed"),
    ("x + y)", 5, 6, "No parenthesis was opened"),
    ("x +", 2, 3, r"missing after \+"),
    ("* x", 0, 1, r"missing before \*"),
    ("x * / y", 2, 5, r"missing after \* and before /"),
    ("x // y", 2, 4, "missing after / and before /"),
    ("x + ()", 4, 6, "missing after"),
    ("exp()", 3, 5, "missing after"),
    ("max(x,)", 5, 7, "missing after ,"),
    ("max(,x)", 3, 5, "missing after"),
    ("x, y", 1, 2, "comma"),
    ("0,5*x", 1, 2, "as in 0.5"),
    ("sin((x, y))", 6, 7, "comma"),
    ("x + log(-1)", 4, 11, "log needs a number above 0"),
    ("x + log(0)", 4, 10, "log needs"),
    ("sqrt(2 - 3) * x", 0, 11, "sqrt needs"),
    ("x * (-1)**0.5", 4, 13, "whole powers only"),
    ("0**(-1) + x", 0, 7, "0 has no negative"),
    ("x + 1/0", 4, 7, "divides by zero"),
    ("x / (1 - 1)", 0, 11, "divides by zero"),
    ("x + 9**9**9**9", 7, 14, "too large"),
    ("x + 1e999", 4, 9, "too large"),
    ("x + exp(100)", 4, 12, "too large"),
    ("007*x", 0, 3, "Write 7"),
    ("3 + pi", 0, 6, "flat"),
    ("x.real", 1, 2, "point"),
    ("x = 3", 2, 3, "comparison"),
    ("x < y", 2, 3, "comparison"),
    ("(z := x)", 1, 2, "There is no z"),
    ("exp(x=1)", 5, 6, "assignment"),
    ("exp(*x)", 3, 5, "missing after"),
    ("exp(**x)", 3, 6, "missing after"),
    ("|x|", 0, 1, "abs"),
    ("x + 'a'", 4, 5, "no text"),
    ("lambda: x", 0, 6, "There is no lambda"),
    ("x if y else 1", 2, 4, "There is no if"),
    ("x − y", 2, 3, "type -"),
    ("x²", 1, 2, r"\*\*2"),
    ("y + 𝑥", 4, 5, r"U\+1D465"),
    ("y + ｘ", 4, 5, r"U\+FF58"),
    ("y + х", 4, 5, r"U\+0445"),  # Cyrillic
    ("é + x^2", 0, 1, r"U\+00E9"),
    ("x\x00", 1, 2, r"U\+0000"),
    ("x\u202e", 1, 2, r"U\+202E"),
    ("x + \ud800", 4, 5, r"U\+D800"),
    ("x # y", 2, 3, "no meaning"),
    ("x\\\n", 1, 2, "no meaning"),
]


@pytest.mark.parametrize(("text", "start", "end", "sentence"), MISTAKES)
def test_a_mistake_is_named_with_its_place(text, start, end, sentence):
    with pytest.raises(FormulaError, match=sentence) as caught:
        parse(text)
    assert (caught.value.start, caught.value.end) == (start, end)
    assert str(caught.value).endswith(".")
    assert isinstance(caught.value, Notice)


HOSTILE = [
    "9**9**9**9 + x",
    "x + " + "9" * 1990,
    "x + 1e" + "9" * 1000,
    "(" * 1000 + "x" + ")" * 999,
    "(" * 999 + "x" + ")" * 999,
    "-" * 1999 + "x",
    "+-" * 999 + "x",
    "x**" * 600 + "x",
    "2**-" * 490 + "x",
    "exp(" * 400 + "x" + ")" * 400,
    "x" * 2000,
    "x" * 10_000_000,
    "max(" + "x," * 900,
    "__import__('os').system('true')",
    "().__class__.__bases__[0]",
    "exp.__globals__ + x",
    "open('/etc/passwd')",
    "x if x > 0 else y",
    "[x for x in y]",
    "{x: y}",
    "x[0]",
    "lambda x: x",
    "f'{x}'",
    "b'x' + x",
    "(x := 9)",
    "x and y",
    "not x",
    "x in y",
    "await x",
    "yield x",
    "exp(x)(y)",
    "exp(x, **y)",
    "exp(key=x)",
    "True + x",
    "None",
    "1j * x",
    "0x10 * x",
    "1_000 * x",
    "x; y",
    "x\nimport os",
    "x @ y",
    "~x",
    "x << 9999999999",
    "...",
    "\x00" * 100,
    "ｅｘｐ(x)",
    "𝐞𝐱𝐩(x)",
    "ﬀ(x)",
    "'" * 1999,
    "\\" * 1999,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_hostile_is_refused_at_once(text):
    took = []
    for _ in range(3):
        start = time.perf_counter()
        with pytest.raises(FormulaError) as caught:
            parse(text)
        took.append(time.perf_counter() - start)
    assert min(took) < 0.05
    assert 0 <= caught.value.start < caught.value.end <= len(text)
    assert len(str(caught.value)) < 300


@given(st.text(st.sampled_from("xy()+-*/.,12e exp logmin\n^é"), max_size=30))
@settings(steady, max_examples=300)
def test_any_text_is_read_or_refused_with_a_place(text):
    try:
        formula = parse(text)
    except FormulaError as error:
        refused = error
    else:
        energy, score = formula.target(CPU).energy_and_score(torch.zeros(3, 2))
        assert energy.shape == (3,)
        assert score.shape == (3, 2)
        return
    assert 0 <= refused.start <= refused.end <= len(text)


@pytest.mark.parametrize(
    "text", ["+".join(["x*y"] * 500), "x" + "-y*2" * 480, "max(" + ",".join("xy" * 400) + ")", "1" + "/x" * 900]
)
def test_a_long_formula_is_read(text):
    formula = parse(text)
    energy, score = formula.target(CPU).energy_and_score(torch.tensor([[1.0, 2.0]]))
    x, y = (torch.tensor([value], requires_grad=True) for value in (1.0, 2.0))
    expected = eval(text, {}, {"x": x, "y": y, "max": lambda *each: reduce(torch.maximum, each)})
    torch.testing.assert_close(energy, expected.detach())
    # Every tie is split by autograd.
    if "max" not in text:
        gradient = torch.autograd.grad(expected, [x, y], materialize_grads=True)
        torch.testing.assert_close(score, -torch.cat(gradient)[None])


def test_spaces_and_line_breaks_change_nothing():
    assert parse("  x **\n 2\t+ y ").latex == "x^{2} + y"


def test_where_the_energy_is_not_finite_the_score_is_not_either_and_nowhere_else():
    x = torch.tensor([[-1.0, 0.0], [0.0, 0.0], [1.0, 0.0], [2.0, 5.0]])
    for text, is_finite in [
        ("log(x) + y**2", [False, False, True, True]),
        ("1/x + y", [True, False, True, True]),
        ("sqrt(x) + y", [False, True, True, True]),
        ("sqrt(x**2 + y**2)", [True, True, True, True]),
        ("x**2 + exp(y*100)", [True, True, True, False]),
        ("abs(x)**0.5", [True, True, True, True]),
        ("x**y", [True, True, True, True]),
    ]:
        energy, score = parse(text).target(CPU).energy_and_score(x)
        assert energy.isfinite().tolist() == is_finite, text
        assert score.isfinite().all(1).tolist() == is_finite, text


def test_the_tip_of_a_cone_has_no_slope():
    _, score = parse("(sqrt(x**2 + y**2) - 2)**2").target(CPU).energy_and_score(torch.zeros(1, 2))
    assert score.tolist() == [[0.0, 0.0]]


def test_what_comes_out_is_nobody_elses():
    """A caller may write on the energy and on the score."""
    for text in ("x", "y + 0*x", "exp(x)", "x + 2*y", "x*y"):
        points = torch.rand(5, 2)
        before = points.clone()
        energy, score = parse(text).target(CPU).energy_and_score(points)
        kept = score.clone()
        energy.fill_(7.0)
        assert torch.equal(score, kept)
        score.fill_(8.0)
        assert torch.equal(points, before)


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("(x**2 + y**2) / 2", 3),
        ("2*x + 3*y + 1", 5),
        ("(x**2 + y - 11)**2 + (x + y**2 - 7)**2", 11),
        ("exp(x*y) + exp(x*y)**2", 8),
    ],
)
def test_few_operators_are_needed(text, most):
    """Himmelblau by hand: two squares, two sums of three, their squares' sum, and two slopes of two products each."""
    assert parse(text).target(CPU).num_steps <= most


def test_no_points_are_no_trouble():
    energy, score = parse("logsumexp(x, y, 1) + min(x, 2)").target(CPU).energy_and_score(torch.zeros(0, 2))
    assert energy.shape == (0,)
    assert score.shape == (0, 2)


def test_single_precision_comes_out_as_it_went_in():
    energy, score = parse("max(x, 1) + abs(y) + logsumexp(x, 2*y)").target(CPU).energy_and_score(torch.rand(4, 2))
    assert energy.dtype == score.dtype == torch.float32
