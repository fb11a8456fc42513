"""The texts of a language, and how what stands in the window is found among them.

A text is looked up as it stands, then as one with places; where neither is known, it is taken apart: into lines and
paragraphs, then sentences, then what stands between brackets, colons and dots. Parts that are not known stay English.
Not covered: the file (files.py), and where texts stand in a window (parts.py).
"""

import html
import itertools
import re
from collections.abc import Mapping

from gui.language.pattern import Pattern, Wording, compiled, has_places

_MOST_REMEMBERED = 4096
# Longer texts are documents of somebody's own, such as a trace.
_LONGEST = 20_000
_LONGEST_LINE = 1_000
_DEEPEST = 6
# Each splits a text into parts with what stands between them; the coarse ones first.
_BLOCKS = re.compile(r"(\s*\n\s*|</?(?:p|br|h[1-6]|ul|ol|li|table|tr|td|th|div|hr|body|html|qt)\b[^<>]{0,200}>)")
_SENTENCES = re.compile(r"((?<=[.!?…])\s+)")
_TAGS = re.compile(r"(</?[a-z][^<>]{0,200}>)")
_ENCLOSED = re.compile(r"<(b|span|i|h\d)\b[^<>]*>([^<>]*)</\1>")
# The coarse ones first, and how often each may cut: a colon only once, for what comes after it may be a whole sentence.
_CUTS = (
    (_BLOCKS, 0),
    (_SENTENCES, 0),
    (_TAGS, 0),
    (re.compile(r"(\s{2,}|\s+[·|▾]\s*)"), 0),
    (re.compile(r"(: )"), 1),
    (re.compile(r"(; |(?:^|\s+)[—–→]\s+)"), 0),
    (re.compile(r"(, )"), 0),
    (re.compile(r"(\s*\(|\))"), 0),
)
_HAS_WORD = re.compile(r"[^\W\d_]{2}")
_NUMBER = re.compile(r"^[\d.,e−-]+\s+")
_EDGE = 3
# Unicode's marks around words of another language; they are not seen.
OWN_START, OWN_END = "\u2068", "\u2069"


def parts_of(text: str) -> list[str]:
    """What of a text is translated by itself: lines and paragraphs, and their sentences where nothing varies."""
    found: list[str] = []
    for block in _BLOCKS.split(text)[::2]:
        bare = _ENCLOSED.sub(r"\2", block.strip())
        found += [bare] if has_places(bare) else _SENTENCES.split(bare)[::2]
    return [each for each in found if each]


class Catalogue:
    """`name` is the language's own name, such as "Deutsch"."""

    def __init__(self, name: str, texts: Mapping[str, str]) -> None:
        """texts: by the English ones; those that are empty are left out. Raises Notice for places that do not fit."""
        self.name = name
        self._exact: dict[str, str] = {}
        # By how the fixed piece at the start, or else at the end, begins or ends; "" where both are places.
        self._starts: dict[str, list[tuple[Pattern, Wording]]] = {}
        self._ends: dict[str, list[tuple[Pattern, Wording]]] = {}
        self._remembered: dict[str, str] = {}
        for key, translation in texts.items():
            if not translation:
                continue
            if has_places(key):
                self._add(*compiled(key, translation))
            else:
                self._exact[key] = translation
        for shelf in (*self._starts.values(), *self._ends.values()):
            shelf.sort(key=lambda entry: entry[0].num_letters, reverse=True)

    def translate(self, text: str) -> str:
        """The text in this language, in part or as it is where it is not known."""
        known = self._remembered.get(text)
        if known is not None:
            return known
        if len(text) > _LONGEST or not _HAS_WORD.search(text):
            return text
        made = self._made(text.replace("\u200b", ""), 0)
        if made is None:
            made = text
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[text] = made
        return made

    def knows(self, text: str) -> bool:
        """Whether the whole text, or every part of it that has a word, is translated."""
        text = text.replace("\u200b", "")
        if self._found(text, 0) is not None or not _HAS_WORD.search(text):
            return True
        return any(
            len(parts := expression.split(text, most)) > 1 and all(self.knows(part) for part in parts[::2])
            for expression, most in _CUTS
        )

    def _add(self, pattern: Pattern, wording: Wording) -> None:
        first, last = pattern.pieces[0], pattern.pieces[-1]
        if first or not last:
            self._starts.setdefault(first[:_EDGE], []).append((pattern, wording))
        else:
            self._ends.setdefault(last[-_EDGE:], []).append((pattern, wording))

    def _made(self, text: str, depth: int) -> str | None:
        """A translation, at least of a part; None where nothing is known."""
        if text.startswith(OWN_START) and text.find(OWN_END) == len(text) - 1:
            return None
        found = self._found(text, depth)
        if found is not None or depth >= _DEEPEST:
            return found
        partly = None
        for expression, most in _CUTS:
            parts = expression.split(text, most)
            if len(parts) == 1:
                continue
            made = [self._made_inside(part, depth) for part in parts[::2]]
            if all(each is None for each in made):
                continue
            is_whole = all(
                each is not None or not _HAS_WORD.search(part) for each, part in zip(made, parts[::2], strict=True)
            )
            parts[::2] = [old if new is None else new for old, new in zip(parts[::2], made, strict=True)]
            if is_whole:
                return "".join(parts)
            partly = "".join(parts) if partly is None else partly
        return partly

    def _made_inside(self, part: str, depth: int) -> str | None:
        return self._made(part, depth + 1) if _HAS_WORD.search(part) else None

    def _found(self, text: str, depth: int) -> str | None:
        """The translation of the whole text, with the space around it, as rich text or with a mnemonic as it is."""
        bare = text.strip()
        found = self._looked_up(bare, depth)
        if found is None and "&" in bare:
            plain = html.unescape(bare)
            if plain != bare:
                found = self._looked_up(plain, depth)
                found = None if found is None else html.escape(found)
            else:
                found = self._looked_up(bare.replace("&", "", 1), depth)
                found = None if found is None else f"&{found}"
        if found is None:
            return None
        start = text.index(bare)
        return text[:start] + found + text[start + len(bare) :]

    def _looked_up(self, text: str, depth: int) -> str | None:
        exact = self._word(text)
        if exact is not None:
            return exact
        if "\n" in text or len(text) > _LONGEST_LINE:
            return None
        # Each length of a beginning, because a fixed piece may be shorter than the edge that is asked for.
        shelves = [self._starts.get(text[:size], ()) for size in range(min(_EDGE, len(text)), 0, -1)]
        shelves += [self._ends.get(text[-size:], ()) for size in range(min(_EDGE, len(text)), 0, -1)]
        for pattern, wording in itertools.chain(*shelves, self._starts.get("", ())):
            values = pattern.match(text)
            if values is not None and (pattern.says_much or all(map(self._is_plain, values))):
                return self._filled(wording, values, depth)
        return None

    def _is_plain(self, value: str) -> bool:
        """Whether a value may stand in a place of a text of few letters, which else would be found in any sentence."""
        bare = _NUMBER.sub("", value.strip())
        return not _HAS_WORD.search(bare) or " " not in bare or self._word(bare) is not None

    def _word(self, text: str) -> str | None:
        """A text without places; also that with a capital, as the name of a knob is in a sentence."""
        exact = self._exact.get(text)
        if exact is None and text[:1].islower():
            exact = self._exact.get(text[0].upper() + text[1:])
        if exact is None and (asking := self._exact.get(f"{text}…")) is not None:
            # The title of what a menu's entry opens.
            exact = asking.removesuffix("…").rstrip()
        return exact

    def _filled(self, wording: Wording, values: list[str], depth: int) -> str:
        if depth < _DEEPEST:
            values = [self._made_inside(value, depth) or value for value in values]
        return wording.filled(values)
