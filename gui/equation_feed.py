"""What the equation panel of each lab is told: which equations, and what is at work in this moment.

Not covered: the panel (equation_strip.py).
"""

import math
from collections.abc import Callable, Mapping

import msgspec
from PySide6.QtCore import QObject

from engine.knobs import Value
from engine.messages import Landscape, PictureProgress, Progress, SetClock
from gui.acting import Moment
from gui.equation_strip import EquationStrip
from gui.experiment import Experiment
from gui.latent.session import LatentSession
from gui.latent.train_page import TrainPage
from gui.stages import Stages
from gui.walks import Walks

_TRACES = ("loss", "energy_of_data", "energy_of_samples")


class TrainingEquations(QObject):
    """Those of the model of the active run."""

    def __init__(self, strip: EquationStrip, experiment: Experiment) -> None:
        super().__init__(strip)
        self._strip, self._experiment = strip, experiment
        self._moment = Moment()
        self._stages = Stages(self)
        self._shown_step = -1
        for changed in (
            experiment.became_ready,
            experiment.model_changed,
            experiment.active_changed,
            experiment.runs_changed,
        ):
            changed.connect(self.show_model)
        experiment.network_began.connect(self._forget)
        experiment.active_changed.connect(self._forget)
        experiment.clock_changed.connect(self._on_clock_changed)
        experiment.progress_came.connect(self._on_progress)
        experiment.landscape_came.connect(self._on_landscape)
        self._stages.changed.connect(self._on_stage)

    def show_model(self) -> None:
        """Another family, or other knobs."""
        entry = self._experiment.entry()
        self._stages.set_machine(entry.machine if entry is not None else None)
        self.show_params(self._experiment.model.params)

    def show_params(self, params: Mapping[str, Value]) -> None:
        entry = self._experiment.entry()
        if entry is not None:
            self._strip.show_entries((entry,), params)

    def _forget(self) -> None:
        """What was known is of another network."""
        self._tell(numbers={}, acted=())

    def _on_clock_changed(self, clock: SetClock) -> None:
        self._stages.set_pace(clock.steps_per_second, clock.is_playing)
        self._tell(is_playing=clock.is_playing)

    def _on_progress(self, progress: Progress) -> None:
        newest = {name: getattr(progress, name) for name in _TRACES}
        self._tell(numbers={name: float(values[-1]) for name, values in newest.items() if len(values)})

    def _on_landscape(self, landscape: Landscape) -> None:
        self._tell(acted=landscape.lit)
        if landscape.step != self._shown_step and self._strip.isVisible():
            self._stages.show_step(landscape.lit)
        self._shown_step = landscape.step

    def _on_stage(self) -> None:
        is_slow = self._stages.is_playing and self._stages.is_slow
        self._tell(at=self._stages.lit if self._stages.lit or is_slow else None)

    def _tell(self, **changes: object) -> None:
        self._moment = msgspec.structs.replace(self._moment, **changes)
        self._strip.set_moment(self._moment)


class WalkEquations(QObject):
    """The energy of the target where it is a known one, and the step of the active sampler."""

    def __init__(self, strip: EquationStrip, walks: Walks, phase: Callable[[], str | None]) -> None:
        """phase: the name of the phase of the active walk that is seen, None outside of slow motion."""
        super().__init__(strip)
        self._strip, self._walks, self._phase = strip, walks, phase
        for changed in (walks.catalogue_came, walks.active_changed, walks.place_changed, walks.walks_changed):
            changed.connect(self.show_sampler)
        walks.clock_changed.connect(lambda _: self.show_moment())

    def show_sampler(self) -> None:
        """Another sampler or target, or other knobs."""
        entry, energy = self._walks.entry(), self._walks.place.energy
        if entry is None or self._walks.catalogue is None:
            return
        known = [each for each in self._walks.catalogue.targets if energy is not None and each.name == energy.analytic]
        self._strip.show_entries((*known, entry), self._walks.active.params)
        self.show_moment()

    def show_moment(self) -> None:
        """What is at work: in slow motion what belongs to the phase, otherwise the whole step."""
        phase = self._phase()
        self._strip.set_moment(Moment(is_playing=self._walks.is_playing, at=None if phase is None else (phase,)))


class PictureEquations(QObject):
    """Those of a model of pictures: the one to be trained on the page Train, elsewhere the one that is asked."""

    def __init__(self, strip: EquationStrip, session: LatentSession, train_page: TrainPage) -> None:
        super().__init__(strip)
        self._strip, self._session, self._train_page = strip, session, train_page
        self._is_training_seen, self._is_playing = False, True
        self._numbers: dict[str, float] = {}
        session.ready_came.connect(lambda _: self._show())
        session.progress_came.connect(self._on_progress)
        session.training_changed.connect(self._on_training_changed)
        train_page.model_changed.connect(self._show)

    def set_page(self, is_train_page: bool) -> None:
        self._is_training_seen = is_train_page
        self._show()

    def set_playing(self, is_playing: bool) -> None:
        """Whether the training goes on, if there is one."""
        self._is_playing = is_playing
        self._tell()

    def _show(self) -> None:
        ready = self._session.ready
        name = self._train_page.model if self._is_training_seen else ready.model if ready is not None else ""
        params = self._train_page.params if self._is_training_seen else {}
        for entry in self._session.models:
            if entry.name == name:
                self._strip.show_entries((entry,), params)
        self._tell()

    def _tell(self) -> None:
        page, session = self._train_page, self._session
        is_it = self._is_training_seen and session.is_training and page.trained == page.model
        numbers = self._numbers if is_it else {}
        self._strip.set_moment(Moment(is_playing=is_it and self._is_playing, numbers=numbers))

    def _on_training_changed(self, is_training: bool) -> None:
        self._numbers, self._is_playing = {}, True
        self._tell()

    def _on_progress(self, progress: PictureProgress) -> None:
        self._numbers = {name: value for name, value in progress.terms.items() if not math.isnan(value)}
        self._tell()
