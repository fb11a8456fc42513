"""Points from a picture: the darker a place, the more of them.

Transparent places count as white. The picture stands upright: its first row is at the top, where y is largest.
Not covered: colours as classes.
"""

import io
from collections.abc import Callable
from typing import TypeVar

import numpy as np
from PIL import Image, ImageOps

from engine.data.points import Draw, extent_of
from engine.notice import Notice

T = TypeVar("T")
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
_MAX_PIXELS = 50_000_000
_MAX_SIDE = 1024  # pixels on which points are drawn; finer than any sketch shows
_FULL = {"I;16": 65535.0, "I;16B": 65535.0, "I": 65535.0, "F": 1.0}


def read(name: str, content: bytes, n: int, seed: int) -> Draw:
    """n points over the dark parts of a picture; its longer side is 2 units long, with the middle at the origin."""
    points = points_on(_darkness(name, content), n, np.random.default_rng(seed), name)
    return Draw(points, np.zeros(n, np.uint8), extent_of(points, keeps_shape=True))


def points_on(darkness: np.ndarray, n: int, rng: np.random.Generator, name: str) -> np.ndarray:
    """n points (n, 2) with a density proportional to darkness (rows, columns), uniform within each pixel.

    Raises Notice where nothing is dark.
    """
    rows, columns = darkness.shape
    reached = np.cumsum(darkness, dtype=np.float64)
    if not reached[-1] > 0:
        raise Notice(f"{name} is blank: there is nothing dark to put points on.")
    pixel = np.searchsorted(reached, rng.random(n) * reached[-1], side="right")
    row, column = np.divmod(pixel, columns)
    in_pixels = np.stack([column, rows - 1 - row], axis=1) + rng.random((n, 2))
    points: np.ndarray = (in_pixels - np.array([columns, rows]) / 2) * (2 / max(rows, columns))
    return points


def decoded(name: str, content: bytes, use: Callable[[Image.Image], T], draft: tuple[str, int] | None = None) -> T:
    """What `use` makes of the picture in a file's content, upright as it was taken; see _FORMATS.

    draft: a mode and a side in pixels; a JPEG may then be decoded to a smaller size, not below that. Raises Notice.
    """
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > _MAX_PIXELS:
                raise Notice(
                    f"{name} has {image.width} x {image.height} pixels; up to {_MAX_PIXELS // 10**6} million are read."
                )
            if draft is not None:
                image.draft(draft[0], (draft[1], draft[1]))
            # A telephone's pictures may lie on their side. In place: a copy of a large one is hundreds of megabytes.
            ImageOps.exif_transpose(image, in_place=True)
            return use(image)
    except Notice:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Notice(f"{name} has far too many pixels; up to {_MAX_PIXELS // 10**6} million are read.") from None
    except Exception:
        # Decoders of hostile pictures raise nearly every kind of exception; to the person they are all the same.
        raise Notice(f"{name} is a damaged picture, or one of a kind that is not read.") from None


def in_eight_bits(image: Image.Image) -> Image.Image:
    """The same picture, with greys of 16 or 32 bits scaled to 8: Pillow cuts them off at 255 instead."""
    if image.mode not in _FULL:
        return image
    values = np.array(image, dtype=np.float32)
    np.clip(np.multiply(values, 255 / _FULL[image.mode], out=values), 0, 255, out=values)
    return Image.fromarray(np.rint(values, out=values).astype(np.uint8))


def on_white(image: Image.Image) -> Image.Image:
    """The same picture in RGBA, with white where it is transparent."""
    coloured = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", coloured.size, "white"), coloured)


def _darkness(name: str, content: bytes) -> np.ndarray:
    """From 0 (white or transparent) to 255 (black): (rows, columns), at most 1024 on a side."""
    grey = decoded(name, content, _small_and_grey, ("L", _MAX_SIDE))
    return 255.0 - np.asarray(grey, dtype=np.float64)


def _small_and_grey(image: Image.Image) -> Image.Image:
    coloured = in_eight_bits(image).convert("RGBA")
    coloured.thumbnail((_MAX_SIDE, _MAX_SIDE))
    return on_white(coloured).convert("L")
