"""Points from a picture: the darker a place, the more of them.

Transparent places count as white. The picture stands upright: its first row is at the top, where y is largest.
Not covered: colours as classes.
"""

import io

import numpy as np
from PIL import Image, ImageOps

from engine.data.points import Draw, extent_of
from engine.notice import Notice

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


def _darkness(name: str, content: bytes) -> np.ndarray:
    """From 0 (white or transparent) to 255 (black): (rows, columns), at most 1024 on a side."""
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > _MAX_PIXELS:
                raise Notice(
                    f"{name} has {image.width} x {image.height} pixels; up to {_MAX_PIXELS // 10**6} million are read."
                )
            image.draft("L", (_MAX_SIDE, _MAX_SIDE))  # JPEG can decode straight to a smaller size
            grey = _on_white(ImageOps.exif_transpose(image))  # a telephone's pictures may lie on their side
    except Notice:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Notice(f"{name} has far too many pixels; up to {_MAX_PIXELS // 10**6} million are read.") from None
    except Exception:
        # Decoders of hostile pictures raise nearly every kind of exception; to the person they are all the same.
        raise Notice(f"{name} is a damaged picture, or one of a kind that is not read.") from None
    return 255.0 - np.asarray(grey, dtype=np.float64)


def _on_white(image: Image.Image) -> Image.Image:
    """In greys on a white ground, at most 1024 pixels on a side."""
    if image.mode in _FULL:
        # Pillow cuts 16-bit greys off at 255 instead of scaling them.
        share = np.clip(np.asarray(image, dtype=np.float32) / _FULL[image.mode], 0.0, 1.0)
        image = Image.fromarray(np.rint(255 * share).astype(np.uint8))
    coloured = image.convert("RGBA")
    coloured.thumbnail((_MAX_SIDE, _MAX_SIDE))
    white = Image.new("RGBA", coloured.size, "white")
    return Image.alpha_composite(white, coloured).convert("L")
