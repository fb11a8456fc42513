"""`python -m tests.bench.dragged KIND STEPS`: the bar dragged over so many steps of a run, back and forth; prints JSON.

1280x720. KIND: quick (k-means), slow (an energy network), chains (1,024 of them), panes (four of 256 chains each) or
pictures (a VAE of digits that learns). A picture counts where another step was on the screen just before it.
Back and forth goes by the clock; then from place to place, each once it is painted, which tells what a picture costs.
"""

import contextlib
import itertools
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from engine.recipe import Energy, Model, default
from gui.past import RunPast
from gui.timeline_bar import TimelineBar
from gui.window import Window
from tests.bench.child import cpu_secs
from tests.bench.inside import READY_SECS, Paints, in_the_app, show_points, turn, wait_for

_DRAG_SECS, _MOVE_SECS = 5.0, 1 / 60
_RUN_SECS = 500.0
_PLACES, _PAINT_SECS = 150, 2.0
_LEFT, _NO = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@dataclass
class Scene:
    """A run that can be dragged: on which widget it is seen, and which step of it is."""

    past: RunPast
    bar: TimelineBar
    widget: QWidget
    step: Callable[[], int]
    play: Callable[[bool], object]


def main(kind: str, num_steps: int) -> None:
    print(json.dumps(in_the_app(lambda window: _drag(window, _SCENES[kind](window), num_steps))))


def _drag(window: Window, scene: Scene, num_steps: int) -> dict[str, float]:
    past, bar = scene.past, scene.bar
    scene.play(True)
    began = time.perf_counter()
    wait_for(lambda: past.step >= num_steps, _RUN_SECS, "the steps")
    lived_secs = time.perf_counter() - began
    scene.play(False)
    turn(1.0)
    paints = Paints(scene.widget, scene.step)
    QTest.mousePress(bar, _LEFT, _NO, _at(bar, 1.0))
    found = {"lived_secs": lived_secs, "steps": float(past.last_step)}
    for name, there in (("back", False), ("forth", True)):
        began, first = time.perf_counter(), len(paints.states)
        while (share := (time.perf_counter() - began) / _DRAG_SECS) < 1:
            QTest.mouseMove(bar, _at(bar, share if there else 1 - share))
            turn(_MOVE_SECS)
        took, seen = time.perf_counter() - began, paints.states[first:]
        found[f"painted_{name}"] = len(seen) / took
        found[f"different_{name}"] = sum(a != b for a, b in itertools.pairwise(seen)) / took
    found |= _costs(window, scene, paints)
    places: list[int] = []
    past.went.connect(lambda went: places.append(went.step))
    QTest.mouseMove(bar, _at(bar, 0.5))
    began = time.perf_counter()
    QTest.mouseRelease(bar, _LEFT, _NO, _at(bar, 0.5))
    wait_for(lambda: bool(places), READY_SECS, "the step")
    return {**found, "there_secs": time.perf_counter() - began, "load": os.getloadavg()[0]}


def _costs(window: Window, scene: Scene, paints: Paints) -> dict[str, float]:
    """The share of places that show another step than the place before, and processor time of each, in ms."""
    assert window.experiment.catalogue is not None
    processes = psutil.Process(), psutil.Process(window.experiment.catalogue.pid)
    before, states = [cpu_secs(each) for each in processes], []
    for place in range(_PLACES):
        count = len(paints.states)
        QTest.mouseMove(scene.bar, _at(scene.bar, 0.02 + 0.96 * (1 - place / _PLACES)))
        with contextlib.suppress(TimeoutError):
            wait_for(lambda count=count: len(paints.states) > count, _PAINT_SECS, "a picture")
        states.append(scene.step())
    spent = [1000 * (cpu_secs(each) - then) / _PLACES for each, then in zip(processes, before, strict=True)]
    different = sum(a != b for a, b in itertools.pairwise(states)) / (_PLACES - 1)
    return {"share_of_different": different, "window_ms": spent[0], "engine_ms": spent[1]}


def _at(bar: TimelineBar, share: float) -> QPoint:
    return QPoint(round(share * (bar.width() - 1)), bar.height() - 10)


# ---- what is dragged


def _landscape(window: Window, family: str) -> Scene:
    show_points(window, default().data)
    run, lab, seen = window.experiment.active, window.lab, [0]
    run.use(Model(family), 0)
    run.landscape_came.connect(lambda landscape: seen.append(landscape.step))
    return Scene(run.past, lab.timeline, lab.canvas.viewport(), lambda: seen[-1], lab.play)


def _chains(window: Window, num_chains: int, num_panes: int) -> Scene:
    wait_for(lambda: window.experiment.catalogue is not None, READY_SECS, "the engine")
    window.actions_by_name["lab_chains"].trigger()
    lab, seen = window.chains, [0]
    while len(lab.panes) < num_panes:
        lab.add_pane()
    walks = lab._walks
    walks.set_place(energy=Energy(analytic="eight_gaussians"), num_chains=num_chains, warm_up=0)
    walks.set_speed(None)
    walks.active.chains_came.connect(lambda chains: seen.append(chains.step))
    turn(1.0)
    return Scene(walks.active.past, lab.timeline, lab.canvas.viewport(), lambda: seen[-1], lab.play)


def _pictures(window: Window) -> Scene:
    wait_for(lambda: window.experiment.catalogue is not None, READY_SECS, "the engine")
    window.actions_by_name["lab_latent"].trigger()
    lab, seen = window.switch.made_latent, [0]
    assert lab is not None
    lab._show_training()
    turn(1.0)
    page, session = lab._train_page, lab.session
    page.choose("digits", "vae")
    page.train()
    session.progress_came.connect(lambda progress: seen.append(progress.step))
    assert session.past is not None
    return Scene(session.past, page.timeline, page.rebuilt, lambda: seen[-1], session.play_training)


_SCENES: dict[str, Callable[[Window], Scene]] = {
    "quick": lambda window: _landscape(window, "kmeans"),
    "slow": lambda window: _landscape(window, "energy_mlp"),
    "chains": lambda window: _chains(window, 1024, 1),
    "panes": lambda window: _chains(window, 256, 4),
    "pictures": _pictures,
}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
