"""The controls of a page: what a person can press, turn, choose or type into."""

from PySide6.QtCore import Qt
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


def _name(widget: QWidget) -> str:
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return f"{type(widget).__name__} {text or widget.accessibleName() or widget.objectName()!r}"
