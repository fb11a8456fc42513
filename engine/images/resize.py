"""Pictures of any size in the shape that a model wants."""

import numpy as np
from PIL import Image

from engine.images import Shape


def resized(pixels: np.ndarray, shape: Shape) -> np.ndarray:
    """(n, height, width, channels) uint8, 1 or 3 channels -> in this shape, by areas; the same where it fits."""
    if pixels.shape[1:] == tuple(shape):
        return pixels
    return np.stack([_one(each, shape) for each in pixels]).reshape(-1, *shape)


def _one(pixels: np.ndarray, shape: Shape) -> np.ndarray:
    picture = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    picture = picture.convert("L" if shape.channels == 1 else "RGB")
    is_smaller = shape.height < pixels.shape[0]
    how = Image.Resampling.BOX if is_smaller else Image.Resampling.BICUBIC
    return np.asarray(picture.resize((shape.width, shape.height), how), np.uint8)
