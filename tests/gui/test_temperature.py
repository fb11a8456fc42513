"""The slider of the temperature."""

import pytest
from PySide6.QtCore import Qt

from gui.temperature import HIGH, LOW, Temperature


@pytest.fixture
def slider(qtbot):
    widget = Temperature()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_it_starts_at_the_temperature_of_training(slider):
    assert slider.value == 1.0


def test_its_ends_are_cold_and_hot(slider, qtbot):
    with qtbot.waitSignal(slider.changed) as told:
        slider._slider.setValue(0)
    assert told.args[0] == pytest.approx(LOW)
    slider._slider.setValue(slider._slider.maximum())
    assert slider.value == pytest.approx(HIGH)


def test_a_double_click_goes_back_to_exactly_one(slider, qtbot):
    slider._slider.setValue(3)
    qtbot.mouseDClick(slider._slider, Qt.MouseButton.LeftButton)
    qtbot.mouseRelease(slider._slider, Qt.MouseButton.LeftButton)
    assert slider.value == 1.0
