"""What a training has to keep so that it can go back and go on just as it did.

Not covered: when (past.py), and pictures (images/picture_run.py).
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np

from engine.glance import Glance
from engine.jobs import Dataset, Training
from engine.messages import Landscape, SetData, SetParams, SetView, WentTo
from engine.past_frames import Small, large
from engine.states import Random, copied


class Present(NamedTuple):
    """What learns, from what, and how the window has put that."""

    training: Training
    data: Dataset
    points: SetData


class TrainingState(NamedTuple):
    """A moment of a training. The data are kept as they are, not copied: a model may ask whether they are the same."""

    model: Any
    params: Any
    rng: Random
    num_steps: int
    data: Dataset
    points: SetData


class Other(NamedTuple):
    """A change of the data."""

    data: Dataset
    points: SetData


class TrainingPast:
    """The owner of a past (see past.py) for a training."""

    def __init__(
        self,
        number: int,
        present: Callable[[], Present],
        put_data: Callable[[Other, bool], None],
        on_arrived: Callable[[], bool],
        view: Callable[[], SetView | None],
    ) -> None:
        """put_data: these are the data from now on; and whether that is news to the model, which then settles.

        on_arrived: returns whether the window should get the points that were learnt from then.
        view: how the person looks, None before anybody does.
        """
        self.number = number
        self._present, self._put_data = present, put_data
        self._on_arrived, self._glance = on_arrived, Glance(view)

    @property
    def num_steps(self) -> int:
        return self._present().training.num_steps

    def capture(self) -> tuple[TrainingState, int]:
        training, data, points = self._present()
        model, num_bytes = copied(training.model, _shared(data))
        rng = Random(training.rng)
        return TrainingState(model, training.params, rng, training.num_steps, data, points), num_bytes + rng.num_bytes

    def put_back(self, what: TrainingState) -> None:
        training = self._present().training
        training.become(copied(what.model, _shared(what.data))[0], what.params, what.num_steps)
        what.rng.put_into(training.rng)
        self._put_data(Other(what.data, what.points), False)

    def again(self) -> None:
        training, data, _ = self._present()
        training.again(data.batch)

    def change(self, what: SetParams | Other) -> None:
        if isinstance(what, SetParams):
            self._present().training.set_params(what.params)
        else:
            self._put_data(what, True)

    def leave(self, branch: int) -> None:
        """A snapshot has all there is."""

    def set_out(self, branch: int, asked: int) -> None:
        """Likewise."""

    def forget(self) -> None:
        """Likewise."""

    def seen_again(self, what: Small) -> Sequence[Landscape]:
        view = self._glance.view
        return (large(what, has_contours=view is not None and view.has_contours),)

    def seen_of(self, what: TrainingState) -> Sequence[Landscape]:
        moment = self._present().training.copy()
        moment.become(what.model, what.params, what.num_steps)
        seen = self._glance.at(moment, what.data, what.points.version)
        return () if seen is None else (seen,)

    def arrived(self, branch: int) -> WentTo:
        training, _, points = self._present()
        tells_data = self._on_arrived()
        return WentTo(
            self.number, branch, training.num_steps, not_at_default(training.params), points if tells_data else None
        )


def not_at_default(params: msgspec.Struct) -> dict[str, Any]:
    """The knobs that were turned."""
    defaults = msgspec.structs.asdict(type(params)())
    return {name: value for name, value in msgspec.structs.asdict(params).items() if value != defaults[name]}


def is_same(one: SetData | None, other: SetData | None) -> bool:
    """Whether two messages have the same points, whatever their version."""
    if one is None or other is None:
        return one is other
    if (one.extent, one.truth) != (other.extent, other.truth):
        return False
    return np.array_equal(one.points, other.points) and np.array_equal(one.labels, other.labels)


def _shared(data: Dataset) -> Sequence[Any]:
    return data.points, data.labels, data.held_out
