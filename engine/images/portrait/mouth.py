"""The mouth, from a frown to a broad smile with teeth, and its lips."""

import numpy as np

from engine.images.portrait.canvas import Array, View
from engine.images.portrait.palette import LIP, WHITE, mixed
from engine.images.portrait.person import BEARDS, Figure, ramp
from engine.images.portrait.shapes import common, ellipse

_INSIDE = (84, 20, 36)
_TONGUE = (226, 104, 108)


def draw_mouth(on: View, of: Figure) -> None:
    """Between two curves that meet in the corners; a smile lifts these and opens the mouth."""
    smile = of.person.smile
    x, y = of.at(0, 1.04), of.mouth_level
    half = (5.2 + 0.9 * ramp(smile, 0.0, 1.0) - 0.7 * of.young) * of.narrowed(0)
    wide = ramp(smile, 0.25, 1.0)
    view = on.part(x - 10, y - 6, x + 10, y + 8)
    across = (view.x - x) / half
    bow = 1 - across * across
    middle = y - 2.1 * smile + 2.9 * smile * bow
    upper, lower = middle - 0.5 * wide * bow, middle + (2.9 - 0.5 * of.young) * wide * bow
    steep = np.sqrt(1 + (5.8 * smile / half * across) ** 2)
    ends = (np.abs(across) - 1) * half

    def lips(above: float, below: float) -> Array:
        inside = np.maximum(upper - above * bow - view.y, view.y - lower - below * bow) / steep
        distance: Array = np.maximum(inside, ends)
        return distance

    full = 0.45 + 0.95 * of.female - 0.25 * of.old
    colour = mixed(mixed(of.skin.base, (208, 90, 94), 0.65), LIP, of.female)
    if BEARDS[of.person.beard] == "full":
        # Bare skin around the mouth, or a dark beard would swallow it.
        view.draw(lips(full * 0.85, full * 1.25) - 1.0, mixed(of.skin.base, colour, 0.4), soft=0.7)
    view.draw(lips(full * 0.85, full * 1.25) - 0.3, colour)
    hole = lips(0.0, 0.0)
    cavity = view.cover(hole - 0.48)
    view.fill(cavity, _INSIDE)
    if wide:
        inner = view.cover(hole + 0.1)
        view.fill(inner * view.cover(ellipse(view, x, y + 3.8, half * 0.55, 1.6)) * wide, _TONGUE)
        teeth = np.maximum(upper - view.y, view.y - upper - 1.7 * wide * bow)
        view.fill(inner * view.cover(common(teeth, ends + 0.5)), WHITE)
