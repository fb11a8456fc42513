"""Dialogs as large as what is in them, and never larger than the screen: then they scroll.

They grow with the type and with longer words, also while they are open.
"""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from gui.growing import scrolled, with_type

# Around a dialog on a small screen: the window's frame and a strip of what is behind it.
_FREE_PX = QSize(40, 60)


def fit(dialog: QDialog, body: QWidget, below: QWidget) -> None:
    """Lay a dialog out: a body that scrolls where it must, and what stays in sight below it."""
    _Fit(dialog, body, below)


class _Fit(QObject):
    """Watches what is in the dialog, and gives it the size that this needs."""

    def __init__(self, dialog: QDialog, body: QWidget, below: QWidget) -> None:
        super().__init__(dialog)
        self._dialog, self._body, self._below = dialog, body, below
        self._area = scrolled(body, dialog)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._column = QVBoxLayout(dialog)
        self._column.addWidget(self._area, 1)
        self._column.addWidget(below)
        # Once all of its parts have their type and their words.
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._take_size)
        with_type(dialog, lambda _: self._later.start())
        body.installEventFilter(self)
        self._take_size()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._later.start()
        return super().eventFilter(watched, event)

    def _take_size(self) -> None:
        body, owner = self._body, self._dialog.parentWidget()
        room = self._dialog.screen().availableSize() - _FREE_PX
        room = room.expandedTo(owner.window().size() - _FREE_PX) if owner is not None else room
        margins = self._column.contentsMargins()
        beside = margins.left() + margins.right() + self._area.verticalScrollBar().sizeHint().width()
        wide = max(body.sizeHint().width(), body.minimumSizeHint().width(), self._below.sizeHint().width())
        width = min(wide + beside, room.width())
        inner = width - beside
        tall = body.heightForWidth(inner) if body.hasHeightForWidth() else body.sizeHint().height()
        above = margins.top() + margins.bottom() + self._column.spacing() + self._below.sizeHint().height()
        self._dialog.resize(width, min(tall + above, room.height()))
