"""The chains lab's walks: one to four samplers on the same target, with the same clock, told to every new engine.

Nothing is asked of the engine before the lab has been shown once.
Not covered: one walk (walk.py), and what is drawn (labs/chains.py).
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec
import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.knobs import Value
from engine.messages import Entry, FromEngine, Noticed, Ready, SetClock
from gui.draws_export import DrawsExport
from gui.link import Link
from gui.trap_job import TrapJob
from gui.walk import Place, SamplerWalk

MOST_WALKS = 4
FIRST_SAMPLER, FIRST_SPEED = "random_walk", 5.0


class Walks(QObject):
    """The walks, of which one is active: the one whose knobs are in the panel."""

    catalogue_came = Signal()
    walks_changed = Signal()
    active_changed = Signal()
    place_changed = Signal()
    clock_changed = Signal(SetClock)

    def __init__(self, link: Link, device: str, new_number: Callable[[], int], parent: QObject | None = None) -> None:
        """new_number: gives every run, of this lab and others, a name of its own."""
        super().__init__(parent)
        self._link, self._device, self._new_number = link, device, new_number
        self._speed: float | None = FIRST_SPEED
        self._is_shown = False
        # In slow motion the window asks for each step; see slow_motion.py.
        self.is_slow = self._plays_slowly = False
        self.catalogue: Ready | None = None
        self.place = Place()
        self.trap, self.export = TrapJob(link, device, new_number, self), DrawsExport(link, new_number, self)
        self.walks: list[SamplerWalk] = []
        self.active = self.add(FIRST_SAMPLER)
        link.received.connect(self._on_received)
        link.died.connect(self._on_died)

    # ---- the walks

    def add(self, sampler: str) -> SamplerWalk:
        """One more walk beside the others; the first one is the active one."""
        walk = SamplerWalk(self._new_number(), sampler, self._device, self._link, self)
        is_playing = self.is_playing
        self.walks.append(walk)
        walk.stopped.connect(self._tell_clock)
        walk.is_playing, walk.speed = is_playing and not self.is_slow, self._speed
        if self._is_shown and self.catalogue is not None:
            walk.begin(self.place)
        self.walks_changed.emit()
        return walk

    def remove(self, walk: SamplerWalk) -> None:
        """End a walk, if it is not the last one."""
        if len(self.walks) == 1 or walk not in self.walks:
            return
        self.walks.remove(walk)
        walk.end()
        walk.deleteLater()
        if walk is self.active:
            self.activate(self.walks[-1])
        self.walks_changed.emit()
        self._tell_clock()

    def activate(self, walk: SamplerWalk) -> None:
        if walk is not self.active:
            self.active = walk
            self.active_changed.emit()

    def entry(self, walk: SamplerWalk | None = None) -> Entry | None:
        """The catalogue's entry of a walk's sampler, by default of the active one's, once the engine is ready."""
        samplers = self.catalogue.samplers if self.catalogue is not None else ()
        return next((each for each in samplers if each.name == (walk or self.active).sampler), None)

    # ---- what all walks share

    def show(self) -> None:
        """The lab is looked at: from now on the engine is asked."""
        if not self._is_shown:
            self._is_shown = True
            self._begin()

    def set_place(self, **changes: object) -> None:
        """Another target, start or number of chains: all walks begin anew."""
        self.place = msgspec.structs.replace(self.place, **changes)
        self._begin()
        self.place_changed.emit()

    def use(self, samplers: Sequence[tuple[str, Mapping[str, Value]]], **changes: object) -> None:
        """Other samplers with their knobs, one to four, on another place."""
        for walk in self.walks[len(samplers) :]:
            self.remove(walk)
        for name, _ in samplers[len(self.walks) :]:
            self.add(name)
        for walk, (name, params) in zip(self.walks, samplers, strict=True):
            walk.sampler, walk.params = name, dict(params)
        self.set_place(**changes)
        self.activate(self.walks[0])
        for walk in self.walks:
            walk.sampler_changed.emit()

    def set_sharpness(self, sharpness: float) -> None:
        """The chains walk on, on the sharper landscape."""
        self.place = msgspec.structs.replace(self.place, sharpness=sharpness)
        for walk in self.walks:
            walk.set_target(sharpness, self.place.bumps)

    def set_bumps(self, bumps: np.ndarray) -> None:
        """What was raised and dug by hand, (k, 4); the chains walk on."""
        self.place = msgspec.structs.replace(self.place, bumps=bumps)
        for walk in self.walks:
            walk.set_target(self.place.sharpness, bumps)

    @property
    def is_playing(self) -> bool:
        return self._plays_slowly or any(walk.is_playing for walk in self.walks)

    @property
    def steps_per_second(self) -> float | None:
        """The chosen speed; None is as fast as the engine goes."""
        return self._speed

    def play(self, is_playing: bool) -> None:
        self._plays_slowly = is_playing and self.is_slow
        for walk in self.walks:
            walk.set_clock(is_playing and not self.is_slow, self._speed)
        self._tell_clock()

    def set_slow(self, is_slow: bool) -> None:
        """Slow motion, or the engine's own clock; what plays goes on playing."""
        is_playing = self.is_playing
        self.is_slow = is_slow
        self.play(is_playing)

    def set_speed(self, steps_per_second: float | None) -> None:
        self._speed = steps_per_second
        for walk in self.walks:
            walk.set_clock(walk.is_playing, steps_per_second)
        self._tell_clock()

    def step_once(self) -> None:
        """One step of each; walks that play are paused by it."""
        self.play(False)
        for walk in self.walks:
            walk.step_once()

    def skip(self, steps: int) -> None:
        for walk in self.walks:
            walk.skip(steps)

    def reset(self) -> None:
        """From the start again, with the same seeds."""
        self._begin()

    # ---- the engine's life

    def _begin(self) -> None:
        if self._is_shown and self.catalogue is not None:
            for walk in self.walks:
                walk.begin(self.place)

    def _tell_clock(self) -> None:
        self.clock_changed.emit(SetClock(0, self.is_playing, self._speed))

    def _on_received(self, message: FromEngine) -> None:
        if isinstance(message, Ready):
            self.catalogue = message
            self._begin()
            self.catalogue_came.emit()
            return
        number = getattr(message, "run", 0)
        for walk in self.walks:
            if walk.number == number:
                # What the engine had to say has paused it there.
                if isinstance(message, Noticed):
                    self._stop_slow_motion()
                    walk.refuse(message.text, message.request)
                else:
                    walk.take(message)

    def _on_died(self, reason: str) -> None:
        self.catalogue = None
        self._stop_slow_motion()
        for walk in self.walks:
            walk.has_chains = False
            walk.stop()

    def _stop_slow_motion(self) -> None:
        if self._plays_slowly:
            self.play(False)
