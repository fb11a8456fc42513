"""Which picture of a live film is due."""

from hypothesis import given
from hypothesis import strategies as st

from gui.recording.clock import FilmClock


@given(st.sampled_from([24, 30, 60]), st.lists(st.tuples(st.floats(0.0, 0.7), st.booleans()), max_size=60))
def test_a_film_lasts_as_long_as_what_it_shows_however_late_its_pictures_are(rate, waits):
    clock, now = FilmClock(rate, 100.0), 100.0
    for wait, is_taken in waits:
        now += wait
        if is_taken and (due := clock.due(now)) is not None:
            clock.take(due)
    assert clock.end(now) == round(clock.seconds * rate)
    assert abs(clock.seconds - (now - 100.0)) <= 1 / rate + 1e-9
    assert clock.due(now) is None


def test_no_picture_is_due_twice():
    clock = FilmClock(30, 0.0)
    assert clock.due(0.0) == 0
    clock.take(0)
    assert clock.due(0.03) is None
    assert clock.due(0.04) == 1
    assert clock.due(1.01) == 30
