"""The families of models as a menu, kind by kind."""

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from engine.messages import Entry


def fill(menu: QMenu, entries: Iterable[Entry], on_chosen: Callable[[str], object]) -> None:
    """Replace what a menu holds by all families under headings of their kinds; `on_chosen` gets a name."""
    menu.clear()
    menu.setToolTipsVisible(True)
    kind = ""
    for entry in entries:
        if entry.kind != kind:
            kind = entry.kind
            menu.addSection(kind)
        action = QAction(entry.title, menu)
        first_sentence = entry.help.partition(". ")[0].rstrip(".") + "."
        action.setStatusTip(first_sentence)
        action.setToolTip(first_sentence)
        action.triggered.connect(partial(_choose, on_chosen, entry.name))
        menu.addAction(action)
    if menu.isEmpty():
        menu.addAction("The engine is not ready").setEnabled(False)


def _choose(on_chosen: Callable[[str], object], name: str, is_checked: bool = False) -> None:
    on_chosen(name)
