"""Texts in the person's own language: `tr` for what is painted; all else is translated where it stands (watcher.py).

The program's texts stay English in the code. A chosen language is one for the whole program, as its theme is.
"""

from typing import TYPE_CHECKING

from gui.language.catalogue import OWN_END, OWN_START, Catalogue

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

# Set on a widget or an action whose texts are a person's own, and stay as they are (watcher.py).
OWN = "has_own_text"
_chosen: list[Catalogue] = []


def tr(text: str) -> str:
    """The text in the chosen language; with none, the text itself."""
    return _chosen[0].translate(text) if _chosen else text


def own(name: str) -> str:
    """A person's own name within a sentence: it stays as it is, though it be a word of the program."""
    return f"{OWN_START}{name}{OWN_END}" if _chosen else name


def keep_own(what: "QObject") -> None:
    """What this widget or action says is a person's own, and is never translated."""
    what.setProperty(OWN, True)


def chosen() -> Catalogue | None:
    return _chosen[0] if _chosen else None


def choose(catalogue: Catalogue | None) -> None:
    """What `tr` uses from now on; None is English."""
    _chosen[:] = [] if catalogue is None else [catalogue]
