"""One picture with all that is known of it: what is kept on the shelf, dragged about, and calculated with."""

import msgspec
import numpy as np

from engine.messages import Seen

# What a drag carries: the number of an item of this window.
MIME = "application/x-energyscape-picture"
NO_CODE = np.zeros(0, np.float32)


class Item(msgspec.Struct, frozen=True):
    """pixels: (height, width, channels) uint8.  code: (latents,), empty until it is known.  label: -1 where not known.

    factors: (k,), what it is drawn from, NaN where not known.  index: its place in the set, -1 where it is not of it.
    title: where it comes from, such as "picture 12" or "a sample".
    """

    pixels: np.ndarray
    code: np.ndarray = NO_CODE
    label: int = -1
    factors: np.ndarray = np.zeros(0)
    index: int = -1
    title: str = ""


def items_of(seen: Seen) -> list[Item]:
    """The pictures of the set that came, each with what is known of it."""
    has_codes = len(seen.codes) == len(seen.indices)
    return [
        Item(
            seen.pictures[row],
            seen.codes[row] if has_codes else NO_CODE,
            int(seen.labels[row]),
            seen.factors[row],
            int(index),
            f"picture {index}",
        )
        for row, index in enumerate(seen.indices)
    ]


def rgb(pixels: np.ndarray) -> np.ndarray:
    """(height, width, 1 or 3) -> (height, width, 3), a fresh uint8 array in one piece."""
    return np.ascontiguousarray(np.broadcast_to(pixels, (*pixels.shape[:2], 3)), np.uint8)


def mosaic(pictures: np.ndarray, columns: int, gap_px: int = 0, ground: int = 0) -> np.ndarray:
    """(n, height, width, channels) -> one picture of so many columns, row by row, with gaps of the grey `ground`."""
    count, height, width = pictures.shape[:3]
    rows = -(-count // columns)
    shape = rows * (height + gap_px) - gap_px, columns * (width + gap_px) - gap_px, 3
    whole = np.full(shape, ground, np.uint8)
    for index, picture in enumerate(pictures):
        y, x = index // columns * (height + gap_px), index % columns * (width + gap_px)
        whole[y : y + height, x : x + width] = picture
    return whole
