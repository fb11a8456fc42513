"""The pages under the chains: their tabs, and what autocorrelation and basins show."""

import itertools
import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui import small_plot
from gui.basins_plot import BasinsPlot
from gui.correlation_plot import CorrelationPlot
from gui.small_plot import Frame, Scale
from gui.theme import DARK, LIGHT
from gui.walk_bottom import WalkBottom
from gui.walk_table import Row
from gui.walks import Walks
from tests.gui.test_experiment import FakeLink
from tests.gui.test_walks import TRUTH, measures


def known(**more):
    lags = np.arange(50)[:, None]
    told = {
        "r_hat": np.ones(2), "ess_bulk": np.full(2, 123.0), "ess_tail": np.full(2, 99.0),
        "autocorrelation": 0.8 ** np.concatenate([lags, 2 * lags], 1),
    }  # fmt: skip
    return measures(**{**told, **more})


@pytest.fixture
def bottom(qtbot):
    bottom = WalkBottom(Walks(FakeLink(), "cpu", itertools.count(1).__next__))
    qtbot.addWidget(bottom)
    bottom.resize(900, 220)
    bottom.show()
    return bottom


def test_each_page_is_one_click_away_and_one_key_from_the_next(bottom, qtbot):
    assert bottom.page == "traces"
    bar = bottom._bar
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(3).center())
    assert bottom.page == "basins"
    bar.setFocus()
    QTest.keyClick(bar, Qt.Key.Key_Left)
    assert bottom.page == "measures"


def test_closed_the_tabs_stay_and_a_click_on_one_opens_it(bottom, qtbot):
    bar = bottom._bar
    bottom.show_page("")
    assert bottom.page == ""
    assert bottom.maximumHeight() == bar.sizeHint().height()
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(0).center())
    assert bottom.page == "traces"
    assert bottom.maximumHeight() > 1000


def test_a_change_of_page_is_told_once(bottom, qtbot):
    told = []
    bottom.page_changed.connect(lambda: told.append(bottom.page))
    bottom.show_page("measures")
    bottom.show_page("measures")
    bottom.show_page("")
    assert told == ["measures", ""]


@pytest.mark.parametrize("theme", [DARK, LIGHT])
@pytest.mark.parametrize("num_rows", [1, 4])
def test_all_pages_can_be_drawn_with_few_draws_and_with_many(bottom, qtbot, theme, num_rows):
    bottom.set_theme(theme)
    for rows in ([Row("A", None)], [Row("A", measures()), *[Row("B", known())] * (num_rows - 1)]):
        bottom.show_rows(rows, TRUTH)
        for page in ("traces", "correlation", "measures", "basins", "trap"):
            bottom.show_page(page)
            assert not bottom.grab().isNull()


def test_the_plot_of_autocorrelation_falls_where_the_correlation_does(qtbot):
    """At lag 0 the line is at the top, and the curve of x (0.8 to the lag) lies above that of y."""
    plot = CorrelationPlot()
    qtbot.addWidget(plot)
    plot.resize(800, 185)
    plot.show_rows([Row("A", known())])
    line = small_plot.colors(DARK)[0]
    image = plot.grab().toImage()

    def lowest_row(left, right):
        rows = [
            y for x in range(left, right) for y in range(25, image.height()) if image.pixelColor(x, y).name() == line
        ]
        return max(rows)

    # The same columns of both plots: the second is half a plot's width further.
    assert lowest_row(70, 90) < lowest_row(70 + 397, 90 + 397)


def test_the_shares_are_beside_the_masses_and_unknown_while_they_are_of_another_target(qtbot):
    plot = BasinsPlot()
    qtbot.addWidget(plot)
    truth = TRUTH.__class__(1, TRUTH.extent, 0.0, TRUTH.mean, TRUTH.covariance, TRUTH.marginal_x, TRUTH.marginal_y,
                            np.zeros((2, 2)), np.array([0.7, 0.3]))  # fmt: skip
    plot.show_rows(
        [Row("A", measures(occupancy=np.array([0.4, 0.6]))), Row("B", measures(occupancy=np.ones(1)))], truth
    )
    first, second = plot.shares
    assert first[:2] == [0.7, 0.4]
    assert second[:2] == [0.3, 0.6]
    assert math.isnan(first[2])
    assert math.isnan(second[2])
    plot.show_rows([], None)
    assert plot.shares == []


def test_names_that_do_not_fit_are_shortened_from_the_longest_on():
    assert small_plot._fitted([10.0, 50.0, 90.0], 200.0) == [10.0, 50.0, 90.0]
    assert small_plot._fitted([10.0, 50.0, 90.0], 100.0) == [10.0, 45.0, 45.0]
    assert small_plot._fitted([10.0, 50.0, 90.0], -5.0) == [0.0, 0.0, 0.0]
    assert small_plot._fitted([], 10.0) == []


def test_a_logarithmic_scale_gives_each_factor_of_ten_the_same_room():
    from PySide6.QtCore import QRectF

    frame = Frame(QRectF(0, 0, 100, 100), Scale(0.0, 1.0), Scale(0.01, 100.0, is_log=True))
    heights = [frame.at(0.0, value).y() for value in (0.01, 0.1, 1.0, 10.0, 100.0)]
    assert heights == pytest.approx([100.0, 75.0, 50.0, 25.0, 0.0])
    assert frame.y.ticks(10) == pytest.approx([0.01, 0.1, 1.0, 10.0, 100.0])
    assert len(frame.y.ticks(3)) <= 3
    assert Scale(0.0, 7.3).ticks(5) == [0.0, 2.0, 4.0, 6.0]
