"""The page of the trap by itself: what it asks, what it shows, and what is copied of it."""

import itertools
import math

import pytest
from PySide6.QtGui import QGuiApplication

from engine.messages import Drop, MeasureTrap, Noticed, TrapPoint
from engine.recipe import Energy
from gui.theme import LIGHT
from gui.trap_job import as_csv
from gui.trap_page import NUM_CHAINS, TrapPage
from gui.trap_plot import guide_of, shown_rate
from gui.walks import Walks
from tests.gui.test_experiment import FakeLink


@pytest.fixture
def page(qtbot):
    link = FakeLink()
    walks = Walks(link, "cpu", itertools.count(1).__next__)
    page = TrapPage(walks)
    page.link, page.walks = link, walks
    qtbot.addWidget(page)
    page.resize(900, 190)
    page.show()
    return page


def asked(page):
    return [message for message in page.link.sent if isinstance(message, MeasureTrap)][-1]


def point(page, sharpness, switches, sampler=0, error=0.1, run=None):
    number = asked(page).run if run is None else run
    return TrapPoint(number, sampler, sharpness, switches, error, 128_000, 4.0)


def test_the_button_asks_for_every_sampler_at_every_sharpness_and_then_cancels(page):
    page.walks.place = page.walks.place.__class__(energy=Energy(formula="x**2"), warm_up=7, seed=3)
    page.walks.add("mala")
    page._measure.click()
    message = asked(page)
    assert [each.name for each in message.samplers] == ["random_walk", "mala"]
    assert {(each.chains, each.draws, each.warmup) for each in message.samplers} == {(NUM_CHAINS, 2000, 7)}
    assert message.sharpnesses == page.sharpnesses
    assert message.sharpnesses[0] == 0.5
    assert message.sharpnesses[-1] == 4.0
    assert (message.energy, message.seed) == (Energy(formula="x**2"), 3)
    assert page._measure.text() == "Cancel"
    page._measure.click()
    assert page.link.sent[-1] == Drop(message.run)
    assert page._measure.text() == "Measure the trap"


def test_points_are_shown_as_they_come_and_the_last_one_ends_it(page):
    page._measure.click()
    page.set_theme(LIGHT)
    for index, sharpness in enumerate(page.sharpnesses):
        page.link.received.emit(point(page, sharpness, max(0.0, 100.0 * math.exp(-2 * sharpness) - 0.1)))
        assert len(page._job.points) == index + 1
        assert not page.grab().isNull()
    assert not page._job.is_busy
    assert "8 of 8" in page._says.text()


def test_points_of_an_older_measure_are_let_go(page):
    page._measure.click()
    old = asked(page).run
    page._measure.click()
    page._measure.click()
    page.link.received.emit(point(page, 1.0, 5.0, run=old))
    assert page._job.points == []


def test_a_refusal_or_a_dead_engine_ends_it(page):
    page._measure.click()
    page.link.received.emit(Noticed("A single basin.", asked(page).run))
    assert not page._job.is_busy
    assert page._says.text() == "A single basin."
    page._measure.click()
    page.link.died.emit("killed")
    assert page._measure.text() == "Measure the trap"


def test_a_curve_of_another_landscape_says_so(page):
    page._measure.click()
    page.link.received.emit(point(page, 0.5, 5.0))
    page._measure.click()
    assert "1 of 8" in page._says.text()
    page.walks.set_place(energy=Energy(formula="y**4"))
    assert "landscape before" in page._says.text()


def test_the_copy_has_one_point_a_row_and_all_digits(page):
    page._measure.click()
    page.link.received.emit(point(page, 0.5, 1 / 3))
    page.link.received.emit(point(page, 1.0, 0.0, error=math.nan))
    page._copy.click()
    rows = QGuiApplication.clipboard().text().splitlines()
    assert rows[0] == "sampler,sharpness,switches_per_1000_steps,standard_error,steps"
    assert rows[1] == f"random_walk,0.5,{1 / 3!r},0.1,128000"
    assert rows[2] == "random_walk,1.0,0.0,,128000"
    assert as_csv((), []).count("\n") == 1


def test_the_range_may_be_typed_the_wrong_way_around_or_be_one_value(page):
    page._boxes["lowest"].setValue(4.0)
    page._boxes["highest"].setValue(1.0)
    assert page.sharpnesses[0] == 1.0
    assert page.sharpnesses[-1] == 4.0
    page._boxes["highest"].setValue(4.0)
    assert page.sharpnesses == (4.0,)


def test_the_dashed_line_has_the_slope_of_the_barrier_and_meets_the_first_sampler(page):
    page._measure.click()
    barrier = 4.0
    points = [point(page, sharpness, 50 * math.exp(-barrier * sharpness)) for sharpness in (0.5, 1.0, 2.0)]
    assert guide_of(points) == pytest.approx((barrier, math.log(50)))
    assert guide_of(points[:1]) is None
    assert guide_of([point(page, 1.0, 0.0), point(page, 2.0, 0.0)]) is None


def test_where_no_switch_was_seen_the_rate_that_this_excludes_is_shown(page):
    page._measure.click()
    assert shown_rate(point(page, 1.0, 2.5)) == 2.5
    assert shown_rate(point(page, 1.0, 0.0)) == pytest.approx(1000 * 3 / 128_000)
