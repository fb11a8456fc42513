"""Where the terms of equations go: one after another, in as many rows as it takes, each above its sentence.

In a row all pieces stand on one line, as in a text. Not covered: how a term looks (equation_strip.py).
"""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF

from engine.messages import Formula, Term
from gui.equation import Typeset
from gui.language import tr

# In heights of the type: the padding of a cell, what is between cells, and between equations.
_PAD, _GAP, _APART = 0.35, 0.3, 0.9
# A sentence is wrapped at one of these, unless there is room: at the one that makes all together least high.
_SENTENCES = (10.0, 12.0, 14.0, 17.0, 21.0)
_WIDEST_NUMBER = " now -0.00e+00"


class Piece(NamedTuple):
    """A term, and what stands before and after it in its equation. Typeset pieces are None where there is nothing.

    says: its sentence, or that it does nothing now.
    """

    formula: Formula
    term: Term
    says: str
    is_first: bool
    left: Typeset | None
    middle: Typeset | None
    right: Typeset | None


class Placed(NamedTuple):
    """Where a piece goes: its cell, the drawings and the words in it; and the words below what is on the left."""

    piece: Piece
    cell: QRectF
    left: QRectF
    middle: QRectF
    right: QRectF
    words: QRectF
    number: QRectF
    aside: QRectF


class Sizes(NamedTuple):
    """scale: of the drawings.  type: of the sentences.  small: of numbers and of what is on the left."""

    scale: float
    type: QFontMetricsF
    small: QFontMetricsF


class _Width(NamedTuple):
    """Of a piece: what is left and right of its cell, the cell's least width, and the most that is of use."""

    left: float
    right: float
    least: float
    most: float

    @property
    def whole(self) -> float:
        return self.left + self.least + self.right


def placed(pieces: Sequence[Piece], width: float, sizes: Sizes) -> tuple[tuple[Placed, ...], float]:
    """All pieces in rows that are so wide, and how high they are together."""
    return min((_placed(pieces, width, sizes, each) for each in _SENTENCES), key=lambda found: found[1])


def _placed(pieces: Sequence[Piece], width: float, sizes: Sizes, sentence: float) -> tuple[tuple[Placed, ...], float]:
    em = sizes.type.height()
    rows: list[list[tuple[Piece, _Width]]] = []
    used = 0.0
    for piece in pieces:
        wide = _width(piece, width, sizes, sentence * em)
        gap = 0.0 if not rows else (_APART if piece.is_first else _GAP) * em
        if not rows or used + gap + wide.whole > width:
            rows.append([])
            used, gap = 0.0, 0.0
        rows[-1].append((piece, wide))
        used += gap + wide.whole
    found: list[Placed] = []
    top = _GAP * em
    for row in rows:
        things, height = _row(row, top, width, sizes)
        found += things
        top += height + _GAP * em
    return tuple(found), top


def _width(piece: Piece, room: float, sizes: Sizes, sentence: float) -> _Width:
    em, scale = sizes.type.height(), sizes.scale
    number = sizes.small.horizontalAdvance(_WIDEST_NUMBER)
    aside = max(sizes.small.horizontalAdvance(tr("energy")), number if piece.formula.trace else 0.0)
    left = max(scale * piece.left.width, aside) + _GAP * em if piece.left is not None else 0.0
    right = scale * piece.right.width + _GAP * em if piece.right is not None else 0.0
    drawing = scale * piece.middle.width if piece.middle is not None else 8 * em
    if piece.term.trace:
        drawing += sizes.small.horizontalAdvance(tr(piece.term.of)) + number + _GAP * em
    whole = sizes.type.horizontalAdvance(tr(piece.says)) + 2
    pads = 2 * _PAD * em
    inner = max(1.0, room - left - right)
    return _Width(
        left, right, min(inner, max(drawing, min(whole, sentence)) + pads), min(inner, max(drawing, whole) + pads)
    )


def _row(row: Sequence[tuple[Piece, _Width]], top: float, width: float, sizes: Sizes) -> tuple[list[Placed], float]:
    """One row; room that is left over goes to cells whose sentence is wrapped."""
    em = sizes.type.height()
    gaps = [0.0] + [(_APART if piece.is_first else _GAP) * em for piece, _ in row[1:]]
    cells = _widened([wide for _, wide in row], width - sum(gaps))
    drawings = [each for piece, _ in row for each in (piece.left, piece.middle, piece.right) if each is not None]
    line = top + _PAD * em + sizes.scale * max((each.ascent for each in drawings), default=20.0)
    below = line + sizes.scale * max((each.descent for each in drawings), default=5.0)
    pads = 2 * _PAD * em
    words = [_words_height(piece.says, cell - pads, sizes) for (piece, _), cell in zip(row, cells, strict=True)]
    asides = max(_asides(piece) * sizes.small.height() for piece, _ in row)
    bottom = max(below + max(words) + _PAD * em, below + asides)
    found, x = [], 0.0
    for (piece, wide), gap, cell, words_px in zip(row, gaps, cells, words, strict=True):
        x += gap
        area = QRectF(x + wide.left, top, cell, bottom - top)
        inner = QRectF(area.left() + _PAD * em, below, cell - pads, words_px)
        found.append(
            Placed(
                piece,
                area,
                _on_line(piece.left, x, line, wide.left, sizes.scale),
                _on_line(piece.middle, inner.left(), line, inner.width(), sizes.scale),
                _on_line(piece.right, area.right() + _GAP * em / 2, line, wide.right, sizes.scale),
                inner,
                QRectF(inner.left(), top + _PAD * em / 2, inner.width(), sizes.small.height()),
                QRectF(x, below, max(0.0, wide.left - _GAP * em / 2), bottom - below),
            )
        )
        x += wide.left + cell + wide.right
    return found, bottom - top


def _widened(widths: Sequence[_Width], room: float) -> list[float]:
    """Of the cells of a row, each wider by its share of the room that is left over."""
    spare = max(0.0, room - sum(each.whole for each in widths))
    wanting = sum(each.most - each.least for each in widths)
    share = min(1.0, spare / wanting) if wanting else 0.0
    return [each.least + share * (each.most - each.least) for each in widths]


def _asides(piece: Piece) -> int:
    """How many lines stand below what is on the left."""
    return 0 if piece.left is None else 2 if piece.formula.trace else 1


def _on_line(drawing: Typeset | None, x: float, line: float, room: float, scale: float) -> QRectF:
    """A drawing with its line on this one, smaller where there is less room."""
    if drawing is None:
        return QRectF()
    scale = min(scale, room / max(1.0, drawing.width))
    top = line - scale * drawing.ascent
    return QRectF(x, top, scale * drawing.width, scale * (drawing.ascent + drawing.descent))


def _words_height(says: str, width: float, sizes: Sizes) -> float:
    box = QRectF(0, 0, max(1.0, width), 10_000)
    return sizes.type.boundingRect(box, int(Qt.TextFlag.TextWordWrap), tr(says)).height()
