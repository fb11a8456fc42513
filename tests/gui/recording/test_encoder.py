"""The encoder: what comes out is what was put in, and whatever ends it is one sentence."""

import sys
import threading

import numpy as np
import pytest

from engine.notice import Notice
from gui.recording import encoder, form, stream
from gui.recording.encoder import Encoder
from gui.recording.form import Form
from tests.gui.recording.films import pictures_of, told_of


class Ended:
    """Waits for the end, and keeps the reason."""

    def __init__(self):
        self._event, self.reasons = threading.Event(), []

    def __call__(self, reason):
        self.reasons.append(reason)
        self._event.set()

    def reason(self):
        assert self._event.wait(60)
        (only,) = self.reasons
        return only


def plain(width, height, color):
    """A picture of one colour, "rgb" from 0 to 255 each, as Qt has it in memory."""
    red, green, blue = color
    return np.tile(np.array([blue, green, red, 255], np.uint8), width * height).tobytes()


def made(path, size, rate, pictures, from_size, end=0, **more):
    wanted, ended = Form(str(path), *size, rate), Ended()

    def command():
        return form.command(encoder.ffmpeg(), wanted, ground="#0000ff", is_live=True)

    film = Encoder(command, str(path), ended, head=stream.head(*from_size, rate), **more)
    for index, pixels in pictures:
        film.put(index, pixels, waits=True)
    film.close(end)
    assert film.join(60)
    return ended.reason()


def running(code, path, ended, **more):
    return Encoder(lambda: [sys.executable, "-c", code], str(path), ended, **more)


def test_a_film_has_the_pictures_in_their_order_and_as_often_as_they_were_wanted(tmp_path):
    path = tmp_path / "a film.mp4"
    red, green = plain(128, 96, (200, 40, 40)), plain(128, 96, (40, 160, 60))
    assert made(path, (128, 96), 30, [(0, red), (3, green)], (128, 96), end=8) == ""
    seen = pictures_of(path, 128, 96)
    assert len(seen) == 8
    middles = seen[:, 48, 64].astype(int)
    assert np.abs(middles[:3] - (200, 40, 40)).max() <= 4
    assert np.abs(middles[3:] - (40, 160, 60)).max() <= 4
    told = told_of(path)
    assert "h264" in told
    assert "30 fps" in told
    assert "yuv420p(tv, bt709" in told


def test_pictures_of_another_shape_get_borders(tmp_path):
    path = tmp_path / "film.mp4"
    assert made(path, (256, 128), 30, [(0, plain(64, 64, (200, 40, 40)))], (64, 64)) == ""
    seen = pictures_of(path, 256, 128)[0].astype(int)
    assert np.abs(seen[64, 128] - (200, 40, 40)).max() <= 6
    assert np.abs(seen[64, 20] - (0, 0, 255)).max() <= 6


def test_a_gif_is_made_too(tmp_path):
    path = tmp_path / "film.gif"
    colors = [(200, 40, 40), (40, 160, 60), (30, 60, 220)]
    assert (
        made(path, (64, 64), 30, [(index, plain(64, 64, color)) for index, color in enumerate(colors)], (64, 64)) == ""
    )
    seen = pictures_of(path, 64, 64)[:, 32, 32].astype(int)
    assert np.abs(seen[[0, -1]] - [colors[0], colors[-1]]).max() <= 10


def test_the_death_of_the_encoder_is_told_once_and_what_is_put_after_it_goes_nowhere(tmp_path):
    ended = Ended()
    film = running("import os, sys; sys.stdin.buffer.read(10); os.kill(os.getpid(), 9)", tmp_path / "x.mp4", ended)
    film.put(0, bytes(10_000_000))
    assert ended.reason() == "ffmpeg was ended by signal 9"
    assert not film.put(1, bytes(8))
    film.close()
    assert film.join(10)


def test_what_the_encoder_complains_of_is_told(tmp_path):
    ended = Ended()
    film = running("import sys; sys.exit('this is no place for a film')", tmp_path / "x.mp4", ended)
    film.close()
    assert ended.reason() == "ffmpeg left with status 1 (this is no place for a film)"
    assert film.join(10)


def test_a_full_disk_is_seen_before_it_is_full_and_the_film_until_then_is_whole(tmp_path):
    path, free = tmp_path / "film.mp4", iter([10**12] * 9)
    pictures = [(0, plain(64, 64, (9, 9, 9))), (1, plain(64, 64, (9, 9, 9)))]
    assert made(path, (64, 64), 30, pictures, (64, 64), 20, free_bytes=lambda folder: next(free)) == ""
    assert len(pictures_of(path, 64, 64)) == 20
    assert made(path, (64, 64), 30, pictures, (64, 64), free_bytes=lambda folder: 1) == encoder.FULL


def test_a_disk_that_is_full_all_the_same_is_told(tmp_path):
    ended = Ended()
    film = running("import sys; sys.exit('av_write: No space left on device')", tmp_path / "x.mp4", ended)
    film.close()
    assert ended.reason() == encoder.FULL
    assert film.join(10)


def test_an_encoder_that_is_not_there_is_told(tmp_path):
    ended = Ended()
    Encoder(lambda: ["/no/such/program"], str(tmp_path / "x.mp4"), ended)
    assert ended.reason() == "ffmpeg could not be started: No such file or directory"

    def none():
        raise Notice("There is none.")

    ended = Ended()
    Encoder(none, str(tmp_path / "x.mp4"), ended)
    assert ended.reason() == "There is none."


_SLOW = """
import sys, time
sys.stdin.buffer.read()
for _ in range(8):
    open(sys.argv[1], "ab").write(b"more") and time.sleep(0.25)
time.sleep({rest})
"""


@pytest.mark.parametrize(("rest", "reason"), [(0, ""), (60, "ffmpeg did not come to an end")])
def test_an_encoder_may_take_its_time_as_long_as_the_film_grows(tmp_path, monkeypatch, rest, reason):
    monkeypatch.setattr(encoder, "_LEAVE_SECS", 0.8)
    path, ended = tmp_path / "film.mp4", Ended()
    Encoder(lambda: [sys.executable, "-c", _SLOW.format(rest=rest), str(path)], str(path), ended).close()
    assert ended.reason() == reason


def test_a_slow_encoder_makes_no_one_wait(tmp_path):
    ended = Ended()
    film = running("import sys, time; time.sleep(1); sys.stdin.buffer.read()", tmp_path / "x.mp4", ended)
    taken = [film.put(index, bytes(1_000_000)) for index in range(40)]
    assert taken[0]
    assert not taken[-1]
    assert film.is_full
    film.close()
    assert ended.reason() == ""


@pytest.mark.parametrize(
    ("path", "size", "rate", "complaint"),
    [
        ("film.avi", (64, 64), 30, "neither"),
        ("film.mp4", (63, 64), 30, "even numbers"),
        ("film.mp4", (64, 10_000), 30, "even numbers"),
        ("film.mp4", (64, 64), 0, "from 1 to 120"),
        ("film.gif", (64, 64), 60, "from 1 to 30"),
    ],
)
def test_what_cannot_be_made_is_said_before(path, size, rate, complaint):
    with pytest.raises(Notice, match=complaint):
        form.checked(Form(path, *size, rate))


def test_a_place_that_cannot_be_written_is_said_before_and_a_file_that_is_there_stays(tmp_path):
    with pytest.raises(Notice, match="There is no folder"):
        form.check_place(str(tmp_path / "nowhere" / "film.mp4"))
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(Notice, match="cannot be written"):
        form.check_place(str(tmp_path / "folder.mp4"))
    there = tmp_path / "there.mp4"
    there.write_bytes(b"kept")
    form.check_place(str(there))
    form.check_place(str(tmp_path / "new.mp4"))
    assert there.read_bytes() == b"kept"
    assert not (tmp_path / "new.mp4").exists()
