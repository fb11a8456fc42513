"""An empty language file, with every text of the program; and how much of one is translated.

Not covered: how texts are found in the source (extract.py).
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from engine.notice import Notice
from gui.language import files
from gui.language.catalogue import Catalogue, parts_of
from gui.language.extract import texts_of_source
from gui.language.files import FORMAT, VERSION, LanguageFile
from gui.language.pattern import compiled

_ROOT = Path(__file__).resolve().parents[2]
# Not to be read by whoever looks at the window: these speak on the command line, or make what is no text.
_LEFT_OUT = ("gui/language", "gui/script.py", "gui/doctor.py", "engine/cli.py")
# What Qt itself writes onto buttons and into the menus of fields.
_QT = (
    "OK", "&OK", "Cancel", "&Yes", "&No", "Yes", "No", "Close", "&Close", "Save", "&Save", "Discard", "Don't Save",
    "Apply", "Reset", "Restore Defaults", "Open", "&Undo", "&Redo", "Cu&t", "&Copy", "&Paste", "Delete", "Select All",
    "What's This?", "&Step up", "Step &down", "View All", "X axis", "Y axis", "Mouse Mode", "Plot Options", "Export...",
    "Ctrl", "Shift", "Alt", "Del", "Ins", "Home", "End", "PgUp", "PgDown", "Space", "Backspace", "Left", "Right", "Esc",
    "Ctrl+{}", "Shift+{}", "Alt+{}", "Ctrl+Shift+{}", "Alt+Shift+{}", "Ctrl+Alt+{}",
)  # fmt: skip
# Small words, which no rule could tell from names in the source.
_WORDS = (
    "auto", "family", "sampler", "more", "lag", "step", "phase", "full speed", "on", "off", "or", "and", "entropy",
    "samples", "data", "accepted", "rejected", "proposal", "overshoot", "centre", "chain", "energy", "loss",
    "paused", "pixels", "codes", "estimate", "memory", "expectation", "exact", "target", "measures", "colour", "grey",
    "lock", "gender", "smile", "age", "hair style", "hair colour", "skin", "brow", "turn", "light", "background",
    "gaze", "clothes", "glasses", "beard", "hat", "hair_style", "hair_colour", "warm-up", "E", "nats", "{} nats",
    "{} steps/s", "{} phases/s", "{} step/s", "{} phase/s", "{} latents", "step {}", "Class {}", "{} min", "now {}",
    "&File", "&Edit", "&View", "&Model", "&Sample", "&Lecture", "&Help", "English", "Open a language file",
    "Open a language file…", "{} from the truth", "{} pictures", "× true", "cover %", "steps/s", "parameters",
    "accept. %", "diverged", "jump", "switches/1k", "difference", "wide", "Dusk", "Grey", "Paper", "Transforms",
    "Downsample", "Average", "Alpha", "Grid", "Points",
    "energy, nats", "std. error", "Show X Grid", "Show Y Grid", "Opacity", "Auto", "Mean", "Undo {}", "Redo {}",
)  # fmt: skip
_HAS_LETTERS = re.compile(r"[^\W\d_]{2}")


def all_texts(of_catalogue: Iterable[str]) -> list[str]:
    """Each text once, in the order of the source, then of the catalogue, then Qt's; long ones sentence by sentence."""
    found = [*texts_of_source(_ROOT / "gui", _paths(_LEFT_OUT)), *texts_of_source(_ROOT / "engine", _paths(_LEFT_OUT))]
    listed = [part for text in (*found, *of_catalogue) for part in parts_of(text)]
    return list(dict.fromkeys(each for each in (*listed, *_WORDS, *_QT) if _HAS_LETTERS.search(each) and _fits(each)))


def write(path: Path, texts: Sequence[str]) -> None:
    """A file with empty translations. Raises Notice."""
    made = LanguageFile(FORMAT, VERSION, "Name of the language", dict.fromkeys(texts, ""), "Who wrote it")
    try:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=1) + b"\n")
    except OSError as error:
        raise Notice(f"{path} cannot be written: {error.strerror or 'the system gave no reason'}.") from None


def checked(path: Path, texts: Sequence[str]) -> str:
    """In lines: what share of the texts a file translates, and the first ones that it lacks. Raises Notice."""
    made = files.read(path)
    catalogue = Catalogue(made.language, made.texts)
    missing = [each for each in texts if not catalogue.knows(each)]
    share = 100 * (1 - len(missing) / len(texts))
    unused = len(made.texts.keys() - set(texts))
    lines = [f"{made.language}: {len(texts) - len(missing):,} of {len(texts):,} texts ({share:.1f} %)."]
    if unused:
        lines.append(f"{unused:,} texts of the file are not in the program's list.")
    return "\n".join([*lines, *(f"  lacks {each!r}" for each in missing[:20])])


def _fits(text: str) -> bool:
    """Whether its places, if it has any, can be told apart."""
    try:
        compiled(text, text)
    except Notice:
        return False
    return True


def _paths(names: Iterable[str]) -> tuple[Path, ...]:
    return tuple(_ROOT / name for name in names)
