"""Numbers beside the axes: they can be told apart at any scale."""

import pytest

from gui.axes import number, widest


@pytest.mark.parametrize(
    ("value", "spacing", "text"),
    [
        (-1.5, 0.5, "-1.5"),
        (2.0, 0.5, "2"),
        (1e-17, 0.5, "0"),
        (0.06, 0.01, "0.06"),
        (1700.0, 100.0, "1700"),
        (1_700_000_200.0, 200.0, "1700000200"),
        (0.00025, 0.00005, "0.00025"),
        (1.0000002e12, 1e5, "1.0000002e12"),
        (-3e-12, 1e-12, "-3e-12"),
        (float("nan"), 1.0, ""),
    ],
)
def test_a_number_has_the_digits_that_its_neighbours_ask_for(value, spacing, text):
    assert number(value, spacing) == text


@pytest.mark.parametrize("start", [0.0, -5.0, 1.7e9, -4.5e11, 3e-9])
@pytest.mark.parametrize("spacing", [1e-3, 0.2, 50.0])
def test_neighbours_read_differently(start, spacing):
    texts = [number(start + step * spacing, spacing) for step in range(12)]
    assert len(set(texts)) == 12


def test_the_widest_label_covers_the_home_views_own():
    assert len(widest(1.7e9, 1.7e9 + 1000)) >= len("1700000800")
