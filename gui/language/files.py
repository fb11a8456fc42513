"""Language files: JSON that anybody can write, read with suspicion.

    {"format": "energyscape-language", "version": 1, "language": "Deutsch", "by": "...",
     "texts": {"Preferences…": "Einstellungen …", "{} points": "{} Punkte"}}

Not covered: what is done with the texts (catalogue.py), and an empty file to begin with (template.py).
"""

import re
from functools import cache
from pathlib import Path

import msgspec

from engine.notice import Notice
from gui.language.catalogue import Catalogue
from gui.language.pattern import shown

FORMAT = "energyscape-language"
VERSION = 1
FILTER = "Language files (*.json)"
_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "languages"
_MOST_BYTES = 4 << 20
_MOST_TEXTS = 20_000
_LONGEST_KEY, _LONGEST_TEXT = 4_000, 8_000
_LONGEST_NAME = 60
_TAG = re.compile(r"<\s*/?\s*([A-Za-z!?][A-Za-z0-9]{0,20})[^<>]{0,400}>?")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class LanguageFile(msgspec.Struct, frozen=True):
    """What a file holds. `by`: who wrote it."""

    format: str
    version: int
    language: str
    texts: dict[str, str]
    by: str = ""


@cache
def shipped() -> dict[str, str]:
    """The languages that come with the program: by their short names, such as "de", their own names."""
    return {path.stem: read(path).language for path in sorted(_FOLDER.glob("*.json"))}


def path_of(chosen: str) -> Path:
    """Where a language lies: that of a short name, or the file itself."""
    return _FOLDER / f"{chosen}.json" if re.fullmatch(r"[a-z]{2,3}", chosen) else Path(chosen)


def load(path: Path) -> Catalogue:
    """A file's texts, ready to be used. Raises Notice."""
    made = read(path)
    return Catalogue(made.language, made.texts)


def read(path: Path) -> LanguageFile:
    """A file whose form, sizes and texts are as they should be. Raises Notice."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError):
        raise Notice(f"The language file {path} cannot be read; the texts stay English.") from None
    if len(content) > _MOST_BYTES:
        raise Notice(f"The language file {path.name} is larger than {_MOST_BYTES >> 20} MB.")
    return from_bytes(content, path.name)


def from_bytes(content: bytes, name: str) -> LanguageFile:
    """`name` is how the file is called in a sentence. Raises Notice."""
    try:
        made = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=LanguageFile)
    except msgspec.ValidationError as error:
        raise Notice(f"{name} is no language file: {_one_line(str(error))}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Notice(f"{name} is no language file: it is not JSON in UTF-8.") from None
    if made.format != FORMAT or made.version != VERSION:
        raise Notice(
            f'{name} is no language file of this version: it needs "format": "{FORMAT}", "version": {VERSION}.'
        )
    if not made.language.strip() or len(made.language) > _LONGEST_NAME or not made.language.isprintable():
        raise Notice(f"{name} does not say which language it is in, in at most {_LONGEST_NAME} letters.")
    if len(made.texts) > _MOST_TEXTS:
        raise Notice(f"{name} has more than {_MOST_TEXTS:,} texts.")
    for key, text in made.texts.items():
        if wrong := _wrong_with(key, text):
            raise Notice(f"{name}: {wrong} in {shown(_one_line(key))}.")
    return made


def _wrong_with(key: str, text: str) -> str:
    """What is wrong with an entry, but for its places; empty if nothing is."""
    if not key.strip() or len(key) > _LONGEST_KEY or len(text) > _LONGEST_TEXT:
        return "an empty or a too long text"
    if _CONTROL.search(text):
        return "a character that is no text"
    # A tag of its own could load a file, or hide what the program says.
    more = {each.lower() for each in _TAG.findall(text)} - {each.lower() for each in _TAG.findall(key)}
    return f"a tag <{min(more)}> that the English text lacks," if more else ""


def _one_line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())[:200]
