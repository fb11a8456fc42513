"""The families of models as a menu, kind by kind."""

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu, QWidgetAction

from engine.messages import Entry
from gui.theme import set_role


def fill(menu: QMenu, entries: Iterable[Entry], on_chosen: Callable[[str], object]) -> None:
    """Replace what a menu holds by all families under headings of their kinds; `on_chosen` gets a name."""
    menu.clear()
    menu.setToolTipsVisible(True)
    kind = ""
    for entry in entries:
        if entry.kind != kind:
            kind = entry.kind
            _add_heading(menu, kind)
        action = QAction(entry.title, menu)
        first_sentence = entry.help.partition(". ")[0].rstrip(".") + "."
        action.setStatusTip(first_sentence)
        action.setToolTip(first_sentence)
        action.setData(entry.name)
        action.setCheckable(True)
        action.triggered.connect(partial(_choose, on_chosen, entry.name))
        menu.addAction(action)
    if menu.isEmpty():
        menu.addAction("The engine is not ready").setEnabled(False)


def mark(menu: QMenu, name: str) -> None:
    """Tick the family that is there now."""
    for action in menu.actions():
        action.setChecked(action.data() == name)


def _add_heading(menu: QMenu, kind: str) -> None:
    """A label: the titles of Qt's own sections are lost where a style sheet draws the separators."""
    label = QLabel(kind, menu)
    set_role(label, "section")
    heading = QWidgetAction(menu)
    heading.setDefaultWidget(label)
    heading.setEnabled(False)
    menu.addAction(heading)


def _choose(on_chosen: Callable[[str], object], name: str, is_checked: bool = False) -> None:
    on_chosen(name)
