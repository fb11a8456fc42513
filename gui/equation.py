"""An equation in LaTeX as a crisp drawing in the colour of the text; plain text where it cannot be typeset.

The typesetter takes 0.2 s to load, so an app calls `warm_up` in a thread of its own at its start.
"""

import math
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QFontInfo, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import DARK, Theme

TYPESET_PX = 24.0
_SIGN_PX = 0.4 * TYPESET_PX
_INK = "#010203"  # stands for the colour of the text
TO_TEXT = 1.15  # mathematics is set a little larger than text: its indices are small
_SMALLEST = 0.62  # of its size; a wider equation is broken at its \quad first
_LINE_GAP = 0.35  # of the height of the type
_BREAKS = re.compile(r"\\qquad|\\quad|\\\\")


class Equation(QWidget):
    """As wide as it is given, as high as its lines need. Empty LaTeX takes no room."""

    def __init__(self, parent: QWidget | None = None, scale: float = 1.0) -> None:
        """scale: how much larger than beside text."""
        super().__init__(parent)
        self._latex, self._larger = "", scale
        self._terms: tuple[str, ...] = ()
        self._color = DARK.text
        self._lines: tuple[QSvgRenderer, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def is_typeset(self) -> bool:
        """Whether it is drawn, rather than written as plain text."""
        return bool(self._lines)

    def set_latex(self, latex: str, terms: Sequence[str] = ()) -> None:
        """terms: the same in pieces, of which as many are written on a line as fit."""
        self._latex, self._terms = latex.strip(), tuple(terms)
        self.setVisible(bool(self._latex))
        self.setAccessibleName(self._latex)
        self._draw()

    def set_gently(self, latex: str, terms: Sequence[str]) -> Iterator[None]:
        """As `set_latex`, in steps of some 10 to 50 ms each, for whoever has something to do in between."""
        for term in terms:
            _typeset((term,))
            yield
        for line in self._packed(tuple(terms)):
            _typeset((line,))
            yield
        self.set_latex(latex, terms)

    def set_theme(self, theme: Theme) -> None:
        self._color = theme.text
        self._draw()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if not self._latex:
            return 0
        if not self._lines:
            space = self.fontMetrics().boundingRect(0, 0, max(width, 1), 10_000, _wrapped(), self._latex)
            return space.height()
        heights = (self._scale(width, line) * line.defaultSize().height() for line in self._lines)
        return math.ceil(sum(heights) + self._gap_px() * self._gaps())

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(max(self.width(), 200)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._draw()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self._lines:
            painter.setPen(self._color)
            painter.drawText(self.rect(), _wrapped(), self._latex)
            return
        top = 0.0
        for line in self._lines:
            size, scale = line.defaultSize(), self._scale(self.width(), line)
            line.render(painter, QRectF(0.0, top, scale * size.width(), scale * size.height()))
            top += scale * size.height() + self._gap_px()
        painter.end()

    def _draw(self) -> None:
        """Typeset on one line where that is readable, otherwise broken."""
        if self._terms:
            self._lines = self._renderers(_typeset(tuple(self._packed(self._terms))))
            self.updateGeometry()
            self.update()
            return
        whole = _typeset((self._latex,))
        self._lines = self._renderers(whole)
        if self._lines and self._scale(self.width(), self._lines[0]) < _SMALLEST * self._full_scale():
            pieces = tuple(piece for part in _BREAKS.split(self._latex) if (piece := part.strip()))
            self._lines = self._renderers(_typeset(pieces)) or self._lines
        self.updateGeometry()
        self.update()

    def _packed(self, terms: tuple[str, ...]) -> list[str]:
        """The terms, as many on a line as fit."""
        lines, room, used = list[str](), self.width() / self._full_scale(), 0.0
        for term in terms:
            # A sign between two terms has more room than one with nothing before it.
            width = sum(_width(each) for each in _typeset((term,))) + _SIGN_PX
            if lines and used + width <= room:
                lines[-1], used = f"{lines[-1]} {term}", used + width
            else:
                # Behind an empty group a sign stands as between two terms.
                lines.append(f"{{}} {term}" if lines else term)
                used = width
        return lines

    def _renderers(self, drawings: tuple[str, ...]) -> tuple[QSvgRenderer, ...]:
        in_color = (QByteArray(each.replace(_INK, self._color).encode()) for each in drawings)
        return tuple(QSvgRenderer(each, self) for each in in_color)

    def _full_scale(self) -> float:
        return self._larger * TO_TEXT * QFontInfo(self.font()).pixelSize() / TYPESET_PX

    def _scale(self, width: int, line: QSvgRenderer) -> float:
        """Lines of one size; but of a sum of terms only those are smaller that must be."""
        widest = max(each.defaultSize().width() for each in ((line,) if self._terms else self._lines))
        return min(self._full_scale(), max(width, 1) / max(widest, 1))

    def _gap_px(self) -> float:
        return _LINE_GAP * QFontInfo(self.font()).pixelSize()

    def _gaps(self) -> int:
        return len(self._lines) - 1


class Typeset(NamedTuple):
    """A piece of an equation. Its sizes, in pixels, suit a type of `TYPESET_PX`; the ascent is above the line."""

    drawing: QSvgRenderer
    width: float
    ascent: float
    descent: float


def typeset(latex: str, color: str) -> Typeset | None:
    """In this colour, to be put on a line with others; None where it is not understood."""
    drawing = _drawing(latex)
    if not drawing:
        return None
    renderer = QSvgRenderer(QByteArray(drawing.replace(_INK, color).encode()))
    box = renderer.viewBoxF()
    return Typeset(renderer, box.width(), -box.top(), box.bottom())


def prepare(pieces: Iterable[str]) -> None:
    """Typeset them, so that nobody need wait for them later; may be called in any thread."""
    for piece in pieces:
        _drawing(piece)


def warm_up() -> None:
    """Load the typesetter, so that the first equation need not wait for it."""
    _typeset(("x",))


def _typeset(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Each line as SVG; nothing at all if one of them is not understood."""
    drawings = tuple(_drawing(line) for line in lines)
    return drawings if all(drawings) else ()


@lru_cache(maxsize=512)
def _drawing(line: str) -> str:
    """A line as SVG, empty if it is not understood."""
    if not line:
        return ""
    with warnings.catch_warnings():
        # Its way to its own fonts is deprecated in Python 3.11, and back in favour in 3.13.
        warnings.simplefilter("ignore", DeprecationWarning)
        from ziamath.config import config  # 0.2 s: not at start
        from ziamath.zmath import Latex
    config.svg2 = False  # paths in place, rather than symbols that Qt must look up
    try:
        return str(Latex(line, size=TYPESET_PX, color=_INK).svg())
    except Exception:
        # The typesetter has no error of its own: bad LaTeX raises whatever breaks first (AssertionError, KeyError...).
        return ""


@lru_cache(maxsize=512)
def _width(drawing: str) -> float:
    return float(QSvgRenderer(QByteArray(drawing.encode())).defaultSize().width())


def _wrapped() -> int:
    return int(Qt.TextFlag.TextWordWrap | Qt.TextFlag.TextWrapAnywhere)
