"""The model as a machine: boxes with live pictures, arrows between them, and the boxes that act lit up.

In slow motion the stages of a step light up one after another, and a line below says what the lit boxes do; at speed
all boxes that acted are softly lit. One widget draws the machines of all families.
Not covered: where boxes and arrows lie (machine_scene.py) and their pictures (thumbnails.py).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontInfo,
    QFontMetricsF,
    QHelpEvent,
    QHideEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from engine.messages import Box, Extent, Machine, Thumb
from gui import exports, heat, thumbnails
from gui.language import tr
from gui.machine_scene import Arrow, Scene, laid_out
from gui.stages import Stages
from gui.theme import DARK, Theme, blended

# The height of the widget and the width of a column, by the height of the type that suits them.
_HEIGHT_BY_TYPE, _COLUMN_BY_TYPE = 16.0, 11.0
_SMALLEST_TYPE = 0.75  # of the app's
_RADIUS_PX, _PADDING_PX = 7.0, 6.0
_WORDS_SHARE = 0.66  # of a box's width, at most, for a title that has its picture beside it
_HEAD_PX = (8.0, 4.0)  # length and half the width of an arrow's head
_IDLE = "Step once, or play slowly, to see the boxes act one after another."


class Picture(NamedTuple):
    """The landscape in colours.

    rgba: (rows, columns, 4), rows from the lowest y.  extent, home: what it shows, and the home view.
    """

    rgba: NDArray[np.uint8]
    extent: Extent
    home: Extent


class MachineView(QWidget):
    """Hovering a box tells what it does."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._machine: Machine | None = None
        self._scene = Scene({}, ())
        self._thumbs: Mapping[str, Thumb] = {}
        self._acted: tuple[str, ...] = ()
        self._landscape: Picture | None = None
        self._losses: NDArray[Any] = np.empty(0)
        self._stages = Stages(self)
        self._stages.changed.connect(self.update)
        self.setMinimumSize(300, 130)
        self.setAccessibleName("Machine")
        exports.add_export_menu(self, "machine")
        self.set_theme(DARK)

    def sizeHint(self) -> QSize:
        return QSize(900, 220)

    def set_machine(self, machine: Machine | None) -> None:
        """Another family; None where it has no machine."""
        self._machine = machine
        self._thumbs, self._acted, self._landscape, self._losses = {}, (), None, np.empty(0)
        self._stages.set_machine(machine)
        titles = [box.title for column in machine.columns for box in column] if machine is not None else []
        self.setAccessibleDescription(", ".join(titles))
        self._lay_out()

    def show_state(
        self,
        thumbs: Mapping[str, Thumb],
        lit: tuple[str, ...],
        landscape: Picture | None,
        losses: NDArray[Any],
    ) -> None:
        """What the boxes show now.

        thumbs: by names of boxes.  lit: the boxes that acted in the last step, none for all.
        losses: (n,), the latest last.
        """
        self._thumbs, self._acted, self._landscape, self._losses = thumbs, lit, landscape, losses
        self.update()

    def set_pace(self, steps_per_second: float | None, is_playing: bool) -> None:
        """How fast steps follow one another; None for as fast as can be."""
        self._stages.set_pace(steps_per_second, is_playing)

    def show_step(self) -> None:
        """A step has been made: its stages one after another, if there is time to see them."""
        if self.isVisible():
            self._stages.show_step(self._acted)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._lut = heat.color_map(theme.heat_map)
        self.update()

    @property
    def lit_boxes(self) -> tuple[str, ...]:
        """The boxes of the stage that is lit, none outside of slow motion."""
        return self._stages.lit

    @property
    def caption(self) -> str:
        """The line under the boxes."""
        if self._machine is None:
            return ""
        if not self.lit_boxes:
            return "" if self._stages.is_playing and self._stages.is_slow else _IDLE
        boxes = [box for column in self._machine.columns for box in column if box.name in self.lit_boxes]
        told = " ".join(f"{box.title}: {box.help}" for box in boxes)
        at, count = self._stages.place
        return f"{at} of {count} · {told}"

    # ---- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()

    def hideEvent(self, event: QHideEvent) -> None:
        self._stages.end()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._lay_out()
        super().changeEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            box = self._box_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), f"{tr(box.title)}: {tr(box.help)}" if box is not None else "", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.panel))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._type())
        if self._machine is None:
            painter.setPen(QColor(self._theme.dim_text))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("This family has no machine to show."))
            return
        for arrow in self._scene.arrows:
            self._paint_arrow(painter, arrow)
        for column in self._machine.columns:
            for box in column:
                self._paint_box(painter, box, self._scene.boxes[box.name])
        self._paint_caption(painter)

    # ---- private

    def _lay_out(self) -> None:
        if self._machine is not None:
            self._scene = laid_out(self._machine, self.width(), self.height() - self._caption_px())
        self.update()

    def _type(self) -> QFont:
        """The app's type, smaller on a low or crowded widget."""
        font = QFont(self.font())
        usual = QFontInfo(self.font()).pixelSize()
        num_columns = max(1, len(self._machine.columns)) if self._machine is not None else 1
        fitting = min(self.height() / _HEIGHT_BY_TYPE, self.width() / num_columns / _COLUMN_BY_TYPE)
        font.setPixelSize(round(min(max(fitting, _SMALLEST_TYPE * usual), usual)))
        return font

    def _caption_px(self) -> float:
        return QFontMetricsF(self._type()).height() + 4

    def _box_at(self, at: QPointF) -> Box | None:
        if self._machine is None:
            return None
        boxes = (box for column in self._machine.columns for box in column)
        return next((box for box in boxes if self._scene.boxes[box.name].contains(at)), None)

    def _is_softly_lit(self, name: str) -> bool:
        is_fast = self._stages.is_playing and not self._stages.is_slow
        return is_fast and (not self._acted or name in self._acted)

    def _paint_arrow(self, painter: QPainter, arrow: Arrow) -> None:
        theme = self._theme
        is_lit = arrow.end in self.lit_boxes
        color = QColor(theme.focus if is_lit else blended(theme.dim_text, theme.panel, 0.7))
        painter.setPen(QPen(color, 2.2 if is_lit else 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(arrow.path)
        (dx, dy), (length, half) = arrow.direction, _HEAD_PX
        back = arrow.tip - QPointF(dx, dy) * length
        across = QPointF(-dy, dx) * half
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPolygon(QPolygonF([arrow.tip, back + across, back - across]))

    def _paint_box(self, painter: QPainter, box: Box, area: QRectF) -> None:
        theme = self._theme
        is_lit = box.name in self.lit_boxes
        fill, edge, width_px = theme.raised, theme.border, 1.2
        if is_lit:
            fill, edge, width_px = blended(theme.accent, theme.raised, 0.22), theme.focus, 2.6
        elif self._is_softly_lit(box.name):
            edge, width_px = blended(theme.focus, theme.raised, 0.6), 1.6
        painter.setPen(QPen(QColor(edge), width_px))
        painter.setBrush(QColor(fill))
        painter.drawRoundedRect(area, _RADIUS_PX, _RADIUS_PX)
        title, picture = self._parts(painter, box, area)
        painter.setPen(QColor(theme.text))
        text = painter.fontMetrics().elidedText(tr(box.title), Qt.TextElideMode.ElideRight, int(title.width()))
        painter.drawText(title, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.save()
        painter.setClipRect(picture.adjusted(-1, -1, 1, 1))
        self._paint_picture(painter, box, picture)
        painter.restore()

    def _parts(self, painter: QPainter, box: Box, area: QRectF) -> tuple[QRectF, QRectF]:
        """Where title and picture of a box go: the picture below the title, or beside it where that makes it larger."""
        inner = area.adjusted(_PADDING_PX + 1, _PADDING_PX - 2, -_PADDING_PX - 1, -_PADDING_PX)
        line_px, words_px = painter.fontMetrics().height(), painter.fontMetrics().horizontalAdvance(tr(box.title)) + 2.0
        most_px = _WORDS_SHARE * inner.width()
        below = inner.adjusted(0, line_px + 2, 0, 0)
        beside = inner.adjusted(min(words_px, most_px) + _PADDING_PX, 2, 0, 0)
        is_low = below.height() < line_px
        if self._is_square(box):
            beside.setLeft(beside.right() - _side(beside))
        is_larger = self._is_square(box) and words_px <= most_px and _side(beside) > 1.2 * _side(below)
        if not (is_low or is_larger):
            return QRectF(inner.left(), inner.top(), inner.width(), line_px), below
        title_px = beside.left() - _PADDING_PX - inner.left()
        return QRectF(inner.left(), inner.top(), title_px, inner.height() if is_low else line_px), beside

    def _is_square(self, box: Box) -> bool:
        """Whether its picture is; bars and curves fill whatever room there is."""
        thumb = self._thumbs.get(box.name)
        return box.name == "energy" or (thumb is not None and thumb.kind != "bars")

    def _paint_picture(self, painter: QPainter, box: Box, area: QRectF) -> None:
        theme, thumb = self._theme, self._thumbs.get(box.name)
        if box.name == "energy":
            if self._landscape is not None and self._landscape.rgba.size:
                thumbnails.paint_landscape(painter, area, *self._landscape, theme)
        elif box.name == "loss":
            thumbnails.paint_curve(painter, area, self._losses, theme)
        elif thumb is None or not thumb.values.size:
            return
        elif thumb.kind == "dots":
            # What the model makes has the colour of its samples.
            color = theme.data if box.name == "data" else theme.samples
            thumbnails.paint_dots(painter, area, thumb.values, color, theme)
        elif thumb.kind == "bars":
            thumbnails.paint_bars(painter, area, thumb.values, theme)
        else:
            thumbnails.paint_heat(painter, area, thumb.values, self._lut, theme)

    def _paint_caption(self, painter: QPainter) -> None:
        height = self._caption_px()
        line = QRectF(10, self.height() - height - 2, self.width() - 20, height)
        painter.setPen(QColor(self._theme.text if self.lit_boxes else self._theme.dim_text))
        text = painter.fontMetrics().elidedText(tr(self.caption), Qt.TextElideMode.ElideRight, int(line.width()))
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, text)


def _side(area: QRectF) -> float:
    """Of the largest square in it."""
    return min(area.width(), area.height())
