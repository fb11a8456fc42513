"""What was seen of a training of pictures, small enough that its whole past fits: the pictures as JPEG.

The originals are the same in every frame, and are kept once.
Not covered: when frames are kept (engine/past.py).
"""

import io

import msgspec
import numpy as np
from PIL import Image

from engine.messages import PictureProgress

# Without a difference that one sees; colours are as sharp as the light.
_QUALITY, _ALL_COLOURS = 92, 0


class Small(msgspec.Struct, frozen=True):
    """A progress whose pictures are JPEG, one below the other; empty where there are none."""

    progress: PictureProgress
    reconstructions: bytes
    samples: bytes


class Frames:
    """Of one training."""

    def __init__(self) -> None:
        self._originals = np.zeros((0, 0, 0, 1), np.uint8)

    def small(self, progress: PictureProgress) -> tuple[Small, int]:
        """The frame to be kept, and about how many bytes it takes."""
        if not np.array_equal(self._originals, progress.originals):
            self._originals = progress.originals
        rebuilt, samples = _packed(progress.reconstructions), _packed(progress.samples)
        empty = np.zeros((0, *progress.samples.shape[1:]), np.uint8)
        rest = msgspec.structs.replace(progress, originals=self._originals, reconstructions=empty, samples=empty)
        return Small(rest, rebuilt, samples), len(rebuilt) + len(samples)


def large(kept: Small) -> PictureProgress:
    """The frame as it was seen."""
    rest = kept.progress
    shape = rest.samples.shape[1:]
    return msgspec.structs.replace(
        rest, reconstructions=_unpacked(kept.reconstructions, shape), samples=_unpacked(kept.samples, shape)
    )


def _packed(pictures: np.ndarray) -> bytes:
    """pictures: (n, height, width, 1 or 3) uint8."""
    count, height, width, channels = pictures.shape
    if not count:
        return b""
    column = pictures.reshape(count * height, width, channels)
    file = io.BytesIO()
    picture = Image.fromarray(column[..., 0] if channels == 1 else column)
    picture.save(file, "JPEG", quality=_QUALITY, subsampling=_ALL_COLOURS)
    return file.getvalue()


def _unpacked(content: bytes, shape: tuple[int, ...]) -> np.ndarray:
    if not content:
        return np.zeros((0, *shape), np.uint8)
    with Image.open(io.BytesIO(content)) as picture:
        return np.array(picture, np.uint8).reshape(-1, *shape)
