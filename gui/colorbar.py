"""The colour bar: what the colours of the landscape mean, in nats above the lowest or as a density."""

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import heat
from gui.language import tr
from gui.theme import DARK, Theme, set_role

TITLES = {
    "energy": "energy above the lowest, nats",
    "density": "density",
    "log_density": "log density, nats",
}
# On a low bar; the tool tip says the whole.
_SHORT = {"energy": "energy, nats", "density": "density", "log_density": "log p, nats"}
_TICKS = 5
_BAR = 0.9  # of the height of the type: the width of the bar
_SMALL = 0.9  # of the text's size


class ColorBar(QWidget):
    """A slim bar, upwards from the lower to the higher value, with ticks and a title beside it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        set_role(self, "plot")
        self._mode: heat.Mode = "energy"
        self._ends = (heat.SPAN_NATS, 0.0)  # the values at the first and the last row of the map
        # Other values than a landscape's: what they are, and their colours.
        self._other: tuple[str, heat.Bytes] | None = None
        self.set_theme(DARK)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Where the ticks are, from 0 at the bottom to 1 at the top, and what is written there."""
        low, high = min(self._ends), max(self._ends)
        if not (math.isfinite(low) and math.isfinite(high) and low < high):
            return []
        step = _round_step((high - low) / self._most_ticks())
        # A density of 1e-30 a unit of area has its ticks as well: count in steps, not in values.
        counts = range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
        return [((count * step - low) / (high - low), _label(count * step, step).replace("-", "−")) for count in counts]

    def set_scale(self, mode: heat.Mode, zero: float, temperature: float, log_z: float, span_nats: float) -> None:
        """Show what `heat.picture` draws with the same arguments."""
        first, last = heat.levels(mode, zero, temperature, log_z, span_nats)
        ends = (first - last, 0.0) if mode == "energy" else (first, last)
        if (mode, ends) != (self._mode, self._ends) or self._other is not None:
            self._mode, self._ends, self._other = mode, ends, None
            self._paint_strip()
            self.setToolTip(f"The colours: {TITLES[mode]}.")
            self.update()

    def set_values(self, title: str, low: float, high: float, lut: heat.Bytes) -> None:
        """Show the meaning of other colours, (256, 3): values from the first to the last."""
        self._other, self._ends = (title, lut), (low, high)
        self.setToolTip(f"The colours: {title}.")
        self._paint_strip()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._paint_strip()

    def _paint_strip(self) -> None:
        lut = heat.color_map(self._theme.heat_map) if self._other is None else self._other[1]
        self._strip = QImage(np.ascontiguousarray(lut[::-1]).data, 1, len(lut), 3, QImage.Format.Format_RGB888).copy()
        self.update()

    @property
    def title(self) -> str:
        """As much of it as there is room for."""
        metrics = QFontMetricsF(self._small_font())
        english = (TITLES[self._mode], _SHORT[self._mode]) if self._other is None else (self._other[0],)
        names = [tr(each) for each in english]
        fitting = [name for name in names if metrics.horizontalAdvance(name) <= self.height()]
        return fitting[0] if fitting else metrics.elidedText(names[-1], Qt.TextElideMode.ElideRight, self.height())

    def _most_ticks(self) -> int:
        """Fewer on a low bar, so that their numbers do not touch."""
        em = QFontMetricsF(self._small_font()).height()
        return max(1, min(_TICKS, int((self.height() - 1.6 * em) / (1.3 * em))))

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self._small_font())
        # The widest label there is, the title on its side, and the air between.
        return QSize(round(metrics.horizontalAdvance("0.0000") + (_BAR + 1.9) * metrics.height()), 160)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width(), 60)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.plot))
        painter.setFont(self._small_font())
        em = painter.fontMetrics().height()
        bar = QRectF(0.3 * em, 0.8 * em, _BAR * em, self.height() - 1.6 * em)
        is_falling = self._ends[0] > self._ends[1]
        painter.drawImage(bar, self._strip.flipped(Qt.Orientation.Vertical) if is_falling else self._strip)
        painter.setPen(QColor(self._theme.border))
        painter.drawRect(bar)
        self._paint_ticks(painter, bar, em)
        painter.setPen(QColor(self._theme.dim_text))
        painter.translate(self.width() - 0.15 * em, bar.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-self.height() / 2, -em, self.height(), em), Qt.AlignmentFlag.AlignCenter, self.title)
        painter.end()

    def _paint_ticks(self, painter: QPainter, bar: QRectF, em: float) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        for share, label in self.ticks:
            y = bar.bottom() - share * bar.height()
            painter.setPen(QColor(self._theme.dim_text))
            painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + 0.25 * em, y))
            painter.setPen(QColor(self._theme.text))
            painter.drawText(QRectF(bar.right() + 0.4 * em, y - em / 2, 6 * em, em), middle, label)

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(_SMALL * font.pointSizeF())
        return font


def _round_step(about: float) -> float:
    """1, 2 or 5 times a power of ten, at least `about`."""
    power = 10.0 ** math.floor(math.log10(about))
    return next((nice * power for nice in (1.0, 2.0, 5.0) if nice * power >= about), 10.0 * power)


def _label(value: float, step: float) -> str:
    """A tick's number: as many decimals as the step has, or an exponent where that would be long."""
    if value == 0:
        return "0"
    if step >= 1e-3 and abs(value) < 1e5:
        return f"{value:.{max(0, -math.floor(math.log10(step) + 1e-9))}f}"
    mantissa, _, exponent = f"{value:.{_extra_digits(value, step)}e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def _extra_digits(value: float, step: float) -> int:
    """Digits after the first that a multiple of `step` needs."""
    return max(0, math.floor(math.log10(abs(value))) - math.floor(math.log10(step) + 1e-9))
