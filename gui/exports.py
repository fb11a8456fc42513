"""Any widget as a picture, and any plot's values as a table: PNG, SVG, PDF and CSV, offered by a right click.

PDF and SVG are lines and text wherever a widget paints such. Not covered: the canvas's own menu (window.py).
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QMarginsF, QPoint, QRect, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPaintDevice, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from engine.notice import Notice
from gui import files
from gui.focus_frame import FocusFrame
from gui.language import tr

PNG_RATIO = 3.0
_POINTS_AN_INCH = 72
Cell = str | int | float
# The first row holds the names of the columns.
Table = Iterable[Sequence[Cell]]
Paint = Callable[[QPainter], None]


def add_export_menu(widget: QWidget, name: str, table: Callable[[], Table] | None = None) -> None:
    """Give a plot a menu under the right button. name: of files, without an ending.  table: its values."""
    widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def show(at: QPoint) -> None:
        menu = QMenu(widget)
        add_exports(menu, widget, name, table)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(widget.mapToGlobal(at))

    widget.customContextMenuRequested.connect(show)
    if widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
        FocusFrame(widget)


def add_exports(menu: QMenu, widget: QWidget, name: str, table: Callable[[], Table] | None = None) -> None:
    """The entries of such a menu."""
    for ending in ("png", "svg", "pdf", *(("csv",) if table is not None else ())):
        action = menu.addAction(f"Save as {ending.upper()}…")
        action.triggered.connect(lambda _=False, ending=ending: _ask_and_save(widget, name, ending, table))


def save(widget: QWidget, path: str, table: Callable[[], Table] | None = None) -> None:
    """Save a widget as its file's ending says. Raises Notice if it cannot be written."""
    ending = Path(path).suffix.lower()
    if ending == ".csv" and table is not None:
        files.write(path, as_csv(table()))
    elif ending == ".svg":
        draw_svg(path, widget.size(), widget.logicalDpiX(), lambda painter: widget.render(painter, QPoint()))
    elif ending == ".pdf":
        draw_pdf(path, widget.size(), widget.logicalDpiX(), lambda painter: widget.render(painter, QPoint()))
    else:
        image = QImage(widget.size() * PNG_RATIO, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(PNG_RATIO)
        widget.render(image)
        if not image.save(path):
            raise Notice(f"The picture cannot be written to {path}.")


def as_csv(table: Table) -> str:
    """Numbers read back as exactly the same ones."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(
        [repr(cell) if isinstance(cell, float) else cell for cell in row] for row in table
    )
    return file.getvalue()


def draw_svg(path: str, size: QSize, dpi: int, paint: Paint) -> None:
    """dpi: of the screen that the painting was laid out for. Raises Notice."""
    drawing = QSvgGenerator()
    drawing.setFileName(path)
    drawing.setSize(size)
    # Else type is laid out for another screen, and numbers leave their ticks.
    drawing.setResolution(dpi)
    drawing.setViewBox(QRect(QPoint(), size))
    _paint_on(drawing, path, paint)


def draw_pdf(path: str, size: QSize, dpi: int, paint: Paint) -> None:
    """One page, as large as the widget is on a screen of so many dots an inch. Raises Notice."""
    writer = QPdfWriter(path)
    # The screen's own: lines that are a pixel wide at any scale would be hairs at a printer's.
    writer.setResolution(dpi)
    page = QSizeF(size) * (_POINTS_AN_INCH / dpi)
    exact = QPageSize(page, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    writer.setPageLayout(QPageLayout(exact, QPageLayout.Orientation.Portrait, QMarginsF()))
    _paint_on(writer, path, paint)


def _paint_on(device: QPaintDevice, path: str, paint: Paint) -> None:
    painter = QPainter()
    if not painter.begin(device):
        raise Notice(f"The picture cannot be written to {path}.")
    paint(painter)
    painter.end()


def _ask_and_save(widget: QWidget, name: str, ending: str, table: Callable[[], Table] | None) -> None:
    kind = f"{ending.upper()} (*.{ending})"
    path, _ = QFileDialog.getSaveFileName(widget, tr(f"Save as {ending.upper()}"), f"{name}.{ending}", kind)
    if not path:
        return
    path = path if Path(path).suffix.lower() == f".{ending}" else f"{path}.{ending}"
    try:
        save(widget, path, table)
    except Notice:
        QMessageBox.warning(widget, "Not saved", f"{path} cannot be written. Choose another folder.")
