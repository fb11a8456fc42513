"""A frame round a plot that has the focus by the keyboard: its menu then opens by the menu key or Shift+F10.

Not covered: controls, whose frames the style sheet draws (theme.py), and canvases (key_pointer.py).
"""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget


class FocusFrame(QWidget):
    """Lies over its widget, which it lets the Tab key reach. The mouse goes through it."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.hide()
        widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind, widget = event.type(), self.parentWidget()
        if widget is None or watched is not widget:
            return False
        if kind == QEvent.Type.Resize:
            self.setGeometry(widget.rect())
        elif kind in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.setGeometry(widget.rect())
            self.setVisible(kind == QEvent.Type.FocusIn)
            self.raise_()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Link), 2))
        painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()
