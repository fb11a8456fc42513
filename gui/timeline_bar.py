"""The bar that is dragged to go back in time: a run's branches as a small tree, marks with names, and where one is.

Dragged, it shows what was; let go, the run is there, and goes on from there when it plays.
Not covered: what a run's past is (past.py), where things lie on the bar (timeline_layout.py).
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.language import own, tr
from gui.name_editor import NameEditor
from gui.named_steps import LONGEST_NAME, NamedStep
from gui.past import RunPast
from gui.theme import DARK, Theme, blended
from gui.timeline_layout import Layout
from gui.timeline_menu import menu

_HANDLE_PX = 7.0
_FAINT = 0.4  # how much of its colour a branch has that does not lead to where one is
_GRAB_PX = 9.0  # a mark is met from so far
# A key moves by this share of the bar; once it has stood still for so long, the run goes there.
_KEY_SHARE, _KEY_MS = 0.01, 350
_EMPTY = "The timeline: play, then drag here to go back."
_GONE = (
    "The run has no such step here: a project keeps the names of steps, and of what was learnt only the last weights."
)


class TimelineBar(QWidget):
    """Shows one past at a time. `drag_began`: what plays is to be paused."""

    drag_began = Signal()
    beside_asked = Signal(int, int)
    noticed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._past: RunPast | None = None
        self._theme = DARK
        self._dragged: int | None = None
        self.can_open_beside = True
        self._editor: NameEditor | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_KEY_MS)
        self._settle.timeout.connect(self._go_where_one_looks)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Timeline")
        self.setWhatsThis(
            "<b>The timeline</b><br>Drag to look back; let go, and the run is there: it goes on just as it did. Turn a "
            "knob there and play: a branch begins, and the old one stays. Knobs and points are those of that step; "
            "Undo brings the points back. A right click has marks and branches; the arrow keys move too."
        )

    @property
    def past(self) -> RunPast | None:
        return self._past

    def set_past(self, past: RunPast) -> None:
        """Show this one from now on."""
        if past is self._past:
            return
        if self._past is not None:
            self._past.changed.disconnect(self._on_changed)
        self._end_editing()
        self._past, self._dragged = past, None
        past.changed.connect(self._on_changed)
        # A run that is gone takes its past along.
        past.destroyed.connect(lambda gone=None, number=past.number: self._on_destroyed(number))
        self._on_changed()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(400, round(self._layout.height))

    # ---- what commands do

    def step_back(self) -> None:
        self._do(lambda past: past.step_back())

    def go_to_newest(self) -> None:
        self._do(lambda past: past.go_to_newest())

    def go_to_mark(self, direction: int) -> None:
        """The next mark (1), or the one before (-1)."""
        past = self._past
        if past is None or not past.go_to_mark(direction):
            self.noticed.emit("There is no further mark on that side; K makes one.")
        else:
            self.drag_began.emit()

    def add_mark(self) -> None:
        """Where one is; its name can be typed at once."""
        if self._past is None or not self._past.is_there:
            self.noticed.emit("There is nothing to mark yet: play first.")
            return
        mark = self._past.add_mark()
        if mark is None:
            self.noticed.emit("There are too many marks; remove one first.")
        else:
            self.edit(mark)

    def rename_mark(self) -> None:
        """The last one on the way here."""
        if mark := self._nearest():
            self.edit(mark)

    def remove_mark(self) -> None:
        if (mark := self._nearest()) and self._past is not None:
            self._past.remove(mark)

    def edit(self, mark: NamedStep) -> None:
        """Let its name be typed."""
        self._end_editing()
        if (past := self._past) is not None:
            editor = self._editor = NameEditor(
                mark.name,
                LONGEST_NAME,
                self,
                lambda: self._layout.point(mark.branch, mark.step).toPoint(),
                lambda name: past.rename(mark, name),
            )
            editor.destroyed.connect(lambda: self._forget(editor))

    def go_to(self, mark: NamedStep) -> None:
        if self._past is not None and not self._past.can_go_to(mark):
            self.noticed.emit(_GONE)
        else:
            self._do(lambda past: past.go_to(mark.branch, mark.step))

    def mark_at(self, at: QPointF) -> NamedStep | None:
        """The mark under a place: its name, or its stroke."""
        layout = self._layout
        for mark, room in layout.marks():
            place = layout.point(mark.branch, mark.step)
            is_near = abs(place.x() - at.x()) <= _GRAB_PX and at.y() <= place.y() - _HANDLE_PX
            if is_near or room.contains(at):
                return mark
        return None

    def place_at(self, at: QPointF) -> tuple[int, int]:
        """The branch and step at a place."""
        return self._layout.place_at(at.x(), at.y())

    def open_beside(self) -> None:
        """The branch that one is on, up to where one is, as a run of its own."""
        if self._past is None or not self._past.is_there:
            self.noticed.emit("There is nothing to open beside yet: play first.")
        else:
            self.beside_asked.emit(*self._past.place)

    # ---- mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._past is None:
            return
        self._end_editing()
        if (mark := self.mark_at(event.position())) is not None:
            self.go_to(mark)
            return
        if not self._past.is_there:
            return
        self.drag_began.emit()
        self._dragged, step = self._layout.place_at(event.position().x(), event.position().y())
        self._past.look_back(self._dragged, step)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragged is not None and self._past is not None and self._dragged in self._past.branches:
            self._past.look_back(self._dragged, self._layout.step_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._dragged is not None:
            self._dragged = None
            self._go_where_one_looks()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        past, key = self._past, event.key()
        if past is None or not past.is_there or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        branch, step = past.place
        if key == Qt.Key.Key_Escape and past.looking is not None:
            self._dragged = None
            self._settle.stop()
            past.look_at_present()
            return
        notch = max(1, round(_KEY_SHARE * (past.last_step - past.first_step)))
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._look(branch, step + (notch if key == Qt.Key.Key_Right else -notch))
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            numbers = sorted(past.branches)
            index = numbers.index(branch) + (1 if key == Qt.Key.Key_Down else -1)
            if 0 <= index < len(numbers):
                self._look(numbers[index], past.branches[numbers[index]].tip)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        offered = menu(self, QPointF(event.pos()))
        offered.aboutToHide.connect(offered.deleteLater)
        offered.popup(event.globalPos())

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._past is not None:
            mark = self.mark_at(QPointF(event.pos()))
            branch, step = self._layout.place_at(event.pos().x(), event.pos().y())
            text = own(mark.name) if mark is not None else f"Step {step:,}".replace(",", " ")
            if len(self._past.branches) > 1:
                text += f", branch {branch}"
            text += "\nDrag to look back. Let go, and the run is there, with its knobs and points of that step."
            QToolTip.showText(event.globalPos(), tr(text if self._past.is_there else _EMPTY), self)
            return True
        is_escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if is_escape and event.type() == QEvent.Type.ShortcutOverride and self._past and self._past.looking:
            # Else the window takes it.
            event.accept()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    # ---- paint

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        layout, theme, past = self._layout, self._theme, self._past
        if past is None or not (past.is_there or past.is_marked):
            self._paint_track(painter, layout.track(), theme.border)
            self._paint_empty(painter)
        else:
            line = past.line_of(past.place[0])
            faint = blended(theme.dim_text, theme.panel, _FAINT)
            if not all(map(past.can_go_to, past.marks)):
                self._paint_track(painter, layout.track(), theme.border)
            for number in sorted(past.branches, key=lambda number: number in line):
                self._paint_track(painter, layout.path(number), faint)
            self._paint_track(painter, layout.way(line, past.place[1]), theme.focus)
            self._paint_marks(painter, past)
            self._paint_handle(painter, layout.point(*past.place))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.focus), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _paint_empty(self, painter: QPainter) -> None:
        """On the ground of the window, so that the track does not strike the words through."""
        metrics, room = self.fontMetrics(), self.rect()
        text = metrics.elidedText(tr(_EMPTY), Qt.TextElideMode.ElideRight, room.width())
        wide = metrics.horizontalAdvance(text) + 2 * metrics.height() // 3
        painter.fillRect(QRectF((room.width() - wide) / 2, 0, wide, room.height()), self.palette().window())
        painter.setPen(QColor(self._theme.dim_text))
        painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_track(self, painter: QPainter, path: QPainterPath, color: str) -> None:
        pen = QPen(QColor(color), self._layout.line_px)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.strokePath(path, pen)

    def _paint_handle(self, painter: QPainter, at: QPointF) -> None:
        painter.setPen(QPen(QColor(self._theme.panel), 2))
        painter.setBrush(QColor(self._theme.focus))
        painter.drawEllipse(at, _HANDLE_PX, _HANDLE_PX)

    def _paint_marks(self, painter: QPainter, past: RunPast) -> None:
        """A stroke across its branch, and the name beside it above, cut where the next one begins."""
        layout, metrics = self._layout, self.fontMetrics()
        for mark, room in layout.marks():
            at = layout.point(mark.branch, mark.step)
            painter.setPen(QPen(QColor(self._theme.text if past.can_go_to(mark) else self._theme.dim_text), 2))
            painter.drawLine(QPointF(at.x(), layout.names_px - 2), QPointF(at.x(), at.y() + 5))
            name = metrics.elidedText(mark.name, Qt.TextElideMode.ElideRight, int(room.width()))
            side = Qt.AlignmentFlag.AlignRight if room.right() < at.x() else Qt.AlignmentFlag.AlignLeft
            painter.drawText(room, side | Qt.AlignmentFlag.AlignVCenter, name)

    # ---- private

    @property
    def _layout(self) -> Layout:
        return Layout(self._past, float(self.width()), float(self.fontMetrics().height()))

    def _do(self, what: Callable[[RunPast], object]) -> None:
        if self._past is not None and self._past.is_there:
            self.drag_began.emit()
            what(self._past)

    def _look(self, branch: int, step: int) -> None:
        if self._past is not None:
            if self._past.looking is None:
                self.drag_began.emit()
            self._past.look_back(branch, step)
            self._settle.start()

    def _go_where_one_looks(self) -> None:
        if self._past is not None and self._past.looking is not None:
            self._past.go_to(*self._past.looking)

    def _nearest(self) -> NamedStep | None:
        mark = self._past.nearest_mark() if self._past is not None else None
        if mark is None:
            self.noticed.emit("There is no mark at this step or before it; K makes one.")
        return mark

    def _end_editing(self) -> None:
        if self._editor is not None:
            self._editor.finish(is_taken=True)

    def _on_changed(self) -> None:
        if self._layout.height != self.height():
            self.updateGeometry()
        self.update()

    def _forget(self, editor: NameEditor) -> None:
        if self._editor is editor:
            self._editor = None

    def _on_destroyed(self, number: int) -> None:
        if self._past is not None and self._past.number == number:
            self._past = None
