"""The commands as actions of the window: their keys, tips and icons, and the menus that they stand in.

Not covered: which commands there are (commands/), and what they do (handlers.py).
"""

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtGui import QAction, QActionGroup, QIcon, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from gui.commands import COMMANDS, MENUS
from gui.commands.command import Command, Standard


def build(parent: QWidget, handlers: Mapping[str, Callable[..., object]]) -> dict[str, QAction]:
    """An action of `parent` for every command, by name; only what a person does calls a handler, not setChecked.

    A handler takes nothing, but that of a checkable command without a group takes `is_on: bool`.
    Raises ValueError where commands and handlers do not match one to one.
    """
    if wrong := sorted(COMMANDS.keys() ^ handlers.keys()):
        raise ValueError(f"each command needs one handler and each handler one command; see {', '.join(wrong)}")
    groups = {command.group: QActionGroup(parent) for command in COMMANDS.values() if command.group}
    actions = {}
    for name, command in COMMANDS.items():
        action = _action(command, parent, handlers[name])
        if command.group:
            groups[command.group].addAction(action)
        # Of the window too: the shortcuts of a menu bar that full screen hides would be dead.
        parent.addAction(action)
        actions[name] = action
    return actions


def build_menus(bar: QMenuBar, actions: Mapping[str, QAction]) -> dict[str, QMenu]:
    """Fill a menu bar. Returns by name the submenus to be filled, each with a line that says it is empty."""
    submenus = {}
    for title, items in MENUS.items():
        menu = bar.addMenu(f"&{title}")
        for item in items:
            if item is None:
                menu.addSeparator()
            elif isinstance(item, Command):
                menu.addAction(actions[item.name])
            else:
                submenu = menu.addMenu(item.text)
                submenu.menuAction().setStatusTip(item.help)
                for command in item.commands:
                    submenu.addAction(actions[command.name])
                if not item.commands:
                    fill(submenu, (), "Nothing here yet")
                    submenus[item.name] = submenu
    return submenus


def fill(menu: QMenu, entries: Iterable[tuple[str, str, Callable[[], object]]], if_empty: str) -> None:
    """Replace a submenu's entries by (text, help, handler); where there are none, `if_empty` stands there, grey."""
    for old in menu.actions():
        menu.removeAction(old)
        # Later, because its own handler may have brought us here: opening a recent file changes the list of them.
        old.deleteLater()
    for text, help_text, handler in entries:
        # An ampersand in a file's name is no mnemonic.
        action = menu.addAction(text.replace("&", "&&"))
        action.setStatusTip(help_text)
        action.triggered.connect(_without_argument(handler))
    if menu.isEmpty():
        menu.addAction(if_empty).setEnabled(False)


def set_icons(actions: Mapping[str, QAction], icon_of: Callable[[str], QIcon]) -> None:
    """Give each action that has a picture its icon: at the start, and again in another theme's colour."""
    for name, action in actions.items():
        if COMMANDS[name].icon:
            action.setIcon(icon_of(COMMANDS[name].icon))


def sequences(command: Command) -> list[QKeySequence]:
    """All the keys of a command on this system."""
    return _without_doubles(each for key in command.keys for each in _bindings(key))


def shown_keys(command: Command) -> list[str]:
    """The keys as they are to be read, one for each of the table: not Qt's old synonyms and media keys."""
    first = _without_doubles(each for key in command.keys for each in _bindings(key)[:1])
    return [each.toString(QKeySequence.SequenceFormat.NativeText) for each in first]


def _action(command: Command, parent: QWidget, handler: Callable[..., object]) -> QAction:
    action = QAction(command.text, parent)
    action.setObjectName(command.name)
    action.setMenuRole(command.role)
    action.setCheckable(command.is_checkable or bool(command.group))
    action.setChecked(command.is_on)
    action.setAutoRepeat(command.repeats)
    action.setShortcuts(sequences(command))
    keys = shown_keys(command)
    shown = f" ({keys[0]})" if keys else ""
    action.setToolTip(f"{command.text.rstrip('…')}{shown}\n{command.help}")
    action.setStatusTip(command.help)
    action.setWhatsThis(f"<b>{command.text.rstrip('…')}</b>{shown}<br>{command.help}")
    # `triggered` and not `toggled`: showing a state must not start what it shows.
    action.triggered.connect(_with_argument(handler) if command.is_checkable else _without_argument(handler))
    return action


def _bindings(key: str | Standard) -> list[QKeySequence]:
    return QKeySequence.keyBindings(key) if isinstance(key, Standard) else [QKeySequence(key)]


def _without_doubles(keys: Iterable[QKeySequence]) -> list[QKeySequence]:
    found: list[QKeySequence] = []
    for each in keys:
        if each not in found:
            found.append(each)
    return found


def _with_argument(handler: Callable[..., object]) -> Callable[[bool], None]:
    """PySide guesses from a callable's signature what to pass it, and guesses wrong for partial functions."""

    def run(is_on: bool) -> None:
        handler(is_on)

    return run


def _without_argument(handler: Callable[..., object]) -> Callable[[bool], None]:
    """Qt tells each handler whether the action is on; most do not want to know."""

    def run(is_on: bool) -> None:
        handler()

    return run
