"""A red dot with the time of the film; a click stops the recording.

It stands in the status bar; where that is hidden, as in full screen, it floats above the window in a window of its own,
which is not filmed.
"""

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMainWindow, QSizePolicy, QWidget

from gui.recording.recorder import length_in_words

# It is beside the time, so that nothing hangs on its hue.
_RED = "#e5383b"
_DOT_EMS, _GAP_EMS, _PAD_EMS = 0.7, 0.4, 0.5
_MARGIN_PX = 12


class Dot(QWidget):
    """The dot with the time. `clicked` by the left button."""

    clicked = Signal()

    def __init__(self, parent: QWidget, flags: Qt.WindowType = Qt.WindowType.Widget) -> None:
        super().__init__(parent, flags)
        self._text = length_in_words(0)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("A film is being recorded; a click stops it")
        self.setAccessibleName("Recording; click to stop")
        self.setWhatsThis("A film is being recorded: its length so far. A click, or Ctrl+Shift+R, ends it.")

    def show_seconds(self, seconds: float) -> None:
        text = length_in_words(seconds)
        if text != self._text:
            is_longer = len(text) != len(self._text)
            self._text = text
            if is_longer:
                self.updateGeometry()
                self.adjustSize()
            self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self.font())
        em = metrics.height()
        width = metrics.horizontalAdvance("8" * len(self._text)) + (_DOT_EMS + _GAP_EMS + 2 * _PAD_EMS) * em
        # No higher than the words beside it: the picture that is filmed must not change its size.
        return QSize(round(width), round(em))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isWindow():
            painter.fillRect(self.rect(), self.palette().window())
        em = QFontMetricsF(self.font()).height()
        radius = _DOT_EMS * em / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(_RED))
        painter.drawEllipse(QPointF(_PAD_EMS * em + radius, self.height() / 2), radius, radius)
        painter.setPen(self.palette().windowText().color())
        left = (_PAD_EMS + _DOT_EMS + _GAP_EMS) * em
        room = QRectF(left, 0, self.width() - left, self.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._text)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()


class Indicator:
    """The two dots of a window, of which at most one is shown."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self.in_bar = Dot(window.statusBar())
        self.floating = Dot(window, Qt.WindowType.ToolTip | Qt.WindowType.FramelessWindowHint)
        self.floating.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        window.statusBar().insertPermanentWidget(0, self.in_bar)
        self.hide()

    def show_seconds(self, seconds: float) -> None:
        """Show the time, where it can be seen now."""
        has_bar = self._window.statusBar().isVisible()
        for dot, is_shown in ((self.in_bar, has_bar), (self.floating, not has_bar and self._window.isVisible())):
            dot.show_seconds(seconds)
            if dot.isVisibleTo(self._window) != is_shown:
                dot.setVisible(is_shown)
        if not has_bar:
            self.floating.adjustSize()
            corner = self._window.mapToGlobal(QPoint(self._window.width(), 0))
            self.floating.move(corner + QPoint(-self.floating.width() - _MARGIN_PX, _MARGIN_PX))

    def hide(self) -> None:
        self.in_bar.hide()
        self.floating.hide()
