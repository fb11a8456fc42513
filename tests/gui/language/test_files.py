"""Language files: what ships is right, and what is wrong is one sentence and nothing else."""

import contextlib
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.notice import Notice
from gui.language import files
from gui.language.catalogue import Catalogue
from gui.language.pattern import has_places

GOOD = {
    "format": "energyscape-language",
    "version": 1,
    "language": "Deutsch",
    "by": "a person",
    "texts": {"Pen": "Stift"},
}


def as_bytes(**changes):
    return json.dumps({**GOOD, **changes}).encode()


def catalogue_of(content):
    made = files.from_bytes(content, "mine.json")
    return Catalogue(made.language, made.texts)


def refusal(content):
    with pytest.raises(Notice) as raised:
        catalogue_of(content)
    text = str(raised.value)
    assert "\n" not in text
    assert len(text) < 400
    return text


def test_a_good_file_is_read(tmp_path):
    path = tmp_path / "mine.json"
    path.write_bytes(b"\xef\xbb\xbf" + as_bytes())
    assert files.load(path).translate("Pen") == "Stift"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no JSON",
        b"[]",
        b'"text"',
        b"\xff\xfe\x00",
        as_bytes()[:-3],
        as_bytes().replace(b"Stift", b"\xff"),
        b"[" * 200_000,
        b'{"x":' * 200_000,
        b'{"texts": ' + b'{"a":' * 100_000,
        as_bytes(format="other"),
        as_bytes(version=2),
        as_bytes(version="1"),
        as_bytes(language=""),
        as_bytes(language="x" * 100),
        as_bytes(language="a\nb"),
        as_bytes(language=None),
        as_bytes(texts=[]),
        as_bytes(texts={"Pen": 3}),
        as_bytes(texts={"Pen": ["Stift"]}),
        as_bytes(texts={"Pen": {"a": "b"}}),
        as_bytes(texts={"": "x"}),
        as_bytes(texts={"a" * 5_000: "x"}),
        as_bytes(texts={"a": "x" * 9_000}),
        as_bytes(texts={f"{n}a": "x" for n in range(20_001)}),
        as_bytes(texts={"Pen": "a\x00b"}),
        as_bytes(texts={"{} points": "Punkte"}),
        as_bytes(texts={"{} points": "{} {wrong}"}),
        as_bytes(texts={"Pen": "<img src='file:///etc/passwd'>"}),
        as_bytes(texts={"<b>Pen</b>": "<b>Stift</b><style>* {}</style>"}),
    ],
)  # fmt: skip
def test_what_is_no_language_file_is_one_sentence(content):
    assert refusal(content)


def test_a_sentence_names_the_text_that_is_wrong():
    assert "{} points" in refusal(as_bytes(texts={"{} points": "Punkte"}))
    assert "Pen" in refusal(as_bytes(texts={"Pen": "<img src=x>"}))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_a_sentence(content):
    refusal(content)


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=10), max_size=5))
def test_any_texts_are_read_or_refused_in_a_sentence(texts):
    with contextlib.suppress(Notice):
        catalogue_of(as_bytes(texts=texts))


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    path = tmp_path / "large.json"
    path.write_bytes(b" " * ((4 << 20) + 1))
    with pytest.raises(Notice, match="larger than 4 MB"):
        files.load(path)


@pytest.mark.parametrize("name", ["gone.json", ".", "a\0b"])
def test_what_cannot_be_read_is_one_sentence(tmp_path, name):
    with pytest.raises(Notice, match="cannot be read"):
        files.load(tmp_path / name)


def test_german_ships_and_every_text_of_it_is_right():
    assert files.shipped() == {"de": "Deutsch"}
    made = files.read(files.path_of("de"))
    assert len(made.texts) > 2_000
    Catalogue(made.language, made.texts)
    for key, text in made.texts.items():
        assert text.strip(), key
        assert bool(re.search(r"\s$", key)) == bool(re.search(r"\s$", text)), key
        assert has_places(key) == has_places(text), key
        assert key.count("<") == text.count("<"), key
