"""The mouth, from an open frown to a broad smile with teeth, and its lips."""

import numpy as np

from engine.images.portrait.canvas import Array, View
from engine.images.portrait.palette import LIP, WHITE, mixed
from engine.images.portrait.person import Figure, ramp
from engine.images.portrait.shapes import common, ellipse

_INSIDE = (84, 20, 36)
_TONGUE = (226, 104, 108)


def draw_mouth(on: View, of: Figure) -> None:
    """Between two curves that meet in the corners; a smile lifts these, a frown lets them hang, and both open it."""
    smile = of.person.smile
    x, y = of.at(0, 1.04), of.mouth_level
    half = (6.8 - 0.7 * of.young) * of.narrowed(0)
    # A smile that is half as strong bends the mouth by more than half.
    bend = smile * (1.8 - 0.8 * abs(smile))
    wide = ramp(abs(smile), 0.05, 0.7) * (1 - 0.15 * of.young)
    view = on.part(x - 10, y - 6, x + 10, y + 8)
    across = (view.x - x) / half
    bow = 1 - across * across
    # How far the corners go up or down; what opens hangs from the upper lip.
    lift, gap = (2.3, 3.2) if smile > 0 else (3.4, 2.6)
    middle = y - lift * bend + 3.4 * bend * bow
    upper, lower = middle - 0.5 * wide * bow, middle + gap * wide * bow
    steep = np.sqrt(1 + (6.8 * bend / half * across) ** 2)
    ends = (np.abs(across) - 1) * half

    def lips(above: float, below: float) -> Array:
        inside = np.maximum(upper - above * bow - view.y, view.y - lower - below * bow) / steep
        distance: Array = np.maximum(inside, ends)
        return distance

    full = 0.65 + 0.85 * of.female - 0.25 * of.old
    colour = mixed(mixed(of.skin.base, (190, 62, 70), 0.75), LIP, of.female)
    view.draw(lips(full * 0.85, full * 1.25) - 0.3, colour)
    hole = lips(0.0, 0.0)
    cavity = view.cover(hole - 0.48)
    view.fill(cavity, _INSIDE)
    if smile > 0:
        inner = view.cover(hole + 0.1)
        view.fill(inner * view.cover(ellipse(view, x, y + 3.8, half * 0.55, 1.6)) * wide, _TONGUE)
        teeth = np.maximum(upper - view.y, view.y - upper - 1.7 * wide * bow)
        view.fill(inner * view.cover(common(teeth, ends + 0.5)), WHITE)
