"""What is behind and below the head: the wall, the shoulders, the neck."""

import numpy as np

from engine.images.portrait.canvas import View, shaded
from engine.images.portrait.palette import cloth_tone, wall_tone
from engine.images.portrait.person import Figure
from engine.images.portrait.shapes import box, ellipse, joined


def draw_wall(on: View, of: Figure) -> None:
    """A wall, brighter behind the head. The light on the person does not fall on it."""
    far = (on.x * on.x + (on.y + 4) * (on.y + 4)) * (1 / 900)
    near = 1 / (1 + far)
    tone = wall_tone(of.person.background)
    for plane, dark, light in zip(on.paint, tone.dark, tone.light, strict=True):
        np.multiply(near, light - dark, out=plane)
        plane += dark


def draw_body(on: View, of: Figure) -> None:
    """Shoulders in a jersey, and the neck with the shadow of the head."""
    view = on.part(-32, 8, 32, 32)
    wide = 24.5 - 3.6 * of.female - 3.4 * of.young
    shoulders = joined(ellipse(view, 0, 36, wide, 12.5), ellipse(view, 0, 27, 10.5, 4.6), 6.0)
    light = of.shade(view, 0, 36, wide + 1, 14)
    cloth = cloth_tone(of.person.clothes)
    view.draw(shoulders, shaded(cloth, light + 0.15))
    neck_half = 6.6 - 1.5 * of.female - 1.2 * of.young
    neckline = ellipse(view, 0, 24.2, neck_half + 2.3, 4.6)
    view.draw(neckline - 1.1, shaded(cloth, light - 0.55))
    neck = joined(box(view, 0, 16, neck_half, 11, 3.0), neckline, 2.0)
    bare = view.cover(neck)
    view.fill(bare, shaded(of.skin, 0.6 * of.shade(view, 0, 20, neck_half + 3, 14) - 0.1))
    below = on.part(-32, 8, 32, 32)
    below.y = below.y - 3.4
    below.x = below.x + 1.6 * of.light
    view.fill(bare * view.cover(of.head(below), soft=3.0) * 0.8, of.skin.dark)
