"""The canvas as a picture: on the clipboard, as PNG, as SVG."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from engine.notice import Notice
from gui.canvas import Canvas

_RATIO = 2.0


def picture_of(canvas: Canvas) -> QImage:
    """The canvas as it looks now, without the cursor, at twice its size in pixels."""
    image = QImage(canvas.size() * _RATIO, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_RATIO)
    image.fill(canvas.background)
    canvas.set_aids_visible(False)
    painter = QPainter(image)
    painter.setRenderHints(canvas.renderHints())
    canvas.render(painter, QRectF(canvas.rect()), canvas.rect())
    painter.end()
    canvas.set_aids_visible(True)
    return image


def export(canvas: Canvas, path: str) -> None:
    """Save as SVG, or `picture_of` in the format of the name. Raises Notice if it cannot be written."""
    if path.lower().endswith(".svg"):
        _export_svg(canvas, path)
    elif not picture_of(canvas).save(path):
        raise Notice(f"The picture cannot be written to {path}.")


def _export_svg(canvas: Canvas, path: str) -> None:
    """Axes and contours as lines; the landscape, the dots and the layers are pictures inside."""
    generator = QSvgGenerator()
    generator.setFileName(path)
    generator.setSize(canvas.size())
    # Else type is laid out for another screen, and numbers leave their ticks.
    generator.setResolution(canvas.logicalDpiX())
    generator.setViewBox(canvas.rect())
    painter = QPainter()
    if not painter.begin(generator):
        raise Notice(f"The picture cannot be written to {path}.")
    painter.fillRect(canvas.rect(), canvas.background)
    canvas.render(painter, QRectF(canvas.rect()), canvas.rect())
    painter.end()
