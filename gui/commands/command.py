"""What a command is: one line of the tables beside this file."""

import msgspec
from PySide6.QtGui import QAction, QKeySequence

Standard = QKeySequence.StandardKey


class Command(msgspec.Struct, frozen=True):
    """One command. `help` is a sentence for the status line, the tool tip and What's this.

    is_checkable: it is on or off.  group: of those with the same group exactly one is on.
    repeats: it runs again while its key is held.  icon: the name of a picture; empty where the text says more.
    role: where macOS puts it.
    """

    name: str
    text: str
    help: str
    keys: tuple[str | Standard, ...] = ()
    icon: str = ""
    is_checkable: bool = False
    is_on: bool = False
    group: str = ""
    repeats: bool = False
    role: QAction.MenuRole = QAction.MenuRole.NoRole


class Submenu(msgspec.Struct, frozen=True):
    """A menu inside a menu. Without commands its entries come while the app runs (see `fill`)."""

    name: str
    text: str
    help: str
    commands: tuple[Command, ...] = ()


Item = Command | Submenu | None
