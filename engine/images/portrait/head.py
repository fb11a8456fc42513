"""The head itself: ears, face, nose, cheeks, and what age writes into it."""

from engine.images.portrait.canvas import View, shaded
from engine.images.portrait.palette import mixed, toned
from engine.images.portrait.person import SKULL, Figure
from engine.images.portrait.shapes import arc, circle, ellipse, stroke

_GOLD = toned((242, 182, 40))


def draw_ears(on: View, of: Figure) -> None:
    """Behind the head: of a turned head one comes out and the other hides."""
    for side in (-1, 1):
        x = of.at(side * (SKULL - 0.1), -0.12)
        view = on.part(x - 6, -4, x + 6, 14)
        y = of.eye_level + 1.2
        long = 4.1 + 0.7 * of.old
        view.draw(ellipse(view, x, y, 3.1, long), shaded(of.skin, of.shade(view, 0, y - 2, 21, 16) - 0.1))
        view.draw(ellipse(view, x + 0.5 * side, y + 0.2, 1.5, long - 2), of.skin.dark, 0.55, soft=1.2)
        if of.female:
            ring = circle(view, x + 0.4 * side, y + long + 0.7, 1.7)
            view.draw(ring, shaded(_GOLD, of.shade(view, x, y + long, 3, 3)), of.female)


def draw_head(on: View, of: Figure) -> None:
    view = on.part(-17, -22, 17, 22)
    view.draw(of.head(view), shaded(of.skin, of.shade(view, 0.3 * of.at(0), 0.5, 17.5, 22)))
    _draw_cheeks(on, of)
    if of.old:
        _draw_wrinkles(on, of)


def draw_nose(on: View, of: Figure) -> None:
    """A ball with a shadow below and away from the light, and a highlight."""
    x, y = of.at(0, 1.16), 7.6 + 0.9 * of.young
    size = 2.5 - 0.5 * of.female - 0.7 * of.young + 0.5 * of.old
    view = on.part(x - 7, -2, x + 7, 14)
    bridge = stroke(view, (of.at(0, 1.02) - 1.1 * of.light, 1.5), (x - 0.9 * of.light, y), 0.5, size * 0.8)
    view.draw(bridge, of.skin.dark, 0.28, soft=2.6)
    view.draw(ellipse(view, x - 0.5 * of.light, y + 0.75, size + 0.25, size * 0.86), of.skin.dark, 0.8, soft=1.1)
    flesh = mixed(of.skin.base, of.skin.light, 0.35)
    view.draw(ellipse(view, x, y, size, size * 0.86), flesh, 1.0, soft=1.2)
    view.draw(circle(view, x + 0.7 * of.light, y - 0.7, 0.7), of.skin.light, 0.8, soft=1.4)


def _draw_cheeks(on: View, of: Figure) -> None:
    blush = mixed(of.skin.base, (226, 70, 80), 0.45)
    for side in (-1, 1):
        x = of.at(side * 9.2)
        view = on.part(x - 6, 3, x + 6, 15)
        round_face = ellipse(view, x, 9.0 + 0.8 * of.young, 3.4 * of.narrowed(side * 9.2), 2.6)
        strong = 0.3 + 0.16 * of.female + 0.2 * of.young
        view.fill(view.cover(round_face, soft=3.6) * view.cover(of.head(view)) * strong, blush)


def _draw_wrinkles(on: View, of: Figure) -> None:
    """Lines of the forehead, bags below the eyes, and folds from the nose to the mouth."""
    line, strong = mixed(of.skin.dark, (90, 40, 40), 0.25), of.old
    view = on.part(-17, -13, 17, 20)
    face = view.cover(of.head(view)) * strong
    x = of.at(0)
    for y, half in ((-9.2, 7.6), (-7.0, 6.2)):
        view.fill(face * view.cover(arc(view, x, y, half, 0.7, 0.55, 0.2), soft=0.8), line)
    for side in (-1, 1):
        width = of.narrowed(side * 6.5)
        eye, y = of.at(side * 6.5), of.eye_level + 5.0
        view.fill(face * view.cover(arc(view, eye, y, 3.9 * width, -1.5, 0.6, 0.3), soft=0.9) * 0.9, line)
        top, low = (of.at(side * 3.6), 8.4), (of.at(side * 7.4), 13.4)
        view.fill(face * view.cover(stroke(view, top, low, 0.6, 0.35), soft=0.9) * 0.8, line)
