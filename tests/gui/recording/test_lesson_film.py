"""How long each cue of a lesson is filmed, and how fast its experiments go meanwhile."""

from pathlib import Path

import pytest

from engine.notice import Notice
from gui.lecture import lesson
from gui.lecture.lesson import Camera, Cue, Lesson, Play, Turn
from gui.lecture.page import shipped
from gui.recording.lesson_film import LessonFilm, reading_secs, shot_of, shots_of

MADE = {"data": {"preset": "two_moons"}, "model": {"name": "kmeans"}}


def test_a_cue_is_shown_until_its_words_are_read():
    short, long = Cue("A"), Cue("A", text="word " * 60)
    assert shot_of(short, 0).seconds == reading_secs(short)
    assert shot_of(long, 0).seconds > 20


def test_what_moves_in_a_cue_is_shown_in_full():
    assert shot_of(Cue("A", turn=Turn("temperature", 1, 2, seconds=30, wait=5)), 0).seconds > 35
    assert shot_of(Cue("A", camera=Camera(seconds=25)), 0).seconds > 25
    assert shot_of(Cue("A", play=Play(to=40, per_second=2)), 0).seconds > 20


def test_what_goes_as_fast_as_it_can_comes_to_its_step_in_the_time_of_the_cue():
    for count in (20, 400, 3000, 10_000_000):
        shot = shot_of(Cue("A", play=Play(to=count)), 0)
        assert shot.seconds * shot.pace > count
        assert shot.seconds < 20


def test_a_cue_without_a_state_goes_on_from_the_step_of_the_one_before():
    cues = (Cue("A", recipe=MADE, play=Play(to=1000)), Cue("B", play=Play(to=1060)), Cue("C", recipe=MADE))
    assert shots_of(Lesson("L", cues))[1].pace == pytest.approx(20)


def test_a_cue_may_say_itself_how_long_it_is_shown():
    assert shot_of(Cue("A", text="word " * 60, seconds=2.5), 0).seconds == 2.5
    again = lesson.from_bytes(lesson.to_bytes(Lesson("L", (Cue("A", recipe=MADE, seconds=2.5),))))
    assert again.cues[0].seconds == 2.5
    with pytest.raises(Notice, match="seconds"):
        lesson.checked(Lesson("L", (Cue("A", recipe=MADE, seconds=-1.0),)))


def test_a_wanted_length_is_kept_and_no_cue_is_left_out():
    made = Lesson("L", (Cue("A", recipe=MADE), Cue("B"), Cue("C")))
    film = LessonFilm(made, Path(), 30, 2.0)
    assert film.num_pictures == 60
    assert 0 < film._ends[0] < film._ends[1] < film._ends[2] == 60


def test_every_shipped_lesson_makes_a_film_of_a_sensible_length():
    for path, each in shipped():
        film = LessonFilm(each, path.parent, 30, None)
        assert 20 < film.num_pictures / 30 < 180
