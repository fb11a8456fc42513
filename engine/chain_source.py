"""What chains walk on: a landscape that does not change by itself, or the model that another run trains.

Not covered: where the landscapes come from (places.py).
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from engine import devices
from engine.messages import MeasureTrap, Walk
from engine.notice import Notice
from engine.places import place_of
from engine.plane import Plane
from engine.run import Run
from engine.samplers import Target


class Source(Protocol):
    """What chains walk on. Its properties raise Notice where there is nothing to walk on (any more)."""

    @property
    def target(self) -> Target: ...

    @property
    def plane(self) -> Plane: ...

    @property
    def version(self) -> tuple[int, int]:
        """Another one when the target has changed by itself."""
        ...


class Energy(NamedTuple):
    """A landscape that does not change by itself."""

    target: Target
    plane: Plane
    version: tuple[int, int] = (0, 0)


class Trained:
    """The model that another run trains."""

    def __init__(self, run: Run) -> None:
        self._run = run

    @property
    def target(self) -> Target:
        return self._run.trained[0].model

    @property
    def plane(self) -> Plane:
        return self._run.trained[1].plane

    @property
    def version(self) -> tuple[int, int]:
        training, _ = self._run.trained
        return id(training.model), training.num_steps


def source_of(message: Walk | MeasureTrap, runs: Mapping[int, object]) -> Source:
    """What chains walk on: its energy, or the model of one of the runs. Raises Notice."""
    if message.energy is not None:
        place = place_of(message.energy, devices.chosen(message.device))
        return Energy(place.target, Plane.of(place.extent))
    run = runs.get(message.model_run)
    if not isinstance(run, Run):
        raise Notice("There is no model to walk on yet: draw points and train one, or choose a known landscape.")
    return Trained(run)
