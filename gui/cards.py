"""Cards: large buttons with a small picture made of points, and a grid that flows with its width.

Not covered: what a card is for (welcome.py).
"""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from gui.language import tr

_MOST_POINTS = 400
_GAP_PX = 12
_PADDING_PX = 8
_RADIUS_PX = 8
_LINES, _WIDE = 3.4, 1.4  # of a large card: its height in lines of text; width by height of its picture


class Card(QAbstractButton):
    """A picture above a title, and perhaps a sentence; Space, Enter and a click choose it.

    `sign` is drawn in place of points where there are none; `num_lines` is what a large card has room for.
    """

    def __init__(
        self,
        title: str,
        help_text: str,
        parent: QWidget,
        is_large: bool = False,
        sign: str = "",
        num_lines: float = _LINES,
    ) -> None:
        super().__init__(parent)
        self._num_lines = num_lines
        self._help = help_text
        self._is_large = is_large
        self._sign = sign
        # (n, 2) within the unit square, y downwards.
        self._points = np.zeros((0, 2))
        self.setText(title)
        self.setToolTip("" if is_large else help_text)
        self.setAccessibleName(title)
        self.setAccessibleDescription(help_text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_points(self, points: np.ndarray) -> None:
        """points: (n, 2) in any units; they are brought into the picture with their proportions kept."""
        points = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        points = points[np.isfinite(points).all(axis=1)][:_MOST_POINTS]
        if len(points):
            low, high = points.min(axis=0), points.max(axis=0)
            # Halves, because the difference of the largest numbers is infinite.
            half = float((high / 2 - low / 2).max())
            scaled = (points / 2 - (low / 4 + high / 4)) / half if half else np.zeros_like(points)
            points = 0.5 + scaled * [1, -1]
        self._points = points
        self.update()

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().lineSpacing()
        if self._is_large:
            return QSize(16 * line, round(self._num_lines * line) + 2 * _PADDING_PX)
        return QSize(7 * line, round(5.2 * line) + 3 * _PADDING_PX)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        is_lit = self.underMouse() or self.hasFocus()
        edge = palette.color(QPalette.ColorRole.Link if is_lit else QPalette.ColorRole.Mid)
        painter.setPen(QPen(edge, 2.0 if self.hasFocus() else 1.0))
        painter.setBrush(palette.color(QPalette.ColorRole.Base if self.isDown() else QPalette.ColorRole.Button))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), _RADIUS_PX, _RADIUS_PX)
        inner = self.rect().adjusted(_PADDING_PX, _PADDING_PX, -_PADDING_PX, -_PADDING_PX)
        if self._is_large:
            wide = round(_WIDE * _LINES * self.fontMetrics().lineSpacing())
            picture = QRect(inner.left(), inner.top(), wide, inner.height())
            words = inner.adjusted(picture.width() + 2 * _PADDING_PX, 0, 0, 0)
            sentence = self.fontMetrics().boundingRect(words, Qt.TextFlag.TextWordWrap, tr(self._help))
            spare = words.height() - sentence.height() - self._title_height(words)
            words.translate(0, max(0, spare // 2))
        else:
            words = QRect(inner).adjusted(0, inner.height() - self.fontMetrics().lineSpacing(), 0, 0)
            picture = inner.adjusted(0, 0, 0, -words.height() - _PADDING_PX)
        self._paint_picture(painter, picture)
        self._paint_words(painter, words)

    def _paint_words(self, painter: QPainter, box: QRect) -> None:
        font = self._title_font()
        ink = self.palette().color(QPalette.ColorRole.ButtonText)
        painter.setFont(font)
        painter.setPen(ink)
        if not self._is_large:
            title = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, title)
            return
        painter.drawText(box, Qt.TextFlag.TextWordWrap, self.text())
        ink.setAlphaF(0.72)
        painter.setPen(ink)
        painter.setFont(self.font())
        painter.drawText(box.adjusted(0, self._title_height(box) + 2, 0, 0), Qt.TextFlag.TextWordWrap, tr(self._help))

    def _title_font(self) -> QFont:
        font = self.font()
        font.setBold(self._is_large)
        return font

    def _title_height(self, box: QRect) -> int:
        """Of a large card, whose title may need two lines."""
        return QFontMetrics(self._title_font()).boundingRect(box, Qt.TextFlag.TextWordWrap, self.text()).height()

    def _paint_picture(self, painter: QPainter, box: QRect) -> None:
        color = self.palette().color(QPalette.ColorRole.Link)
        if self._sign:
            font = self.font()
            font.setBold(True)
            font.setPointSizeF(1.7 * font.pointSizeF())
            painter.setFont(font)
            painter.setPen(color)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._sign)
        if not len(self._points):
            return
        # Wide pictures may use the width of a large card.
        wide = float(np.ptp(self._points[:, 0])) > 2 * float(np.ptp(self._points[:, 1]))
        side = box.width() if wide else min(box.width(), box.height())
        corner = [box.center().x() - side / 2, box.center().y() - side / 2]
        color.setAlphaF(0.8)
        painter.setPen(QPen(color, 2.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoints(QPolygonF([QPointF(x, y) for x, y in (self._points * side + corner).tolist()]))


class CardGrid(QWidget):
    """Cards of one size in as few rows as fit, as equal as can be, which share the width."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards: tuple[Card, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def cards(self) -> tuple[Card, ...]:
        return self._cards

    def set_cards(self, cards: Sequence[Card]) -> None:
        """Show these in place of those that were here."""
        for old in self._cards:
            old.hide()
            old.deleteLater()
        self._cards = tuple(cards)
        for card in self._cards:
            card.setParent(self)
            card.show()
        self._place()
        self.updateGeometry()

    def heightForWidth(self, width: int) -> int:
        if not self._cards:
            return 0
        rows = -(-len(self._cards) // self._columns(width))
        return rows * (self._cards[0].sizeHint().height() + _GAP_PX) - _GAP_PX

    def sizeHint(self) -> QSize:
        width = 6 * (self._cards[0].sizeHint().width() + _GAP_PX) if self._cards else 0
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._cards[0].sizeHint().width() if self._cards else 0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place()

    def event(self, event: QEvent) -> bool:
        # A card has grown with its font.
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
            self.updateGeometry()
        return super().event(event)

    def _columns(self, width: int) -> int:
        fitting = (width + _GAP_PX) // (self._cards[0].sizeHint().width() + _GAP_PX)
        rows = -(-len(self._cards) // max(1, fitting))
        return int(-(-len(self._cards) // rows))

    def _place(self) -> None:
        if not self._cards:
            return
        columns = self._columns(self.width())
        hint = self._cards[0].sizeHint()
        # A single row of large cards fills the width; many small ones keep to their columns.
        width = (self.width() - (columns - 1) * _GAP_PX) // columns
        for index, card in enumerate(self._cards):
            row, column = divmod(index, columns)
            card.setGeometry(column * (width + _GAP_PX), row * (hint.height() + _GAP_PX), width, hint.height())
