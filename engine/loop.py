"""The engine's only loop: read messages, and let the run work whose turn it is.

Three kinds of errors, each handled here once: Notice (told to the person, the run pauses), any other exception
(Failed: that run stops, the others go on), and death, which needs no code.
Not covered: the pipe (pipe.py) and what a run does (run.py).
"""

import math
import os
import traceback
from collections.abc import Callable
from functools import partial, singledispatchmethod

import torch

from engine import clock, devices, draws_export
from engine import data as datasets
from engine.catalogue import dataset_modules, entries, model_modules, sampler_modules, target_modules
from engine.chain_run import ChainRun
from engine.chain_source import source_of
from engine.data import files
from engine.images import catalogue as pictures
from engine.images import shipped
from engine.images.answers import Answers
from engine.images.latent import Latent
from engine.images.picture_run import PictureRun
from engine.messages import (
    CopyRun,
    DataMade,
    Drop,
    EndTraining,
    Failed,
    GoTo,
    LookBack,
    MakeData,
    MeasureTrap,
    Message,
    Noticed,
    ReadFile,
    Ready,
    Restore,
    SendDraws,
    SetClock,
    SetCursor,
    SetData,
    SetParams,
    SetTarget,
    SetView,
    Skip,
    StepOnce,
    ToEngine,
    Train,
    TrainPictures,
    Walk,
)
from engine.notice import Notice
from engine.pipe import Inbox
from engine.run import Run, Send
from engine.timeline import Budget
from engine.trap_run import TrapRun

AnyRun = Run | ChainRun | PictureRun | TrapRun


class Engine:
    """Everything the engine knows: its runs, by the numbers that the window gave them.

    Of runs that have work, the one goes next that has worked least, so that each gets the same time whatever its
    steps cost. One that comes back from a pause is not owed the time it did not want.
    """

    def __init__(self, inbox: Inbox[ToEngine], send: Send) -> None:
        self._inbox, self._send = inbox, send
        self._runs: dict[int, AnyRun] = {}
        self._past_budget = Budget()
        devices.set_up_cpu()
        self.answers = Answers(inbox, send)

    def serve(self) -> None:
        """Work for ever; the process ends when the window's pipe does."""
        self._send(ready())
        self.answers.start()
        while True:
            for message in self._inbox.take(self.secs_to_wait()):
                self.take(message)
            self.work_once(clock.now())

    def take(self, message: ToEngine) -> None:
        """Do what a message says."""
        self._guarded(message, partial(self._take, message))

    def work_once(self, now: float) -> None:
        """The turn of one run, if any has work."""
        busy = [run for run in self._runs.values() if run.secs_until_work(now) <= 0]
        if not busy:
            return
        run = min(busy, key=lambda each: each.spent_secs)
        num_sharing = max(1, sum(each.is_playing for each in self._runs.values()))
        self._guarded(run, partial(run.work, now, num_sharing))
        run.spent_secs += clock.now() - now
        least = min(each.spent_secs for each in busy)
        for each in self._runs.values():
            each.spent_secs = max(each.spent_secs, least)

    def secs_to_wait(self) -> float | None:
        """Until there is work; None if only a message can change that."""
        now = clock.now()
        soonest = min((run.secs_until_work(now) for run in self._runs.values()), default=math.inf)
        return None if soonest == math.inf else max(0.0, soonest)

    def _guarded(self, what: AnyRun | Message, do: Callable[[], None]) -> None:
        number = what.number if isinstance(what, AnyRun) else getattr(what, "run", 0)
        request = getattr(what, "request", 0)
        try:
            do()
        except Notice as notice:
            if number in self._runs:
                self._runs[number].pause()
            self._send(Noticed(str(notice), number, request))
        except Exception as error:
            if number in self._runs:
                self._runs[number].stop()
            headline = f"{type(error).__name__}: {error}"
            self._send(Failed(headline, traceback.format_exc(), number, request))

    def _run(self, number: int) -> Run:
        """The training of this number, which is made where there is none."""
        run = self._runs[number] if number in self._runs else self._begin(Run(number, self._send, self._past_budget))
        if not isinstance(run, Run):
            raise TypeError(f"run {number} is one of chains")
        return run

    def _begin(self, run: AnyRun) -> AnyRun:
        """A new run is not owed the time that others have worked before it was there."""
        self._let_go(run.number)
        run.spent_secs = min((each.spent_secs for each in self._runs.values()), default=0.0)
        self._runs[run.number] = run
        return run

    def _let_go(self, number: int) -> None:
        if (gone := self._runs.pop(number, None)) is not None:
            gone.close()

    def _any_run(self, number: int) -> Run | ChainRun | PictureRun:
        run = self._runs.get(number)
        return run if isinstance(run, ChainRun | PictureRun) else self._run(number)

    def _on_plane(self, number: int) -> Run | ChainRun:
        run = self._any_run(number)
        if isinstance(run, PictureRun):
            raise TypeError(f"run {number} is one of pictures")
        return run

    def _can_ask(self, number: int, latent: Latent) -> None:
        """A training of pictures has ended."""
        self._let_go(number)
        self.answers.put(number, latent)

    def _chains(self, number: int) -> ChainRun | None:
        """The chains of this number; None if they have ended, so that what was sent before they did is let go."""
        run = self._runs.get(number)
        return run if isinstance(run, ChainRun) else None

    @singledispatchmethod
    def _take(self, message: ToEngine) -> None:
        raise TypeError(f"the engine has no use for {type(message).__name__}")

    @_take.register
    def _(self, message: Train) -> None:
        self._run(message.run).train(message)

    @_take.register
    def _(self, message: SetData) -> None:
        self._run(message.run).set_data(message)

    @_take.register
    def _(self, message: SetParams) -> None:
        self._any_run(message.run).set_params(message)

    @_take.register
    def _(self, message: SetClock) -> None:
        self._any_run(message.run).set_clock(message)

    @_take.register
    def _(self, message: SetView) -> None:
        self._on_plane(message.run).set_view(message)

    @_take.register
    def _(self, message: SetCursor) -> None:
        self._run(message.run).set_cursor(message)

    @_take.register
    def _(self, message: Drop) -> None:
        self._let_go(message.run)
        self.answers.drop(message.run)

    @_take.register
    def _(self, message: TrainPictures) -> None:
        self._begin(PictureRun(message, self._send, self._can_ask, self._past_budget))

    @_take.register
    def _(self, message: EndTraining) -> None:
        run = self._runs.pop(message.run, None)
        if isinstance(run, PictureRun):
            run.end()
            run.close()

    @_take.register
    def _(self, message: Walk) -> None:
        self._begin(
            ChainRun(message, source_of(message, self._runs, self.answers.latent), self._send, self._past_budget)
        )

    @_take.register
    def _(self, message: MeasureTrap) -> None:
        self._begin(TrapRun(message, source_of(message, self._runs, self.answers.latent), self._send))

    @_take.register
    def _(self, message: SendDraws) -> None:
        found = [self._chains(number) for number in message.of_runs]
        draws_export.export(message, [run for run in found if run is not None], self._send)

    @_take.register
    def _(self, message: SetTarget) -> None:
        if chains := self._chains(message.run):
            chains.set_target(message)

    @_take.register
    def _(self, message: Skip) -> None:
        if chains := self._chains(message.run):
            chains.skip(message)

    @_take.register
    def _(self, message: StepOnce) -> None:
        self._on_plane(message.run).step_once()

    @_take.register
    def _(self, message: Restore) -> None:
        self._run(message.run).restore(message)

    @_take.register
    def _(self, message: LookBack) -> None:
        self._any_run(message.run).look_back(message)

    @_take.register
    def _(self, message: GoTo) -> None:
        self._any_run(message.run).go_to(message)

    @_take.register
    def _(self, message: CopyRun) -> None:
        self._begin(self._run(message.of_run).copy(message, self._past_budget))

    @_take.register
    def _(self, message: MakeData) -> None:
        self._send(_made(message.request, datasets.draw(message.data, seed=0)))

    @_take.register
    def _(self, message: ReadFile) -> None:
        drawn = files.read(message.name, message.content, message.n, message.seed)
        self._send(_made(message.request, drawn))


def ready() -> Ready:
    """What the engine runs on and everything it has."""
    return Ready(
        pid=os.getpid(),
        torch_version=str(torch.__version__),  # its own type would drag torch into the window
        device=str(devices.chosen("auto")),
        devices=devices.available(),
        models=entries(model_modules()),
        samplers=entries(sampler_modules()),
        datasets=entries(dataset_modules()),
        targets=entries(target_modules()),
        picture_sources=entries(pictures.source_modules()),
        picture_models=entries(pictures.model_modules()),
        trained=shipped.kinds(),
    )


def _made(request: int, drawn: datasets.Draw) -> DataMade:
    return DataMade(request, drawn.points, drawn.labels, drawn.extent, drawn.truth, drawn.note)
