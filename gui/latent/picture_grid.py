"""Many pictures in rows, as large as fits: hover, click, drag; a caption under each and a mark round the chosen one.

Ctrl and a click choose several, Shift and a click all up to there: they are dragged together.

Not covered: one large picture (picture_view.py).
"""

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget

from gui.language import tr
from gui.latent.item import Item
from gui.latent.picture_view import image_of, paint_picture, start_drag
from gui.theme import DARK, Theme

_GAP_PX = 6
_LEAST_PX, _MOST_PX = 28, 160


class PictureGrid(QWidget):
    """Signals have the picture's place in the list: `clicked`, `activated` (double click, Enter), `hovered` (-1: none);
    `group_chosen` has the items of a group.

    columns: so many in a row; None: as many as make the pictures largest in the room there is.
    """

    clicked = Signal(int)
    activated = Signal(int)
    hovered = Signal(int)
    group_chosen = Signal(list)

    def __init__(self, columns: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.items: list[Item] = []
        self.captions: list[str] = []
        self.current = -1
        self.group: list[int] = []
        self.columns = columns
        # The empty grid says how it is filled.
        self.hint = ""
        # Pictures are put here: its edge is to be seen while there are none.
        self.is_place = False
        self._images: list[QImage] = []
        self._hovered = -1
        self._pressed: tuple[int, QPoint] | None = None
        self._theme = DARK
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def show_items(self, items: Sequence[Item], captions: Sequence[str] = ()) -> None:
        """captions: one for each picture, or none."""
        before = self.items
        self.items, self.captions = list(items), list(captions)
        # Pictures that were there before need not be made again.
        known = {id(each): image for each, image in zip(before, self._images, strict=True)}
        self._images = [known.get(id(each)) or image_of(each.pixels) for each in self.items]
        if self.current >= len(self.items):
            self.current = -1
        self.group = [each for each in self.group if each < len(before) and _is_at(before[each], self.items, each)]
        self.updateGeometry()
        self.update()

    def set_current(self, index: int) -> None:
        self.current = index
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def place_of(self, index: int) -> QRectF:
        """Where a picture is, without its caption."""
        columns, side = self._layout()
        tall = side + self._caption_px
        row, column = divmod(index, columns)
        rows = math.ceil(max(1, len(self.items)) / columns)
        top = max(0.0, (self.height() - rows * (tall + _GAP_PX) + _GAP_PX) / 2)
        if self.columns is not None:
            # Columns of grids one under another stand under one another, whatever their captions.
            pitch = (self.width() + _GAP_PX) / columns
            return QRectF(column * pitch + (pitch - _GAP_PX - side) / 2, top + row * (tall + _GAP_PX), side, side)
        left = max(0.0, (self.width() - columns * (side + _GAP_PX) + _GAP_PX) / 2)
        return QRectF(left + column * (side + _GAP_PX), top + row * (tall + _GAP_PX), side, side)

    def index_at(self, point: QPoint) -> int:
        """-1 where no picture is."""
        return next((index for index in range(len(self.items)) if self.place_of(index).contains(point)), -1)

    def sizeHint(self) -> QSize:
        return QSize(400, 96 + self._caption_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.plot))
        if not self.items and self.hint:
            painter.setPen(QPen(QColor(self._theme.dim_text), 1, Qt.PenStyle.DashLine))
            if self.is_place:
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            painter.drawText(
                self.rect().adjusted(8, 4, -8, -4),
                Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap,
                tr(self.hint),
            )
        for index, image in enumerate(self._images):
            self._paint_one(painter, index, image)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self._theme.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        index = self.index_at(at)
        if index >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = index, at

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self._pressed is not None:
            index, start = self._pressed
            if (at - start).manhattanLength() >= QApplication.startDragDistance():
                self._pressed = None
                start_drag(self, [self.items[each] for each in (self.group if index in self.group else [index])])
            return
        self._hover(self.index_at(at))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None:
            index, _ = self._pressed
            self._pressed = None
            self._choose(index, event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.index_at(event.position().toPoint())
        if index >= 0:
            self.activated.emit(index)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._layout()[0],
            Qt.Key.Key_Down: self._layout()[0],
        }
        key = Qt.Key(event.key())
        if key in steps and self.items:
            self.set_current(min(max(self.current + steps[key], 0), len(self.items) - 1))
            self.clicked.emit(self.current)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current >= 0:
            self.activated.emit(self.current)
        else:
            super().keyPressEvent(event)

    # ---- private

    def _choose(self, index: int, keys: Qt.KeyboardModifier) -> None:
        """A click chooses one picture, with Ctrl or Shift a group."""
        group = self.group or ([self.current] if self.current >= 0 else [])
        if keys & Qt.KeyboardModifier.ControlModifier:
            self.group = [each for each in group if each != index] if index in group else [*group, index]
        elif keys & Qt.KeyboardModifier.ShiftModifier and self.current >= 0:
            first, last = sorted((self.current, index))
            self.group = list(range(first, last + 1))
        else:
            self.group = []
            self.set_current(index)
            self.clicked.emit(index)
            return
        self.update()
        self.group_chosen.emit([self.items[each] for each in self.group])

    @property
    def _caption_px(self) -> int:
        return QFontMetrics(self.font()).height() if any(self.captions) else 0

    def _layout(self) -> tuple[int, float]:
        """Columns, and the side of a picture in pixels."""
        count = max(1, len(self.items))
        if self.columns is not None:
            width = (self.width() + _GAP_PX) / self.columns - _GAP_PX
            rows = math.ceil(count / self.columns)
            return self.columns, max(float(_LEAST_PX), min(width, self._side_for(rows)))
        best = (1, 0.0)
        for columns in range(1, count + 1):
            width = (self.width() + _GAP_PX) / columns - _GAP_PX
            side = min(width, self._side_for(math.ceil(count / columns)), float(_MOST_PX))
            if side > best[1]:
                best = columns, side
        return best[0], max(best[1], float(_LEAST_PX))

    def _side_for(self, rows: int) -> float:
        return (self.height() + _GAP_PX) / rows - _GAP_PX - self._caption_px

    def _hover(self, index: int) -> None:
        if index != self._hovered:
            self._hovered = index
            self.hovered.emit(index)
            self.update()

    def _paint_one(self, painter: QPainter, index: int, image: QImage) -> None:
        place = self.place_of(index)
        painted = paint_picture(painter, place, image)
        is_chosen = index in self.group or (index == self.current and not self.group)
        if is_chosen or index == self._hovered:
            width = 3 if is_chosen else 2
            painter.setPen(QPen(QColor(self._theme.focus), width))
            painter.drawRect(painted.adjusted(1, 1, -1, -1))
        if index < len(self.captions) and self.captions[index]:
            painter.setPen(QColor(self._theme.text))
            under = QRectF(place.left() - _GAP_PX / 2, place.bottom(), place.width() + _GAP_PX, self._caption_px)
            metrics = QFontMetrics(self.font())
            text = metrics.elidedText(tr(self.captions[index]), Qt.TextElideMode.ElideRight, int(under.width()))
            painter.drawText(under, Qt.AlignmentFlag.AlignHCenter, text)


def _is_at(item: Item, items: Sequence[Item], index: int) -> bool:
    return index < len(items) and items[index] is item
