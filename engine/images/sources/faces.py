"""Faces

Cartoon portraits, 64 x 64 pixels in colour, drawn from 15 numbers. Every picture has an exact answer to "the same
person, but with glasses": the picture drawn with that one number changed.

The numbers are drawn independently of one another, so that children may have beards and any hair goes with any face:
what a model says of one is then not a rumour about another. No glasses, no beard and no hat are the most common of
their kinds; all else is uniform.

Source: this program; drawn by engine/images/portrait.
"""

from pathlib import Path

import msgspec
import numpy as np

from engine.images import Pictures, portrait
from engine.images.picture_cache import cached
from engine.images.portrait.person import BEARDS, GLASSES, HAIR_STYLES, HATS, Person
from engine.images.sources import Factor
from engine.knobs import knob
from engine.notice import Notice

SIDE_PX = 64
FACTORS = (
    Factor("glasses", "None, or one of three frames.", 0, 3, GLASSES),
    Factor("gender", "How the person presents: 0 as a man, 1 as a woman (jaw, neck, brows, lashes, lips)."),
    Factor("smile", "-1 a frown, 0 a straight mouth, 1 a broad smile with teeth.", -1),
    Factor("age", "0 a child, 0.45 a grown-up, 1 old: proportions, then wrinkles. The hair keeps its colour."),
    Factor("hair_style", "Seven styles. Under a hat only the lower part is seen.", 0, 6, HAIR_STYLES),
    Factor("hair_colour", "From black over brown, red and blond to white; brows and beard are a darker shade of it."),
    Factor("skin", "From light to dark."),
    Factor("beard", "None, or one of three.", 0, 3, BEARDS),
    Factor("hat", "None, or one of three.", 0, 3, HATS),
    Factor("brow", "-1 drawn together, 1 raised.", -1),
    Factor("turn", "Where the head is turned: -1 to the left of the picture, 1 to the right.", -1),
    Factor("light", "Where the light is: -1 on the left, 1 on the right. The wall has a light of its own.", -1),
    Factor("background", "Colour of the wall, from green over blue, violet and pink to yellow."),
    Factor("gaze", "Where the eyes look: -1 to the left of the picture, 1 to the right.", -1),
    Factor("clothes", "Colour of the jersey, from blue over green, white and yellow to red."),
)
_NAMES = tuple(each.name for each in FACTORS)
# How common "none" is among the kinds; the others share the rest. Hair styles are all as common.
_NONE_SHARES = {"glasses": 0.4, "beard": 0.52, "hat": 0.52}


class Params(msgspec.Struct, frozen=True):
    count: int = knob(4000, low=16, high=40_000, scale="log", help="How many people. About 300 are drawn in a second.")
    classes: str = knob(
        "glasses",
        choices=("glasses", "hair style", "beard", "hat"),
        help="What counts as a picture's class, for models that are told it.",
    )


def make(params: Params, seed: int) -> Pictures:
    """Pictures of people, kept on disk so that they are drawn only once."""
    factors = draw_factors(params.count, np.random.default_rng(seed))
    drawing = Path(portrait.__file__).parent
    pixels = cached(f"faces-{params.count}-{seed}", drawing, (SIDE_PX, SIDE_PX, 3), factors, render)
    kind = _NAMES.index(params.classes.replace(" ", "_"))
    labels = factors[:, kind].astype(np.int64)
    return Pictures("Faces", pixels, labels, FACTORS[kind].choices, factors.astype(np.float32), _NAMES)


def draw_factors(count: int, rng: np.random.Generator) -> np.ndarray:
    """(count, 15) float64, exact in float32, so that the attributes of a picture are what it was drawn from."""
    columns = []
    for each, share in zip(FACTORS, rng.random((len(FACTORS), count)), strict=True):
        if each.choices:
            none = _NONE_SHARES.get(each.name, 1 / len(each.choices))
            others = np.ceil((share - none) / (1 - none) * (len(each.choices) - 1))
            columns.append(np.clip(others, 0, len(each.choices) - 1))
            continue
        columns.append(each.low + share * (each.high - each.low))
    return np.stack(columns, axis=1).astype(np.float32).astype(np.float64)


def render(factors: np.ndarray) -> np.ndarray:
    """(n, 15) -> (n, 64, 64, 3) uint8; a row's picture depends on that row alone.

    Values beyond a factor's range count as its end, kinds are rounded. Raises Notice where a number is missing.
    """
    if not np.isfinite(factors).all():
        raise Notice("A portrait needs a number for each of its factors.")
    low, high = np.array([each.low for each in FACTORS]), np.array([each.high for each in FACTORS])
    inside = np.clip(factors, low, high)
    pixels = np.empty((len(inside), SIDE_PX, SIDE_PX, 3), np.uint8)
    for picture, row in zip(pixels, inside.tolist(), strict=True):
        values = (round(value) if each.choices else value for each, value in zip(FACTORS, row, strict=True))
        picture[:] = portrait.portrait(Person(*values), SIDE_PX)
    return pixels
