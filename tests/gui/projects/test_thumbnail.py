"""The small picture: points and landscape where they belong, the highest y on top."""

import numpy as np
from PySide6.QtGui import QColor, QImage

from gui.edits import Sketch
from gui.projects import thumbnail
from gui.projects.thumbnail import HEIGHT_PX, WIDTH_PX, Look


def drawn(sketch: Sketch, look: Look) -> QImage:
    image = QImage.fromData(thumbnail.drawn(sketch, look))
    assert (image.width(), image.height()) == (WIDTH_PX, HEIGHT_PX)
    return image


def test_a_point_is_where_it_belongs_in_its_colour() -> None:
    sketch = Sketch(np.array([[1.0, 0.5]]), np.array([1], np.uint8), (-1.0, 1.0, -1.0, 1.0))
    image = drawn(sketch, Look("#000000", ("#ff0000", "#00ff00")))
    at = WIDTH_PX // 2 + HEIGHT_PX // 2, HEIGHT_PX // 4
    assert image.pixelColor(*at).green() > 200
    assert image.pixelColor(at[0], HEIGHT_PX - at[1]) == QColor("#000000")


def test_the_first_row_of_a_landscape_is_at_the_bottom() -> None:
    rgba = np.full((2, 2, 4), 255, np.uint8)
    rgba[0] = (0, 0, 200, 255)
    image = drawn(Sketch(extent=(-1.0, 1.0, -1.0, 1.0)), Look("#000000", (), rgba, (-4.0, 4.0, -4.0, 4.0)))
    assert image.pixelColor(5, HEIGHT_PX - 5).red() < 100
    assert image.pixelColor(5, 5).red() > 155
