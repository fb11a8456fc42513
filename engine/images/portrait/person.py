"""A person as numbers: the factors, and the measures of the figure that several of its parts are drawn from."""

import math
from typing import NamedTuple

import numpy as np

from engine.images.portrait.canvas import Array, Tone, View
from engine.images.portrait.palette import hair_tone, skin_tone
from engine.images.portrait.shapes import ellipse, joined

GLASSES = ("none", "round", "square", "cat-eye")
HAIR_STYLES = ("bald", "short", "swept", "curly", "bob", "long", "pigtails")
BEARDS = ("none", "moustache", "goatee", "full")
HATS = ("none", "cap", "beanie", "straw hat")
# Half the width of the skull.
SKULL = 15.4


class Person(NamedTuple):
    """The factors in their order; kinds are whole numbers, the others from 0 or -1 to 1."""

    glasses: int
    gender: float
    smile: float
    age: float
    hair_style: int
    hair_colour: float
    skin: float
    beard: int
    hat: int
    brow: float
    turn: float
    light: float
    background: float
    gaze: float
    clothes: float


class Figure:
    """Measures of the head. Eyes, mouth and the like sit on a ball that turns; the outline stays."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.skin: Tone = skin_tone(person.skin)
        self.hair: Tone = hair_tone(person.hair_colour)
        self.female, self.age, self.light = person.gender, person.age, person.light
        # Sine and cosine of the turn, the sine found first: no trigonometry, which machines round differently.
        self._sine = 0.32 * person.turn
        self._cosine = math.sqrt(1 - self._sine * self._sine)
        # How much of a child, and of an old person, there is.
        self.young = ramp(person.age, 0.5, 0.0)
        self.old = ramp(person.age, 0.45, 1.0)
        self.chin = 19.6 - 1.6 * self.young - 0.7 * self.female
        self.eye_level = 2.6 + 2.3 * self.young
        self.mouth_level = 12.6 - 0.2 * self.young
        self.brow_level = -4.0 + 2.4 * self.young

    def at(self, across: float, depth: float = 1.0) -> float:
        """Where a point of the face is seen that lies `across` to the side of the head straight on.

        depth: how far it stands out: 1 the face, more the nose, 0 the ears' plane, negative the back of the head.
        """
        share = min(abs(across) / (SKULL + 0.4), 1.0)
        forward = SKULL * math.sqrt(1 - share * share) if depth > 0 else SKULL
        return across * self._cosine + depth * forward * self._sine

    def narrowed(self, across: float) -> float:
        """How much narrower a thing there looks than straight on."""
        share = across / (SKULL + 0.4)
        return max(self._cosine - self._sine * share / math.sqrt(1 - share * share), 0.2)

    def head(self, on: View, grow: float = 0.0) -> Array:
        """The outline of the head without ears, as a distance."""
        skull = ellipse(on, 0.0, -4.2, SKULL, 15.2)
        width = 13.3 - 1.3 * self.female + 1.4 * self.young + 0.4 * self.old
        jaw = ellipse(on, 0.3 * self.at(0.0), 4.5, width, self.chin - 4.5)
        return joined(skull, jaw, 5.0) - grow

    def shade(self, on: View, x: float, y: float, half_width: float, half_height: float) -> Array:
        """Light on a ball there, about -1 (dark) to 1 (bright): from above, and from where the light is."""
        across, down = (on.x - x) / half_width, (on.y - y) / half_height
        towards = np.sqrt(np.clip(1 - across * across - down * down, 0, 1))
        return (0.85 * self.light) * across - 0.5 * down + 0.75 * towards - 0.62


def ramp(value: float, start: float, end: float) -> float:
    """From 0 at `start` to 1 at `end`, smooth, flat outside."""
    share = min(max((value - start) / (end - start), 0.0), 1.0)
    return share * share * (3 - 2 * share)
