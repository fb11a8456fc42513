"""Hair: what hangs behind the head and what lies on it, style by style."""

from engine.images.portrait.canvas import Array, View, shaded
from engine.images.portrait.person import HAIR_STYLES, SKULL, Figure
from engine.images.portrait.shapes import arc, box, circle, common, ellipse, joined, stroke, without

_TIE = (226, 84, 96)
# How far down the hair of a style comes in front, where it comes far.
_ENDS = {"bob": 17, "long": 28}
# A hat presses down what is above this line.
_HAT_LINE = -11.0
# Curls of the cloud behind the head, on both sides: how far to the side, how high.
_CLOUD = ((4.4, -24.2), (12.0, -20.6), (17.2, -14.6), (19.2, -7.0), (18.0, 0.6), (14.6, 6.2))
# Where curls catch the light, on both sides.
_LIT_CURLS = ((0.0, -20.2), (8.6, -22.6), (15.2, -17.2), (7.2, -16.2), (19.0, -9.6), (13.4, -10.2), (19.0, -2.0))
# Curls along the forehead: how far to the side, how high, how large.
_FRINGE = (
    (-13.2, -3.6, 3.4),
    (-10.6, -8.4, 3.6),
    (-5.6, -11.2, 3.8),
    (0.4, -11.8, 3.8),
    (6.2, -10.9, 3.8),
    (11.0, -7.8, 3.6),
    (13.4, -2.8, 3.3),
)


def draw_hair_behind(on: View, of: Figure) -> None:
    style = HAIR_STYLES[of.person.hair_style]
    x = of.at(0, -0.1)
    if style == "curly":
        view = on.part(-31, -32, 31, 20)
        _paint(view, of, _curls(view, x), -0.08)
    elif style == "bob":
        view = on.part(-24, -26, 24, 20)
        _paint(view, of, _bob(view), -0.7)
    elif style == "long":
        view = on.part(-26, -26, 26, 32)
        _paint(view, of, _long(view), -0.7)
    elif style == "pigtails":
        view = on.part(-32, -12, 32, 24)
        for side in (-1, 1):
            _draw_tail(view, of, side)


def draw_hair(on: View, of: Figure) -> None:
    """The hair on the head, with a face cut out of it that turns with the head."""
    style = HAIR_STYLES[of.person.hair_style]
    if style == "bald" and of.person.hat:
        return
    view = on.part(-24, -27, 24, _ENDS.get(style, 8))
    x = of.at(0, 0.7)
    shape = _FRONTS[style](view, of, x)
    head = view.cover(of.head(view))
    shadow = view.lowered(view.cover(shape - 0.3, soft=2.2), 1.0)
    view.fill(head * shadow * 0.5, of.skin.dark)
    _paint(view, of, shape, 0.0)
    if style == "curly":
        _draw_curls(on, of)


def _bald(on: View, of: Figure, x: float) -> Array:
    """A rim above the ears."""
    rim = without(_crown(on, 1.2), ellipse(on, 0.5 * x, -8.0, 14.2, 22.0), 1.0)
    return common(common(rim, on.y - 1.6, 2.0), -8.5 - on.y, 2.0)


def _short(on: View, of: Figure, x: float) -> Array:
    face = ellipse(on, x, 4.6, 12.9, 14.8)
    return common(without(_crown(on, 1.5), face, 1.5), on.y - 4.4, 2.0)


def _swept(on: View, of: Figure, x: float) -> Array:
    face = ellipse(on, x + 2.8, 5.0, 13.0, 16.4)
    lock = ellipse(on, x - 5.4, -10.2, 10.2, 4.9)
    quiff = ellipse(on, 0.6 * x + 1.5, -18.6, 12.6, 6.4)
    crown = joined(_crown(on, 1.6), quiff, 4.0)
    return common(joined(without(crown, face, 1.5), lock, 3.0), on.y + 0.4, 2.0)


def _curly(on: View, of: Figure, x: float) -> Array:
    shape = without(_crown(on, 2.0), ellipse(on, x, 5.0, 12.8, 17.0))
    shape = common(shape, on.y - 1.0)
    for across, y, radius in _FRINGE:
        shape = joined(shape, circle(on, of.at(across, 0.9), y, radius))
    return shape


def _bob_front(on: View, of: Figure, x: float) -> Array:
    face = box(on, x, 9.0, 11.9, 17.6, 5.0)
    return without(_bob(on), face, 1.0)


def _long_front(on: View, of: Figure, x: float) -> Array:
    arch = common(circle(on, x - 5.6, 7.0, 18.4), circle(on, x + 5.6, 7.0, 18.4))
    throat = box(on, 0.4 * x, 27.0, 11.4, 20.0, 6.0)
    return without(common(_long(on), on.y - 26.5, 4.0), joined(arch, throat, 4.0), 1.0)


def _pigtails_front(on: View, of: Figure, x: float) -> Array:
    left, right = ellipse(on, x - 7.4, 4.0, 8.8, 14.4), ellipse(on, x + 6.6, 4.0, 9.4, 15.4)
    face = joined(joined(left, right, 2.0), ellipse(on, x, 6.0, 13.4, 12.0), 2.0)
    return common(without(_crown(on, 1.7), face, 1.0), on.y - 2.6, 2.0)


_FRONTS = {
    "bald": _bald,
    "short": _short,
    "swept": _swept,
    "curly": _curly,
    "bob": _bob_front,
    "long": _long_front,
    "pigtails": _pigtails_front,
}


def _crown(on: View, thick: float) -> Array:
    """Hair on the skull, up to this far from it."""
    return ellipse(on, 0.0, -4.6, SKULL + 0.8 * thick, 15.4 + thick)


def _bob(on: View) -> Array:
    return joined(_crown(on, 2.2), box(on, 0.0, 4.0, SKULL + 3.2, 11.2, 5.5), 6.0)


def _long(on: View) -> Array:
    return joined(_crown(on, 2.2), box(on, 0.0, 12.0, SKULL + 4.0, 22.0, 9.0), 8.0)


def _curls(on: View, x: float) -> Array:
    """A cloud of round curls."""
    half = on.mirrored(x)
    shape = ellipse(half, 0.0, -7.0, 20.0, 18.0)
    for across, y in _CLOUD:
        shape = joined(shape, circle(half, across, y, 5.6))
    return shape


def _draw_curls(on: View, of: Figure) -> None:
    """A soft light on each curl."""
    for across, y in _LIT_CURLS:
        if of.person.hat and y < _HAT_LINE + 3:
            continue
        for side in (-1, 1) if across else (1,):
            x = of.at(side * across, 0.25) + 0.8 * of.light
            view = on.part(x - 4, y - 4, x + 4, y + 4)
            view.draw(circle(view, x, y, 1.4), of.hair.light, 0.36 + 0.2 * of.light * side * across / 20, soft=3.0)


def _draw_tail(view: View, of: Figure, side: int) -> None:
    x = of.at(side * (SKULL + 1.8), -0.15)
    tail = joined(
        ellipse(view, x + side * 4.2, 6.6, 5.4, 8.6), stroke(view, (x, -1.0), (x + side * 5.6, 16.2), 2.4, 1.0), 4.0
    )
    _paint(view, of, tail, 0.1)
    view.draw(circle(view, x, -1.6, 2.7), _TIE)


def _paint(view: View, of: Figure, shape: Array, brighter: float) -> None:
    """Lay hair on, with light and a gleam; under a hat only what the hat leaves out."""
    if of.person.hat:
        shape = common(shape, _HAT_LINE - view.y, 4.0)
    cover = view.cover(shape)
    view.fill(cover, shaded(of.hair, of.shade(view, 0, 0, 23, 36) * 1.3 + brighter - 0.05))
    if not of.person.hat and HAIR_STYLES[of.person.hair_style] != "curly":
        gleam = arc(view, 5.0 * of.light, -17.0, 9.5, 4.2, 1.5, 0.6)
        view.fill(cover * view.cover(gleam, soft=2.6) * 0.42, of.hair.light)
