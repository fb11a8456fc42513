"""The pointer of a canvas by keys: arrows move a cross, Enter presses there, Ctrl+Enter holds the button for a stroke.

What follows is what the mouse would do, for it is told to the canvas as the mouse is.
Not covered: what a press does (strokes.py, hand.py, latent/map_view.py, latent/pad.py).
"""

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget
from shiboken6 import isValid

_MOVES = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
# Of the shorter side: what one key press moves. Held, it goes faster.
_STEP, _FAST = 0.02, 3.0
_CROSS_PX = 14.0
_BY_KEYS = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
# A property of a widget, while Enter does something in it.
USES_ENTER = "uses_enter"


class KeyPointer(QObject):
    """Of one widget, from when it is made. It is seen while the widget has the focus by the keyboard."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._target: QWidget = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
        # A share of the target's size, so that it stays where it is when that changes.
        self._at = QPointF(0.5, 0.5)
        self._buttons = Qt.MouseButton.NoButton
        self._mark = _Mark(self._target, self)
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        widget.installEventFilter(self)
        if self._target is not widget:
            self._target.installEventFilter(self)

    @property
    def place(self) -> QPointF:
        """In pixels of the target."""
        return QPointF(self._at.x() * self._target.width(), self._at.y() * self._target.height())

    @property
    def is_held(self) -> bool:
        return self._buttons != Qt.MouseButton.NoButton

    @property
    def is_shown(self) -> bool:
        return not self._mark.isHidden()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if not isValid(self._target):
            # The focus leaves a canvas also while it is being destroyed, and its viewport goes first.
            return False
        if kind == QEvent.Type.Resize and watched is self._target:
            self._mark.setGeometry(self._target.rect())
        elif kind == QEvent.Type.FocusIn and watched is self._widget:
            self._show(event.reason() in _BY_KEYS)  # type: ignore[attr-defined]
        elif kind == QEvent.Type.FocusOut and watched is self._widget:
            self._let_go()
            self._show(False)
        elif kind == QEvent.Type.MouseMove and event.spontaneous() and self.is_shown and not self.is_held:
            self._show(False)
        elif kind == QEvent.Type.KeyPress and watched is self._widget and isinstance(event, QKeyEvent):
            return self._use(event)
        return False

    def _use(self, event: QKeyEvent) -> bool:
        """Whether the key is the pointer's."""
        key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        shift = modifiers & Qt.KeyboardModifier.ShiftModifier
        plain = modifiers & ~Qt.KeyboardModifier.ShiftModifier
        if key in _MOVES and plain == Qt.KeyboardModifier.NoModifier:
            self._move(*_MOVES[Qt.Key(key)], _FAST if event.isAutoRepeat() else 1.0, shift)
        elif key in _ENTER and not self.is_shown:
            return False  # where no cross is seen, Enter is someone else's, such as the tour's
        elif key in _ENTER and plain == Qt.KeyboardModifier.NoModifier:
            if not self.is_held:
                self._press(shift)
            self._let_go(shift)
        elif key in _ENTER and plain == Qt.KeyboardModifier.ControlModifier:
            self._let_go(shift) if self.is_held else self._press(shift)
        else:
            return False
        self._show(True)
        return True

    def _move(self, across: float, down: float, factor: float, modifiers: Qt.KeyboardModifier) -> None:
        size = self._target.size()
        step_px = factor * _STEP * min(size.width(), size.height())
        x = self._at.x() + across * step_px / max(1, size.width())
        y = self._at.y() + down * step_px / max(1, size.height())
        self._at = QPointF(min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))
        self._send(QEvent.Type.MouseMove, Qt.MouseButton.NoButton, modifiers)

    def _press(self, modifiers: Qt.KeyboardModifier) -> None:
        self._send(QEvent.Type.MouseMove, Qt.MouseButton.NoButton, modifiers)
        self._buttons = Qt.MouseButton.LeftButton
        self._send(QEvent.Type.MouseButtonPress, Qt.MouseButton.LeftButton, modifiers)

    def _let_go(self, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        if self.is_held:
            self._buttons = Qt.MouseButton.NoButton
            self._send(QEvent.Type.MouseButtonRelease, Qt.MouseButton.LeftButton, modifiers)

    def _send(self, kind: QEvent.Type, button: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> None:
        at = self.place
        there = self._target.mapToGlobal(at)
        QApplication.sendEvent(self._target, QMouseEvent(kind, at, there, button, self._buttons, modifiers))

    def _show(self, is_shown: bool) -> None:
        self._mark.setGeometry(self._target.rect())
        self._mark.setVisible(is_shown)
        self._widget.setProperty(USES_ENTER, is_shown)
        self._mark.raise_()
        self._mark.update()


class _Mark(QWidget):
    """The cross, and a frame that says that the keys go here. The mouse goes through it."""

    def __init__(self, parent: QWidget, pointer: KeyPointer) -> None:
        super().__init__(parent)
        self._pointer = pointer
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focus = self.palette().color(QPalette.ColorRole.Link)
        painter.setPen(QPen(focus, 2))
        painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        at = self._pointer.place
        # Light on dark: one of the two is seen on any landscape.
        for color, width in (("#101116", 5.0), ("#ffffff", 2.0)):
            painter.setPen(QPen(QColor(color), width))
            painter.drawLine(at - QPointF(_CROSS_PX, 0), at + QPointF(_CROSS_PX, 0))
            painter.drawLine(at - QPointF(0, _CROSS_PX), at + QPointF(0, _CROSS_PX))
        if self._pointer.is_held:
            painter.setBrush(focus)
            painter.drawEllipse(at, _CROSS_PX / 3, _CROSS_PX / 3)
        painter.end()
