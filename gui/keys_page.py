"""Every key and mouse gesture on one page, made from the table of commands."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui import actions

_MOUSE, _PICTURES = "Mouse", "Pictures"
# What the canvas, the panel and the curves do with the mouse, and the key that ends a gesture.
GESTURES: tuple[tuple[str, str], ...] = (
    ("Left drag", "Use the tool"),
    ("Shift and drag", "Line at 45°, circle"),
    ("Esc", "Cancel the stroke"),
    ("Wheel", "Zoom at the cursor"),
    ("Middle drag", "Pan"),
    ("Middle double click", "Reset the view"),
    ("Double click its name", "Reset a knob"),
    ("Right click", "Save a curve"),
    ("Drop it on the window", "Open a file"),
)
# What the latent lab and the 3-D surface do with keys of their own, which are of no use elsewhere.
PICTURE_KEYS: tuple[tuple[str, str], ...] = (
    ("K", "Keep what is seen on the shelf"),
    (".", "One step of the chains of a latent space"),
    ("Del", "Take from the shelf, or forget a direction"),
    ("Ctrl+V", "Paste a picture on the pad"),
    ("Enter", "Look at the chosen picture"),
    ("Arrows", "Choose a picture; turn the surface"),
)
# Columns of about the same height side by side.
_COLUMNS: tuple[tuple[str, ...], ...] = (
    ("File", "Model", "Sample", "Help"),
    ("Edit", "Lecture", _PICTURES),
    ("View", _MOUSE),
)


class KeysPage(QDialog):
    """Closed by Esc; whoever calls `show` keeps it beside the work, `exec` stops the work."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys and gestures")
        body = QWidget(self)
        row = QHBoxLayout(body)
        row.setSpacing(32)
        for titles in _COLUMNS:
            column = QVBoxLayout()
            column.setSpacing(6)
            for title in titles:
                _add_group(column, title, _keys_of(title))
            column.addStretch(1)
            row.addLayout(column)
        scroll = QScrollArea(self)
        scroll.setWidget(body)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(scroll)
        layout.addWidget(buttons)
        room = self.screen().availableSize()
        wanted = body.sizeHint()
        self.resize(min(wanted.width() + 48, room.width() - 80), min(wanted.height() + 80, room.height() - 80))


def _keys_of(title: str) -> list[tuple[str, list[str]]]:
    """The commands of a menu that have keys, with all of their keys; or what the mouse does."""
    if title in (_MOUSE, _PICTURES):
        return [(text, [key]) for key, text in (GESTURES if title == _MOUSE else PICTURE_KEYS)]
    commands = [command for command in actions.commands_of(title) if command.keys]
    return [(each.text.rstrip("…"), actions.shown_keys(each)) for each in commands]


def _add_group(column: QVBoxLayout, title: str, rows: list[tuple[str, list[str]]]) -> None:
    column.addWidget(QLabel(f"<span style='font-size: large; font-weight: 600'>{title}</span>"))
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(3)
    grid.setColumnStretch(0, 1)
    for index, (text, keys) in enumerate(rows):
        grid.addWidget(QLabel(text), index, 0)
        caps = QLabel("   ".join(keys))
        caps.setTextFormat(Qt.TextFormat.PlainText)
        caps.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        font = caps.font()
        font.setBold(True)
        caps.setFont(font)
        grid.addWidget(caps, index, 1)
    column.addLayout(grid)
    column.addSpacing(16)
