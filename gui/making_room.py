"""Where equations are shown or panes stand in two rows on a low window, what lies at the bottom of the page gives way.

So the landscape stays the largest thing on the page. On a low window the bottom is as low as it can be while equations
are shown; on one that is lower still, its page is put away. Its command or tab brings it back, and so does the room.
"""

from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QSplitter

from gui.equation_strip import EquationStrip

# In heights of a line of text: a window that is lower has no room for all, or not even for a low page at the bottom.
_LOW_LINES, _LOWEST_LINES, _LOWEST_WITH_ROWS = 46, 30, 24


class GivesWay(Protocol):
    """What lies at the bottom. What the person opens meanwhile stays open."""

    def give_way(self, is_away: bool) -> None:
        """Put the page away, or show again the one that was put away."""


class MakingRoom(QObject):
    """For a page with equations above a splitter, whose second part gives way. It lives as long as the splitter."""

    def __init__(self, equations: EquationStrip, stage: QSplitter, bottom: GivesWay) -> None:
        super().__init__(stage)
        self._equations, self._stage, self._bottom = equations, stage, bottom
        self._has_rows = self._is_away = False
        # The height that was taken, and what was left.
        self._before, self._left = 0, 0
        # Once the equations have their own height.
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._share)
        self._sizes = QTimer(self, singleShot=True, interval=0)
        self._sizes.timeout.connect(self._put_away)
        equations.installEventFilter(self)
        stage.installEventFilter(self)

    def set_rows(self, count: int) -> None:
        """In how many rows the panes stand."""
        self._has_rows = count > 1
        self._put_away()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._equations:
            if kind in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
                self._later.start()
        elif kind in (QEvent.Type.Show, QEvent.Type.Resize, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._sizes.start()
        return False

    @property
    def _lines(self) -> float:
        """The height of the window."""
        return self._stage.window().height() / self._stage.fontMetrics().height()

    def _put_away(self) -> bool:
        """Only where it becomes too low or high enough, which is told: between, it is as the person wants it."""
        is_away = not self._equations.isHidden() and self._lines < _LOWEST_LINES
        is_away = is_away or (self._has_rows and self._lines < _LOWEST_WITH_ROWS)
        self._equations.set_low(is_away and self._has_rows)
        if is_away != self._is_away and self._stage.isVisible():
            self._is_away = is_away
            self._bottom.give_way(is_away)
            return True
        return False

    def _share(self) -> None:
        if self._put_away():
            # It comes back with the height that it had.
            return
        stage = self._stage
        bottom = stage.widget(1)
        upper_px, bottom_px = stage.sizes()
        if bottom is None or bottom.isHidden():
            return
        if self._equations.isHidden():
            # Where the person has dragged it since, it stays.
            wanted = self._before if self._before and bottom_px == self._left else bottom_px
            self._before = 0
        else:
            wanted = min(bottom_px, bottom.minimumSizeHint().height()) if self._lines < _LOW_LINES else bottom_px
            self._before, self._left = self._before or bottom_px, wanted
        stage.setSizes([upper_px + bottom_px - wanted, wanted])
