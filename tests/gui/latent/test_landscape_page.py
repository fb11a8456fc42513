"""The latent landscape: the plane that is fitted is the one that is walked on, and on which the trap is measured."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.messages import MeasureTrap, Plane, PlaneEnergy, SetClock, SetTarget, SetView, StepOnce, Walk
from gui.latent.landscape_page import LandscapePage
from gui.latent.plane_choice import SLIDERS
from tests.gui.latent.fakes import ready

EXTENT = (-2.0, 2.0, -2.0, 2.0)


@pytest.fixture
def page(opened, link, qtbot):
    """Shown, with chains on the plane of the first two axes."""
    page = LandscapePage(opened)
    qtbot.addWidget(page)
    page.show()
    page._on_ready(opened.ready)
    page.choice.choose(SLIDERS)
    asked = link.of(Plane)[-1]
    link.received.emit(PlaneEnergy(asked.run, asked.channel, asked.serial, np.zeros((4, 4), np.float32), EXTENT))
    return page


def test_the_chains_walk_where_the_prior_was_fitted(page, link):
    asked, walk = link.of(Plane)[-1], link.of(Walk)[-1]
    assert (walk.plane.prior, walk.plane.extent) == (asked.prior, asked.extent)
    assert np.array_equal(walk.plane.axes, asked.axes)
    assert walk.plane.model_run == page._session.number
    # The first picture is asked for over the very plane, before anything is known of it.
    x0, x1, y0, y1 = link.of(SetView)[-1].extent
    assert x0 <= asked.extent[0] < asked.extent[1] <= x1
    assert y0 <= asked.extent[2] < asked.extent[3] <= y1


def test_the_bar_plays_steps_and_starts_again(page, link):
    page.controls.play.click()
    assert link.of(SetClock)[-1].is_playing
    QTest.keyClick(page, Qt.Key.Key_Period)
    assert link.of(StepOnce)
    assert not link.of(SetClock)[-1].is_playing
    count = len(link.of(Walk))
    page.controls.again.emit()
    assert len(link.of(Walk)) == count + 1


def test_the_sharpness_changes_the_target_and_the_number_of_chains_begins_anew(page, link):
    page._on_knob("sharpness", 4.0)
    assert link.of(SetTarget)[-1].sharpness == 4.0
    page._on_knob("chains", 9)
    assert link.of(Walk)[-1].num_chains == 9


def test_the_trap_is_measured_on_the_plane_that_is_walked_on(page, link):
    page.controls.trap.click()
    assert page.trap.isVisible()
    page.trap._measure.click()
    asked = link.of(MeasureTrap)[-1]
    assert asked.plane is page._walking.place.plane
    assert [each.name for each in asked.samplers] == [page._walking.walk.sampler]


def test_another_model_ends_the_chains_of_the_one_before(page, link):
    page.controls.play.click()
    page._on_ready(ready(page._session.number))
    assert page._walking.place is None
    assert not page.is_playing
