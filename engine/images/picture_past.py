"""What a training of pictures has to keep so that it can go back and go on just as it did.

Not covered: when (engine/past.py).
"""

from collections.abc import Callable, Sequence

from engine.images.picture_frames import Small, large
from engine.images.training import Training, TrainingMoment
from engine.messages import PictureProgress, SetParams, WentTo
from engine.training_past import not_at_default


class PicturePast:
    """The owner of a past (see engine/past.py) for a training of pictures."""

    def __init__(
        self, number: int, training: Training, on_moved: Callable[[], None], on_arrived: Callable[[], None]
    ) -> None:
        """on_moved: the training is another moment of itself.  on_arrived: it is where it was to go."""
        self.number = number
        self._training = training
        self._on_moved, self._on_arrived = on_moved, on_arrived

    @property
    def num_steps(self) -> int:
        return self._training.num_steps

    def capture(self) -> tuple[TrainingMoment, int]:
        return self._training.moment()

    def put_back(self, what: TrainingMoment) -> None:
        self._training.become(what)
        self._on_moved()

    def again(self) -> None:
        self._training.again()

    def change(self, what: SetParams) -> None:
        self._training.set_params(what.params)

    def leave(self, branch: int) -> None:
        """A snapshot has all there is."""

    def set_out(self, branch: int, asked: int) -> None:
        """Likewise."""

    def forget(self) -> None:
        """Likewise."""

    def seen_again(self, what: Small) -> Sequence[PictureProgress]:
        return (large(what),)

    def seen_of(self, what: TrainingMoment) -> Sequence[PictureProgress]:
        """Nothing: frames lie closer than snapshots, which are large."""
        return ()

    def arrived(self, branch: int) -> WentTo:
        self._on_arrived()
        return WentTo(self.number, branch, self._training.num_steps, not_at_default(self._training.params))
