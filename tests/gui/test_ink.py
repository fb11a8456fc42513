"""Lines with a halo: where they lie, how wide they are, and when they are drawn afresh."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

from gui.ink import Ink, path_of, path_of_segments

SIZE = (120, 80)
LINE, HALO, GROUND = QColor("#ff0000"), QColor("#0000ff"), QColor("#000000")


class Paper:
    """A picture to paint on, in its own pixels."""

    def __init__(self, ratio: float = 1.0) -> None:
        self.image = QImage(int(SIZE[0] * ratio), int(SIZE[1] * ratio), QImage.Format.Format_RGB32)
        self.image.setDevicePixelRatio(ratio)
        self.times_asked = 0

    def inked(self, ink: Ink, path: QPainterPath, opacity: float = 1.0, zoom: float = 1.0) -> np.ndarray:
        """(rows, columns, 3): red, green, blue."""

        def lines() -> list[tuple[QPainterPath, float]]:
            self.times_asked += 1
            return [(path, opacity)]

        self.image.fill(GROUND)
        painter = QPainter(self.image)
        painter.scale(zoom, zoom)
        ink.paint(painter, QRectF(0, 0, *SIZE), lines, lambda _: None)
        painter.end()
        bytes_ = np.frombuffer(self.image.constBits(), np.uint8)
        return bytes_.reshape(self.image.height(), self.image.width(), 4)[..., 2::-1].astype(int)


def ink_of(width_px: float, halo_px: float = 1.0) -> Ink:
    ink = Ink()
    ink.set_look(LINE, HALO, width_px, halo_px)
    return ink


def segment(*ends: float) -> QPainterPath:
    return path_of_segments(np.array([ends]))


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("width_px", [1, 2, 3, 4, 5])
def test_a_line_is_as_wide_as_asked_in_any_direction_and_lies_in_the_middle(width_px: int, ratio: float) -> None:
    for ends, axis in (((20.0, 40.5, 100.0, 40.5), 0), ((60.5, 10.0, 60.5, 70.0), 1)):
        seen = Paper(ratio).inked(ink_of(width_px), segment(*ends))
        across = seen[:, int(60 * ratio)] if axis == 0 else seen[int(40 * ratio), :]
        red, blue = across[:, 0] / 255, across[:, 2] > 100
        assert red.sum() == pytest.approx(width_px * ratio, abs=1.0)
        middle = (red * (np.arange(len(red)) + 0.5)).sum() / red.sum() / ratio
        assert middle == pytest.approx(40.5 if axis == 0 else 60.5, abs=0.55)
        assert blue.sum() >= 2 * ratio - 1  # on both sides
    slanted = Paper().inked(ink_of(width_px), segment(20.0, 10.0, 80.0, 70.0))[..., 0].sum() / 255
    assert slanted / np.hypot(60, 60) == pytest.approx(width_px, abs=1.2)


def test_lines_do_not_run_on_into_the_next_and_places_that_are_none_are_left_out() -> None:
    pixels = np.array([[10, 10], [50, 10], [10, 60], [np.nan, 3.0], [50, 60], [90.0, 5.0]])
    seen = Paper().inked(ink_of(2), path_of(pixels, np.array([0, 2, 5, 6], np.int32)))[..., 0]
    assert seen[10, 30] > 200
    assert seen[60, 30] > 200
    assert seen[15:55].max() == 0
    assert seen[:, 60:].max() == 0


@pytest.mark.parametrize("offsets", [[0], [0, 0], [0, 0, 0]])
def test_no_lines_are_nothing(offsets: list[int]) -> None:
    path = path_of(np.zeros((0, 2)), np.array(offsets, np.int32))
    assert Paper().inked(ink_of(3), path).max() == 0
    assert path_of_segments(np.full((3, 4), np.nan)).isEmpty()


def test_a_faint_line_is_fainter_and_so_is_its_halo() -> None:
    path = segment(20.0, 40.5, 100.0, 40.5)
    full, faint = (Paper().inked(ink_of(3), path, opacity) for opacity in (1.0, 0.3))
    assert 0 < faint[40, 60, 0] < 0.7 * full[40, 60, 0]
    assert faint[..., 2].sum() < full[..., 2].sum()


def test_it_is_drawn_afresh_only_after_a_change() -> None:
    paper, ink = Paper(), ink_of(2)
    first = paper.inked(ink, segment(20.0, 40.0, 100.0, 40.0))
    again = paper.inked(ink, segment(60.0, 10.0, 60.0, 70.0))
    assert paper.times_asked == 1
    assert np.array_equal(first, again)
    ink.forget()
    other = paper.inked(ink, segment(60.0, 10.0, 60.0, 70.0))
    assert paper.times_asked == 2
    assert not np.array_equal(first, other)
    paper.inked(ink, segment(60.0, 10.0, 60.0, 70.0), zoom=2.0)
    assert paper.times_asked == 3
    ink.set_look(HALO, LINE, 2.0, 1.0)
    paper.inked(ink, segment(60.0, 10.0, 60.0, 70.0), zoom=2.0)
    assert paper.times_asked == 4


def test_what_lies_over_the_lines_is_in_the_same_pixels() -> None:
    image = QImage(*SIZE, QImage.Format.Format_RGB32)
    image.fill(GROUND)

    def over(brush: QPainter) -> None:
        brush.fillRect(QRectF(30, 20, 10, 5), LINE)

    painter = QPainter(image)
    nothing: Any = list
    ink_of(2).paint(painter, QRectF(12.3, 7.6, 90, 60), nothing, over)
    painter.end()
    assert image.pixelColor(35, 22) == LINE
    assert image.pixelColor(28, 22) == GROUND
    assert image.pixelColor(35, 27) == GROUND
