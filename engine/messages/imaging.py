"""Models of pictures: how they are opened and trained, and what is known of them once they can be asked.

Pictures are (n, height, width, channels) uint8.  Codes are (n, latents) float32.  `run` names a model with its set of
pictures.
Not covered: what is asked of them (asking.py), and what is answered (answering.py).
"""

import msgspec
import numpy as np

from engine.knobs import Value
from engine.messages.kinds import Event, Message

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
