"""What a knob lets through, and the sentence with which it refuses the rest."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.knobs import checked, knob, knobs_of, make, starts_afresh
from engine.notice import Notice


class Params(msgspec.Struct, frozen=True):
    rate: float = knob(0.1, low=0.01, high=1.0, scale="log", help="How fast.")
    depth: int = knob(2, low=1, high=6, makes_new_network=True, help="How deep.")
    shape: str = knob("round", choices=("round", "square"), help="Which shape.")
    is_open: bool = knob(True, help="Whether it is open.")
    shift: float = knob(0.0, help="Any finite number.")


KNOBS = {each.name: each for each in knobs_of(Params)}
ANYTHING = st.one_of(
    st.booleans(), st.integers(), st.floats(), st.text(max_size=50), st.none(), st.lists(st.integers(), max_size=2)
)


def test_defaults_are_those_declared():
    assert make(Params, {}, "p") == Params(rate=0.1, depth=2, shape="round", is_open=True, shift=0.0)


def test_a_knob_knows_its_field_and_how_to_write_it_for_people():
    assert list(KNOBS) == ["rate", "depth", "shape", "is_open", "shift"]
    assert KNOBS["is_open"].label == "is open"


def test_both_ends_of_a_range_are_allowed():
    assert make(Params, {"rate": 0.01, "depth": 1}, "p") == Params(rate=0.01, depth=1)
    assert make(Params, {"rate": 1.0, "depth": 6}, "p") == Params(rate=1.0, depth=6)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("rate", 0.009, "it must be from 0.01 to 1"),
        ("rate", 1.001, "it must be from 0.01 to 1"),
        ("rate", math.nan, "it must be finite"),
        ("rate", math.inf, "it must be finite"),
        ("shift", -math.inf, "it must be finite"),
        ("rate", "0.1", "it must be a number"),
        ("rate", True, "it must be a number"),
        ("rate", None, "it must be a number"),
        ("depth", 0, "it must be from 1 to 6"),
        ("depth", 7, "it must be from 1 to 6"),
        ("depth", 2.5, "it must be a whole number"),
        ("depth", math.nan, "it must be a whole number"),
        ("depth", math.inf, "it must be a whole number"),
        ("depth", False, "it must be a whole number"),
        ("depth", [2], "it must be a whole number"),
        ("shape", "oval", "it must be one of round, square"),
        ("shape", 1, "it must be text"),
        ("is_open", 1, "it must be true or false"),
        ("is_open", "true", "it must be true or false"),
    ],
)
def test_a_wrong_value_is_refused_in_a_sentence_that_names_the_knob(name, value, reason):
    with pytest.raises(Notice) as refusal:
        make(Params, {name: value}, "model.params")
    assert str(refusal.value).startswith(f"model.params.{name} is ")
    assert str(refusal.value).endswith(f"; {reason}.")


@pytest.mark.parametrize("name", ["rate", "depth"])
@pytest.mark.parametrize("value", [10**400, -(10**400), 10**5000], ids=["huge", "very negative", "beyond printing"])
def test_a_number_too_large_for_a_float_is_refused_like_any_other(name, value):
    with pytest.raises(Notice, match=rf"^p\.{name} "):
        make(Params, {name: value}, "p")


def test_a_long_value_is_not_repeated_in_full():
    with pytest.raises(Notice) as refusal:
        make(Params, {"shape": "o" * 10_000}, "p")
    assert len(str(refusal.value)) < 150


def test_an_unknown_name_is_refused_and_the_known_ones_are_listed():
    with pytest.raises(Notice, match=r"^p has no 'raet'; it has: rate, depth, shape, is_open, shift\.$"):
        make(Params, {"raet": 0.1}, "p")


def test_a_whole_number_will_do_for_a_float_and_becomes_one():
    rate = make(Params, {"rate": 1}, "p").rate
    assert rate == 1.0
    assert type(rate) is float


def test_a_float_without_a_fraction_will_do_for_a_whole_number_and_becomes_one():
    depth = make(Params, {"depth": 3.0}, "p").depth
    assert depth == 3
    assert type(depth) is int


@given(st.dictionaries(st.sampled_from([*KNOBS, "other"]), ANYTHING))
def test_whatever_is_asked_for_is_either_a_value_in_range_or_a_notice(values):
    try:
        result = checked(tuple(KNOBS.values()), values, "p")
    except Notice:
        return
    assert result.keys() == values.keys()
    for name, value in result.items():
        each = KNOBS[name]
        assert type(value) is type(each.default)
        assert value == values[name]
        if each.low is not None:
            assert each.low <= value <= each.high
        if each.choices:
            assert value in each.choices


def test_only_a_changed_knob_that_makes_a_new_network_starts_afresh():
    assert not starts_afresh(Params(), Params(rate=0.5, shape="square", is_open=False))
    assert starts_afresh(Params(), Params(depth=3))
    assert not starts_afresh(Params(depth=3), Params(depth=3, shift=1.0))


def test_the_params_of_another_family_start_afresh():
    class Other(msgspec.Struct, frozen=True):
        depth: int = knob(2, low=1, high=6, help="How deep.")

    assert starts_afresh(Params(), Other())


@pytest.mark.parametrize(
    "wrong",
    [
        {"default": 2.0, "low": 0.0, "high": 1.0},
        {"default": "c", "choices": ("a", "b")},
        {"default": math.nan},
        {"default": 0.5, "low": 0.0, "high": 1.0, "scale": "log"},
        {"default": 0.5, "scale": "log"},
    ],
    ids=["out of range", "no such choice", "not finite", "log from zero", "log without a low"],
)
def test_a_declaration_that_contradicts_itself_is_an_error_at_import(wrong):
    with pytest.raises(ValueError, match=r"^knob\("):
        knob(**wrong, help="Wrong.")
