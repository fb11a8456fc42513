"""Lessons as files: what is read is what was written, and what cannot be played is refused with one sentence."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.notice import Notice
from gui.lecture import lesson
from gui.lecture.page import FOLDER, shipped

RECIPE: dict[str, Any] = {"data": {"preset": "two_moons"}, "model": {"name": "kmeans"}}
PLANE_CUE: dict[str, Any] = {"title": "Points", "recipe": RECIPE}


def content(*cues: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"title": "A lesson", "cues": cues, **more}).encode()


def test_a_lesson_that_is_written_is_read_as_the_same():
    turn = {"knob": "model.sigma", "from": 0.1, "to": 0.5, "seconds": 3}
    second = {"title": "Turn", "turn": turn, "camera": {"zoom": 3}, "play": {"to": 50}, "controls": ["play"]}
    made = lesson.from_bytes(content(PLANE_CUE, second, summary="About points."))
    assert lesson.from_bytes(lesson.to_bytes(made)) == made
    assert made.cues[1].turn is not None
    assert made.cues[1].turn.end == 0.5


def test_every_shipped_lesson_can_be_read_and_has_four_to_eight_cues():
    found = shipped()
    assert len(found) == len(list(FOLDER.glob("*.json"))) >= 10
    for path, each in found:
        assert 4 <= len(each.cues) <= 8, path.name
        assert all(cue.text for cue in each.cues), path.name
        assert each.summary, path.name


def test_shipped_lessons_are_written_as_the_editor_writes_them_but_for_spaces():
    for path, each in shipped():
        assert json.loads(path.read_bytes())["cues"][0]["title"] == each.cues[0].title


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (b"not json", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "lesson"),
        (content(PLANE_CUE)[:-1] + b', "x": ' + b"[" * 100_000, "lesson"),
        (b'{"title": "a", "cues": []}', "cues"),
        (content(PLANE_CUE, version=2), "version"),
        (content(PLANE_CUE, extra=1), "extra"),
        (content({"title": "Nothing before it"}), "first cue"),
        (content({**PLANE_CUE, "title": " "}), "title is empty"),
        (content({**PLANE_CUE, "text": "x" * 5000}), "letters"),
        (content({**PLANE_CUE, "text": "![x](file:///etc/passwd)"}), "picture or HTML"),
        (content({**PLANE_CUE, "text": "<img src='/etc/passwd'>"}), "picture or HTML"),
        (content({**PLANE_CUE, "project": "a.escape"}), "at most one"),
        (content({"title": "Out", "project": "../a.escape"}), "lesson's folder"),
        (content({"title": "Out", "project": "/tmp/a.escape"}), "lesson's folder"),
        (content({"title": "Out", "project": "a\\..\\b.escape"}), "lesson's folder"),
        (content({"title": "Out", "project": "a.zip"}), "lesson's folder"),
        (content({"title": "File", "recipe": {"data": {"file": "/etc/passwd"}}}), "reads a file"),
        (content({"title": "Lab", "recipe": {"lab": "latent"}}), "latent lab"),
        (content({**PLANE_CUE, "recipe": {"data": {"preset": "a", "n": 10**12}}}), "data.n"),
        (content({**PLANE_CUE, "beside": [{"name": "pca"}] * 4}), "beside"),
        (content({**PLANE_CUE, "look": {"temperature": 0}}), "temperature"),
        (content({**PLANE_CUE, "controls": ["Play!"]}), "controls"),
        (content({**PLANE_CUE, "controls": ["play"] * 50}), "controls"),
        (content({**PLANE_CUE, "camera": {"zoom": 0}}), "zoom"),
        (content({**PLANE_CUE, "camera": {"extent": [1, 0, 0, 1]}}), "extent"),
        (content({**PLANE_CUE, "play": {"to": -1}}), "plays to"),
        (content({**PLANE_CUE, "turn": {"knob": "a.b", "from": 0, "to": 1, "seconds": 1e9}}), "seconds"),
        (content({"title": "Many", "pictures": {"model": "m", "page": "p", "places": {"A": {"count": 10**9}}}}), "200"),
        (content(*[PLANE_CUE] * 101), "101 cues"),
    ],
)
def test_a_hostile_file_is_refused_with_one_sentence(bad: bytes, says: str, tmp_path: Path):
    path = tmp_path / "lesson.json"
    path.write_bytes(bad)
    with pytest.raises(Notice) as told:
        lesson.read(path)
    text = str(told.value)
    assert says in text
    assert text.startswith("lesson.json")
    assert text.endswith(".")
    assert "\n" not in text


def test_a_file_that_is_too_large_is_not_decoded(tmp_path: Path):
    path = tmp_path / "large.json"
    path.write_bytes(b" " * (lesson.MAX_BYTES + 1))
    with pytest.raises(Notice, match="larger than 4 MiB"):
        lesson.read(path)


def test_a_missing_file_is_told(tmp_path: Path):
    with pytest.raises(Notice, match=r"gone\.json cannot be read"):
        lesson.read(tmp_path / "gone.json")


def test_a_recipe_is_not_taken_for_a_lesson():
    assert lesson.is_lesson(content(PLANE_CUE))
    assert not lesson.is_lesson(json.dumps(RECIPE).encode())
