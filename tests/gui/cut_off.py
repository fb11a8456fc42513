"""Finds what is cut off: text that has less room than it needs, controls that reach beyond what they lie in or over
one another, tabs and tool bars that leave something out, and pages that scroll sideways.

Text that is shortened with dots is not cut off if its tool tip says the whole.
Not covered: pictures and plots, which take whatever room there is.
"""

from itertools import combinations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QScrollArea,
    QTabBar,
    QToolBar,
    QToolButton,
    QWidget,
)

_SLACK_PX, _REST_MSECS = 3, 500
_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
# A document has a little more air between lines than a label.
_LABEL_HEIGHT = 0.92


def cut_off_at_rest(window: QWidget) -> list[str]:
    """What is still wrong once late work, such as typeset equations, has found its place."""
    found = cut_off(window)
    if found:
        QTest.qWait(_REST_MSECS)
        found = cut_off(window)
    return found


def cut_off(page: QWidget) -> list[str]:
    """What is cut off of everything visible in a page, each as a sentence."""
    found = []
    for widget in page.findChildren(QWidget):
        if widget.isVisibleTo(page):
            laws = (_too_small, _outside, _left_out, _sideways, _overlapping)
            found += [f"{name_of(widget)}: {wrong}" for law in laws if (wrong := law(widget))]
    return found


def name_of(widget: QWidget) -> str:
    """What a person would call it."""
    text = widget.text() if isinstance(widget, QLabel | QAbstractButton) else ""
    text = widget.currentText() if isinstance(widget, QComboBox) else text
    called = text or widget.accessibleName() or widget.toolTip() or widget.objectName()
    return f"{type(widget).__name__} {called!r}"[:90]


def _too_small(widget: QWidget) -> str:
    if isinstance(widget, QLabel):
        return _label_too_small(widget)
    if isinstance(widget.parentWidget(), QTabBar | QToolBar | QAbstractSpinBox):
        return ""
    needs = None
    if isinstance(widget, QComboBox):
        text = widget.fontMetrics().horizontalAdvance(widget.currentText())
        needs = QSize(min(text + 30, widget.minimumSizeHint().width()), widget.minimumSizeHint().height())
    elif isinstance(widget, QToolButton) and widget.text() and widget.icon().isNull():
        metrics = widget.fontMetrics()
        is_told = widget.text().removesuffix(" ▾") in widget.toolTip()
        wide = 0 if is_told else metrics.horizontalAdvance(widget.text().replace("&", ""))
        needs = QSize(wide, metrics.height())
    elif isinstance(widget, QAbstractButton | QAbstractSpinBox):
        needs = widget.minimumSizeHint()
    if needs is None:
        return ""
    is_cut = widget.width() + _SLACK_PX < needs.width() or widget.height() + _SLACK_PX < needs.height()
    return f"has {widget.width()} x {widget.height()}, needs {needs.width()} x {needs.height()}" if is_cut else ""


def _label_too_small(label: QLabel) -> str:
    text = label.text()
    if not text:
        return ""
    room = label.contentsRect()
    document = QTextDocument()
    document.setDefaultFont(label.font())
    document.setDocumentMargin(0)
    if "<" in text:
        document.setHtml(text)
    else:
        document.setPlainText(text.replace("&&", "\0").replace("&", "").replace("\0", "&"))
    if label.wordWrap():
        document.setTextWidth(room.width())
    needs = document.size()
    is_cut = room.height() + _SLACK_PX < needs.height() * _LABEL_HEIGHT
    is_cut = is_cut or room.width() + _SLACK_PX < document.idealWidth()
    wants = f"{document.idealWidth():.0f} x {needs.height():.0f}"
    return f"has {room.width()} x {room.height()}, needs {wants}" if is_cut else ""


def _left_out(widget: QWidget) -> str:
    """What a tool bar puts behind a button, and tabs that do not lie within their bar."""
    if isinstance(widget, QToolBar):
        missing = [each for each in widget.actions() if _is_hidden(widget.widgetForAction(each))]
        return f"has no room for {len(missing)} of {len(widget.actions())}" if missing else ""
    if isinstance(widget, QTabBar):
        place = getattr(widget, "place_of", widget.tabRect)
        missing = [widget.tabText(index) for index in range(widget.count()) if not widget.rect().contains(place(index))]
        return f"has no room for {missing}" if missing else ""
    return ""


def _is_hidden(widget: QWidget | None) -> bool:
    return widget is not None and widget.isHidden()


def _sideways(widget: QWidget) -> str:
    """A page must not be pushed to and fro to be read."""
    if not isinstance(widget, QScrollArea) or widget.widget() is None:
        return ""
    beyond = widget.widget().width() - widget.viewport().width()
    return f"is {beyond} px narrower than what is in it" if beyond > _SLACK_PX else ""


def _overlapping(widget: QWidget) -> str:
    """Controls that lie in the same layout and cover one another."""
    layout = widget.layout()
    if layout is None:
        return ""
    kinds = QAbstractButton | QComboBox | QAbstractSpinBox | QLabel
    parts = [each for each in widget.findChildren(QWidget, options=_DIRECT) if isinstance(each, kinds)]
    shown = [each for each in parts if each.isVisibleTo(widget) and layout.indexOf(each) >= 0]
    for one, other in combinations(shown, 2):
        common = one.geometry().intersected(other.geometry())
        if min(common.width(), common.height()) > _SLACK_PX:
            return f"{name_of(one)} and {name_of(other)} lie over one another"
    return ""


def _outside(widget: QWidget) -> str:
    """A control that reaches beyond its parent, unless that scrolls there."""
    if not isinstance(widget, QAbstractButton | QComboBox | QAbstractSpinBox | QLabel):
        return ""
    parent = widget.parentWidget()
    is_own = isinstance(parent, QToolBar | QTabBar | QAbstractScrollArea | QAbstractSpinBox | QComboBox)
    if parent is None or is_own or isinstance(parent.parentWidget(), QAbstractScrollArea):
        return ""
    mine, its = QRect(widget.mapTo(parent, QPoint(0, 0)), widget.size()), parent.rect()
    beyond = max(mine.right() - its.right(), mine.bottom() - its.bottom(), -mine.left(), -mine.top())
    return f"reaches {beyond} px beyond what it lies in" if beyond > _SLACK_PX else ""
