"""Beards: a moustache with curled ends, a pointed goatee below it, a full beard.

None of them lies where the mouth is: a smile looks the same with each.
"""

from engine.images.portrait.canvas import Array, View, shaded
from engine.images.portrait.palette import BEARD_EDGE, beard_tone
from engine.images.portrait.person import BEARDS, Figure
from engine.images.portrait.shapes import common, ellipse, joined, ring, stroke, without


def draw_beard(on: View, of: Figure) -> None:
    kind = BEARDS[of.person.beard]
    if kind == "none":
        return
    view = on.part(-19, -4, 19, 28)
    x = of.at(0, 1.05)
    shape = _moustache(view, of, x)
    if kind == "goatee":
        shape = joined(shape, _tuft(view, of))
    elif kind == "full":
        shape = joined(shape, _full(view, of), 1.0)
    light = of.shade(view, 0.3 * x, 2.0, 18, 22) * 1.1
    view.fill(view.cover(shape - 0.5, soft=1.6) * view.cover(of.head(view)) * 0.7, of.skin.dark)
    view.draw(shape, shaded(beard_tone(of.person.hair_colour), light))
    # An edge, so that a fair beard is seen on fair skin and a dark one on dark skin.
    view.draw(common(shape, ring(shape + 0.3, 0.45)), BEARD_EDGE, 0.75)


def _moustache(on: View, of: Figure, x: float) -> Array:
    y, wide = of.mouth_level - 3.0, of.narrowed(0)
    shape = stroke(on, (x - 1.6, y), (x + 1.6, y), 1.7, 1.7)
    for side in (-1, 1):
        bend = (x + side * 6.0 * wide, y + 0.4)
        shape = joined(shape, stroke(on, (x + side * 1.4, y), bend, 1.9, 1.3), 0.4)
        shape = joined(shape, stroke(on, bend, (x + side * 9.0 * wide, y - 2.2), 1.3, 0.7), 0.6)
    return shape


def _tuft(on: View, of: Figure) -> Array:
    """A point of hair that hangs from the chin."""
    x = of.at(0, 0.8)
    return stroke(on, (x, of.chin - 0.2), (x, of.chin + 5.4), 4.6, 1.2)


def _full(on: View, of: Figure) -> Array:
    face = ellipse(on, of.at(0, 0.7), -2.0, 14.3, of.mouth_level - 1.4)
    lower = common(of.head(on, 2.4), -1.5 - on.y, 2.0)
    mouth = ellipse(on, of.at(0, 1.0), of.mouth_level + 1.4, 8.8 * of.narrowed(0), 4.6)
    return without(without(lower, face, 2.0), mouth, 0.5)
