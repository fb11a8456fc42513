"""Glasses: frames, arms to the ears, and a glint on the lenses."""

from engine.images.portrait.canvas import Array, Colour, View
from engine.images.portrait.eyes import APART
from engine.images.portrait.person import GLASSES, SKULL, Figure
from engine.images.portrait.shapes import arc, box, common, ellipse, joined, ring, stroke

_FRAMES: dict[str, Colour] = {"round": (178, 118, 20), "square": (34, 32, 40), "cat-eye": (186, 34, 84)}
# Half the thickness of the frame.
_THICK = {"round": 0.85, "square": 0.95, "cat-eye": 0.85}
_GLASS: Colour = (226, 240, 255)


def draw_glasses(on: View, of: Figure) -> None:
    style = GLASSES[of.person.glasses]
    if style == "none":
        return
    view = on.part(-19, -7, 19, 12)
    colour, thick, y = _FRAMES[style], _THICK[style], of.eye_level + 0.2
    middles = []
    for side in (-1, 1):
        x, width = of.at(side * APART, 1.06), of.narrowed(side * APART)
        middles.append(x)
        lens = _lens(view, style, side, x, y, width)
        view.draw(lens, _GLASS, 0.13)
        _draw_glint(view, lens, x, y)
        edge = x + side * 4.9 * width
        ear = of.at(side * (SKULL + 0.2), 0.0)
        if (ear - edge) * side > 0:
            view.draw(stroke(view, (edge, y - 1.2), (ear, y - 1.7), 0.55, 0.45), colour)
        view.draw(ring(lens, thick), colour)
    inner = 4.6 * of.narrowed(0)
    nose = (middles[0] + middles[1]) / 2
    half = max((middles[1] - middles[0]) / 2 - inner, 0.6)
    view.draw(arc(view, nose, y - 1.2, half + 0.3, 0.7, thick, thick), colour)


def _lens(on: View, style: str, side: int, x: float, y: float, width: float) -> Array:
    if style == "round":
        return ellipse(on, x, y, 4.9 * width, 4.9)
    if style == "square":
        return box(on, x, y, 5.1 * width, 4.3, 1.3)
    bowl = ellipse(on, x, y + 0.3, 5.0 * width, 4.2)
    wing = stroke(on, (x + side * 1.5 * width, y - 1.2), (x + side * 5.2 * width, y - 3.6), 2.0, 0.5)
    return joined(bowl, wing, 2.0)


def _draw_glint(on: View, lens: Array, x: float, y: float) -> None:
    """Streaks of light in the upper corner, clear of the iris."""
    for shift, half in ((-3.4, 0.55), (-1.9, 0.3)):
        streak = stroke(on, (x + shift - 1.6, y + 1.2), (x + shift + 2.4, y - 4.6), half, half)
        on.draw(common(lens + 0.6, streak), _GLASS, 0.6, soft=0.7)
