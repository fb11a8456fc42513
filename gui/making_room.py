"""While equations are shown on a low window, what lies at the bottom of the page is as low as it can be.

So the landscape stays the largest thing on the page. Put away, the equations give the height back.
"""

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QSplitter, QWidget

# In heights of a line of text: a window that is lower has no room for all.
_LOW_LINES = 46


class MakingRoom(QObject):
    """For a page with equations above a splitter, whose second part gives way. It lives as long as the splitter."""

    def __init__(self, equations: QWidget, stage: QSplitter) -> None:
        super().__init__(stage)
        self._equations, self._stage = equations, stage
        # The height that was taken, and what was left.
        self._before, self._left = 0, 0
        # Once the equations have their own height.
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._share)
        equations.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._later.start()
        return False

    def _share(self) -> None:
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
            lines = stage.window().height() / stage.fontMetrics().height()
            wanted = min(bottom_px, bottom.minimumSizeHint().height()) if lines < _LOW_LINES else bottom_px
            self._before, self._left = self._before or bottom_px, wanted
        stage.setSizes([upper_px + bottom_px - wanted, wanted])
