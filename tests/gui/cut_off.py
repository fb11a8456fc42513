"""Finds what is cut off: text that has less room than it needs, and controls that reach beyond what they lie in.

Not covered: pictures and plots, which take whatever room there is; text that was shortened with dots.
"""

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QTabBar,
    QToolBar,
    QToolButton,
    QWidget,
)

_SLACK_PX = 3
# A document has a little more air between lines than a label.
_LABEL_HEIGHT = 0.92


def cut_off(page: QWidget) -> list[str]:
    """What is cut off of everything visible in a page, each as a sentence."""
    found = []
    for widget in page.findChildren(QWidget):
        if widget.isVisibleTo(page):
            found += [f"{name_of(widget)}: {wrong}" for wrong in (_too_small(widget), _outside(widget)) if wrong]
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
        needs = QSize(metrics.horizontalAdvance(widget.text().replace("&", "")), metrics.height())
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
