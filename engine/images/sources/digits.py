"""Digits

1,797 handwritten digits of 43 people, 8 x 8 pixels with 17 levels of grey, smoothly enlarged to 28 x 28: real
handwriting that comes without a network.

Source: E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository,
doi:10.24432/C50P49; its test part, as scikit-learn brings it.
"""

import msgspec
import numpy as np
from PIL import Image

from engine.images import Pictures
from engine.knobs import knob

_COUNT = 1797
_SIDE_PX = 28
_LEVELS = 16
# Empty pixels around, so that the edges fade; each pixel becomes 2.5, the digit 20 pixels high as in MNIST.
_PADDING = 2


class Params(msgspec.Struct, frozen=True):
    count: int = knob(_COUNT, low=16, high=_COUNT, scale="log", help="How many of them, drawn without repetition.")


def make(params: Params, seed: int) -> Pictures:
    # Takes two seconds to import.
    from sklearn.datasets import load_digits

    small, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(small))[: params.count]
    pixels = np.stack([_enlarged(each.reshape(8, 8)) for each in small[order]])
    return Pictures("Digits", pixels, labels[order].astype(np.int64), tuple("0123456789"))


def _enlarged(levels: np.ndarray) -> np.ndarray:
    """(8, 8) from 0 to 16 -> (28, 28, 1) uint8, with a margin."""
    padded = np.pad(levels * (255 / _LEVELS), _PADDING).astype(np.float32)
    side = len(padded) * 5 // 2
    large = np.asarray(Image.fromarray(padded).resize((side, side), Image.Resampling.BICUBIC))
    edge = (side - _SIDE_PX) // 2
    pixels: np.ndarray = np.clip(large[edge:-edge, edge:-edge, None] + 0.5, 0, 255).astype(np.uint8)
    return pixels
