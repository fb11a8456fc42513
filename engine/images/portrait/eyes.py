"""Eyes with iris and highlight, lids and lashes, and the brows."""

from engine.images.portrait.canvas import View
from engine.images.portrait.palette import INK, WHITE, brow_colour
from engine.images.portrait.person import Figure, ramp
from engine.images.portrait.shapes import arc, circle, common, ellipse, stroke

# How far from the middle of the face.
APART = 6.5
_IRIS = (110, 74, 48)
_IRIS_GLOW = (172, 120, 70)


def draw_eyes(on: View, of: Figure) -> None:
    for side in (-1, 1):
        _draw_eye(on, of, side)


def draw_brows(on: View, of: Figure) -> None:
    """Drawn together and down at -1, raised and arched at 1."""
    lift = of.person.brow
    colour = brow_colour(of.person.hair_colour)
    thick = 1.45 - 0.45 * of.female - 0.15 * of.young
    for side in (-1, 1):
        x = of.at(side * (APART + 0.3))
        half = 4.3 * of.narrowed(side * APART)
        view = on.part(x - half - 1, -11, x + half + 1, 3)
        y = of.brow_level - 0.9 - 1.5 * lift
        tilt = side * (0.2 + 1.9 * lift)
        view.draw(arc(view, x, y, half, 0.9 + 0.5 * of.female + 0.4 * lift, thick, 0.3 * thick, tilt), colour)


def _draw_eye(on: View, of: Figure, side: int) -> None:
    x, y = of.at(side * APART), of.eye_level
    wide = of.narrowed(side * APART)
    half_width = (3.7 + 0.25 * of.female + 0.3 * of.young) * wide
    half_height = 3.2 + 0.35 * of.female + 0.5 * of.young - 0.6 * of.old
    view = on.part(x - 8, y - 7, x + 8, y + 7)
    outline = ellipse(view, x, y, half_width, half_height)
    view.draw(ellipse(view, x, y, half_width + 0.9, half_height + 0.9), of.skin.dark, 0.5, soft=1.8)
    white = view.cover(outline)
    view.fill(white, WHITE)
    look = x + 1.45 * of.person.gaze * wide
    iris = ellipse(view, look, y - 0.1, 2.75 * (0.5 + 0.5 * wide), 2.75)
    view.fill(white * view.cover(iris), _IRIS)
    view.fill(white * view.cover(ellipse(view, look, y + 1.3, 1.9, 1.1), soft=1.2), _IRIS_GLOW)
    view.fill(white * view.cover(circle(view, look, y - 0.1, 1.4)), INK)
    view.fill(white * view.cover(circle(view, look + 0.75 * of.light, y - 1.2, 0.9)), WHITE)
    # The shadow of the lid on the eye, then the lid's edge.
    shadow = common(outline, -ellipse(view, x, y + 1.3, half_width + 0.8, half_height))
    view.draw(shadow, (120, 100, 120), 0.35, soft=0.9)
    _draw_lashes(view, of, side, x, y, half_width, half_height)


def _draw_lashes(view: View, of: Figure, side: int, x: float, y: float, half_width: float, half_height: float) -> None:
    top = y - half_height
    view.draw(arc(view, x, top - 0.1, half_width + 0.35, half_height * 0.8, 0.62 + 0.3 * of.female, 0.3), INK, 0.95)
    grown = ramp(of.female, 0.25, 1.0)
    if grown:
        outer = x + side * half_width
        start = (outer - side * 0.7, y - half_height * 0.5)
        for reach, up in ((2.3, 2.0), (2.6, 0.7)):
            end = (outer + side * reach * grown * 0.8, start[1] - up * grown)
            view.draw(stroke(view, start, end, 0.62, 0.3), INK, grown)
