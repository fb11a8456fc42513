"""Every key and mouse gesture on one page, made from the table of commands."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from gui import actions
from gui.commands import commands_of
from gui.fitted import fit
from gui.flow import Flow

_MOUSE, _PICTURES, _CANVAS = "Mouse", "Pictures", "Canvas"
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
# By keys what the mouse does on a canvas, a map or the pad that has the focus (Tab leads there).
CANVAS_KEYS: tuple[tuple[str, str], ...] = (
    ("Arrows", "Move the cross"),
    ("Enter", "Press there"),
    ("Ctrl+Enter", "Hold the button, or let it go"),
    ("Shift+Enter", "Press with Shift"),
    ("Tab", "Go on to the controls"),
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
    ("View", _MOUSE, _CANVAS),
)


class KeysPage(QDialog):
    """Closed by Esc; whoever calls `show` keeps it beside the work, `exec` stops the work."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys and gestures")
        body = QWidget(self)
        row = Flow(body, gap_px=32)
        for titles in _COLUMNS:
            group = QWidget(body)
            column = QVBoxLayout(group)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(6)
            for title in titles:
                _add_group(column, title, _keys_of(title))
            column.addStretch(1)
            row.add(group, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        fit(self, body, buttons)


def _keys_of(title: str) -> list[tuple[str, list[str]]]:
    """The commands of a menu that have keys, with all of their keys; or what the mouse does."""
    own = {_MOUSE: GESTURES, _PICTURES: PICTURE_KEYS, _CANVAS: CANVAS_KEYS}
    if title in own:
        return [(text, [key]) for key, text in own[title]]
    commands = [command for command in commands_of(title) if command.keys]
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
