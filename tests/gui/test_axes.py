"""Numbers beside the axes: they can be told apart at any scale."""

from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from gui.axes import number
from gui.canvas import Canvas
from gui.edits import Sketch
from gui.landscape_view import LandscapeView


@pytest.mark.parametrize(
    ("value", "spacing", "text"),
    [
        (-1.5, 0.5, "-1.5"),
        (2.0, 0.5, "2"),
        (1e-17, 0.5, "0"),
        (0.06, 0.01, "0.06"),
        (1700.0, 100.0, "1700"),
        (1_700_000_200.0, 200.0, "1700000200"),
        (-1_700_000_123.4, 0.8, "-1700000123.4"),
        (-0.004, 0.013, "0"),
        (0.00025, 0.00005, "0.00025"),
        (1.0000002e12, 1e5, "1.0000002e12"),
        (-3e-12, 1e-12, "-3e-12"),
        (float("nan"), 1.0, ""),
    ],
)
def test_a_number_has_the_digits_that_its_neighbours_ask_for(value: float, spacing: float, text: str) -> None:
    assert number(value, spacing) == text


@pytest.mark.parametrize("start", [0.0, -5.0, 1.7e9, -4.5e11, 3e-9])
@pytest.mark.parametrize("spacing", [1e-3, 0.2, 50.0])
def test_neighbours_read_differently(start: float, spacing: float) -> None:
    texts = [number(start + step * spacing, spacing) for step in range(12)]
    assert len(set(texts)) == 12


@pytest.mark.parametrize("ends", [(1.7e9, 1.7e9 + 1000), (1e-4, 4e-4), (1e5, 1.7e5), (-3.0, 3.0)])
def test_every_label_of_the_home_view_has_room_on_the_left(qtbot: Any, ends: tuple[float, float]) -> None:
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(700, 500)
    canvas.show()
    canvas.set_sketch(Sketch(extent=(0.0, 1.0, *ends)))
    QApplication.processEvents()
    axis = canvas.getPlotItem().getAxis("left")
    levels = axis.tickValues(*axis.range, axis.height())[:2]
    labels = [label for spacing, values in levels for label in axis.tickStrings(values, 1.0, spacing)]
    room = axis.width() - axis.style["tickTextOffset"][0]
    assert len(set(labels)) == len(labels) > 3
    assert max(canvas.fontMetrics().horizontalAdvance(label) for label in labels) <= room
    canvas.zoom(0.01)
    QApplication.processEvents()
    assert axis.width() == room + axis.style["tickTextOffset"][0]


def test_the_read_out_tells_pixels_apart_far_from_zero(qtbot: Any) -> None:
    view = LandscapeView()
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show()
    view.canvas.set_sketch(Sketch(extent=(1.7e9, 1.7e9 + 400, 0.0001, 0.0004)))
    QApplication.processEvents()
    told: list[str] = []
    view.read_out_changed.connect(told.append)
    view.set_cursor((1_700_000_123.4, 0.0002345), is_mine=True)
    assert told[-1].split() == ["x", "1700000123.4", "y", "0.0002345"]
