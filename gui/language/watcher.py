"""Translates what stands in every window, from outside: just before it is painted, laid out or told.

It is there only while a language is chosen, so that English costs nothing. What it has replaced it remembers, so that
English comes back, and so that a text which the program has set anew is known as such.
"""

from collections.abc import Callable, Iterable

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QActionEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from gui.language import OWN
from gui.language.parts import OF_ACTION, TIPS, TITLE, Part, has_list, listed, painted

_MOST_REMEMBERED = 20_000
_PAINT, _LAYOUT, _POLISH = QEvent.Type.Paint, QEvent.Type.LayoutRequest, QEvent.Type.Polish
_ADDED, _CHANGED = QEvent.Type.ActionAdded, QEvent.Type.ActionChanged
_TITLE, _TIP, _WHAT = QEvent.Type.WindowTitleChange, QEvent.Type.ToolTip, QEvent.Type.WhatsThis
_ENTER = QEvent.Type.Enter


class Watcher(QObject):
    """Works from `start` to `stop`, or until it ends with its parent."""

    def __init__(self, translate: Callable[[str], str], app: QApplication, parent: QObject) -> None:
        super().__init__(parent)
        self._translate, self._app = translate, app
        self._kinds: dict[type[QObject], tuple[tuple[Part, ...], bool]] = {}
        # By the object's address and the part's name: (English, what stands there now).
        self._replaced: dict[tuple[int, str], tuple[str, str]] = {}

    def start(self) -> None:
        """Translate all that there is, and whatever comes."""
        self._app.installEventFilter(self)
        for window in self._app.topLevelWidgets():
            self._take_tree(window)

    def stop(self) -> None:
        """English again, everywhere."""
        self._app.removeEventFilter(self)
        for window in self._app.topLevelWidgets():
            for each in _tree(window):
                self._put_back(each)
        self._replaced.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        # By identity, and the frequent ones first: this sees some thousand events a second, and wants few of them.
        if kind is _PAINT:
            self._take_painted(watched)
        elif kind is _LAYOUT:
            # A main window has a hundred children and no text among them.
            for child in () if isinstance(watched, QMainWindow) else watched.children():
                self._take_painted(child)
        elif kind is _POLISH or kind is _TITLE or kind is _TIP or kind is _WHAT or kind is _ENTER:
            if isinstance(watched, QWidget):
                self._take_told(watched, kind)
        elif (kind is _ADDED or kind is _CHANGED) and isinstance(event, QActionEvent):
            self._take(event.action(), OF_ACTION)
        return False

    def _take_told(self, widget: QWidget, kind: QEvent.Type) -> None:
        """What a widget says by its title or its tips; all that it has when it is about to be seen first."""
        if kind is _TITLE:
            self._take(widget, (TITLE,))
        elif kind is not _POLISH:
            self._take(widget, TIPS)
        elif widget.isWindow():
            self._take_tree(widget)
        else:
            self._take_whole(widget)

    def _take_tree(self, window: QWidget) -> None:
        for each in _tree(window):
            if isinstance(each, QAction):
                self._take(each, OF_ACTION)
            else:
                self._take_whole(each)
        self._take(window, (TITLE,))

    def _take_whole(self, widget: QObject) -> None:
        self._take_painted(widget)
        self._take(widget, TIPS)

    def _take_painted(self, widget: QObject) -> None:
        kind: type[QObject] = type(widget)
        known = self._kinds.get(kind)
        if known is None:
            known = self._kinds[kind] = painted(kind), has_list(kind)
        parts, is_list = known
        if parts:
            self._take(widget, parts)
        elif is_list:
            self._take(widget, listed(widget))

    def _take(self, what: QObject, parts: Iterable[Part]) -> None:
        address = 0
        for part in parts:
            text = part.of(what)
            if not text:
                continue
            made = self._translate(text)
            if made == text:
                continue
            if what.property(OWN):
                return
            address = address or shiboken6.getCppPointer(what)[0]
            key = (address, part.name)
            old = self._replaced.get(key)
            if old is not None and old[1] == text:
                # Words of the one language may be words of the other; what was translated is not translated again.
                continue
            if len(self._replaced) >= _MOST_REMEMBERED:
                self._replaced.clear()
            self._replaced[key] = (text, made)
            part.set(what, made)

    def _put_back(self, what: QObject) -> None:
        address = shiboken6.getCppPointer(what)[0]
        for part in _all_parts(what):
            old = self._replaced.get((address, part.name))
            if old is not None and part.of(what) == old[1]:
                part.set(what, old[0])


def _tree(window: QWidget) -> list[QObject]:
    """A window with all in it that has a text; the actions first, because buttons show their texts."""
    within = Qt.FindChildOption.FindChildrenRecursively
    return [*window.findChildren(QAction, options=within), window, *window.findChildren(QWidget, options=within)]


def _all_parts(what: QObject) -> Iterable[Part]:
    if isinstance(what, QAction):
        return OF_ACTION
    return (*painted(type(what)), *(listed(what) if has_list(type(what)) else ()), *TIPS, TITLE)
