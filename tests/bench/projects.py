"""Projects: how long a save and an opening take, and the window meanwhile; spoilt files; kill -9 while it saves."""

import math
import os
import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer

from engine.recipe import Data
from gui.projects import contents
from gui.projects.project import Latent, Project
from gui.window import Window
from tests.bench.child import ROOT, command, measured
from tests.bench.figures import Figure, Options
from tests.bench.inside import READY_SECS, in_the_app, show_points, turn, wait_for
from tests.bench.saving_window import POINTS_A_SAVE, stroke
from tests.gui.projects.known_projects import weights

_DATA = Data(preset="eight_gaussians", n=10_000, seed=0)
_NUM_FLOATS = 6_000_000 // 4
_REPEATS = 20
_SAVE_MSECS, _OPEN_MSECS, _BLOCKED_MSECS = 300, 1000, 16
_FILES, _HANG_SECS, _MEMORY_MB = 10_000, 2.0, 1000
# Seconds from the first save of a window to its end, at most: it saves again and again.
_MOST_DELAY = 0.5


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
        found = kills(options.kills)
        print("\n".join(found.wrong))
        yield Figure(f"windows killed while saving, of {found.count}: neither project", [len(found.wrong)], at_most=0)
        yield Figure("  killed while the new file was being written", [found.in_the_middle])
        yield Figure("  file was the project that had not been told yet", [found.newer])


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


@dataclass
class Kills:
    """in_the_middle: the new file was being written.  wrong: what the file holds is neither project."""

    count: int = 0
    in_the_middle: int = 0
    newer: int = 0
    wrong: list[str] = field(default_factory=list)


def kills(count: int, seconds: float = math.inf) -> Kills:
    """Windows that save one project after another, killed at random moments; as many as fit into so many seconds."""
    found, chance, until = Kills(), random.Random(0), time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.escape"
        window = subprocess.Popen(
            command("saving_window", path), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        while found.count < count and time.monotonic() < until:
            path.write_bytes(contents.write(Project()))
            said = _kill_one(window, chance)
            halves = list(path.parent.glob(f".{path.name}.*.new"))
            found.count += 1
            found.in_the_middle += len(halves)
            for each in halves:
                each.unlink()
            try:
                held = contents.read(path).sketch.points
            except Exception as error:  # whatever is wrong with it
                found.wrong.append(f"after {said} saves: {error}")
                continue
            num_saves = len(held) // POINTS_A_SAVE
            wanted = np.concatenate([stroke(number) for number in range(num_saves)]) if num_saves else held
            if num_saves not in (said, said + 1) or not np.array_equal(held, wanted):
                found.wrong.append(f"after {said} saves: {len(held)} points")
            found.newer += num_saves == said + 1
        window.communicate()
    return found


def _kill_one(window: "subprocess.Popen[str]", chance: random.Random) -> int:
    """At a random moment of its saves; returns how many it has told to be over."""
    assert window.stdin is not None
    assert window.stdout is not None
    window.stdin.write("go\n")
    window.stdin.flush()
    # The window may have saved before its number is told.
    number, said = 0, 0
    while not (number and said):
        line = window.stdout.readline()
        if not line:
            raise ValueError("the window that was to be killed has saved nothing")
        number, said = (number, int(line.split()[1])) if line.startswith("saved") else (int(line), said)
    time.sleep(chance.uniform(0.0, _MOST_DELAY))
    os.kill(number, signal.SIGKILL)
    while (line := window.stdout.readline()) != "gone\n":
        said = int(line.split()[1])
    return said
