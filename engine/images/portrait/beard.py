"""Beards: a moustache, a goatee, a full beard; the mouth is drawn on them."""

from engine.images.portrait.canvas import Array, View, shaded
from engine.images.portrait.palette import brow_tone
from engine.images.portrait.person import BEARDS, Figure
from engine.images.portrait.shapes import common, ellipse, joined, stroke, without


def draw_beard(on: View, of: Figure) -> None:
    kind = BEARDS[of.person.beard]
    if kind == "none":
        return
    view = on.part(-19, -4, 19, 24)
    x = of.at(0, 1.05)
    shape = _moustache(view, of, x)
    if kind == "goatee":
        chin = ellipse(view, of.at(0, 0.9), of.chin - 1.2, 5.4, 4.1)
        shape = joined(shape, common(chin, of.head(view, 1.3), 1.0))
    elif kind == "full":
        shape = joined(shape, _full(view, of), 2.0)
    light = of.shade(view, 0.3 * x, 2.0, 18, 22) * 1.1
    view.fill(view.cover(shape - 0.5, soft=1.6) * view.cover(of.head(view)) * 0.7, of.skin.dark)
    view.draw(shape, shaded(brow_tone(of.person.hair_colour), light))


def _moustache(on: View, of: Figure, x: float) -> Array:
    y = of.mouth_level - 2.2
    left = stroke(on, (x - 0.9, y), (x - 6.2 * of.narrowed(0), y + 1.9), 1.9, 0.7)
    right = stroke(on, (x + 0.9, y), (x + 6.2 * of.narrowed(0), y + 1.9), 1.9, 0.7)
    return joined(left, right, 0.6)


def _full(on: View, of: Figure) -> Array:
    face = ellipse(on, of.at(0, 0.7), -2.0, 14.3, of.mouth_level - 0.4)
    lower = common(of.head(on, 1.3), -1.5 - on.y, 2.0)
    return without(lower, face, 2.0)
