"""The latent lab with the shipped weights: from a slider's move to the new picture on the screen, and a map of 256.

Each model once alone, and once while another one trains in the same engine.
"""

import time
from collections.abc import Iterator
from functools import partial

import numpy as np

from engine.messages import PictureData
from gui.labs.latent import LatentLab
from gui.latent.slide_page import SlidePage
from gui.window import Window
from tests.bench.figures import Figure, Options
from tests.bench.inside import READY_SECS, Paints, in_the_app, turn, wait_for

_MOVES, _MOVE_SECS = 120, 0.03
_PICTURE_MSECS, _MAP_MSECS = 20, 300
_SHARE = 95
_MAP_SIDE = 16


def figures(options: Options) -> Iterator[Figure]:
    for name, state, moves, maps in in_the_app(partial(_measure, only=options.only)):
        late = float(np.percentile(moves, _SHARE))
        yield Figure(f"{name}, {state}: slider to picture, 95 % within", [late], "ms", at_most=_PICTURE_MSECS)
        yield Figure("  all moves", moves, "ms")
        yield Figure("  256 pictures of the map", maps, "ms", at_most=_MAP_MSECS)


def _measure(window: Window, only: str) -> list[tuple[str, str, list[float], list[float]]]:
    wait_for(lambda: window.experiment.catalogue is not None, READY_SECS, "the engine")
    window.actions_by_name["lab_latent"].trigger()
    lab = window.latent
    wait_for(lambda: lab.session.ready is not None, READY_SECS, "a model")
    names = [kind.name for kind in lab.session.kinds if only in kind.name]
    found = [(name, "alone", *_of(lab, name)) for name in names]
    lab.session.train(PictureData("faces"), "vae", {}, 3600.0, seed=0)
    steps: list[int] = []
    lab.session.progress_came.connect(lambda progress: steps.append(progress.step))
    wait_for(lambda: bool(steps) and steps[-1] > 5, 5 * READY_SECS, "a training")
    found += [(name, "another trains", *_of(lab, name)) for name in names]
    return found


def _of(lab: LatentLab, name: str) -> tuple[list[float], list[float]]:
    before = lab.session.number
    lab.session.open(name)
    wait_for(lambda: lab.session.number != before and lab.session.ready is not None, READY_SECS, name)
    page = lab.pages["Slide"]
    assert isinstance(page, SlidePage)
    lab.tabs.setCurrentWidget(page)
    wait_for(lambda: page.picture.item is not None, READY_SECS, "the first picture")
    turn(1.0)
    return _moves(page), _maps(lab)


def _moves(page: SlidePage) -> list[float]:
    """Milliseconds from each move of the first slider until its picture is on the screen."""
    paints, times = Paints(page.picture), []
    slider = page.sliders[0].slider
    for index in range(_MOVES):
        turn(_MOVE_SECS)
        shown = page.picture.item
        began = time.perf_counter()
        place = round(250 * np.sin(index / 9))
        slider.setValue(place + 7 * (place == slider.value()))  # a move to where it is would bring no picture
        wait_for(lambda shown=shown: page.picture.item is not shown, 5, "a picture")  # type: ignore[misc]
        came = time.perf_counter()
        paints.times.clear()
        # It may have been painted already, in the same turn of the loop; once more costs a little, and is counted.
        page.picture.update()
        wait_for(lambda came=came: paints.first_after(came) is not None, 5, "painting")  # type: ignore[misc]
        times.append(1000 * ((paints.first_after(came) or 0.0) - began))
    return times


def _maps(lab: LatentLab) -> list[float]:
    """Milliseconds until the decoded grid of a map has come and is shown."""
    page = lab.pages["Map"]
    lab.tabs.setCurrentWidget(page)
    page.choose("grid")  # type: ignore[attr-defined]
    times = []
    for _ in range(5):
        turn(0.2)
        began = time.perf_counter()
        page.choose("grid")  # type: ignore[attr-defined]
        wait_for(lambda: page.view.count == _MAP_SIDE**2, READY_SECS, "the map")  # type: ignore[attr-defined]
        times.append(1000 * (time.perf_counter() - began))
    return times
