"""Projects: how long a save and an opening take, and the window meanwhile; spoilt files; kill -9 while it saves."""

import itertools
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer

from engine.recipe import Data
from gui.projects import contents
from gui.projects.project import Latent, Project
from gui.window import Window
from tests.bench.child import ROOT, command, measured
from tests.bench.figures import Figure, Options
from tests.bench.inside import READY_SECS, in_the_app, show_points, turn, wait_for
from tests.gui.projects.known_projects import weights

_DATA = Data(preset="eight_gaussians", n=10_000, seed=0)
_NUM_FLOATS = 6_000_000 // 4
_REPEATS = 20
_SAVE_MSECS, _OPEN_MSECS, _BLOCKED_MSECS = 300, 1000, 16
_FILES, _HANG_SECS, _MEMORY_MB = 10_000, 2.0, 1000
# Seconds from the first save of a window to its end, to hit every moment of the next ones.
_DELAYS = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.13, 0.2, 0.3)


def figures(options: Options) -> Iterator[Figure]:
    saves, blocked, idle, opens = in_the_app(_save_and_open)
    yield Figure("save 10,000 points and weights of 6 MB", saves, "ms", at_most=_SAVE_MSECS)
    yield Figure("  the longest time that the window stood still", blocked, "ms", at_most=_BLOCKED_MSECS)
    yield Figure("  and without a save", idle, "ms")
    yield Figure("open it, until it is shown", opens, "ms", at_most=_OPEN_MSECS)
    spoilt = measured("spoilt_projects", _FILES)
    yield Figure("spoilt files: opened", [spoilt["opened"]], f"of {_FILES}")
    yield Figure("  the longest that one took", [spoilt["longest"]], "s", at_most=_HANG_SECS)
    yield Figure("  memory, at most", [spoilt["memory_mb"]], "MB", at_most=_MEMORY_MB)
    yield Figure("  that raised anything but a sentence", [spoilt["raised"]], at_most=0)
    if os.name == "posix":
        broken, changed = _kills(options.kills)
        yield Figure(f"windows killed while saving, of {options.kills}: file not whole", [broken], at_most=0)
        yield Figure("  file was the new project", [changed])


# ---- save and open


def _save_and_open(window: Window) -> tuple[list[float], ...]:
    show_points(window, _DATA)
    window.show_lab()
    window.resize(1280, 720)
    turn(1.0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.escape"
        # Of the latent lab, which is not looked at: it keeps what was opened.
        path.write_bytes(contents.write(_with_large_weights(window.projects.project())))
        window.document.mark_saved()  # or it would ask
        _time_of(window, partial(window.projects.open_path, str(path)))
        clock, saves, blocked, idle = _Clock(), [], [], []
        for _ in range(_REPEATS):
            clock.longest = 0.0
            turn(0.2)
            idle.append(clock.longest)
            clock.longest = 0.0
            saves.append(_time_of(window, window.projects.save))
            turn(0.05)
            blocked.append(clock.longest)
        clock.stop()
        assert len(contents.read(path).latent_weights) > 4 * _NUM_FLOATS
        opens = [_time_of(window, partial(window.projects.open_path, str(path))) for _ in range(_REPEATS)]
    return saves, blocked, idle, opens


def _with_large_weights(project: Project) -> Project:
    return replace(project, latent=Latent(card="{}"), latent_weights=weights(_NUM_FLOATS))


def _time_of(window: Window, start: Callable[[], object]) -> float:
    """Milliseconds until it is told that the file was used."""
    used: list[str] = []
    window.projects.used.connect(used.append)
    began = time.perf_counter()
    start()
    wait_for(lambda: bool(used), READY_SECS, "the file")
    window.projects.used.disconnect(used.append)
    return 1000 * (time.perf_counter() - began)


class _Clock:
    """How late a timer of one millisecond is, at most: so long nothing else could be done."""

    def __init__(self) -> None:
        self.longest, self._last = 0.0, time.perf_counter()
        self._timer = QTimer()
        self._timer.timeout.connect(self._on_time)
        self._timer.start(1)

    def stop(self) -> None:
        self._timer.stop()

    def _on_time(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, 1000 * (now - self._last) - 1)
        self._last = now


# ---- kill -9


def _kills(count: int) -> tuple[float, float]:
    """How many files were not the old or the new project, and how many were the new one."""
    broken = changed = 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.escape"
        path.write_bytes(contents.write(Project()))
        for _, delay in zip(range(count), itertools.cycle(_DELAYS), strict=False):
            before = path.read_bytes()
            _kill_one(path, delay)
            try:
                contents.read(path)
            except Exception as error:  # whatever is wrong with it
                print(f"killed after {delay} s: {error}")
                broken += 1
                path.write_bytes(before)
            changed += path.read_bytes() != before
    return broken, changed


def _kill_one(path: Path, delay: float) -> None:
    window = subprocess.Popen(command("saving_window", path), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert window.stdout is not None
    said = window.stdout.readline()
    time.sleep(delay)
    window.send_signal(signal.SIGKILL)
    window.wait()
    window.stdout.close()
    if said != "saved\n":
        raise ValueError("the window that was to be killed has saved nothing")
