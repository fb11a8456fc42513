"""`kill -9` of the engine and of the window, at every moment of their lives: what is told, kept and left behind."""

import contextlib
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import psutil
from PySide6.QtWidgets import QPushButton

from engine.messages import Landscape
from engine.recipe import default
from gui.window import Window
from tests.bench.child import ROOT, command
from tests.bench.figures import Figure, Options
from tests.bench.inside import READY_SECS, in_the_app, show_points, turn, wait_for

_MARK = "ENERGYSCAPE_BENCH_KILLS"
_PARAMS = {"learning_rate": 0.001, "weight_decay": 0.1}
_BY_HAND = 5
_BAR_SECS, _GONE_SECS = 0.5, 1.0
# Seconds from the start of a process to its end: before, while and after torch loads.
_DELAYS = (0.0, 0.05, 0.2, 0.5, 1.0, 1.5, 2.5, 3.5)


@dataclass
class Deaths:
    """Of engines. told: seconds until the strip was there.  lost: points that were not on the canvas afterwards.

    forgotten: knobs that were not as before.  restarts: seconds until the next engine's first landscape of the sketch.
    """

    told: list[float] = field(default_factory=list)
    restarts: list[float] = field(default_factory=list)
    lost: list[float] = field(default_factory=list)
    forgotten: list[float] = field(default_factory=list)


def figures(options: Options) -> Iterator[Figure]:
    mark = os.environ[_MARK] = uuid.uuid4().hex
    deaths, in_a_row = in_the_app(lambda window: _kill_engines(window, options.kills // 2))
    yield Figure("engine killed while playing: until the strip is there", deaths.told, "s", at_most=_BAR_SECS)
    yield Figure("  until Restart has brought the landscape back", deaths.restarts, "s")
    yield from _kept("  ", deaths)
    gone = [_kill_window(command("played", 600), READY_SECS) for _ in range(_BY_HAND)]
    yield Figure("window killed while playing: until the engine is gone", gone, "s", at_most=_GONE_SECS)
    yield Figure("engines killed in a row: until the strip is there", in_a_row.told, "s", at_most=_BAR_SECS)
    yield from _kept("  ", in_a_row)
    count = options.kills - options.kills // 2
    app = [sys.executable, "main.py"]
    gone = [_kill_window(app, _DELAYS[index % len(_DELAYS)]) for index in range(count)]
    yield Figure("windows killed in a row: until the engine is gone", gone, "s", at_most=_GONE_SECS)
    yield Figure("processes left behind by all of them", [_num_marked(mark)], at_most=0)


def _kept(indent: str, deaths: Deaths) -> Iterator[Figure]:
    yield Figure(f"{indent}points lost or changed", [sum(deaths.lost)], at_most=0)
    yield Figure(f"{indent}knobs changed", [sum(deaths.forgotten)], at_most=0)


# ---- the engine


def _kill_engines(window: Window, count: int) -> tuple[Deaths, Deaths]:
    """A few with everything looked at, then `count` in a row with hardly a pause."""
    show_points(window, default().data)
    window.experiment.set_params(_PARAMS)
    victim = Victim(window)
    slow, fast = Deaths(), Deaths()
    for _ in range(_BY_HAND):
        window.actions_by_name["play"].trigger()
        turn(2.0)
        victim.kill(slow)
        slow.restarts.append(victim.restart_and_wait())
    for index in range(count):
        turn(_DELAYS[index % len(_DELAYS)])
        if index % 2:
            window.experiment.play(True)
        victim.kill(fast)
        victim.restart()
    victim.wait_for_landscape()
    return slow, fast


class Victim:
    """The engine of a window."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._is_known = False
        self._restart = next(each for each in window.strip.findChildren(QPushButton) if "Restart" in each.text())
        window.experiment.landscape_came.connect(self._on_landscape)

    def kill(self, deaths: Deaths) -> None:
        """End the engine, and see what the window makes of it."""
        window = self._window
        sketch, pid = window.document.sketch, window.link.pid
        points, labels = sketch.points.copy(), sketch.labels.copy()
        assert pid is not None
        began = time.perf_counter()
        psutil.Process(pid).kill()
        wait_for(lambda: self._restart.isVisible(), 10, "the strip with Restart")
        deaths.told.append(time.perf_counter() - began)
        after = window.document.sketch
        deaths.lost.append(_num_changed(points, after.points) + _num_changed(labels, after.labels))
        deaths.forgotten.append(float(window.experiment.model.params != _PARAMS))

    def restart(self) -> None:
        """As a person does: by the button."""
        self._is_known = False
        self._restart.click()
        if self._restart.isVisible():
            raise ValueError("the strip is still there after Restart")

    def restart_and_wait(self) -> float:
        """Seconds until the new engine shows the sketch."""
        began = time.perf_counter()
        self.restart()
        self.wait_for_landscape()
        shown = {name: self._window.lab.model_panel.values()[name] for name in _PARAMS}
        if shown != _PARAMS:
            raise ValueError(f"the panel shows {shown}")
        return time.perf_counter() - began

    def wait_for_landscape(self) -> None:
        wait_for(lambda: self._is_known, READY_SECS, "a landscape from the new engine")

    def _on_landscape(self, landscape: Landscape) -> None:
        self._is_known = landscape.data_version == self._window.document.version


def _num_changed(before: np.ndarray, after: np.ndarray) -> float:
    """How many of the rows before are no longer what and where they were."""
    if before.shape != after.shape:
        return float(len(before))
    return float((before != after).reshape(len(before), -1).any(1).sum())


# ---- the window


def _kill_window(run: list[str], delay: float) -> float:
    """Start a window, kill it `delay` seconds after its engine was started (of `played`: when it plays).

    Returns how many seconds later its engine is gone.
    """
    window = subprocess.Popen(run, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        engine = _engine_of(window)
        if "main.py" in run:
            time.sleep(delay)
        else:
            _wait_until_busy(engine, delay)
    finally:
        window.kill()
    began = time.perf_counter()
    window.wait()
    while _is_alive(engine):
        if time.perf_counter() - began > READY_SECS:
            raise TimeoutError(f"the engine {engine.pid} outlives its window")
        time.sleep(0.005)
    return time.perf_counter() - began


def _engine_of(window: "subprocess.Popen[bytes]") -> psutil.Process:
    deadline = time.monotonic() + READY_SECS
    while time.monotonic() < deadline:
        for child in psutil.Process(window.pid).children():
            # A child may be something short-lived of a library's, or already gone.
            with contextlib.suppress(psutil.Error):
                if child.cmdline()[1:] == ["-m", "engine"]:
                    return child
        if window.poll() is not None:
            break
        time.sleep(0.005)
    raise TimeoutError("the window has started no engine")


def _wait_until_busy(engine: psutil.Process, seconds: float) -> None:
    """Until it has been training for a while: it has used more time than any start does."""
    deadline, wanted = time.monotonic() + seconds, 8.0
    while sum(engine.cpu_times()[:2]) < wanted:
        if time.monotonic() > deadline:
            raise TimeoutError("the engine does not play")
        time.sleep(0.1)


def _is_alive(process: psutil.Process) -> bool:
    """One that has ended and waits to be collected by whoever adopted it is not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _num_marked(mark: str) -> int:
    """Processes that live and were started under this mark, however far down, apart from this one."""
    found = 0
    for process in psutil.process_iter():
        try:
            is_ours = process.environ().get(_MARK) == mark
        except psutil.Error:
            continue  # someone else's, or already gone
        found += is_ours and process.pid != os.getpid() and _is_alive(process)
    return found
