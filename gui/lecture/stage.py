"""A cue's experiment on the window: points and models, chains, or pictures; then how they are looked at.

Not covered: what moves while a cue is shown (motion.py), and which cue it is (player.py).
"""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from PySide6.QtCore import QObject, Signal

from engine.knobs import checked, make
from engine.messages import Chains, DataMade, Landscape, Noticed, Ready
from engine.notice import Notice
from engine.recipe import ChainsRecipe, Data, Model, Recipe
from gui.chains_look import LookParams
from gui.chains_opening import opened
from gui.edits import Sketch
from gui.landscape_view import ViewParams
from gui.lecture.lesson import Cue, Look, Play
from gui.lecture.pictures import PictureStage
from gui.projects import contents, showing
from gui.projects.background import Background
from gui.projects.project import LabName, Project
from gui.projects.state import BOTTOM, CHECKED
from gui.requests import Requests, Wish
from gui.run import Run
from gui.transport import SPEEDS
from gui.walk import SamplerWalk

if TYPE_CHECKING:
    from gui.window import Window

_LAYERS = tuple(name for name in CHECKED if name != "side_panel")
# As in walk_bottom.py.
CHAINS_BOTTOM = ("traces", "correlation", "measures", "basins", "trap")
_USUAL = ("contours", "data", "samples")


class Learnt(NamedTuple):
    """What the landscape lab had when a cue was left: the points, and (model, seed, step, weights) of each run."""

    sketch: Sketch
    runs: list[tuple[Model, int, int, bytes]]


class Stage(QObject):
    """`came` when a cue's experiment is there; `refused` with a sentence where it cannot be."""

    came = Signal()
    refused = Signal(str)

    def __init__(self, window: "Window", parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._requests = Requests(window.experiment, self)
        self._requests.answered.connect(self._on_points)
        self._disk = Background("lesson", self)
        self._pictures = PictureStage(window, self)
        self._pictures.came.connect(self.came)
        self._pictures.refused.connect(self.refused)
        window.experiment.noticed.connect(self._on_noticed)
        self._wanted: Cue | None = None
        # The step at which what plays is paused, and the runs that have not come to it yet.
        self._to: int | None = None
        self._going: set[Run] = set()
        self._followed: list[Run] = []
        self._walks: list[SamplerWalk] = []
        self.labs: set[LabName] = set()

    def end(self) -> None:
        self.forget()
        self._disk.end()

    def forget(self) -> None:
        """What was asked for is wanted no longer; nothing plays on."""
        self._wanted = None
        self._pictures.forget()
        self.pause()

    # ---- the experiment

    def bring(self, cue: Cue, folder: Path) -> None:
        """The experiment of a cue that has one. folder: of the lesson, where projects lie."""
        self.forget()
        self._wanted = cue
        ready = self._window.experiment.catalogue
        if ready is None:
            self.refused.emit("The engine is not ready yet.")
            return
        try:
            if cue.pictures is not None:
                self.labs.add("latent")
                self._pictures.bring(cue.pictures)
            elif cue.project:
                read = partial(contents.read, folder / cue.project)
                self._disk.start("open", read, partial(self._on_project, cue), self.refused.emit)
            else:
                self._bring_recipe(cue, ready)
        except Notice as notice:
            self.refused.emit(str(notice))

    def restore(self, learnt: Learnt) -> None:
        """The landscape lab as it was when a cue was left."""
        self.forget()
        window = self._window
        window.show_lab()
        self.labs.add("landscape")
        window.experiment.take_over(learnt.runs, 0)
        window.document.show_aside(learnt.sketch)
        self.came.emit()

    def learnt(self) -> Learnt | None:
        """What there is now; None in the other labs."""
        window = self._window
        if window.page is not window.lab:
            return None
        runs = []
        for run in window.experiment.runs:
            kept = run.checkpoint
            runs.append((run.model, run.seed, kept.step if kept else 0, kept.content if kept else b""))
        return Learnt(window.document.sketch, runs)

    # ---- how it is looked at, and whether it plays

    def look(self, look: Look) -> None:
        """Everything that the cue does not name is as usual."""
        window, actions = self._window, self._window.actions_by_name
        actions[look.mode].trigger()
        window.switch.temperature.set_value(look.temperature)
        if window.page is window.lab:
            window.lab.set_view_params(msgspec.structs.asdict(make(ViewParams, look.view, "view")))
            for name in _LAYERS:
                is_on = (name in _USUAL or name in look.shown) and name not in look.hidden
                if actions[name].isChecked() != is_on:
                    actions[name].trigger()
            bottom = next((name for name in look.shown if name in BOTTOM), "")
            for name in BOTTOM:
                if actions[name].isChecked() != (name == bottom):
                    actions[name].trigger()
        elif window.page is window.switch.made_chains:
            lab = window.chains
            for name, value in msgspec.structs.asdict(make(LookParams, look.view, "view")).items():
                lab.look_panel.turn(name, value)
            bottom = next((name for name in look.shown if name in CHAINS_BOTTOM), "")
            lab.bottom.show_page(bottom)
            lab.bottom.setVisible(bool(bottom))

    def play(self, play: Play | None) -> None:
        """Let the clock run as a cue wants it; without a wish, pause."""
        window, self._to = self._window, play.to if play is not None else None
        if play is None:
            self.pause()
            return
        speed = _speed(play.per_second)
        if window.page is window.lab:
            for run in [run for run in window.experiment.runs if run not in self._followed]:
                run.landscape_came.connect(partial(self._on_landscape, run))
                self._followed.append(run)
            self._going = set(window.experiment.runs)
            window.lab.transport.set_speed(speed)
            window.experiment.play(True)
        elif window.page is window.switch.made_chains:
            window.chains.set_speed(speed)
            for walk in [walk for walk in window.switch.walks.walks if walk not in self._walks]:
                walk.chains_came.connect(self._on_chains)
                self._walks.append(walk)
            window.switch.walks.play(True)
        else:
            window.page.play(True)

    def pause(self) -> None:
        self._to = None
        if self._window.experiment.is_playing:
            self._window.experiment.play(False)
        if self._window.switch.walks.is_playing:
            self._window.switch.walks.play(False)

    # ---- private

    def _bring_recipe(self, cue: Cue, ready: Ready) -> None:
        made = cue.made
        if isinstance(made, ChainsRecipe):
            opened(made, ready)  # Checked before anything changes.
            self.labs.add("chains")
            if made.data is None or self._is_there(made):
                self._show_chains(made)
                return
        assert isinstance(made, Recipe | ChainsRecipe)
        assert made.data is not None
        names = {entry.name: entry for entry in ready.models}
        for model in (made.model, *cue.beside):
            if model.name not in names:
                raise Notice(f"There is no model {model.name!r} here.")
            checked(names[model.name].knobs, model.params, f"{model.name}.params")
        data = _seeded(made.data, made.seed)
        self._requests.make(Wish(partial(self._window.experiment.make_data, data), "lesson"))

    def _on_points(self, made: DataMade, wish: Wish) -> None:
        cue, window = self._wanted, self._window
        wanted = cue.made if cue is not None else None
        if cue is None or not isinstance(wanted, Recipe | ChainsRecipe):
            return
        self.labs.add("landscape")
        window.show_lab()
        # Before the points, which are then those of the new networks alone.
        window.experiment.take_over([(model, wanted.seed, 0, b"") for model in (wanted.model, *cue.beside)], 0)
        window.document.show_aside(Sketch(made.points, made.labels, made.extent, made.truth))
        if isinstance(wanted, ChainsRecipe):
            self._show_chains(wanted)
        else:
            self.came.emit()

    def _is_there(self, made: ChainsRecipe) -> bool:
        """Whether its model has learnt from these points already, in a cue before."""
        window = self._window
        truth, model = window.document.sketch.truth, window.experiment.model
        return made.data is not None and truth == _seeded(made.data, made.seed) and model.name == made.model.name

    def _show_chains(self, made: ChainsRecipe) -> None:
        window, ready = self._window, self._window.experiment.catalogue
        assert ready is not None
        window.show_chains()
        window.chains.sculpting.forget()
        window.chains.open_recipe(opened(made, ready)._replace(note=""))
        self.came.emit()

    def _on_project(self, cue: Cue, project: Project) -> None:
        ready = self._window.experiment.catalogue
        if cue is not self._wanted or ready is None:
            return
        try:
            found = showing.check(project, ready)
        except Notice as notice:
            self.refused.emit(str(notice))
            return
        kept = zip(project.landscape.panes, project.weights, strict=True)
        runs = [(pane.model, pane.seed, pane.step, weights) for pane, weights in kept]
        self.restore_project(runs, project, found)

    def restore_project(
        self, runs: list[tuple[Model, int, int, bytes]], project: Project, found: showing.Checked
    ) -> None:
        window, lab = self._window, project.layout.lab
        self.labs.add("landscape")
        window.show_lab()
        window.experiment.take_over(runs, project.landscape.active)
        window.document.show_aside(project.sketch)
        if lab == "chains" and found.chains is not None:
            self.labs.add("chains")
            window.show_chains()
            showing.show_chains(window, found)
        elif lab == "latent" and project.latent is not None:
            self.labs.add("latent")
            window.show_latent()
            showing.show_latent(window, project)
        self.came.emit()

    def _on_noticed(self, noticed: Noticed) -> None:
        """The engine refuses what was asked."""
        if self._wanted is not None and noticed.request > 0:
            self._wanted = None
            self.refused.emit(noticed.text)

    def _on_landscape(self, run: Run, landscape: Landscape) -> None:
        if self._to is not None and run in self._going and landscape.step >= self._to:
            # Once: whoever presses Play then goes on.
            self._going.remove(run)
            run.stop()

    def _on_chains(self, chains: Chains) -> None:
        if self._to is not None and chains.step >= self._to:
            self._to = None
            self._window.switch.walks.play(False)


def _seeded(data: Data, seed: int) -> Data:
    """As desk.py: a draw without a seed has that of its recipe."""
    return data if data.seed is not None else msgspec.structs.replace(data, seed=seed)


def _speed(steps_per_second: float | None) -> float | None:
    """The nearest that the window has; None is as fast as the engine goes."""
    if steps_per_second is None:
        return None
    return min((each for each in SPEEDS if each is not None), key=lambda each: abs(each - steps_per_second))
