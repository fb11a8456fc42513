"""`python -m gui.picture FILE.png`: draw the canvas as the window would, from the two messages on stdin.

The messages are a SetData (the sketch) and a Landscape, as the engine speaks them; no window appears.
"""

import sys
from typing import BinaryIO

from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from engine.messages import Landscape, SetData, decode_for_engine, decode_for_window, read_frame
from engine.notice import Notice
from gui.edits import Sketch
from gui.landscape_view import LandscapeView
from gui.theme import DARK, apply

_SIZE = (1280, 720)


def read_messages(stream: BinaryIO) -> tuple[SetData, Landscape]:
    """The sketch and the landscape. Raises ValueError for anything else."""
    first, second = read_frame(stream), read_frame(stream)
    data = decode_for_engine(first or b"")
    landscape = decode_for_window(second or b"")
    if not isinstance(data, SetData) or not isinstance(landscape, Landscape):
        raise ValueError("a SetData and a Landscape were expected")
    return data, landscape


def draw(data: SetData, landscape: Landscape, path: str) -> None:
    """Save the picture. Raises Notice if it cannot be written."""
    view = LandscapeView()
    view.set_theme(DARK)
    view.canvas.set_sketch(Sketch(data.points, data.labels, data.extent, data.truth))
    page = QWidget()
    row = QHBoxLayout(page)
    row.setContentsMargins(8, 8, 8, 8)
    row.addWidget(view)
    page.resize(*_SIZE)
    page.ensurePolished()
    page.grab()  # a first time, so that layout and axes have settled
    view.canvas.reset_view()
    view.show_landscape(landscape)
    if not page.grab().save(path):
        raise Notice(f"The picture cannot be written to {path}.")


def main() -> int:
    app = QApplication(sys.argv[:1])
    apply(app, DARK, 1.0)
    draw(*read_messages(sys.stdin.buffer), sys.argv[1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
