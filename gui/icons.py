"""Our own pictures on buttons: simple SVG strokes from assets/icons, in any colour, crisp on any screen.

The files draw with `currentColor`; those that begin with `style_` have fixed colours and belong to theme.py.
"""

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "icons"
_SIZES_PX = (16, 20, 24, 32, 48, 72)  # Qt takes the next larger one and shrinks it: tool bars up to 36 px at 200 %
_DISABLED_OPACITY = 0.35


def names() -> tuple[str, ...]:
    """Every picture that `icon` knows."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.svg") if not path.stem.startswith("style_")))


def icon(name: str, color: str) -> QIcon:
    """A picture of `names()` in a colour such as "#e8eaf0"; paler where its button is disabled.

    Raises FileNotFoundError for another name.
    """
    drawing = QSvgRenderer(QByteArray(_source(name).replace(b"currentColor", QColor(color).name().encode())))
    result = QIcon()
    for size in _SIZES_PX:
        drawn = _blank(size)
        with QPainter(drawn) as painter:
            drawing.render(painter, QRectF(0, 0, size, size))
        # From the finished picture: where two strokes cross, it is no darker.
        pale = _blank(size)
        with QPainter(pale) as painter:
            painter.setOpacity(_DISABLED_OPACITY)
            painter.drawPixmap(0, 0, drawn)
        result.addPixmap(drawn)
        result.addPixmap(pale, QIcon.Mode.Disabled)
    return result


@cache
def _source(name: str) -> bytes:
    return (FOLDER / f"{name}.svg").read_bytes()


def _blank(size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap
