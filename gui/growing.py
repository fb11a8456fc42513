"""Lengths that grow with the type, and pages that scroll where they have too little room: nothing is cut off."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QWidget

from gui.language import tr
from gui.theme import BASE_POINTS
from gui.wrapped_tabs import WrappedTabs


def with_type(widget: QWidget, adjust: Callable[[float], None]) -> None:
    """Call `adjust` now, and when the widget's type has changed its size; it gets that size, 1 is the usual one."""
    _Watcher(widget, adjust)


def grow_width(widget: QWidget, px: int, most: float = 2.0) -> None:
    """A fixed width that is `px` at the usual size of type, and at most so many times as much."""
    with_type(widget, lambda scale: widget.setFixedWidth(round(px * min(most, max(1.0, scale)))))


def keep_room(label: QLabel, text: str) -> None:
    """A label is never narrower than this text, whatever it says now."""
    with_type(label, lambda _: label.setMinimumWidth(label.fontMetrics().horizontalAdvance(tr(text))))


class ScrolledTabs(WrappedTabs):
    """Tabs whose pages scroll where there is too little room; speaks of pages, not of what they scroll in."""

    def addTab(self, page: QWidget, title: str) -> int:  # type: ignore[override]
        return super().addTab(scrolled(page, self), title)

    def currentWidget(self) -> QWidget | None:  # type: ignore[override]
        holder = super().currentWidget()
        return holder.widget() if isinstance(holder, QScrollArea) else holder

    def setCurrentWidget(self, page: QWidget) -> None:
        for index in range(self.count()):
            holder = self.widget(index)
            if isinstance(holder, QScrollArea) and holder.widget() is page:
                self.setCurrentIndex(index)


def scrolled(page: QWidget, parent: QWidget | None = None) -> QScrollArea:
    """The page in something that scrolls, and that the Tab key passes over."""
    area = QScrollArea(parent)
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


class _Watcher(QObject):
    """Hears of changes of the type of the widget that owns it."""

    def __init__(self, widget: QWidget, adjust: Callable[[float], None]) -> None:
        super().__init__(widget)
        self._widget, self._adjust = widget, adjust
        self._size = widget.font().pointSizeF()
        adjust(self._size / BASE_POINTS)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.LanguageChange):
            size = self._widget.font().pointSizeF()
            if size != self._size or event.type() == QEvent.Type.LanguageChange:
                self._size = size
                self._adjust(size / BASE_POINTS)
        return False
