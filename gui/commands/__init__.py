"""Every command of the app in one table; the menus, tool bars, command palette and keys page are all built from it.

So no key is written twice, and a command without a handler (or a handler without a command) stops the start.
The digits 1 to 9 are the layers of the view; class labels are Alt+1 to Alt+4, one hand beside the pen.
None in a menu is a line between two parts of it.
Not covered: what the commands do (handlers.py); which keys a focused control keeps (key_guard.py).
"""

from gui.commands.command import Command, Item
from gui.commands.files import EDIT, FILE
from gui.commands.lectures import HELP, LECTURE
from gui.commands.runs import MODEL, SAMPLE
from gui.commands.views import VIEW

MENUS: dict[str, tuple[Item, ...]] = {
    "File": FILE,
    "Edit": EDIT,
    "View": VIEW,
    "Model": MODEL,
    "Sample": SAMPLE,
    "Lecture": LECTURE,
    "Help": HELP,
}


def commands_of(title: str) -> list[Command]:
    """The commands of a menu and of the menus inside it, as they stand there."""
    listed: list[Command] = []
    for item in MENUS[title]:
        listed += [item] if isinstance(item, Command) else item.commands if item is not None else ()
    return listed


COMMANDS: dict[str, Command] = {each.name: each for title in MENUS for each in commands_of(title)}
