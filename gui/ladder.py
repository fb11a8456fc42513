"""The rungs of parallel tempering as small landscapes, hot above cold, with all copies of the first chains.

Those of the chain whose numbers are told have a ring. Two that have just traded are linked.
Not covered: the big canvas, which is the cold rung.
"""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.messages import NO_STORY, Landscape, Mark, Story
from gui import heat
from gui.marks import Colors, paint
from gui.story_layer import marks_in
from gui.theme import DARK, Theme

_SHARE, _MOST_PX, _LEAST_PX = 0.22, 220.0, 90.0  # of the pane
_GAP_PX, _PAD_PX = 5.0, 6.0
_ASIDE = 0.55
_LABEL_FROM_PX = 26.0  # lower tiles have no temperature written on them


class Ladder(QWidget):
    """A column beside the canvas, there from the first step that is told of a ladder."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pane = parent
        self._story, self._phase = NO_STORY, 0
        self._temperatures = np.zeros(0)
        self._landscape: Landscape | None = None
        self._tiles: list[QImage] = []
        self._painted_for: tuple[object, ...] = ()
        self._theme, self._colors = DARK, Colors.of(DARK)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setVisible(False)

    def set_theme(self, theme: Theme) -> None:
        self._theme, self._colors = theme, Colors.of(theme)
        self.update()

    def show_landscape(self, landscape: Landscape) -> None:
        """What the rungs are heated versions of."""
        self._landscape = landscape
        self.update()

    def show_phase(self, story: Story, phase: int) -> None:
        self._story, self._phase = story, phase
        if len(story.temperatures):
            self._temperatures = story.temperatures
        # It stays while steps are too fast to be told: else the canvas would jump.
        self.setVisible(len(self._temperatures) > 0 and self._landscape is not None)
        self.update()

    def clear(self) -> None:
        """Chains of another sampler, perhaps: no ladder is known of them."""
        self._temperatures = np.zeros(0)
        self.setVisible(False)

    def sizeHint(self) -> QSize:
        return QSize(round(max(_LEAST_PX, min(_MOST_PX, _SHARE * self._pane.width()))), 100)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._landscape is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self._theme.plot))
        self._paint_tiles()
        for rung, image in enumerate(self._tiles):
            tile = self._tile(rung)
            painter.drawImage(tile, image)
            self._paint_label(painter, tile, float(self._temperatures[rung]))
        for mark in marks_in(self._story, self._phase):
            if 0 <= mark.rung < len(self._temperatures):
                self._paint_mark(painter, mark)

    # ---- private

    def _tile(self, rung: int) -> QRectF:
        """Of the cold rung it is the lowest; each has the shape of the canvas, if there is room."""
        assert self._landscape is not None
        x0, x1, y0, y1 = self._landscape.extent
        shape = max(0.4, min(2.5, (x1 - x0) / max(1e-12, y1 - y0)))
        count, width = len(self._temperatures), self.width() - 2 * _PAD_PX
        height = min(width / shape, (self.height() - 2 * _PAD_PX + _GAP_PX) / count - _GAP_PX)
        top = _PAD_PX + (count - 1 - rung) * (height + _GAP_PX)
        return QRectF(_PAD_PX, top, width, height)

    def _paint_tiles(self) -> None:
        """Each rung in colours of its own density; only when the landscape or the ladder has changed."""
        shown, temperatures = self._landscape, self._temperatures
        assert shown is not None
        key = id(shown), temperatures.tobytes(), self._theme.name
        if key == self._painted_for:
            return
        self._painted_for = key
        lut = heat.color_map(self._theme.heat_map)
        self._tiles = []
        for temperature in temperatures.tolist():
            rgba = heat.picture(
                (shown.energy / temperature).astype(np.float32), shown.lowest / temperature, "energy", 1.0, math.nan,
                heat.SPAN_NATS, lut,
            )[::-1]  # fmt: skip
            rgba = np.ascontiguousarray(rgba)
            rows, columns, _ = rgba.shape
            self._tiles.append(QImage(rgba.data, columns, rows, 4 * columns, QImage.Format.Format_RGBA8888).copy())

    def _paint_label(self, painter: QPainter, tile: QRectF, temperature: float) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self._theme.border), 1))
        painter.drawRect(tile)
        if tile.height() >= _LABEL_FROM_PX:
            text = f"T {temperature:.3g}"
            place = tile.adjusted(4, 1, -4, -1)
            around = ((-1, 0), (1, 0), (0, -1), (0, 1))
            for color, shifts in ((self._colors.halo, around), (self._colors.line, ((0, 0),))):
                painter.setPen(color)
                for shift in shifts:
                    painter.drawText(place.translated(*shift), Qt.AlignmentFlag.AlignLeft, text)

    def _paint_mark(self, painter: QPainter, mark: Mark) -> None:
        own = self._at(mark.points, mark.rung)
        if mark.look == "swap":
            # From each rung to the one above.
            own[1::2] = self._at(mark.points[1::2], mark.rung + 1)
            own[0::2] = self._at(mark.points[0::2], mark.rung)
        painter.setOpacity(_ASIDE if mark.is_aside else 1.0)
        paint(painter, mark, own, self._colors)
        painter.setOpacity(1.0)
        if mark.look == "copies" and not mark.is_aside:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._colors.momentum, 2))
            painter.drawEllipse(QPointF(*own[0]), 6, 6)

    def _at(self, points: NDArray[np.float64], rung: int) -> NDArray[np.float64]:
        """Places (n, 2) of the user's on a rung's tile; what is beyond its edge lies on it."""
        assert self._landscape is not None
        x0, x1, y0, y1 = self._landscape.extent
        tile = self._tile(rung)
        share = np.clip((points - [x0, y0]) / [x1 - x0, y1 - y0], 0.0, 1.0)
        across = tile.left() + share[:, 0] * tile.width()
        return np.stack([across, tile.bottom() - share[:, 1] * tile.height()], axis=1)
