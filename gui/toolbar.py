"""A tool bar that stays where it is, built from names of commands."""

from collections.abc import Iterable, Mapping

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolBar, QWidget


def tool_bar(title: str, names: Iterable[str], actions: Mapping[str, QAction], parent: QWidget) -> QToolBar:
    """A bar with the actions of these names; an empty name is a line between two groups."""
    bar = QToolBar(title, parent)
    bar.setObjectName(title)
    bar.setMovable(False)
    # Which bars are there depends on the page; a menu that hides one would leave no way back.
    bar.toggleViewAction().setEnabled(False)
    for name in names:
        if name:
            bar.addAction(actions[name])
        else:
            bar.addSeparator()
    return bar
