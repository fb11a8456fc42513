"""How well words can be read on what they stand on.

Source: W3C (2018), Web Content Accessibility Guidelines 2.1, contrast ratio and relative luminance.
"""

import math

from PySide6.QtGui import QColor

from gui.theme import blended

# Of words and what they stand on.
LEAST = 4.5


def contrast(one: str, other: str) -> float:
    """Of two colours, from 1 to 21."""
    low, high = sorted(_luminance(QColor(each)) for each in (one, other))
    return (high + 0.05) / (low + 0.05)


def legible(color: str, ground: str, text: str) -> str:
    """A colour in which words can be read on a ground: nearer to that of the text, where it must be."""
    shares = (0.1 * tenth for tenth in range(11))
    tried = (blended(text, color, share) for share in shares)
    return next((each for each in tried if contrast(each, ground) >= LEAST), text)


def best_on(ground: str) -> str:
    """Black or white, whichever is read better on this ground: always well enough."""
    return max("#000000", "#ffffff", key=lambda each: contrast(each, ground))


def _luminance(color: QColor) -> float:
    return 0.2126 * _linear(color.redF()) + 0.7152 * _linear(color.greenF()) + 0.0722 * _linear(color.blueF())


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else math.pow((share + 0.055) / 1.055, 2.4)
