"""The folder of autosaves: whose is whose, which are left behind, and what a kill -9 leaves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.notice import Notice
from gui.projects import autosaves, contents, lock
from tests.gui.projects import saves_for_ever
from tests.gui.projects.known_projects import project

ROOT = Path(__file__).parents[3]
HOLD = """
import sys, time
from pathlib import Path
from gui.projects import autosaves
own = autosaves.begin(Path(sys.argv[1]))
own.path.write_bytes(b"of a window that runs")
print(own.path.name, flush=True)
time.sleep(60)
"""


class Windows:
    """Processes that hold an autosave."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._all: list[subprocess.Popen[str]] = []

    def open(self) -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, "-c", HOLD, str(self._folder)]
        window = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        self._all.append(window)
        assert window.stdout is not None
        return window, window.stdout.readline().strip()

    def end(self) -> None:
        for window in self._all:
            window.kill()
            window.wait()
            assert window.stdout is not None
            window.stdout.close()


@pytest.fixture
def windows(tmp_path: Path) -> Iterator[Windows]:
    made = Windows(tmp_path)
    yield made
    made.end()


def left(folder: Path) -> list[str]:
    found = autosaves.left_behind(folder)
    for each in found:
        each.leave()
    return [each.path.name for each in found]


def test_two_windows_never_share_one_and_a_killed_one_leaves_its_own(tmp_path: Path, windows: Windows) -> None:
    (first, one), (second, other) = windows.open(), windows.open()
    assert one != other
    assert left(tmp_path) == []
    first.kill()
    first.wait()
    assert left(tmp_path) == [one]
    second.kill()
    second.wait()
    assert set(left(tmp_path)) == {one, other}


def test_what_one_window_looks_at_no_other_one_is_offered(tmp_path: Path, windows: Windows) -> None:
    dead, name = windows.open()
    dead.kill()
    dead.wait()
    (mine,) = autosaves.left_behind(tmp_path)
    assert left(tmp_path) == []
    mine.leave()
    assert left(tmp_path) == [name]


def test_what_ends_well_leaves_nothing(tmp_path: Path) -> None:
    own = autosaves.begin(tmp_path)
    assert own is not None
    own.path.write_bytes(b"x")
    own.end()
    assert list(tmp_path.iterdir()) == []


def test_a_lock_without_an_autosave_is_cleared_away_with_what_was_half_written(tmp_path: Path) -> None:
    own = autosaves.begin(tmp_path)
    assert own is not None
    (tmp_path / f".{own.path.name}.1234.new").write_bytes(b"half")
    own.leave()
    assert left(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_the_newest_comes_first_and_the_oldest_of_too_many_go(tmp_path: Path) -> None:
    for index in range(14):
        path = tmp_path / f"{index}.escape"
        path.write_bytes(b"x")
        os.utime(path, (1000 + index, 1000 + index))
    assert left(tmp_path) == [f"{index}.escape" for index in range(13, 3, -1)]
    assert len(list(tmp_path.glob("*.escape"))) == 10


def test_a_folder_that_cannot_be_made_means_no_autosave(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert autosaves.begin(tmp_path / "file") is None
    assert autosaves.left_behind(tmp_path / "file") == []


def test_a_lock_is_taken_once(tmp_path: Path) -> None:
    held = lock.taken(tmp_path / "a.lock")
    assert held is not None
    assert lock.taken(tmp_path / "a.lock") is None
    assert str(os.getpid()) in (tmp_path / "a.lock").read_text()
    held.release()
    again = lock.taken(tmp_path / "a.lock")
    assert again is not None
    again.release()


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_a_kill_while_saving_leaves_the_old_or_the_new_project_whole(tmp_path: Path) -> None:
    """The bench does it two hundred times with a window."""
    path = tmp_path / "a.escape"
    path.write_bytes(contents.write(project(saves_for_ever.SIZES[0])))
    for delay in (0.0, 0.01, 0.03, 0.08):
        saver = subprocess.Popen(
            [sys.executable, "-m", "tests.gui.projects.saves_for_ever", str(path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        assert saver.stdout is not None
        assert saver.stdout.readline() == b"saving\n"
        time.sleep(delay)
        saver.send_signal(signal.SIGKILL)
        saver.wait()
        saver.stdout.close()
        assert contents.read(path).sketch.num_points in saves_for_ever.SIZES


def test_a_save_that_fails_leaves_the_old_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gui.projects import saver
    from gui.projects.thumbnail import Look

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    path, look = tmp_path / "a.escape", Look("#000000", ("#ffffff",))
    saver.save(path, project(10), look)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(Notice, match=r"a\.escape cannot be written: No space left on device"):
        saver.save(path, project(20), look)
    assert contents.read(path).sketch.num_points == 10
    assert [each.name for each in tmp_path.iterdir()] == ["a.escape"]
