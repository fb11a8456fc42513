"""A cartoon portrait, drawn part by part from the back to the front."""

import numpy as np

from engine.images.portrait.beard import draw_beard
from engine.images.portrait.body import draw_body, draw_wall
from engine.images.portrait.canvas import developed, sheet
from engine.images.portrait.eyes import draw_brows, draw_eyes
from engine.images.portrait.glasses import draw_glasses
from engine.images.portrait.hair import draw_hair, draw_hair_behind
from engine.images.portrait.hats import draw_hat, draw_hat_shadow
from engine.images.portrait.head import draw_ears, draw_head, draw_nose
from engine.images.portrait.mouth import draw_mouth
from engine.images.portrait.person import Figure, Person

# From the back to the front.
_PARTS = (
    draw_wall,
    draw_hair_behind,
    draw_body,
    draw_ears,
    draw_head,
    draw_eyes,
    draw_brows,
    draw_beard,
    draw_nose,
    draw_mouth,
    draw_hat_shadow,
    draw_glasses,
    draw_hair,
    draw_hat,
)


def portrait(person: Person, side: int) -> np.ndarray:
    """The picture of a person, (side, side, 3) uint8."""
    on, of = sheet(side), Figure(person)
    for draw in _PARTS:
        draw(on, of)
    return developed(on)
