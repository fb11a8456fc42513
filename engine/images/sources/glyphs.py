"""Glyphs

Digits and capital letters, 28 x 28 pixels in grey, white on black, written by a pen whose hand is described by eight
numbers. The same letter with another slant, or another letter in the same hand, has an exact answer.

The numbers are drawn independently of one another and of the character.

Source: this program; the strokes are in engine/images/writing.
"""

import msgspec
import numpy as np

from engine.images import Pictures
from engine.images.sources import Factor
from engine.images.writing.pen import SIDE_PX, Hand, written
from engine.images.writing.strokes import CHARACTERS
from engine.knobs import knob
from engine.notice import Notice

FACTORS = (
    Factor("character", "Which one is written.", 0, len(CHARACTERS) - 1, CHARACTERS),
    Factor("slant", "-1 leans back, 1 forward.", -1),
    Factor("thickness", "Of the pen."),
    Factor("size", "-1 small, 1 large.", -1),
    Factor("width", "-1 narrow, 1 wide.", -1),
    Factor("rotation", "-1 turned to the left, 1 to the right.", -1),
    Factor("curl", "How far the outer parts are turned against the middle.", -1),
    Factor("jitter", "How unsteady the hand is."),
    Factor("rhythm", "Where an unsteady hand strays to; once around from 0 to 1."),
)
_NAMES = tuple(each.name for each in FACTORS)
_CLASSES = {"digits": (0, 10), "letters": (10, len(CHARACTERS)), "digits and letters": (0, len(CHARACTERS))}


class Params(msgspec.Struct, frozen=True):
    count: int = knob(6000, low=16, high=60_000, scale="log", help="How many. About 1,500 are written in a second.")
    characters: str = knob("digits", choices=tuple(_CLASSES), help="Which characters are written, all as often.")


def make(params: Params, seed: int) -> Pictures:
    first, last = _CLASSES[params.characters]
    factors = draw_factors(params.count, np.random.default_rng(seed))
    factors[:, 0] = first + np.floor(factors[:, 0] * ((last - first) / len(CHARACTERS)))
    labels = factors[:, 0].astype(np.int64) - first
    attributes = factors.astype(np.float32)
    return Pictures("Glyphs", render(factors), labels, CHARACTERS[first:last], attributes, _NAMES)


def draw_factors(count: int, rng: np.random.Generator) -> np.ndarray:
    """(count, 9) float64, exact in float32, so that the attributes of a picture are what it was drawn from."""
    share = rng.random((2, count, len(FACTORS)))
    low, high = np.array([each.low for each in FACTORS]), np.array([each.high for each in FACTORS])
    # Most hands are near the middle; any rhythm and any character is as likely.
    middling: np.ndarray = share.mean(axis=0)
    for column in (_NAMES.index("character"), _NAMES.index("rhythm")):
        middling[:, column] = share[0, :, column]
    factors = low + middling * (high - low)
    factors[:, 0] = np.floor(share[0, :, 0] * len(CHARACTERS))
    exact: np.ndarray = factors.astype(np.float32).astype(np.float64)
    return exact


def render(factors: np.ndarray) -> np.ndarray:
    """(n, 9) -> (n, 28, 28, 1) uint8; a row's picture depends on that row alone.

    Values beyond a factor's range count as its end, the character is rounded. Raises Notice where a number is missing.
    """
    if not np.isfinite(factors).all():
        raise Notice("A glyph needs a number for each of its factors.")
    low, high = np.array([each.low for each in FACTORS]), np.array([each.high for each in FACTORS])
    pixels = np.empty((len(factors), SIDE_PX, SIDE_PX, 1), np.uint8)
    for picture, (character, *hand) in zip(pixels, np.clip(factors, low, high).tolist(), strict=True):
        picture[:] = written(Hand(round(character), *hand))
    return pixels
