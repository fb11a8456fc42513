"""Points along the letters of a word.

The font is DejaVu Sans, which ziafont (a dependency of our formulas) brings along: the same recipe gives the same
points on every machine, and it has the letters of most European languages.
"""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engine.data.pictures import points_on
from engine.data.points import Draw, extent_of
from engine.notice import Notice

MAX_LETTERS = 24
_SIZE_PX = 200
_NO_LETTER = "\U0010ffff"


def write(word: str, n: int, seed: int) -> Draw:
    """n points, uniform over the letters of `word`, whose longer side is 2 units long.

    Raises Notice for a word that is empty, longer than 24 letters, or has a letter that the font lacks.
    """
    text = " ".join(word.split())
    if not text:
        raise Notice("Type a word first: there is no letter in it.")
    if len(text) > MAX_LETTERS:
        raise Notice(f"The word has {len(text)} letters; up to {MAX_LETTERS} can be drawn.")
    font = ImageFont.truetype(_font_path(), _SIZE_PX)
    missing = bytes(font.getmask(_NO_LETTER))
    for letter in text:
        if not letter.isprintable() or bytes(font.getmask(letter)) == missing:
            raise Notice(f"The font has no letter {letter!r}; try another word.")
    points = points_on(_ink(text, font), n, np.random.default_rng(seed), "The word")
    return Draw(points, np.zeros(n, np.uint8), extent_of(points, keeps_shape=True))


def _ink(text: str, font: ImageFont.FreeTypeFont) -> np.ndarray:
    """How black each pixel is, (rows, columns), cut to the letters."""
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text))
    picture = Image.new("L", (max(1, right - left), max(1, bottom - top)))
    ImageDraw.Draw(picture).text((-left, -top), text, fill=255, font=font)
    return np.asarray(picture.crop(picture.getbbox()), dtype=np.float64)


def _font_path() -> Path:
    package = find_spec("ziafont")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "fonts" / "DejaVuSans.ttf"
