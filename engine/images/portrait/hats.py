"""Hats: a cap, a beanie, a straw hat, and the shadow on the forehead."""

import numpy as np

from engine.images.portrait.canvas import View, shaded
from engine.images.portrait.palette import WHITE, toned
from engine.images.portrait.person import HATS, SKULL, Figure
from engine.images.portrait.shapes import arc, box, circle, common, ellipse, without

_RED = toned((214, 64, 62))
_DARK_RED = toned((176, 44, 52))
_WOOL = toned((54, 128, 140))
_FOLD = toned((240, 178, 74))
_STRAW = toned((238, 208, 140))
_RIBBON = toned((92, 70, 120))


def draw_hat_shadow(on: View, of: Figure) -> None:
    """What a hat takes from the light on the forehead."""
    if of.person.hat:
        view = on.part(-17, -16, 17, -2)
        face = view.cover(of.head(view))
        view.fill(face * view.cover(view.y + 7.6 + 0 * view.x, soft=3.0) * 0.5, of.skin.dark)


def draw_hat(on: View, of: Figure) -> None:
    kind = HATS[of.person.hat]
    if kind == "cap":
        _draw_cap(on, of)
    elif kind == "beanie":
        _draw_beanie(on, of)
    elif kind == "straw hat":
        _draw_straw_hat(on, of)


def _draw_cap(on: View, of: Figure) -> None:
    view = on.part(-23, -28, 23, -2)
    x = of.at(0, 0.8)
    dome = common(ellipse(view, 0, -7.0, SKULL + 1.9, 17.4), view.y + 8.4 + 0.005 * view.x * view.x, 1.0)
    visor = without(ellipse(view, x, -8.6, 14.4, 5.0), ellipse(view, x, -4.4, 15.4, 5.0))
    light = of.shade(view, 0, -5, SKULL + 4, 20)
    view.draw(dome, shaded(_RED, light * 1.2))
    badge = common(ellipse(view, of.at(0, 1.1), -16.4, 3.9 * of.narrowed(0), 3.7), dome)
    view.draw(badge, WHITE)
    view.draw(circle(view, of.at(0, 0.25), -24.2, 1.2), shaded(_DARK_RED, light))
    view.draw(visor, shaded(_DARK_RED, light * 0.8 + 0.1))


def _draw_beanie(on: View, of: Figure) -> None:
    view = on.part(-22, -32, 22, -2)
    dome = common(ellipse(view, 0, -9.0, SKULL + 1.8, 16.4), view.y + 10)
    fold = arc(view, 0, -10.6, SKULL + 2.8, -0.9, 2.9, 2.5)
    light = of.shade(view, 0, -8, SKULL + 4, 20)
    ball = of.at(0, 0.12)
    view.draw(circle(view, ball, -26.4, 4.3), shaded(_FOLD, of.shade(view, ball, -26.4, 4.8, 4.8) + 0.1))
    view.draw(dome, shaded(_WOOL, light * 1.2))
    cover = view.cover(fold)
    view.fill(cover, shaded(_FOLD, light * 1.1))
    for across in (-12.0, -8.0, -4.0, 0.0, 4.0, 8.0, 12.0):
        rib = box(view, of.at(across), -10.9, 0.5, 5, 0.2)
        view.fill(cover * view.cover(rib, soft=0.9) * 0.4, _FOLD.dark)


def _draw_straw_hat(on: View, of: Figure) -> None:
    view = on.part(-30, -32, 30, -2)
    brim = arc(view, 0.3 * of.at(0), -11.8, 26.5, 3.4, 2.6, 1.3)
    crown = common(box(view, 0, -14, SKULL + 0.2, 14.2, 9.0), view.y + 11)
    light = of.shade(view, 0, -8, SKULL + 5, 24)
    cover = view.cover(crown)
    view.fill(cover, shaded(_STRAW, light * 1.1))
    ribbon = np.abs(view.y + 15.2 - 0.004 * view.x * view.x) - 2.1
    view.fill(cover * view.cover(ribbon), shaded(_RIBBON, light))
    view.draw(brim, shaded(_STRAW, of.shade(view, 0, -12, 32, 12) + 0.1))
