"""Pictures whose contents are known, for the tests of models of pictures."""

import numpy as np

from engine.images import Pictures, Shape

GREY = Shape(12, 12, 1)


def blobs(count=60, shape=GREY, seed=0, noise=0) -> Pictures:
    """Bright squares on the left (class 0) or right (class 1), higher or lower, with noise of up to so many levels."""
    numbers = np.random.default_rng(seed)
    pixels = np.zeros((count, *shape), np.uint8)
    labels = np.arange(count) % 2
    for each, label in zip(pixels, labels, strict=True):
        top, left = numbers.integers(0, shape.height - 5), label * (shape.width // 2)
        each[top : top + 5, left : left + 5] = numbers.integers(128, 256)
    if noise:
        pixels = np.maximum(pixels, numbers.integers(0, noise, pixels.shape).astype(np.uint8))
    return Pictures("blobs", pixels, labels.astype(np.int64), ("left", "right"))
