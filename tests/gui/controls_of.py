"""The controls of a page: what a person can press, turn, choose or type into."""

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAction, QColor, QImage, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QToolBar,
    QToolButton,
    QWidget,
)

from gui import theme

# That the focus changes at least: two sides of a small frame.
_LEAST_PIXELS = 20
_KINDS = (
    *(QAbstractButton, QComboBox, QAbstractSpinBox, QAbstractSlider),
    *(QLineEdit, QPlainTextEdit, QTabBar, QAbstractItemView),
)
# Parts of another control.
_WITHIN = QAbstractSpinBox | QComboBox | QTabBar | QAbstractItemView


def controls_of(window: QWidget) -> list[QWidget]:
    """All that are visible, without parts of others and scroll bars."""
    return [
        each
        for each in window.findChildren(QWidget)
        if isinstance(each, _KINDS)
        and each.isVisible()
        and not isinstance(each, QScrollBar | QHeaderView)
        and not _is_within(each)
    ]


def _is_within(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QMainWindow):
        if isinstance(parent, _WITHIN):
            return True
        parent = parent.parentWidget()
    # What a tool bar shows where it has too little room.
    return widget.objectName() == "qt_toolbar_ext_button"


def is_a_command(control: QWidget) -> bool:
    """A button of a command, which a menu and often a key reach too."""
    return isinstance(control, QToolButton) and control.defaultAction() is not None


def unexplained(window: QWidget) -> list[str]:
    """The controls that say nothing of themselves: no What's this and no tool tip, neither on them nor around them."""
    return [_name(each) for each in controls_of(window) if not _explanation(each)]


def _explanation(control: QWidget) -> str:
    widget: QWidget | None = control
    while widget is not None and not isinstance(widget, QMainWindow | QToolBar):
        if widget.whatsThis() or widget.toolTip() or widget.accessibleDescription():
            return "there"
        widget = widget.parentWidget()
    if isinstance(control, QTabBar):
        is_told = all(control.tabToolTip(index) for index in range(control.count()))
        return "there" if is_told else ""
    return ""


def walked_by_tab(window: QWidget, *, is_back: bool = False, most: int = 400) -> list[QWidget]:
    """Where the Tab key leads, from where the focus is until it comes by again."""
    key, shift = (
        (Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
        if is_back
        else (
            Qt.Key.Key_Tab,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    seen: list[QWidget] = []
    for _ in range(most):
        focused = QApplication.focusWidget()
        if focused is None or focused in seen:
            break
        seen.append(focused)
        QTest.keyClick(focused, key, shift)
    return seen


def not_reached(window: QWidget, walked: list[QWidget]) -> list[str]:
    """Enabled controls that the walk did not come by, and that are no commands."""
    reached = set(walked) | {each.focusProxy() for each in walked if each.focusProxy() is not None}
    missed = []
    for control in controls_of(window):
        owners = {control, control.focusProxy()}
        has_focused_part = any(control.isAncestorOf(each) for each in walked)
        if control.isEnabled() and not owners & reached and not has_focused_part and not is_a_command(control):
            missed.append(_name(control))
    return missed


def two_meanings(window: QMainWindow) -> list[str]:
    """Keys that would do two things at once on the page that is seen: Qt then does neither."""
    used: dict[str, list[str]] = {}
    for action in window.findChildren(QAction):
        if action.isEnabled() and action.shortcutContext() == Qt.ShortcutContext.WindowShortcut:
            for key in {each.toString() for each in action.shortcuts()}:
                used.setdefault(key, []).append(action.text())
    for shortcut in window.findChildren(QShortcut):
        owner = shortcut.parent()
        if shortcut.isEnabled() and isinstance(owner, QWidget) and owner.isVisible():
            keys = shortcut.keys()
            for key in {each.toString() for each in keys}:
                used.setdefault(key, []).append(f"a shortcut of {type(owner).__name__}")
    return [f"{key}: {meanings}" for key, meanings in used.items() if len(meanings) > 1]


def focus_unseen(window: QWidget, walked: list[QWidget], seen: set[tuple[str, str]]) -> Iterator[str]:
    """Controls that look the same with the focus and without it; `seen`: the kinds that were looked at before.

    Both themes are looked at; the one that was looked at last stays on.
    """
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    kinds: dict[tuple[str, str], QWidget] = {}
    for each in filter(_is_control, walked):
        kinds.setdefault((type(each).__name__, str(each.property("role"))), each)
    new = {kind: each for kind, each in kinds.items() if kind not in seen}
    seen |= set(new)
    # First the one that is on: to put on another takes a second of the whole window.
    is_light = app.palette().window().color() == QColor(theme.LIGHT.panel)
    looks = (theme.LIGHT, theme.DARK) if is_light else (theme.DARK, theme.LIGHT)
    for look in looks if new else ():
        if look is not looks[0]:
            theme.apply(app, look)
        for kind, each in new.items():
            each.setFocus(Qt.FocusReason.TabFocusReason)
            focused = _picture(each)
            each.clearFocus()
            if _num_changed(focused, _picture(each)) < _LEAST_PIXELS:
                yield f"{look.name}: {kind}"


def _is_control(widget: QWidget) -> bool:
    return widget.isVisible() and not widget.isWindow() and not widget.visibleRegion().isEmpty()


def _picture(widget: QWidget) -> QImage:
    """With what lies around it, where a frame may be."""
    window = widget.window()
    area = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()).adjusted(-4, -4, 4, 4)
    return window.grab(area).toImage().convertToFormat(QImage.Format.Format_RGB32)


def _num_changed(one: QImage, other: QImage) -> int:
    if one.size() != other.size() or one.isNull():
        return one.width() * one.height()
    arrays = [np.frombuffer(each.constBits(), np.uint8).astype(int) for each in (one, other)]
    # Of each pixel's four bytes: so different that it is seen.
    return int((np.abs(arrays[0] - arrays[1]).reshape(-1, 4).max(1) > 48).sum())


def _name(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return f"{type(widget).__name__} {text or widget.accessibleName() or widget.objectName()!r}"
