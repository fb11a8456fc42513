"""A text with places that vary, such as "{} points", and the same text in another language.

`{}` or `{name}` is a place. A translation names the same places: `{}` is the next of them, `{2}` the second, `{name}`
that of this name. Matching takes one pass over the text, however it is made: the leftmost find of each fixed piece is
as good as any other, so that nothing is ever tried again.
"""

import re
from typing import NamedTuple

from engine.notice import Notice

_PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]{0,30}|[1-9])?\}")
_MOST_PLACES = 9
_MANY_LETTERS = 9


class Pattern(NamedTuple):
    """pieces: the fixed texts before, between and after the places; one more than there are places."""

    pieces: tuple[str, ...]

    @property
    def num_letters(self) -> int:
        return sum(each.isalpha() for piece in self.pieces for each in piece)

    @property
    def says_much(self) -> bool:
        """Whether it is found only where it is meant: "{} of {}" fits into many sentences, "Copied: {}" does not."""
        return self.num_letters >= _MANY_LETTERS or self.pieces[0].endswith(": ")

    def match(self, text: str) -> list[str] | None:
        """What stands in the places, at least one letter each; None where the text is not of this kind."""
        first, last = self.pieces[0], self.pieces[-1]
        if not text.startswith(first) or not text.endswith(last):
            return None
        at, end = len(first), len(text) - len(last)
        found = []
        for piece in self.pieces[1:-1]:
            place = text.find(piece, at + 1, end)
            if place < 0:
                return None
            found.append(text[at:place])
            at = place + len(piece)
        if end <= at:
            return None
        return [*found, text[at:end]]


class Wording(NamedTuple):
    """A translation: pieces as in Pattern, and which place of the English text stands between them, from 0."""

    pieces: tuple[str, ...]
    places: tuple[int, ...]

    def filled(self, values: list[str]) -> str:
        parts = [self.pieces[0]]
        for place, piece in zip(self.places, self.pieces[1:], strict=True):
            parts += [values[place], piece]
        return "".join(parts)


def has_places(text: str) -> bool:
    return _PLACE.search(text) is not None


def compiled(key: str, translation: str) -> tuple[Pattern, Wording]:
    """The two halves of an entry with places. Raises Notice, with the key, where they do not fit together."""
    names = _PLACE.findall(key)
    pieces = _pieces(key)
    if len(names) > _MOST_PLACES:
        raise Notice(f"The language file has more than {_MOST_PLACES} places in {shown(key)}.")
    if not all(pieces[1:-1]):
        raise Notice(f"The language file has two places side by side in {shown(key)}.")
    places, following = [], 0
    for name in _PLACE.findall(translation):
        place = _place(name, names, following)
        if place is None:
            raise Notice(f"The translation has a place that is not in {shown(key)}: {{{name}}}.")
        following = place + 1
        places.append(place)
    if missing := set(range(len(names))) - set(places):
        raise Notice(f"The translation lacks place {min(missing) + 1} of {shown(key)}.")
    return Pattern(pieces), Wording(_pieces(translation), tuple(places))


def shown(key: str) -> str:
    """A key as it stands in a sentence: in quotation marks, and not longer than a line."""
    return f'"{key}"' if len(key) <= 60 else f'"{key[:59]}…"'


def _pieces(text: str) -> tuple[str, ...]:
    # The names are a group of the expression, which `split` gives back as well.
    return tuple(_PLACE.split(text)[::2])


def _place(name: str, names: list[str], following: int) -> int | None:
    """Which place a translation means by `{name}`."""
    if not name:
        return following if following < len(names) else None
    if name in names:
        return names.index(name)
    if name.isdigit() and int(name) <= len(names):
        return int(name) - 1
    return None
