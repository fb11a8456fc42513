"""Formulas of codes: what they weigh, laws, and what is refused."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.formula_text import FormulaError
from engine.images.code_algebra import weights_of

NAMES = ("A", "B", "C", "D", "glasses_2")


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("A - B + C", {"A": 1, "B": -1, "C": 1}),
        ("A - B + 0.5*(C + D)", {"A": 1, "B": -1, "C": 0.5, "D": 0.5}),
        ("  -A\n", {"A": -1}),
        ("(A + B) / 2", {"A": 0.5, "B": 0.5}),
        ("A - (B - (C - D))", {"A": 1, "B": -1, "C": 1, "D": -1}),
        ("(1 + 2) * A * 2", {"A": 6}),
        ("A + glasses_2 - A", {"glasses_2": 1}),
        ("A - A", {}),
        ("+A*1e2", {"A": 100}),
        ("A*12e-1 + 1.5E1*B", {"A": 1.2, "B": 15}),
    ],
)
def test_a_formula_gives_the_weight_of_each_code(text, weights):
    assert weights_of(text, NAMES) == weights


@pytest.mark.parametrize(
    ("text", "sentence", "place"),
    [
        ("", "Type a sum of codes", (0, 0)),
        ("A + E", "There is no E: there is A, B, C, D, glasses_2", (4, 5)),
        ("A * B", "Two codes cannot be multiplied", (0, 5)),
        ("A + 1", "A number cannot be added to a code", (0, 5)),
        ("2 / A", "This divides by a code", (4, 5)),
        ("A / (1 - 1)", "This divides by zero", (5, 10)),
        ("3 + 4", "This has no code in it", (0, 5)),
        ("A - (B", "This parenthesis is never closed", (4, 5)),
        ("A) + (B", "No parenthesis was opened", (1, 2)),
        ("A ** 2", "This is no part of a formula", (0, 6)),
        ("A // 2", "This is no part of a formula", (0, 6)),
        ("A.real", "This is no part of a formula", (0, 6)),
        ("A(B)", "This is no part of a formula", (0, 4)),
        ("True * A", "This is no part of a formula", (0, 4)),
        ("1j * A", r"A \* is missing here", (0, 2)),
        ("A + ", "This is not understood", None),
        ("A B", "This is not understood", None),
        ("A + 2B", r"A \* is missing here: write 2\*B", (4, 6)),
        ("0x1F * A", r"A \* is missing here: write 0\*x1F", (0, 4)),
        ("1or A", r"A \* is missing here", (0, 3)),
        ("A − B", "type - for minus", (2, 3)),
        ("A[0]", r"The sign \[ has no meaning here", (1, 2)),
        ("A, B", "The sign , has no meaning", (1, 2)),
        ("__import__('os')", "The sign ' has no meaning", (11, 12)),
        ("A * 1e999", "This number is too large", (4, 9)),
        ("A * 1000000 * 1000000", "This number is too large", (0, 21)),
        ("(" * 41 + "A" + ")" * 41, "More than 40 parentheses", (40, 41)),
        ("A" * 401, "401 characters: 400 is the most", (400, 401)),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, sentence, place):
    with pytest.raises(FormulaError, match=sentence) as caught:
        weights_of(text, NAMES)
    assert place is None or (caught.value.start, caught.value.end) == place


@pytest.mark.parametrize("text", ["-" * 398 + "A", "+".join("A" * 200), "A" + "*1" * 199, "(" * 40 + "A" + ")" * 40])
def test_the_deepest_formulas_are_read(text):
    assert set(weights_of(text, NAMES)) == {"A"}


@given(st.text("AB12.+-*/() e", max_size=30))
def test_any_text_gives_weights_or_a_sentence_with_a_place(text):
    wrong = None
    try:
        weights = weights_of(text, ("A", "B"))
    except FormulaError as error:
        wrong = error
    if wrong:
        assert 0 <= wrong.start <= wrong.end <= max(len(text), wrong.start)
        return
    # The oracle: A and B as the units of a plane.
    values = {"A": 1.0, "B": 1000.0}
    known = eval(compile(ast.parse(f"({text})", mode="eval"), "", "eval"), {}, values)
    assert sum(weight * values[name] for name, weight in weights.items()) == pytest.approx(known, rel=1e-9, abs=1e-9)
