"""What the views of the latent lab ask of a model of pictures; each is answered by a message of answering.py.

`channel` names the view that asks: a newer question from the same view replaces a waiting one, and the answer carries
its `serial`.  Pictures and codes are as in imaging.py.
"""

import numpy as np

from engine.messages.imaging import NO_CODES, NO_LABELS, NO_PICTURES
from engine.messages.kinds import NO_POINTS, Message


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
