"""Tabs that stand in several rows where one is too short for them, so that all of them can be read and pressed.

Where one row is enough it is Qt's own bar of tabs.
Not covered: pages that scroll (growing.py).
"""

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QStyle, QStyleOptionTab, QStylePainter, QTabBar, QTabWidget, QToolTip, QWidget


class WrappedTabBar(QTabBar):
    """As wide as what it lies in; as high as its rows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setUsesScrollButtons(False)
        self.setExpanding(False)
        self._hovered = -1
        # Before it lies anywhere it is taken to have all the room it wants.
        self._is_placed = False
        self.setMouseTracking(True)

    @property
    def is_wrapped(self) -> bool:
        wide = sum(self.tabSizeHint(index).width() for index in self._shown())
        return self._is_placed and wide > self._room()

    def place_of(self, index: int) -> QRect:
        """Where a tab is, in one row or several."""
        return self._places().get(index, QRect()) if self.is_wrapped else self.tabRect(index)

    def sizeHint(self) -> QSize:
        if not self.is_wrapped:
            return super().sizeHint()
        places = self._places().values()
        return QSize(self._room(), max((place.bottom() + 1 for place in places), default=0))

    def minimumSizeHint(self) -> QSize:
        """Room for the widest tab; one row, for more is taken from what lies below."""
        sizes = [self.tabSizeHint(index) for index in self._shown()]
        widest, highest = (max((side(each) for each in sizes), default=0) for side in (QSize.width, QSize.height))
        return QSize(widest, self.sizeHint().height() if self.is_wrapped else highest)

    def minimumTabSizeHint(self, index: int) -> QSize:
        """Never shortened."""
        return self.tabSizeHint(index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_first, self._is_placed = not self._is_placed, True
        # In a column of its own it takes as many rows as its width asks for.
        if is_first or event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.is_wrapped:
            self._paint_tabs()
        else:
            super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Link), 2))
            painter.drawRect(self.place_of(self.currentIndex()).adjusted(2, 2, -2, -2))
            painter.end()

    def _paint_tabs(self) -> None:
        painter, option = QStylePainter(self), QStyleOptionTab()
        # The chosen one last: it lies over the others.
        for index in sorted(self._shown(), key=lambda each: each == self.currentIndex()):
            self.initStyleOption(option, index)
            option.rect = self.place_of(index)
            if index == self._hovered:
                option.state |= QStyle.StateFlag.State_MouseOver
            else:
                option.state &= ~QStyle.StateFlag.State_MouseOver
            # A style may draw the chosen one down to the page, over the tabs of the next row.
            painter.setClipRect(self.place_of(index))
            painter.drawControl(QStyle.ControlElement.CE_TabBarTab, option)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.is_wrapped:
            super().mousePressEvent(event)
            return
        index = self._at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index >= 0 and self.isTabEnabled(index):
            self.setCurrentIndex(index)
            self.tabBarClicked.emit(index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self.is_wrapped:
            super().mouseReleaseEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self.is_wrapped:
            super().mouseMoveEvent(event)
            return
        self._hover(self._at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self.is_wrapped:
            index = self._at(event.pos())
            QToolTip.showText(event.globalPos(), self.tabToolTip(index) if index >= 0 else "", self)
            return True
        return super().event(event)

    def _hover(self, index: int) -> None:
        if index != self._hovered:
            self._hovered = index
            self.update()

    def _at(self, point: QPoint) -> int:
        return next((index for index, place in self._places().items() if place.contains(point)), -1)

    def _shown(self) -> list[int]:
        return [index for index in range(self.count()) if self.isTabVisible(index)]

    def _room(self) -> int:
        """In a QTabWidget its width: the bar itself gets the width that it asks for."""
        parent = self.parentWidget()
        return parent.width() if isinstance(parent, QTabWidget) else self.width()

    def _places(self) -> dict[int, QRect]:
        room, left, top = self._room(), 0, 0
        places = dict[int, QRect]()
        for index in self._shown():
            size = self.tabSizeHint(index)
            if left and left + size.width() > room:
                left, top = 0, top + size.height()
            places[index] = QRect(left, top, size.width(), size.height())
            left += size.width()
        return places


class WrappedTabs(QTabWidget):
    """A QTabWidget with such a bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabBar(WrappedTabBar(self))
