"""What lies over a window in a lecture: a halo round the pointer, keys, clicks, a laser pointer, a pen, a black screen.

It takes no mouse and no focus, except while laser pointer or pen are in the hand.
Not covered: which keys do what (mode.py).
"""

import time
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QApplication, QWidget

Hand = Literal["", "laser", "pen"]

_FRAME_MSECS = 33
_KEYS_SECS, _CLICK_SECS, _LASER_SECS = 1.6, 0.5, 0.45
_HALO_PX, _CLICK_PX, _LASER_PX, _PEN_PX = 26.0, 44.0, 7.0, 4.5
_MARGIN_PX, _CAP_PX = 24, 46
_HALO, _CLICK, _PEN, _LASER = QColor("#50ffd23c"), QColor("#ffd23c"), QColor("#ff4f9a"), QColor("#ff3b30")
_CAP, _CAP_TEXT = QColor("#e6101218"), QColor("#ffffff")
# They are a part of what is held with another key, and typed by nobody alone.
_HELD = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr)


class Overlay(QWidget):
    """As large as its window; `scale` is how much larger everything is than in a window of 1280 x 720."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.scale = 1.0
        self.hand: Hand = ""
        self.is_black = False
        self.strokes: list[list[QPointF]] = []
        self.keys_told = ""
        self._keys_at = self._clicked_at = -1e9
        self._clicked = QPointF()
        self._trail: list[tuple[float, QPointF]] = []
        self._pointer: QPointF | None = None
        self._is_drawing = False
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self._timer = QTimer(self, interval=_FRAME_MSECS)
        self._timer.timeout.connect(self._on_tick)
        self.set_hand("")
        self.hide()

    def begin(self) -> None:
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()

    def end(self) -> None:
        app = QApplication.instance()
        assert app is not None
        app.removeEventFilter(self)
        self.set_hand("")
        self.is_black, self.strokes, self._trail, self.keys_told, self._pointer = False, [], [], "", None
        self._timer.stop()
        self.hide()

    def set_hand(self, hand: Hand) -> None:
        """What the mouse is: a pen or a laser pointer over everything, or what it was."""
        self.hand, self._is_drawing, self._trail = hand, False, []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not hand and not self.is_black)
        self.setCursor(Qt.CursorShape.BlankCursor if hand == "laser" else Qt.CursorShape.CrossCursor)
        self.update()

    def set_black(self, is_black: bool) -> None:
        self.is_black = is_black
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not self.hand and not is_black)
        self.raise_()
        self.update()

    def clear(self) -> bool:
        """What was drawn goes, and the hand is empty; whether there was any of it."""
        is_any = bool(self.strokes or self.hand)
        self.strokes = []
        self.set_hand("")
        return is_any

    # ---- events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Looks at what goes to the window and its parts; nothing is taken away."""
        kind = event.type()
        if watched is self._window and kind == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
            self.raise_()
        elif isinstance(event, QKeyEvent) and kind == QEvent.Type.ShortcutOverride and self._is_of_window(watched):
            self._tell_key(event)
        elif isinstance(event, QMouseEvent) and self._is_of_window(watched):
            before, self._pointer = self._pointer, QPointF(self.mapFromGlobal(event.globalPosition()))
            if kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
                self._clicked, self._clicked_at = self._pointer, time.perf_counter()
                self._timer.start()
            self._update_around([before or self._pointer, self._pointer], _HALO_PX)
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.hand == "pen" and event.button() == Qt.MouseButton.LeftButton:
            self._is_drawing = True
            self.strokes.append([event.position()])
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_drawing:
            self.strokes[-1].append(event.position())
            self._update_around(self.strokes[-1][-2:], _PEN_PX)
        elif self.hand == "laser":
            self._trail.append((time.perf_counter(), event.position()))
            self._timer.start()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._is_drawing = False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.is_black:
            painter.fillRect(self.rect(), Qt.GlobalColor.black)
            return
        now = time.perf_counter()
        for stroke in self.strokes:
            self._paint_line(painter, stroke, _PEN, _PEN_PX * self.scale)
        if self._pointer is not None and self.hand != "laser":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_HALO)
            painter.drawEllipse(self._pointer, _HALO_PX * self.scale, _HALO_PX * self.scale)
        self._paint_click(painter, now)
        self._paint_laser(painter)
        if now - self._keys_at < _KEYS_SECS:
            self._paint_keys(painter)

    # ---- private

    def _is_of_window(self, watched: QObject) -> bool:
        return isinstance(watched, QWidget) and watched.window() is self._window

    def _tell_key(self, event: QKeyEvent) -> None:
        if event.key() in _HELD or event.key() == Qt.Key.Key_unknown or self._is_typing(event):
            return
        keys = QKeySequence(event.keyCombination())
        self.keys_told, self._keys_at = keys.toString(QKeySequence.SequenceFormat.NativeText), time.perf_counter()
        self._timer.start()
        self.update()

    def _is_typing(self, event: QKeyEvent) -> bool:
        """What is written into a field is seen there."""
        field = QApplication.focusWidget()
        return field is not None and field.inherits("QLineEdit") and bool(event.text().strip())

    def _on_tick(self) -> None:
        now = time.perf_counter()
        self._update_around([place for _, place in self._trail], _LASER_PX)
        self._update_around([self._clicked], _CLICK_PX)
        self._trail = [(at, place) for at, place in self._trail if now - at < _LASER_SECS]
        is_still = now - self._keys_at > _KEYS_SECS and now - self._clicked_at > _CLICK_SECS
        if is_still and len(self._trail) < 2:
            self._timer.stop()
        if now - self._keys_at < _KEYS_SECS + 0.2:
            high = round((_CAP_PX + 2 * _MARGIN_PX) * self.scale)
            self.update(0, self.height() - high, self.width(), high)

    def _update_around(self, places: list[QPointF], radius: float) -> None:
        """Only there: all that lies below is drawn anew as well."""
        if places:
            edge = round((radius + 4) * self.scale)
            box = QPolygonF(places).boundingRect().toAlignedRect()
            self.update(box.adjusted(-edge, -edge, edge, edge))

    def _paint_line(self, painter: QPainter, places: list[QPointF], color: QColor, width: float) -> None:
        cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
        painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, cap, join))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        # A dab is a line of no length, which a polygon of one corner would not draw.
        painter.drawPolyline(QPolygonF(places if len(places) > 1 else places * 2))

    def _paint_click(self, painter: QPainter, now: float) -> None:
        share = (now - self._clicked_at) / _CLICK_SECS
        if share >= 1 or self.hand:
            return
        color = QColor(_CLICK)
        color.setAlphaF(1 - share)
        painter.setPen(QPen(color, 4 * self.scale))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = (0.35 + 0.65 * share) * _CLICK_PX * self.scale
        painter.drawEllipse(self._clicked, radius, radius)

    def _paint_laser(self, painter: QPainter) -> None:
        if self.hand != "laser" or self._pointer is None:
            return
        trail = QColor(_LASER)
        trail.setAlphaF(0.35)
        if len(self._trail) > 1:
            self._paint_line(painter, [place for _, place in self._trail], trail, _LASER_PX * self.scale)
        painter.setPen(QPen(QColor("#ffffff"), 1.5 * self.scale))
        painter.setBrush(_LASER)
        painter.drawEllipse(self._pointer, _LASER_PX * self.scale, _LASER_PX * self.scale)

    def _paint_keys(self, painter: QPainter) -> None:
        font = QFont(self.font())
        font.setPixelSize(round(24 * self.scale))
        font.setBold(True)
        painter.setFont(font)
        width = painter.fontMetrics().horizontalAdvance(self.keys_told) + 32 * self.scale
        height = _CAP_PX * self.scale
        corner = QPoint(round(_MARGIN_PX * self.scale), round(self.height() - height - _MARGIN_PX * self.scale))
        box = QRectF(corner.x(), corner.y(), max(width, height), height)
        painter.setPen(QPen(QColor("#60ffffff"), 1))
        painter.setBrush(_CAP)
        painter.drawRoundedRect(box, 8 * self.scale, 8 * self.scale)
        painter.setPen(_CAP_TEXT)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.keys_told)
