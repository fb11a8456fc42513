"""The equation panel: loss and energy in large type, the terms that are at work marked, with a sentence each.

It lies above the canvas and hides nothing of it. Typesetting is done in a thread.
Not covered: which terms are at work (acting.py), and where the pieces go (equation_scene.py).
"""

import math
import threading
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from engine.knobs import Value
from engine.messages import Entry, Formula
from gui.acting import Moment, Work, formulas_of, present, work_of
from gui.equation import TO_TEXT, TYPESET_PX, prepare, typeset
from gui.equation_scene import Piece, Placed, Sizes, placed
from gui.language import tr
from gui.theme import DARK, Theme, blended

# How much larger than an equation beside text, and the small words than text.
_LARGER, _SMALL = 1.3, 0.88
# On a low window the landscape needs the height more than the terms do.
_LOW_LARGER, _LOW_EMS = 1.1, 54.0
_MOST_SHARE, _LOW_SHARE = 0.28, 0.2  # of the height of the page that it lies on
_LEAST_PX = 60
_ASK_MSECS = 15
_NUMBERS_MSECS = 250  # numbers that change more often cannot be read
_RADIUS_PX = 6.0
# How much of its colour the ground of a term at work has, and how much of the text's a term that rests.
TINT, PALE = 0.16, 0.62
_MARGIN_PX = 10


class EquationStrip(QScrollArea):
    """Scrolls where it would take too much of the page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = _Page(self)
        self._entries: tuple[Entry, ...] = ()
        self._params: Mapping[str, Value] = {}
        self._formulas: tuple[Formula, ...] = ()
        self._moment = Moment()
        self._share = _MOST_SHARE
        # A thread must not speak to a widget that may be gone by then: it is asked whether it is done.
        self._is_typeset = threading.Event()
        self._asks = QTimer(self, interval=_ASK_MSECS)
        self._asks.timeout.connect(self._ask)
        self._later = QTimer(self, singleShot=True, interval=_NUMBERS_MSECS)
        self._later.timeout.connect(self._show_moment)
        self.setWidget(self._page)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Equations")
        self.setWhatsThis(
            "What is made small, and what the landscape is. A term with a frame in colour is at work now; one in pale "
            "type does nothing, because a knob has switched it off."
        )
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMaximumHeight(0)

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """Those that are there with the present knobs."""
        return self._formulas

    def works(self) -> list[tuple[str, Work]]:
        """The terms in LaTeX, and what each does now."""
        return [
            (term.latex, work_of(term, formula, self._params, self._moment))
            for formula in self._formulas
            for term in formula.terms
        ]

    def show_entries(self, entries: Sequence[Entry], params: Mapping[str, Value]) -> None:
        """The equations of these, of which the last one has the knobs; `params` may lack those at their default."""
        self._entries = tuple(entries)
        defaults = {knob.name: knob.default for knob in entries[-1].knobs} if entries else {}
        self._params = {**defaults, **params}
        formulas = tuple(formula for entry in entries for formula in present(formulas_of(entry), self._params))
        if formulas != self._formulas:
            self._formulas = formulas
            self._typeset()
        self._show_moment()

    def set_moment(self, moment: Moment) -> None:
        """What is known of now. Terms light up at once, and numbers change a few times a second."""
        is_other = (moment.is_playing, moment.at, moment.acted) != (
            self._moment.is_playing,
            self._moment.at,
            self._moment.acted,
        )
        self._moment = moment
        if is_other:
            self._show_moment()
        elif not self._later.isActive():
            self._later.start()

    def set_theme(self, theme: Theme) -> None:
        self._page.set_theme(theme)

    def set_low(self, is_low: bool) -> None:
        """Take less of the page, where several panes need it."""
        share = _LOW_SHARE if is_low else _MOST_SHARE
        if share != self._share:
            self._share = share
            self._take_height()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.maximumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, min(_LEAST_PX, self.maximumHeight()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._take_height()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._take_height()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._typeset()

    def hideEvent(self, event: object) -> None:
        super().hideEvent(event)  # type: ignore[arg-type]
        self._asks.stop()
        self._later.stop()

    def _typeset(self) -> None:
        """In a thread: each piece takes 10 to 50 ms the first time."""
        if not self.isVisible():
            return
        pieces = [
            text for each in self._formulas for text in (each.left, each.right, *(term.latex for term in each.terms))
        ]
        is_typeset = self._is_typeset = threading.Event()

        def work() -> None:
            prepare(text for text in pieces if text)
            is_typeset.set()

        self._asks.start()
        threading.Thread(target=work, name="equation-typesetting", daemon=True).start()

    def _ask(self) -> None:
        if self._is_typeset.is_set():
            self._asks.stop()
            self._page.set_formulas(self._formulas)
            self._show_moment()
            self._take_height()

    def _show_moment(self) -> None:
        if not self.isVisible():
            return
        works = [
            work_of(term, formula, self._params, self._moment) for formula in self._formulas for term in formula.terms
        ]
        self._page.set_state(works, self._moment.numbers)
        self._take_height()

    def _take_height(self) -> None:
        parent = self.parentWidget()
        most = max(_LEAST_PX, int(self._share * parent.height())) if parent is not None else 10_000
        wanted = self._page.heightForWidth(self.viewport().width())
        # It gives way where the window is too low for all.
        if self.maximumHeight() != min(most, wanted):
            self.setMaximumHeight(min(most, wanted))
        # Only what can be scrolled is worth a stop of the Tab key.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if wanted > most else Qt.FocusPolicy.NoFocus)


class _Page(QWidget):
    """All terms, as high as they need."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._formulas: tuple[Formula, ...] = ()
        self._pieces: list[Piece] = []
        self._works: Sequence[Work] = ()
        self._numbers: Mapping[str, float] = {}
        self._shown: tuple[object, ...] = ()
        self._theme = DARK

    def set_formulas(self, formulas: tuple[Formula, ...]) -> None:
        self._formulas = formulas
        says = ". ".join(f"{each.left} {term.latex}: {term.says}" for each in formulas for term in each.terms)
        self.setAccessibleName(says)
        self._draw()

    def set_state(self, works: Sequence[Work], numbers: Mapping[str, float]) -> None:
        """works: of all terms in their order."""
        rested = [work is Work.RESTS for work in self._works]
        self._works, self._numbers = works, numbers
        if rested != [work is Work.RESTS for work in works]:
            self._draw()
        shown = (tuple(works), tuple(_now(value) for value in numbers.values()))
        if shown != self._shown:
            self._shown = shown
            self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._draw()

    def heightForWidth(self, width: int) -> int:
        if not self._pieces:
            return 0
        return int(placed(self._pieces, width - 2 * _MARGIN_PX, self._sizes())[1]) + 1

    def sizeHint(self) -> QSize:
        return QSize(300, self.heightForWidth(max(300, self.width())))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.heightForWidth(max(300, self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.panel))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(_MARGIN_PX, 0)
        found, _ = placed(self._pieces, self.width() - 2 * _MARGIN_PX, self._sizes())
        for index, each in enumerate(found):
            work = self._works[index] if index < len(self._works) else Work.READY
            self._paint(painter, each, work)
        painter.end()

    def _draw(self) -> None:
        """Typeset every piece in the colour of the text; pale ones are painted see-through."""
        color, works = self._theme.text, iter(self._works)
        self._pieces = []
        for formula in self._formulas:
            for index, term in enumerate(formula.terms):
                is_first, is_last = index == 0, index == len(formula.terms) - 1
                left = typeset(formula.left, color) if is_first and formula.left else None
                right = typeset(formula.right, color) if is_last and formula.right else None
                is_idle = next(works, None) is Work.RESTS
                says = Work.RESTS.value if is_idle else term.says
                self._pieces.append(Piece(formula, term, says, is_first, left, typeset(term.latex, color), right))
        self.updateGeometry()
        self.update()

    def _sizes(self) -> Sizes:
        px = QFontInfo(self.font()).pixelSize()
        larger = _LOW_LARGER if self.window().height() < _LOW_EMS * px else _LARGER
        scale = larger * TO_TEXT * px / TYPESET_PX
        return Sizes(scale, QFontMetricsF(self.font()), QFontMetricsF(self._small()))

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(_SMALL * font.pointSizeF())
        return font

    def _paint(self, painter: QPainter, each: Placed, work: Work) -> None:
        theme, piece = self._theme, each.piece
        colors = {"down": theme.push_down, "up": theme.push_up}
        color = colors.get(piece.term.role, theme.focus)
        if work is Work.ACTS:
            painter.setPen(QPen(QColor(color), 2.4))
            painter.setBrush(QColor(blended(color, theme.panel, TINT)))
            painter.drawRoundedRect(each.cell.adjusted(1.5, 1.5, -1.5, -1.5), _RADIUS_PX, _RADIUS_PX)
        elif work is Work.READY:
            painter.setPen(QPen(QColor(theme.border), 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(each.cell.adjusted(1.5, 1.5, -1.5, -1.5), _RADIUS_PX, _RADIUS_PX)
        for drawing, box in ((piece.left, each.left), (piece.right, each.right)):
            if drawing is not None:
                drawing.drawing.render(painter, box)
        painter.setOpacity(PALE if work is Work.RESTS else 1.0)
        if piece.middle is not None:
            piece.middle.drawing.render(painter, each.middle)
        painter.setOpacity(1.0)
        self._paint_words(painter, each, work)

    def _paint_words(self, painter: QPainter, each: Placed, work: Work) -> None:
        theme, piece = self._theme, each.piece
        wrapped = int(Qt.TextFlag.TextWordWrap)
        painter.setFont(self.font())
        painter.setPen(QColor(theme.dim_text if work is Work.RESTS else theme.text))
        if piece.middle is None:
            painter.drawText(each.middle if not each.middle.isEmpty() else each.cell, wrapped, piece.term.latex)
        painter.drawText(each.words, wrapped, tr(piece.says))
        painter.setFont(self._small())
        painter.setPen(QColor(theme.dim_text))
        number = "" if work is Work.RESTS else _now(self._numbers.get(piece.term.trace), piece.term.of)
        # Above its sentence on the right, or under its term.
        side = Qt.AlignmentFlag.AlignLeft if each.number.top() >= each.middle.bottom() else Qt.AlignmentFlag.AlignRight
        painter.drawText(each.number, int(side), number)
        if piece.left is not None:
            told = "\n".join(filter(None, (tr(piece.formula.kind), _now(self._numbers.get(piece.formula.trace)))))
            painter.drawText(each.aside, int(Qt.AlignmentFlag.AlignTop), told)


def _now(value: float | None, of: str = "") -> str:
    """A number of now, empty where there is none."""
    return "" if value is None or math.isnan(value) else tr(f"{of} now {value:.3g}".strip())
