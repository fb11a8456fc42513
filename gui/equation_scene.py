"""Where the terms of equations go: one after another, in as many rows as it takes, each beside or above its sentence.

In a row all pieces stand on one line, as in a text. Not covered: how a term looks (equation_strip.py).
"""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSizeF, Qt
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


class _Way(NamedTuple):
    """How sentences are set: as wide as this at most, unless there is room, and beside or below their terms."""

    sentence: float
    is_beside: bool


class _Width(NamedTuple):
    """Of a piece: what is left and right of its cell, the cell's least width, and the most that is of use.

    drawn: of it what the term takes, with the gap up to its sentence; 0 where the sentence stands below.
    """

    left: float
    right: float
    least: float
    most: float
    drawn: float

    @property
    def whole(self) -> float:
        return self.left + self.least + self.right


def placed(pieces: Sequence[Piece], width: float, sizes: Sizes) -> tuple[tuple[Placed, ...], float]:
    """All pieces in rows that are so wide, and how high they are together: as low as they can be."""
    ways = [_Way(sentence * sizes.type.height(), is_beside) for is_beside in (True, False) for sentence in _SENTENCES]
    return min((_placed(pieces, width, sizes, way) for way in ways), key=lambda found: found[1])


def _placed(pieces: Sequence[Piece], width: float, sizes: Sizes, way: _Way) -> tuple[tuple[Placed, ...], float]:
    em = sizes.type.height()
    rows: list[list[tuple[Piece, _Width]]] = []
    used = 0.0
    for piece in pieces:
        wide = _width(piece, width, sizes, way)
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


def _width(piece: Piece, room: float, sizes: Sizes, way: _Way) -> _Width:
    em, scale = sizes.type.height(), sizes.scale
    number = sizes.small.horizontalAdvance(_WIDEST_NUMBER)
    aside = max(sizes.small.horizontalAdvance(tr("energy")), number if piece.formula.trace else 0.0)
    left = max(scale * piece.left.width, aside) + _GAP * em if piece.left is not None else 0.0
    right = scale * piece.right.width + _GAP * em if piece.right is not None else 0.0
    drawing = scale * piece.middle.width if piece.middle is not None else 8 * em
    told = sizes.small.horizontalAdvance(tr(piece.term.of)) + number if piece.term.trace else 0.0
    whole = sizes.type.horizontalAdvance(tr(piece.says)) + 2
    inner = max(1.0, room - left - right) - 2 * _PAD * em
    beside = max(drawing, told) + _GAP * em
    # Beside a term that takes nearly all of the row there is no room for a sentence.
    if way.is_beside and inner - beside >= _SENTENCES[0] * em:
        least, most, drawn = beside + min(whole, way.sentence), beside + whole, beside
    else:
        drawing += told + _GAP * em if told else 0.0
        least, most, drawn = max(drawing, min(whole, way.sentence)), max(drawing, whole), 0.0
    pads = 2 * _PAD * em
    return _Width(left, right, min(inner, least) + pads, min(inner, most) + pads, drawn)


def _row(row: Sequence[tuple[Piece, _Width]], top: float, width: float, sizes: Sizes) -> tuple[list[Placed], float]:
    """One row; room that is left over goes to cells whose sentence is wrapped."""
    em = sizes.type.height()
    gaps = [0.0] + [(_APART if piece.is_first else _GAP) * em for piece, _ in row[1:]]
    cells = _widened([wide for _, wide in row], width - sum(gaps))
    drawings = [each for piece, _ in row for each in (piece.left, piece.middle, piece.right) if each is not None]
    above = sizes.scale * max((each.ascent for each in drawings), default=20.0)
    under = sizes.scale * max((each.descent for each in drawings), default=5.0)
    pads = 2 * _PAD * em
    rooms = [cell - pads - wide.drawn for (_, wide), cell in zip(row, cells, strict=True)]
    words = [_words_height(piece.says, room, sizes) for (piece, _), room in zip(row, rooms, strict=True)]
    told = any(wide.drawn and piece.term.trace for piece, wide in row)
    needs = [above + under + sizes.small.height() * max(float(told), *(_asides(piece) for piece, _ in row))]
    needs += [high if wide.drawn else above + under + high for (_, wide), high in zip(row, words, strict=True)]
    height = max(needs) + pads
    # A term beside its sentence stands in the middle of it.
    slack = (height - pads - needs[0]) / 2 if all(wide.drawn for _, wide in row) else 0.0
    line = top + _PAD * em + slack + above
    found, x = [], 0.0
    for (piece, wide), gap, cell, room, high in zip(row, gaps, cells, rooms, words, strict=True):
        x += gap
        area = QRectF(x + wide.left, top, cell, height)
        found.append(_in_cell(piece, wide, area, x, line, line + under, QSizeF(room, high), sizes))
        x += wide.left + cell + wide.right
    return found, height


def _in_cell(
    piece: Piece, wide: _Width, area: QRectF, x: float, line: float, below: float, words: QSizeF, sizes: Sizes
) -> Placed:
    """x: where the piece begins.  line, below: the line that the terms stand on, and where they end."""
    em, small = sizes.type.height(), sizes.small.height()
    left = area.left() + _PAD * em
    if wide.drawn:
        middle = wide.drawn - _GAP * em
        said = QRectF(left + wide.drawn, area.center().y() - words.height() / 2, words.width(), words.height())
        number = QRectF(left, below, middle, small)
    else:
        middle = words.width()
        said = QRectF(left, below, words.width(), words.height())
        number = QRectF(left, area.top() + _PAD * em / 2, words.width(), small)
    return Placed(
        piece,
        area,
        _on_line(piece.left, x, line, wide.left, sizes.scale),
        _on_line(piece.middle, left, line, middle, sizes.scale),
        _on_line(piece.right, area.right() + _GAP * em / 2, line, wide.right, sizes.scale),
        said,
        number,
        QRectF(x, below, max(0.0, wide.left - _GAP * em / 2), area.bottom() - below),
    )


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
