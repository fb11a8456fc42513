"""Where texts stand in a window: of each kind of widget, what is read and what is set.

Never what a person has typed, nor what lists and tables hold. The English text of a combo box's item is kept with it.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDoubleSpinBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QSpinBox,
    QTabBar,
    QTextEdit,
    QWidget,
)


class Part(NamedTuple):
    """One text of an object: `name` tells it from the object's others; `of` and `set` read and write it."""

    name: str
    of: Callable[[Any], str]
    set: Callable[[Any, str], object]


# What is painted, by the class that paints it.
_PAINTED: tuple[tuple[type[QWidget], str, str], ...] = (
    (QLabel, "text", "setText"),
    (QAbstractButton, "text", "setText"),
    (QGroupBox, "title", "setTitle"),
    (QLineEdit, "placeholderText", "setPlaceholderText"),
    (QPlainTextEdit, "placeholderText", "setPlaceholderText"),
    (QTextEdit, "placeholderText", "setPlaceholderText"),
    (QSpinBox, "suffix", "setSuffix"),
    (QSpinBox, "prefix", "setPrefix"),
    (QSpinBox, "specialValueText", "setSpecialValueText"),
    (QDoubleSpinBox, "suffix", "setSuffix"),
    (QDoubleSpinBox, "specialValueText", "setSpecialValueText"),
    (QProgressBar, "format", "setFormat"),
)
_LISTED = (QTabBar, QComboBox, QHeaderView)
_ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)


def _part(kind: type[Any], getter: str, setter: str) -> Part:
    return Part(getter, getattr(kind, getter), getattr(kind, setter))


TIPS = tuple(
    _part(QWidget, name, f"set{name[0].upper()}{name[1:]}")
    for name in ("toolTip", "whatsThis", "statusTip", "accessibleName", "accessibleDescription")
)
TITLE = _part(QWidget, "windowTitle", "setWindowTitle")
OF_ACTION = tuple(
    _part(QAction, name, f"set{name[0].upper()}{name[1:]}") for name in ("text", "toolTip", "statusTip", "whatsThis")
)


def painted(kind: type[QObject]) -> tuple[Part, ...]:
    """The parts that every widget of this class paints."""
    return tuple(_part(each, getter, setter) for each, getter, setter in _PAINTED if issubclass(kind, each))


def has_list(kind: type[QObject]) -> bool:
    """Whether widgets of this class paint one of several texts, which `listed` finds."""
    return issubclass(kind, _LISTED)


def listed(widget: QObject) -> tuple[Part, ...]:
    """The texts of tabs, of a combo box's items, of a table's titles."""
    if isinstance(widget, QTabBar):
        return _of_tabs(widget.count())
    if isinstance(widget, QComboBox):
        return _of_items(widget.count())
    if isinstance(widget, QHeaderView):
        return _of_headers(widget.count())
    return ()


@cache
def _of_tabs(count: int) -> tuple[Part, ...]:
    return tuple(part for index in range(count) for part in _of_tab(index))


@cache
def _of_items(count: int) -> tuple[Part, ...]:
    return tuple(_of_item(index, role) for index in range(count) for role in _ROLES)


@cache
def _of_headers(count: int) -> tuple[Part, ...]:
    return tuple(_of_header(index, role) for index in range(count) for role in _ROLES)


def _of_tab(index: int) -> Iterator[Part]:
    yield Part(f"text{index}", lambda bar: bar.tabText(index), lambda bar, text: bar.setTabText(index, text))
    yield Part(f"tip{index}", lambda bar: bar.tabToolTip(index), lambda bar, text: bar.setTabToolTip(index, text))
    yield Part(f"what{index}", lambda bar: bar.tabWhatsThis(index), lambda bar, text: bar.setTabWhatsThis(index, text))


def _of_item(index: int, role: Qt.ItemDataRole) -> Part:
    return Part(
        f"item{index}{role.value}",
        lambda box: str(box.itemData(index, role) or ""),
        lambda box, text: box.setItemData(index, text, role),
    )


def _of_header(index: int, role: Qt.ItemDataRole) -> Part:
    def shown(header: QHeaderView) -> str:
        stored = header.model().headerData(index, header.orientation(), role)
        return stored if isinstance(stored, str) else ""

    return Part(
        f"header{index}{role.value}",
        shown,
        lambda header, text: header.model().setHeaderData(index, header.orientation(), text, role),
    )
