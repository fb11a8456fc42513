"""Texts in the person's own language: `tr` for what is painted; all else is translated where it stands (watcher.py).

The program's texts stay English in the code. A chosen language is one for the whole program, as its theme is.
"""

from gui.language.catalogue import Catalogue

_chosen: list[Catalogue] = []


def tr(text: str) -> str:
    """The text in the chosen language; with none, the text itself."""
    return _chosen[0].translate(text) if _chosen else text


def chosen() -> Catalogue | None:
    return _chosen[0] if _chosen else None


def choose(catalogue: Catalogue | None) -> None:
    """What `tr` uses from now on; None is English."""
    _chosen[:] = [] if catalogue is None else [catalogue]
