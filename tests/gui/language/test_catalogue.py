"""A text of the window is found among those of a language: whole, with places, or part by part."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.notice import Notice
from gui.language.catalogue import Catalogue, parts_of

GERMAN = Catalogue(
    "Deutsch",
    {
        "Pen": "Stift",
        "Step size": "Schrittweite",
        "Draw points.": "Punkte zeichnen.",
        "It's a tool.": "Ein Werkzeug.",
        "&Theme": "&Design",
        "File": "Datei",
        "{} points": "{} Punkte",
        "Reset {}": "{} zurücksetzen",
        "{} of {}": "{} von {}",
        "Copied: {}": "Kopiert: {}",
        "From {} to {}.": "Von {} bis {}.",
        "{} cannot be opened.": "{} lässt sich nicht öffnen.",
        "nats": "Nat",
        "not yet": "",
    },
)


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("Pen", "Stift"),
        ("  Pen ", "  Stift "),
        ("Pen (P)\nDraw points.", "Stift (P)\nPunkte zeichnen."),
        ("<b>Pen</b> (P)<br>Draw points.", "<b>Stift</b> (P)<br>Punkte zeichnen."),
        ("<p>It&#x27;s a tool.</p><p>From 1 to 2.</p>", "<p>Ein Werkzeug.</p><p>Von 1 bis 2.</p>"),
        ("&Theme", "&Design"),
        ("&File", "&Datei"),
        ("2,000 points", "2,000 Punkte"),
        ("Reset step size", "Schrittweite zurücksetzen"),
        ('Step size <span style="color:#fff">nats</span>', 'Schrittweite <span style="color:#fff">Nat</span>'),
        ("3 of 5", "3 von 5"),
        ("Copied: it is 3 of 5 at least", "Kopiert: it is 3 of 5 at least"),
        ("a.csv cannot be opened.", "a.csv lässt sich nicht öffnen."),
        ("Pen ▾", "Stift ▾"),
        ("Draw points. Draw points.", "Punkte zeichnen. Punkte zeichnen."),
        ("not yet", "not yet"),
        ("12.5", "12.5"),
        ("", ""),
    ],
)
def test_a_text_is_translated_in_its_parts(english, german):
    assert GERMAN.translate(english) == german
    assert GERMAN.translate(english) == german  # as remembered


def test_a_text_of_few_letters_is_not_found_in_the_middle_of_a_sentence():
    for text in ("The end of the long road is here", "Take the last edit of the points, or of the land"):
        assert GERMAN.translate(text) == text


@given(st.text(max_size=200))
def test_any_text_gives_a_text(text):
    assert isinstance(GERMAN.translate(text), str)
    Catalogue("x", {"a": "b"}).knows(text)
    assert all(part in text for part in parts_of(text) if "<" not in text)


@given(
    st.dictionaries(st.text("ab {}.&<>", max_size=8), st.text(max_size=8), max_size=6), st.text("ab .&<>", max_size=20)
)
def test_whatever_is_in_a_catalogue_it_gives_a_text(texts, text):
    with contextlib.suppress(Notice):
        catalogue = Catalogue("x", {key: value for key, value in texts.items() if key.strip()})
        assert isinstance(catalogue.translate(text), str)


def test_many_different_texts_take_no_memory_for_ever():
    for number in range(20_000):
        GERMAN.translate(f"step number {number}")
    assert len(GERMAN._remembered) <= 4096
