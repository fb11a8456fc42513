"""Dialogs as large as what is in them, and never larger than the screen: then they scroll.

They grow with the type, also while they are open.
"""

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from gui.growing import scrolled, with_type

# Around a dialog on a small screen: the window's frame and a strip of what is behind it.
_FREE_PX = QSize(40, 60)


def fit(dialog: QDialog, body: QWidget, below: QWidget) -> None:
    """Lay a dialog out: a body that scrolls where it must, and what stays in sight below it."""
    area = scrolled(body, dialog)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    column = QVBoxLayout(dialog)
    column.addWidget(area, 1)
    column.addWidget(below)
    # Once all of its parts have their type.
    later = QTimer(dialog, singleShot=True, interval=0)

    def take_size() -> None:
        owner = dialog.parentWidget()
        room = dialog.screen().availableSize() - _FREE_PX
        room = room.expandedTo(owner.window().size() - _FREE_PX) if owner is not None else room
        margins = column.contentsMargins()
        beside = margins.left() + margins.right() + area.verticalScrollBar().sizeHint().width()
        wide = max(body.sizeHint().width(), body.minimumSizeHint().width(), below.sizeHint().width())
        width = min(wide + beside, room.width())
        inner = width - beside
        tall = body.heightForWidth(inner) if body.hasHeightForWidth() else body.sizeHint().height()
        above = margins.top() + margins.bottom() + column.spacing() + below.sizeHint().height()
        dialog.resize(width, min(tall + above, room.height()))

    later.timeout.connect(take_size)
    with_type(dialog, lambda _: later.start())
    take_size()
