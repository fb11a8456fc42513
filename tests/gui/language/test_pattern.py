"""Texts with places: what stands in them is found and put in its place, and no text makes it slow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.notice import Notice
from gui.language.pattern import compiled

words = st.text(st.characters(categories=("L",)), min_size=1, max_size=8)


def filled(key, translation, text):
    pattern, wording = compiled(key, translation)
    values = pattern.match(text)
    return None if values is None else wording.filled(values)


@given(words, st.lists(st.tuples(words, words), min_size=1, max_size=5))
def test_what_was_put_into_the_places_is_found_again(start, pairs):
    key = f"<{start}>" + "".join(f"{{}}<{after}>" for _, after in pairs)
    text = f"<{start}>" + "".join(f"{value}<{after}>" for value, after in pairs)
    pattern, wording = compiled(key, key)
    values = pattern.match(text)
    assert values is not None
    assert wording.filled(values) == text


@given(words, words, words)
def test_places_may_change_their_order(a, b, c):
    assert filled("<{}>|{}|{}", "{3}-{1}-{2}", f"<{a}>|{b}|{c}") == f"{c}-{a}-{b}"
    assert filled("<{x}>|{y}", "{y} {x} {y}", f"<{a}>|{b}") == f"{b} {a} {b}"


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_key_matches_or_is_refused_in_a_sentence(key, text):
    try:
        pattern, _ = compiled(key, key)
    except Notice:
        return
    found = pattern.match(text)
    assert found is None or all(found)


def test_an_empty_value_does_not_match():
    assert filled("{} points", "{} Punkte", " points") is None
    assert filled("{} points", "{} Punkte", "3 points") == "3 Punkte"


@pytest.mark.parametrize(
    ("key", "translation"),
    [("{} points", "Punkte"), ("{} of {}", "{}"), ("{} points", "{} von {}"), ("{a}", "{b}"), ("{}", "{2}"),
     ("{}{}", "{}{}"), ("{}." * 10, "{}." * 10)],
)  # fmt: skip
def test_places_that_do_not_fit_are_refused_with_the_key(key, translation):
    with pytest.raises(Notice) as raised:
        compiled(key, translation)
    assert key[:20] in str(raised.value)


def test_a_text_made_to_be_tried_again_and_again_is_not():
    pattern, _ = compiled("{}a{}a{}a{}a{}a{}b", "{1}{2}{3}{4}{5}{6}")
    # A search that goes back would take years.
    assert pattern.match("a" * 200_000) is None
