"""The field's arrows and the pushes' arrows: where they point and how long they are."""

from typing import Any, Literal

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from gui.field_layer import FieldLayer
from gui.push_layer import PushArrows

# A view of 10 units in x and 5 in y on 400 by 400 pixels: y upwards, its unit twice as large.
TO_SCREEN = QTransform(40.0, 0.0, 0.0, -80.0, 0.0, 400.0)
SPACING_PX = 40.0  # of places a unit apart in x and half a unit in y


def field(dx: Any, dy: Any) -> np.ndarray:
    x, y = np.meshgrid(np.arange(1.0, 9.0), np.arange(1.0, 4.0, 0.5))
    return np.stack(np.broadcast_arrays(x, y, dx, dy), axis=-1).reshape(-1, 4).astype(float)


def shafts(layer: FieldLayer) -> np.ndarray:
    """(arrows, 4) in pixels."""
    segments = layer._segments(TO_SCREEN)
    return segments[: len(segments) // 3]


def shown(arrows: np.ndarray, is_log: bool = False) -> np.ndarray:
    layer = FieldLayer()
    layer.set_is_log(is_log)
    layer.set_field(arrows)
    return shafts(layer)


def lengths(lines: np.ndarray) -> np.ndarray:
    found: np.ndarray = np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1])
    return found


def test_arrows_stand_about_their_places_and_point_as_on_the_screen(qapp: Any) -> None:
    arrows = field(1.0, 0.25)
    lines = shown(arrows)
    middles = (lines[:, :2] + lines[:, 2:]) / 2
    np.testing.assert_allclose(middles, arrows[:, :2] * [40, -80] + [0, 400])
    ways = lines[:, 2:] - lines[:, :2]
    assert np.all(ways[:, 0] > 0)
    np.testing.assert_allclose(ways[:, 1] / ways[:, 0], -0.25 * 80 / 40)  # up is towards smaller rows


def test_no_arrow_reaches_its_neighbour_however_strong(qapp: Any) -> None:
    strength = np.tile(10.0 ** np.arange(8), (6, 1))
    assert lengths(shown(field(strength, 0.0))).max() <= SPACING_PX
    assert lengths(shown(field(1.0, 0.0))) == pytest.approx(0.9 * SPACING_PX)


def test_the_logarithm_shows_weak_arrows_and_keeps_their_order(qapp: Any) -> None:
    strength = np.tile([1e-6, 1e-2, 1e-1, 1.0, 1.0, 1.0, 1.0, 1.0], (6, 1))
    linear, by_log = (lengths(shown(field(strength, 0.0), is_log)) for is_log in (False, True))
    assert len(by_log) > len(linear)
    assert sorted(set(by_log.round(6))) == pytest.approx([0.9 * SPACING_PX * share for share in (1 / 3, 2 / 3, 1)])


def test_lengths_do_not_jump_when_one_frame_is_much_stronger(qapp: Any) -> None:
    layer = FieldLayer()
    layer.set_field(field(1.0, 0.0))
    layer.set_field(field(3.0, 0.0))
    layer.set_field(field(1.0, 0.0))
    assert lengths(shafts(layer)).min() > 0.75 * 0.9 * SPACING_PX


@pytest.mark.parametrize("way", ["down", "up"])
def test_a_push_has_an_arrow_that_points_its_way(qapp: Any, way: Literal["down", "up"]) -> None:
    layer = PushArrows(way)
    layer.set_look("#ff0000", "#ff0000")
    layer.set_points(np.array([[2.0, 4.0], [np.nan, 1.0], [1e300, 2.0]]))
    image = QImage(400, 400, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    painter.setTransform(TO_SCREEN)
    layer.paint(painter)
    painter.end()
    red = np.frombuffer(image.constBits(), np.uint8).reshape(400, 400, 4)[..., 2] > 100
    rows, columns = np.nonzero(red)
    assert (rows.mean(), columns.mean()) == pytest.approx((80, 80), abs=2.0)
    widest = red.sum(axis=1).argmax()  # where the head begins; its tip is narrow and so is the shaft
    tip = rows.max() if way == "down" else rows.min()
    assert abs(tip - widest) < 0.6 * (rows.max() - rows.min())
