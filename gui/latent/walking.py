"""The latent lab's chains: one sampler on a plane of the latent space, told to every new engine.

Not covered: the chains themselves (gui/walk.py), and the plane (plane_choice.py).
"""

from collections.abc import Callable

import msgspec
import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.messages import Entry, FromEngine, LatentPlane, Noticed, Ready
from gui.link import Link
from gui.trap_job import TrapJob
from gui.walk import Place, SamplerWalk

FIRST_SAMPLER = "mala"
FIRST_SPEED = 10.0


class LatentWalk(QObject):
    """`walk` has no place before `begin`. `samplers_came` with a new engine."""

    samplers_came = Signal()
    clock_changed = Signal()
    place_changed = Signal()

    def __init__(self, link: Link, device: str, new_number: Callable[[], int], parent: QObject) -> None:
        """new_number: gives every run a name of its own."""
        super().__init__(parent)
        self.samplers: tuple[Entry, ...] = ()
        self.walk = SamplerWalk(new_number(), FIRST_SAMPLER, device, link, self)
        self.trap = TrapJob(link, device, new_number, self)
        self.walk.speed = FIRST_SPEED
        self.place: Place | None = None
        self.walk.stopped.connect(self.clock_changed)
        link.received.connect(self._on_received)
        link.died.connect(self._on_died)

    @property
    def walks(self) -> list[SamplerWalk]:
        """There is one."""
        return [self.walk]

    def entry(self, walk: SamplerWalk | None = None) -> Entry | None:
        """That of the sampler in the catalogue."""
        return next((each for each in self.samplers if each.name == self.walk.sampler), None)

    def begin(self, plane: LatentPlane, num_chains: int, sharpness: float, starts: np.ndarray) -> None:
        """Chains from the start, on this plane. starts: (k, 2), in the plane's coordinates."""
        self.place = Place(plane=plane, num_chains=num_chains, sharpness=sharpness, starts=starts, warm_up=0)
        self.walk.begin(self.place)
        self.place_changed.emit()

    def begin_again(self, **changes: object) -> None:
        """On the same plane, but for these fields of the place; nothing where there is none."""
        if self.place is not None:
            self.place = msgspec.structs.replace(self.place, **changes)
            self.walk.begin(self.place)

    def set_sharpness(self, sharpness: float) -> None:
        """The chains walk on, on the sharper energy."""
        if self.place is not None:
            self.place = msgspec.structs.replace(self.place, sharpness=sharpness)
            self.walk.set_target(sharpness, self.place.bumps)

    def use(self, sampler: str) -> None:
        """Another sampler, from the start."""
        if self.place is not None:
            self.walk.use(sampler)

    def play(self, is_on: bool) -> None:
        self.walk.set_clock(is_on and self.place is not None, self.walk.speed)
        self.clock_changed.emit()

    def set_speed(self, steps_per_second: float | None) -> None:
        self.walk.set_clock(self.walk.is_playing, steps_per_second)

    def step_once(self) -> None:
        """A single step; chains that play are paused by it."""
        if self.place is not None:
            self.play(False)
            self.walk.step_once()

    def forget(self) -> None:
        """The model is another one: its latent space has other planes."""
        if self.place is not None:
            self.play(False)
            self.walk.end()
            self.walk.has_chains = False
            self.trap.cancel()
            self.place = None

    def _on_received(self, message: FromEngine) -> None:
        if isinstance(message, Ready):
            self.samplers = message.samplers
            self.samplers_came.emit()
        elif getattr(message, "run", 0) == self.walk.number:
            if isinstance(message, Noticed):
                self.walk.refuse(message.text, message.request)
            else:
                self.walk.take(message)

    def _on_died(self, reason: str) -> None:
        self.walk.has_chains = False
        self.walk.stop()
