"""What chains walk on: a landscape that does not change by itself, the model that another run trains, or a prior on a
plane of a latent space.

Not covered: where the landscapes come from (places.py).
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from engine import devices
from engine.images.generating import on_plane
from engine.images.latent import Latent
from engine.messages import LatentPlane, MeasureTrap, Walk
from engine.notice import Notice
from engine.places import place_of
from engine.plane import Plane
from engine.run import Run
from engine.samplers import Target
from engine.targets import OnPlane


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

    @property
    def is_costly(self) -> bool:
        """Whether a grid of its energies takes so long that it is made piece by piece."""
        ...


class Energy(NamedTuple):
    """A landscape that does not change by itself."""

    target: Target
    plane: Plane
    version: tuple[int, int] = (0, 0)
    is_costly: bool = False


class Trained:
    """The model that another run trains."""

    is_costly = False

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


def source_of(
    message: Walk | MeasureTrap, runs: Mapping[int, object], latent_of: Callable[[int], Latent | None]
) -> Source:
    """What chains walk on: its plane or energy, or the model of one of the runs. Raises Notice.

    latent_of: the model of pictures of a run, if there is one.
    """
    if message.plane is not None:
        return _of_latent(message.plane, latent_of(message.plane.model_run))
    if message.energy is not None:
        place = place_of(message.energy, devices.chosen(message.device))
        return Energy(place.target, Plane.of(place.extent))
    run = runs.get(message.model_run)
    if not isinstance(run, Run):
        raise Notice("There is no model to walk on yet: draw points and train one, or choose a known landscape.")
    return Trained(run)


def _of_latent(wanted: LatentPlane, latent: Latent | None) -> Energy:
    """A prior that was fitted before is at hand; else it is fitted now, while all else waits."""
    if latent is None:
        raise Notice("There is no model of pictures to walk in yet.")
    plane = Plane.of(wanted.extent)
    own = on_plane(wanted.prior, wanted.origin, wanted.axes, latent, is_projected=wanted.is_projected)
    return Energy(OnPlane(own, plane, latent.device), plane, is_costly=True)
