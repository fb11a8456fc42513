"""Dots: where they are drawn, how they look, and that drawing a part gives the picture of the whole."""

from typing import Any

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage

from gui.dots import Dots, diameter_for

SIZE = (400, 300)
RED = "#ff0000"


class Paper:
    """A plain view of 0 to 4 by 0 to 3 in which a unit is 100 pixels."""

    def __init__(self, qtbot: Any) -> None:
        self.widget = pg.GraphicsView(background="#000000")
        self.view = pg.ViewBox(defaultPadding=0.0)
        self.widget.setCentralItem(self.view)
        self.view.setBorder(None)
        self.view.disableAutoRange()
        self.view.setRange(xRange=(0, 4), yRange=(0, 3), padding=0)
        qtbot.addWidget(self.widget)
        self.widget.resize(*SIZE)
        self.widget.show()
        qtbot.waitExposed(self.widget)

    def add(self, dots: Dots) -> Dots:
        self.view.addItem(dots, ignoreBounds=True)
        return dots

    def pixels(self) -> np.ndarray:
        """(rows, columns, 3) as seen."""
        return pixels(self.widget.grab().toImage())

    def place(self, x: float, y: float) -> tuple[int, int]:
        """Row and column of a place."""
        at = self.view.mapViewToScene(QPointF(x, y))
        return int(at.y()), int(at.x())


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    content = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return content[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


@pytest.fixture
def paper(qtbot: Any) -> Paper:
    return Paper(qtbot)


def some_points(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.random((count, 2)) * [4, 3], rng.integers(0, 4, count).astype(np.uint8)


def test_dots_appear_at_the_right_pixels(paper: Paper) -> None:
    dots = paper.add(Dots())
    dots.set_colors((RED,), "#000000")
    dots.set_points(np.array([[0.5, 0.5], [3.0, 2.5]]))
    red = np.argwhere(paper.pixels()[..., 0] > 200)
    for x, y in ((0.5, 0.5), (3.0, 2.5)):
        near = red[np.abs(red - paper.place(x, y)).max(axis=1) < 10]
        assert near.mean(axis=0) == pytest.approx(paper.place(x, y), abs=1.0)
    assert len(red) < 200


def test_each_label_has_its_own_shape(paper: Paper) -> None:
    dots = paper.add(Dots())
    dots.set_colors((RED,), RED)
    dots.set_diameter(15.0)
    dots.set_points(np.column_stack([np.arange(4) + 0.5, np.full(4, 1.5)]), np.arange(4, dtype=np.uint8))
    seen = paper.pixels()
    shapes = []
    for x in np.arange(4) + 0.5:
        row, column = paper.place(x, 1.5)
        shapes.append((seen[row - 12 : row + 13, column - 12 : column + 13, 0] > 128).tobytes())
    assert len(set(shapes)) == 4


def test_the_outline_contrasts_with_the_fill(paper: Paper) -> None:
    dots = paper.add(Dots())
    dots.set_colors((RED,), "#0000ff")
    dots.set_points(np.array([[2.0, 1.5]]))
    seen = paper.pixels()
    row, column = paper.place(2.0, 1.5)
    assert seen[row, column].tolist() == [255, 0, 0]
    around = seen[row - 6 : row + 7, column - 6 : column + 7]
    assert around[..., 2].max() > 200


def test_a_hollow_dot_shows_what_lies_below(paper: Paper) -> None:
    dots = paper.add(Dots("hollow"))
    dots.set_colors((RED,), "#0000ff")
    dots.set_points(np.array([[2.0, 1.5]]))
    seen = paper.pixels()
    assert seen[paper.place(2.0, 1.5)].tolist() == [0, 0, 0]
    assert seen[..., 0].max() > 200


def test_adding_in_place_gives_the_picture_of_drawing_all(paper: Paper) -> None:
    points, labels = some_points(500)
    dots = paper.add(Dots())
    dots.set_colors(("#ff0000", "#00ff00", "#0000ff", "#ffff00"), "#ffffff")
    dots.set_points(points[:400], labels[:400])
    before = paper.pixels()
    dots.set_points(points, labels, num_unchanged=400)
    extended = paper.pixels()
    dots.set_points(points, labels)
    assert (extended != before).any()
    assert (extended == paper.pixels()).all()


def test_what_is_taken_away_is_no_longer_seen(paper: Paper) -> None:
    points, labels = some_points(100)
    dots = paper.add(Dots())
    dots.set_points(points[:60], labels[:60])
    without = paper.pixels()
    dots.set_points(points, labels)
    with_all = paper.pixels()
    dots.set_hidden(np.arange(60, 100))
    assert (paper.pixels() == without).all()
    dots.set_hidden(np.array([], np.int64))
    assert (paper.pixels() == with_all).all()
    dots.set_points(points[:60], labels[:60], num_unchanged=60)
    assert (paper.pixels() == without).all()
    dots.set_points(np.empty((0, 2)))
    assert paper.pixels().max() == 0


def test_ten_thousand_points_are_all_drawn(paper: Paper) -> None:
    dots = paper.add(Dots())
    columns, rows = np.meshgrid((np.arange(100) + 0.5) * 0.04, (np.arange(100) + 0.5) * 0.03)
    points = np.column_stack([columns.ravel(), rows.ravel()])
    dots.set_diameter(3.0)
    dots.set_points(points)
    seen = paper.pixels()
    assert dots.num_points == 10_000
    assert all(seen[paper.place(x, y)].max() > 0 for x, y in points)


def test_very_many_points_leave_the_same_places_covered(paper: Paper) -> None:
    points, _ = some_points(20_000)
    dots = paper.add(Dots())
    dots.set_colors((RED,), RED)
    dots.set_diameter(3.0)
    dots.set_points(points)
    few = paper.pixels()
    dots.set_points(np.tile(points, (4, 1)))  # so many that each place is drawn once only
    assert ((paper.pixels() > 128) == (few > 128)).mean() > 0.95
    one_label_each = np.repeat(np.arange(4, dtype=np.uint8), 20_000)
    dots.set_points(np.tile(points, (4, 1)), one_label_each)
    assert paper.pixels().max() > 0


def test_dots_follow_a_zoom(paper: Paper) -> None:
    dots = paper.add(Dots())
    dots.set_colors((RED,), RED)
    dots.set_points(np.array([[1.0, 1.0]]))
    paper.view.setRange(xRange=(0.5, 2.5), yRange=(0.5, 2.0), padding=0)
    red = np.argwhere(paper.pixels()[..., 0] > 128)
    assert red.mean(axis=0) == pytest.approx((200, 100), abs=1.5)


def test_more_points_are_drawn_smaller_but_never_vanish() -> None:
    sizes = [diameter_for(count) for count in (1, 2_000, 10_000, 50_000, 1_000_000)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] >= 3
