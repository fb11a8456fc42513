"""Pictures and their latent spaces: what the latent lab asks, and what it is told.

Pictures are (n, height, width, channels) uint8.  Codes are (n, latents) float32.  `run` names a model with its set of
pictures.  `channel` names the view that asks: a newer question from the same view replaces a waiting one, and the
answer carries its `serial`.
"""

import msgspec
import numpy as np

from engine.knobs import Value
from engine.messages.kinds import NO_POINTS, Event, Message

NO_CODES = np.zeros((0, 0), np.float32)
NO_PICTURES = np.zeros((0, 0, 0, 0), np.uint8)
NO_LABELS = np.zeros(0, np.int64)


class PictureData(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where pictures come from: a source of the catalogue with its knobs, or files.

    `files`: a name and the content of each, for a window whose engine may be on another machine.  `side`: pixels that
    pictures of a folder are scaled to; left out, as they are.
    """

    source: str = "faces"
    params: dict[str, Value] = {}
    seed: int = 0
    files: tuple[tuple[str, bytes], ...] = ()
    side: int | None = None


# ---- a model with its pictures


class OpenTrained(Event, frozen=True):
    """Load weights that are shipped (`name`) or in a file (`content` with its `card`); answered by LatentReady.

    data: the pictures that they were trained on; left out, those that the card tells of.
    """

    run: int
    name: str
    content: bytes = b""
    card: bytes = b""
    device: str = "auto"
    data: PictureData | None = None


class TrainPictures(Event, frozen=True):
    """Train a model on pictures as `run`; SetClock plays and pauses, SetParams turns its knobs."""

    run: int
    data: PictureData
    model: str
    params: dict[str, Value]
    seconds: float = 300.0
    seed: int = 0
    device: str = "auto"


class EndTraining(Event, frozen=True):
    """Stop training `run`; its best weights stay and are used. Answered by LatentReady."""

    run: int


class PictureProgress(Message, frozen=True):
    """How the training goes: share (0 to 1), seconds left, the last terms by name, and what it makes of pictures.

    reconstructions: pairs, the pictures first and what became of them after; samples: from the prior.
    """

    run: int
    step: int
    share: float
    secs_left: float
    steps_per_second: float
    terms: dict[str, float]
    held_out: float
    originals: np.ndarray = NO_PICTURES
    reconstructions: np.ndarray = NO_PICTURES
    samples: np.ndarray = NO_PICTURES


class LatentReady(Event, frozen=True):
    """A model and its pictures are there to be asked.

    A slider moves along one of `axes` (latents, latents), unit rows, those that matter most first, in steps of its
    `spread` (latents,) from `middle` (latents,); importance (latents,) says how much each matters, in
    `importance_unit`.  layers: codes from the pixels inwards, the last is the latent space.
    card: what is known of the weights, as JSON.  count: pictures in the set.
    is_exact: pictures are drawn from factors, so that a change has an exact answer.
    is_learnt: they are such as it learnt from; else others stand in for those, which are not here.
    """

    run: int
    model: str
    title: str
    shape: tuple[int, int, int]
    latents: int
    layers: tuple[str, ...]
    has_encoder: bool
    has_prior: bool
    is_conditional: bool
    class_names: tuple[str, ...]
    attribute_names: tuple[str, ...]
    axes: np.ndarray
    importance: np.ndarray
    importance_unit: str
    spread: np.ndarray
    middle: np.ndarray
    count: int
    data_title: str
    is_exact: bool
    card: str = ""
    is_learnt: bool = True


# ---- questions; each is answered by the message of the same number in the next part


class Question(Message, frozen=True):
    """What a view asks of a model. Of the same view only the newest waits."""

    run: int
    channel: int
    serial: int

    @property
    def replaces(self) -> tuple[str, int]:
        return f"question {self.channel}", self.run


class Decode(Question, frozen=True):
    """Pictures of codes. labels: (n,), where the model is conditional.  layer: which codes these are."""

    codes: np.ndarray = NO_CODES
    labels: np.ndarray = NO_LABELS
    layer: str = "latent"


class Encode(Question, frozen=True):
    """Codes and reconstructions of pictures; they are scaled to the model's shape."""

    pictures: np.ndarray = NO_PICTURES
    labels: np.ndarray = NO_LABELS


class Look(Question, frozen=True):
    """Pictures of the set with all that is known of them: those at `indices`, or `count` drawn by `seed`.

    label: only of this class; attribute: only with this one (over the middle of its range).
    """

    indices: np.ndarray = NO_LABELS
    count: int = 0
    seed: int = 0
    label: int = -1
    attribute: str = ""


class Map(Question, frozen=True):
    """Where codes of the set lie in two dimensions: by "pca", "tsne", or the two latents `axes` as they are."""

    method: str = "pca"
    count: int = 500
    axes: tuple[int, int] = (0, 1)


class Interpolate(Question, frozen=True):
    """From picture A to picture B in pixels, in each layer, and in the latent space by `kind`: linear, spherical, data.

    first, last: how far, 0 at A and 1 at B; -0.5 and 1.5 overshoot.
    """

    pictures: np.ndarray = NO_PICTURES
    labels: np.ndarray = NO_LABELS
    codes: np.ndarray = NO_CODES
    frames: int = 11
    kind: str = "linear"
    first: float = 0.0
    last: float = 1.0


class Combine(Question, frozen=True):
    """The sum of weighted operands, decoded: A - B + C.

    operands: (total, latents) codes, groups one after another; offsets: (groups + 1,); weights: (groups,).
    factors: (total, k), what the operands' pictures are drawn from, NaN where not known; with them the exact answer is
    drawn too.
    """

    operands: np.ndarray = NO_CODES
    offsets: np.ndarray = NO_LABELS
    weights: np.ndarray = NO_POINTS
    factors: np.ndarray = NO_POINTS
    labels: np.ndarray = NO_LABELS


class FindDirection(Question, frozen=True):
    """The direction in which an attribute grows, by "class means" or a "linear probe", and how far to trust it."""

    attribute: str = ""
    method: str = "class means"


class FindNearest(Question, frozen=True):
    """Of the pictures that the model learnt from, or others where these are not here, the nearest to some."""

    pictures: np.ndarray = NO_PICTURES
    codes: np.ndarray = NO_CODES
    count: int = 5
    labels: np.ndarray = NO_LABELS


class Sample(Question, frozen=True):
    """New pictures: codes from "standard", "gaussian" or "mixture" (fitted to the codes), times `truncation`."""

    prior: str = "standard"
    count: int = 64
    seed: int = 0
    truncation: float = 1.0
    label: int = -1


class Plane(Question, frozen=True):
    """The energy of a `prior` (as in Sample, or "posterior", the aggregated one) on a plane of the latent space.

    origin: (latents,).  axes: (2, latents), orthonormal.  extent: x0, x1, y0, y1 along them.
    is_projected: of codes that fall straight onto the plane, not of those that lie on it.
    """

    prior: str = "standard"
    origin: np.ndarray = NO_CODES
    axes: np.ndarray = NO_CODES
    extent: tuple[float, float, float, float] = (-3.0, 3.0, -3.0, 3.0)
    cells: int = 96
    is_projected: bool = False


class AskForWeights(Question, frozen=True):
    """The model as files, to be kept or saved under `name`."""

    name: str = "weights"


# ---- answers


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
