"""What is answered to the questions of asking.py, in their order, each with the serial of its question.

Pictures and codes are as in imaging.py.
"""

import msgspec
import numpy as np

from engine.messages.imaging import NO_CODES, NO_LABELS, NO_PICTURES
from engine.messages.kinds import NO_POINTS, Message


class Answer(Message, frozen=True):
    """To a Question of this channel."""

    run: int
    channel: int
    serial: int

    @property
    def replaces(self) -> tuple[str, int]:
        return f"answer {self.channel}", self.run


class Against(msgspec.Struct, frozen=True):
    """What pictures were compared with: so many of the set `title`.

    is_whole: they are all that the model learnt from.  is_alike: they are of the same source; where neither is so,
    they stand in for pictures that are not here.
    is_coming: those that it learnt from are being made, which takes up to a minute the first time; then ask again.
    """

    count: int = 0
    title: str = ""
    is_whole: bool = True
    is_alike: bool = False
    is_coming: bool = False


class Decoded(Answer, frozen=True):
    pictures: np.ndarray = NO_PICTURES


class Encoded(Answer, frozen=True):
    """pictures: what was given, in the model's shape.  errors: (n,), mean squared error of a pixel from 0 to 1."""

    codes: np.ndarray = NO_CODES
    pictures: np.ndarray = NO_PICTURES
    reconstructions: np.ndarray = NO_PICTURES
    errors: np.ndarray = NO_LABELS


class Seen(Answer, frozen=True):
    """factors: (n, k), under the attribute names of LatentReady."""

    indices: np.ndarray = NO_LABELS
    pictures: np.ndarray = NO_PICTURES
    labels: np.ndarray = NO_LABELS
    codes: np.ndarray = NO_CODES
    factors: np.ndarray = NO_POINTS


class Mapped(Answer, frozen=True):
    """positions: (n, 2) of the pictures at `indices` of the set, which are `pictures`; their codes and labels.

    to_code: (2, latents) and origin (latents,): a place in the map is origin + place @ to_code; empty where there is no
    way back (t-SNE).
    """

    positions: np.ndarray = NO_POINTS
    indices: np.ndarray = NO_LABELS
    pictures: np.ndarray = NO_PICTURES
    codes: np.ndarray = NO_CODES
    labels: np.ndarray = NO_LABELS
    to_code: np.ndarray = NO_CODES
    origin: np.ndarray = NO_CODES


class Row(msgspec.Struct, frozen=True):
    """One way from A to B: frames, under each the nearest of the pictures that are compared, and how far that is.

    off: (frames,), the distance over the typical nearest distance inside that set: 1 is as near as pictures of the
    set are to each other.  confidence: (frames,), of a classifier where there is one, else empty.
    """

    name: str
    pictures: np.ndarray
    nearest: np.ndarray
    off: np.ndarray
    confidence: np.ndarray = np.zeros(0)
    codes: np.ndarray = NO_CODES


class Interpolated(Answer, frozen=True):
    at: np.ndarray = np.zeros(0)
    rows: tuple[Row, ...] = ()
    against: Against = Against()


class Combined(Answer, frozen=True):
    """The result's code and picture, its nearest pictures, and, where all factors are known, the exact picture.

    errors: mean squared error of a pixel to the exact picture, and that of the exact picture's own reconstruction, NaN
    where there is none.
    """

    code: np.ndarray = NO_CODES
    picture: np.ndarray = NO_PICTURES
    nearest: np.ndarray = NO_PICTURES
    distances: np.ndarray = np.zeros(0)
    exact: np.ndarray = NO_PICTURES
    errors: tuple[float, float] = (float("nan"), float("nan"))
    against: Against = Against()


class Direction(Answer, frozen=True):
    """vector: (latents,), one step of the attribute.  The rest is how far to trust it (engine/images/directions.py).

    leaks: by attribute, what else the direction changes, in nats of that attribute's probe, as own_change is.
    """

    attribute: str = ""
    vector: np.ndarray = NO_CODES
    cosine: float = float("nan")
    random_cosine: float = float("nan")
    effect_size: float = float("nan")
    accuracy: float = float("nan")
    chance: float = float("nan")
    own_change: float = float("nan")
    leaks: dict[str, float] = {}


class Nearest(Answer, frozen=True):
    """Per picture asked, count nearest: pictures (n * count, ...), distances (n, count), in pixels, and in codes.

    ranks: (n,), the share of the training set's own nearest distances that are larger: 1 is a copy.
    """

    pictures: np.ndarray = NO_PICTURES
    distances: np.ndarray = NO_POINTS
    typical: float = float("nan")
    ranks: np.ndarray = np.zeros(0)
    by_code: np.ndarray = NO_PICTURES
    code_distances: np.ndarray = NO_POINTS
    code_typical: float = float("nan")
    code_ranks: np.ndarray = np.zeros(0)
    against: Against = Against()


class Sampled(Answer, frozen=True):
    codes: np.ndarray = NO_CODES
    pictures: np.ndarray = NO_PICTURES


class PlaneEnergy(Answer, frozen=True):
    """energy: (cells, cells) float32, nats, rows from the bottom."""

    energy: np.ndarray = NO_POINTS
    extent: tuple[float, float, float, float] = (0.0, 1.0, 0.0, 1.0)


class Weights(Answer, frozen=True):
    """content: a safetensors file; card: the JSON that belongs to it. OpenTrained takes both."""

    name: str = ""
    content: bytes = b""
    card: bytes = b""
