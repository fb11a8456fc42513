"""A short tour: callouts that point at one part of the window after another, while the app stays usable.

Not covered: what the steps say (window.py).
"""

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.key_pointer import USES_ENTER

_LETTERS = 44
_ARROW_PX = 12
_MARGIN_PX = 8
_RADIUS_PX = 8

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_USES_ENTER = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit)

Side = Literal["right", "left", "below", "above", "over"]


def place(target: QRect, size: QSize, room: QRect) -> tuple[QPoint, Side]:
    """Where in `room` a callout of `size` goes so that it covers nothing of `target`, and on which side that is.

    Where no side is wide enough it goes over the target, near its top.
    """
    width, height = size.width(), size.height()
    middle = target.center() - QPoint(width // 2, height // 2)
    places: list[tuple[Side, QPoint]] = [
        ("right", QPoint(target.right() + 1, middle.y())),
        ("left", QPoint(target.left() - width, middle.y())),
        ("below", QPoint(middle.x(), target.bottom() + 1)),
        ("above", QPoint(middle.x(), target.top() - height)),
    ]
    for side, corner in places:
        put = _within(QRect(corner, size), room)
        if room.contains(put) and not put.intersects(target):
            return put.topLeft(), side
    over = QRect(QPoint(middle.x(), target.top() + height // 4), size)
    return _within(over, room).topLeft(), "over"


class Tour(QFrame):
    """The callout. `start` shows the first step; Enter or Next goes on, Esc or Skip ends it at any time."""

    ended = Signal()

    def __init__(self, parent: QWidget, steps: Sequence[tuple[QWidget, str, str]]) -> None:
        """steps: (what to point at, title, text)."""
        super().__init__(parent)
        self._window = parent
        self._steps = list(steps)
        self._at = 0
        self._side: Side = "over"
        self._ring = _Ring(parent)
        self._title, self._text, self._count = QLabel(self), QLabel(self), QLabel(self)
        self._text.setWordWrap(True)
        self._count.setProperty("role", "dim")
        self._skip, self._back, self._next = (QPushButton(text, self) for text in ("Skip", "Back", "Next"))
        self._lay_out()
        self._skip.setToolTip("Esc")
        self._next.setToolTip("Enter")
        # Only for its looks: the focus stays where it is, so that Space plays when a step says so.
        self._next.setDefault(True)
        self._skip.clicked.connect(self.end)
        self._back.clicked.connect(self.back)
        self._next.clicked.connect(self.next)
        self.hide()
        self._ring.hide()

    def start(self) -> None:
        """Show the first step; a tour that still goes on ends."""
        for other in self._window.findChildren(Tour):
            if other is not self and other.isVisible():
                other.end()
        self._window.installEventFilter(self)
        self._show_step(0)

    def next(self) -> None:
        """The next step; after the last one, the end."""
        if self._at + 1 < len(self._steps):
            self._show_step(self._at + 1)
        else:
            self.end()

    def back(self) -> None:
        self._show_step(max(0, self._at - 1))

    def end(self) -> None:
        """Take everything away; the tour deletes itself."""
        self._window.removeEventFilter(self)
        for target, _, _ in self._steps:
            target.removeEventFilter(self)
        self.hide()
        self._ring.hide()
        self._ring.deleteLater()
        self.deleteLater()
        self.ended.emit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():
            # Its texts are longer or shorter in another language.
            self._place()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide):
            self._place()
        if watched is self._window and event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            return self._use_key(event)
        return False

    def _use_key(self, event: QKeyEvent) -> bool:
        """Whether the key is the tour's: here it comes before the window's own Esc, wherever the focus is."""
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        elif event.key() in _ENTER and not _uses_enter(QApplication.focusWidget()):
            self.next()
        else:
            return False
        event.accept()
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bubble = QPainterPath()
        bubble.addRoundedRect(QRectF(self.rect()).adjusted(*[_ARROW_PX] * 2, *[-_ARROW_PX] * 2), _RADIUS_PX, _RADIUS_PX)
        arrow = QPainterPath()
        arrow.addPolygon(self._arrow())
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Link), 1.5))
        painter.setBrush(self.palette().color(QPalette.ColorRole.Button))
        painter.drawPath(bubble.united(arrow))

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self._count)
        buttons.addStretch(1)
        for button in (self._skip, self._back, self._next):
            # A click must not take the keys away from the canvas.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            buttons.addWidget(button)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(*[_ARROW_PX + 14] * 4)
        self._layout.setSpacing(8)
        self._layout.addWidget(self._title)
        self._layout.addWidget(self._text)
        self._layout.addLayout(buttons)

    def _show_step(self, index: int) -> None:
        self._steps[self._at][0].removeEventFilter(self)
        self._at = index
        target, title, text = self._steps[index]
        self._title.setText(f"<span style='font-size: large; font-weight: 600'>{title}</span>")
        self._text.setText(text)
        self._count.setText(f"{index + 1} of {len(self._steps)}")
        self._back.setEnabled(index > 0)
        is_last = index + 1 == len(self._steps)
        self._skip.setVisible(not is_last)
        self._next.setText("Done" if is_last else "Next")
        target.installEventFilter(self)
        self.show()
        self._place()
        self._ring.raise_()
        self.raise_()

    def _place(self) -> None:
        target = self._steps[self._at][0]
        # Never narrower than its buttons.
        width = max(_LETTERS * self.fontMetrics().averageCharWidth(), self._layout.minimumSize().width())
        size = QSize(width, self._layout.heightForWidth(width))
        room = self._window.rect()
        # What is folded away cannot be pointed at: then the callout stands in the middle.
        spot = QRect(target.mapTo(self._window, QPoint(0, 0)), target.size()) if target.isVisible() else QRect()
        self._ring.setVisible(not spot.isEmpty())
        self._ring.setGeometry(spot.adjusted(*[-_MARGIN_PX // 2] * 2, *[_MARGIN_PX // 2] * 2))
        if spot.isEmpty():
            corner, self._side = room.center() - QRect(QPoint(0, 0), size).center(), "over"
        else:
            corner, self._side = place(spot, size, room)
        self.setGeometry(QRect(corner, size))
        self.update()

    def _arrow(self) -> QPolygonF:
        """A triangle from the bubble's edge to the callout's, towards the target; nothing where it lies over it."""
        spot = self._ring.geometry().center() - self.pos()
        far, half = _ARROW_PX + 1.0, _ARROW_PX * 0.8
        x = min(max(float(spot.x()), 3 * far), self.width() - 3 * far)
        y = min(max(float(spot.y()), 3 * far), self.height() - 3 * far)
        right, bottom = self.width() - far, self.height() - far
        tips = {
            "right": (QPointF(far, y - half), QPointF(1, y), QPointF(far, y + half)),
            "left": (QPointF(right, y - half), QPointF(self.width() - 1, y), QPointF(right, y + half)),
            "below": (QPointF(x - half, far), QPointF(x, 1), QPointF(x + half, far)),
            "above": (QPointF(x - half, bottom), QPointF(x, self.height() - 1), QPointF(x + half, bottom)),
        }
        return QPolygonF(list(tips.get(self._side, ())))


class _Ring(QWidget):
    """A frame around what is spoken of; the mouse goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Link), 3))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), _RADIUS_PX, _RADIUS_PX)


def _uses_enter(control: QWidget | None) -> bool:
    return isinstance(control, _USES_ENTER) or (control is not None and bool(control.property(USES_ENTER)))


def _within(rect: QRect, room: QRect) -> QRect:
    """The rectangle pushed into the room as far as it goes, its top left corner first."""
    x = max(room.left(), min(rect.left(), room.right() + 1 - rect.width()))
    y = max(room.top(), min(rect.top(), room.bottom() + 1 - rect.height()))
    return QRect(QPoint(x, y), rect.size())
