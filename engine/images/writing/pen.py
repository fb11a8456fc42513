"""A pen that writes a character: the strokes are bent by the hand, then inked.

Not covered: the shapes of the characters (strokes.py). Turns are by rational numbers and waves by
polynomials, which every machine computes alike.
"""

from typing import NamedTuple

import numpy as np

from engine.images.writing.strokes import CHARACTERS, curves

SIDE_PX = 28
# Half the height of a character of medium size.
_HALF_PX = 9.0
# Width of the edge from ink to paper.
_EDGE_PX = 1.1
_MIDDLES = np.arange(SIDE_PX) + 0.5 - SIDE_PX / 2


class Hand(NamedTuple):
    """How a character is written, the factors in their order."""

    character: int
    slant: float
    thickness: float
    size: float
    width: float
    rotation: float
    curl: float
    jitter: float
    rhythm: float


def written(hand: Hand) -> np.ndarray:
    """White ink on black paper, (28, 28, 1) uint8."""
    half = 0.85 + 0.95 * hand.thickness
    nearest = np.full((SIDE_PX, SIDE_PX), np.inf)
    for curve in curves(CHARACTERS[hand.character]):
        points = _bent(curve, hand)
        np.minimum(nearest, _distance(points, half), out=nearest)
    ink = np.clip(0.5 - nearest / _EDGE_PX, 0, 1)
    ink = ink * ink * (3 - 2 * ink)
    pixels: np.ndarray = (ink * 255 + 0.5).astype(np.uint8)[:, :, None]
    return pixels


def _bent(curve: np.ndarray, hand: Hand) -> np.ndarray:
    """The points of a stroke where this hand puts them, (n, 2) in pixels from the middle."""
    x, y = curve[:, 0], curve[:, 1]
    wave_x = _wave(0.34 * y + 0.2 * x + hand.rhythm) + 0.5 * _wave(0.62 * y - 0.3 * x + 2 * hand.rhythm)
    wave_y = _wave(0.36 * x + 0.2 * y + hand.rhythm + 0.37) + 0.5 * _wave(0.5 * x + 0.4 * y - hand.rhythm)
    x, y = x + 0.15 * hand.jitter * wave_x, y + 0.12 * hand.jitter * wave_y
    x, y = _turned(x, y, 0.26 * hand.curl * (x * x + y * y - 0.5))
    x = x * (1 + 0.27 * hand.width) - 0.38 * hand.slant * y
    x, y = _turned(x, y, 0.15 * hand.rotation)
    scale = _HALF_PX * (1 + 0.2 * hand.size)
    return np.stack([x * scale, y * scale], axis=1)


def _turned(x: np.ndarray, y: np.ndarray, half_tangent: "np.ndarray | float") -> tuple[np.ndarray, np.ndarray]:
    """Turned by an angle whose half has this tangent, clockwise."""
    square = half_tangent * half_tangent
    cosine, sine = (1 - square) / (1 + square), 2 * half_tangent / (1 + square)
    return x * cosine - y * sine, x * sine + y * cosine


def _wave(phase: np.ndarray) -> np.ndarray:
    """Like a sine of period 1."""
    share = phase - np.floor(phase) - 0.5
    arch = 16 * share * (0.5 - np.abs(share))
    # Two parabolas, rounded off where they meet the crests.
    wave: np.ndarray = arch * (0.775 + 0.225 * np.abs(arch))
    return wave


def _distance(points: np.ndarray, half: float) -> np.ndarray:
    """From each pixel to the edge of the ink along a chain of points, (28, 28); the pen lifts a little at the ends."""
    start, step = points[:-1, :, None, None], np.diff(points, axis=0)[:, :, None, None]
    across, down = _MIDDLES - start[:, 0], _MIDDLES[:, None] - start[:, 1]
    length = step[:, 0] * step[:, 0] + step[:, 1] * step[:, 1]
    along = np.clip((across * step[:, 0] + down * step[:, 1]) / (length + 1e-12), 0, 1)
    across, down = across - along * step[:, 0], down - along * step[:, 1]
    place = (np.arange(len(step))[:, None, None] + along) / len(step)
    pressure = half * (0.8 + 0.8 * place * (1 - place))
    nearest: np.ndarray = (np.sqrt(across * across + down * down) - pressure).min(axis=0)
    return nearest
