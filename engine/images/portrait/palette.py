"""The colours: paths through a few colours each, so that a number moves smoothly along them."""

from engine.images.portrait.canvas import Colour, Tone

WHITE: Colour = (252, 250, 246)
INK: Colour = (44, 32, 38)
LIP: Colour = (201, 62, 84)
_SKINS: tuple[Colour, ...] = ((255, 224, 204), (246, 198, 166), (216, 158, 122), (182, 124, 94), (154, 103, 81))
_HAIRS: tuple[Colour, ...] = ((42, 36, 44), (80, 48, 38), (188, 70, 32), (250, 202, 84), (236, 234, 238))
_HAIR_SHADOWS: tuple[Colour, ...] = ((22, 18, 28), (40, 22, 24), (112, 36, 24), (190, 122, 44), (156, 156, 186))
# Brows: darker than any skin, so that they are seen on all.
_BROWS: tuple[Colour, ...] = ((24, 20, 26), (44, 25, 24), (110, 34, 18), (112, 64, 14), (78, 78, 100))
_BEARDS: tuple[Colour, ...] = ((30, 24, 32), (50, 28, 24), (92, 32, 16), (88, 50, 12), (64, 64, 84))
BEARD_EDGE: Colour = (26, 16, 18)
_WALLS: tuple[Colour, ...] = ((94, 182, 172), (116, 164, 226), (166, 140, 216), (238, 146, 152), (250, 200, 116))
_CLOTHES: tuple[Colour, ...] = ((52, 70, 112), (44, 132, 120), (240, 234, 222), (240, 168, 66), (200, 66, 72))


def skin_tone(share: float) -> Tone:
    base = _along(_SKINS, share)
    return Tone(base, mixed(_times(base, (0.74, 0.60, 0.58)), (120, 60, 80), 0.10), mixed(base, (255, 244, 226), 0.5))


def hair_tone(share: float) -> Tone:
    base = _along(_HAIRS, share)
    return Tone(base, _along(_HAIR_SHADOWS, share), mixed(base, (255, 230, 200), 0.32))


def brow_colour(share: float) -> Colour:
    return mixed(_along(_BROWS, share), _along(_HAIRS, share), -0.08)


def beard_tone(share: float) -> Tone:
    beard, hair = _along(_BEARDS, share), _along(_HAIRS, share)
    return Tone(beard, mixed(beard, BEARD_EDGE, 0.5), mixed(beard, hair, 0.16))


def cloth_tone(share: float) -> Tone:
    return toned(_along(_CLOTHES, share))


def wall_tone(share: float) -> Tone:
    base = _along(_WALLS, share)
    return Tone(base, _times(base, (0.86, 0.84, 0.90)), mixed(base, WHITE, 0.34))


def toned(base: Colour) -> Tone:
    """Any stuff: its shadow is a little colder, its light a little warmer."""
    return Tone(base, _times(base, (0.62, 0.60, 0.70)), mixed(base, (255, 246, 230), 0.4))


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """`share` of the second in the first."""
    return (
        first[0] + share * (second[0] - first[0]),
        first[1] + share * (second[1] - first[1]),
        first[2] + share * (second[2] - first[2]),
    )


def _times(colour: Colour, by: Colour) -> Colour:
    return colour[0] * by[0], colour[1] * by[1], colour[2] * by[2]


def _along(path: tuple[Colour, ...], share: float) -> Colour:
    place = min(max(share, 0.0), 1.0) * (len(path) - 1)
    step = min(int(place), len(path) - 2)
    return mixed(path[step], path[step + 1], place - step)
