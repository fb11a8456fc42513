"""The canvas as a picture: on the clipboard, as PNG, as SVG, as PDF."""

from pathlib import Path

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from engine.notice import Notice
from gui import exports
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
    """Save as SVG, as PDF, or `picture_of` in the format of the name. Raises Notice if it cannot be written.

    In SVG and PDF axes and contours are lines; the landscape, the dots and the layers are pictures inside.
    """
    draw = {".svg": exports.draw_svg, ".pdf": exports.draw_pdf}.get(Path(path).suffix.lower())
    if draw is not None:
        canvas.set_aids_visible(False)
        try:
            draw(path, canvas.size(), canvas.logicalDpiX(), lambda painter: _paint(canvas, painter))
        finally:
            canvas.set_aids_visible(True)
    elif not picture_of(canvas).save(path):
        raise Notice(f"The picture cannot be written to {path}.")


def _paint(canvas: Canvas, painter: QPainter) -> None:
    painter.fillRect(canvas.rect(), canvas.background)
    canvas.render(painter, QRectF(canvas.rect()), canvas.rect())
