"""The curves over the steps: a long run is thinned without losing what matters, and what is drawn is what came."""

import csv
import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from engine.messages import Progress
from gui import theme
from gui.thinning import Smoother, Thinned
from gui.trace_line import across, apart, short_count
from gui.traces import Traces


def progress(first, last, loss=None, data=None, samples=None, **measures):
    """One Progress about the steps from `first` to `last`; each curve is 0 where it is not given."""
    steps = np.arange(first, last + 1)
    curves = [np.zeros(len(steps)) if each is None else np.asarray(each) for each in (loss, data, samples)]
    return Progress(1, steps, *(each.astype(np.float32) for each in curves), **measures)


@pytest.fixture
def traces(qtbot):
    widget = Traces()
    qtbot.addWidget(widget)
    widget.resize(900, 150)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def drawn(traces):
    """Draw at once what otherwise waits for the clock."""
    for plot in traces.plots:
        plot.draw()
    QApplication.processEvents()
    return traces


# ---- thinning --------------------------------------------------------------------------------------

batches = st.lists(st.integers(1, 400), min_size=1, max_size=12)


@given(batches, st.integers(8, 64), st.integers(0, 2**32 - 1))
def test_a_thinned_curve_keeps_first_last_least_and_greatest(sizes, max_points, seed):
    values = np.random.default_rng(seed).normal(size=sum(sizes)).round(2)
    thinned, start = Thinned(max_points), 0
    for size in sizes:
        thinned.add(np.arange(start, start + size), values[start : start + size])
        start += size
    points = thinned.points()
    assert len(points) <= max_points + 5
    assert np.all(np.diff(points[:, 0]) > 0)
    assert np.array_equal(points[:, 1], values[points[:, 0].astype(int)])
    assert points[[0, -1], 0].tolist() == [0, start - 1]
    assert (points[:, 1].min(), points[:, 1].max()) == (values.min(), values.max())


def test_a_short_curve_is_kept_whole():
    thinned = Thinned(100)
    thinned.add(range(50), np.sin(range(50)))
    assert thinned.points().tolist() == [[step, math.sin(step)] for step in range(50)]


def test_a_spike_anywhere_in_a_million_steps_is_kept():
    values = np.zeros(1_000_000)
    values[[123_456, 654_321]] = 7.0, -7.0
    thinned = Thinned(1200)
    for start in range(0, len(values), 10_000):
        thinned.add(np.arange(start, start + 10_000), values[start : start + 10_000])
    points = thinned.points().tolist()
    assert [123_456, 7.0] in points
    assert [654_321, -7.0] in points
    assert 600 <= len(points) <= 1205


def test_points_stay_evenly_spread_over_a_long_run():
    thinned = Thinned(200)
    for start in range(0, 100_000, 1000):
        thinned.add(np.arange(start, start + 1000), np.random.default_rng(start).normal(size=1000))
    counts = np.histogram(thinned.points()[:, 0], bins=10)[0]
    assert counts.min() > 0.5 * counts.max()


def test_what_is_not_finite_is_left_out():
    thinned = Thinned(100)
    thinned.add([1, 2, 3, 4], [math.nan, 1.0, math.inf, 2.0])
    assert thinned.points().tolist() == [[2, 1.0], [4, 2.0]]


def test_going_back_replaces_what_came_after():
    thinned = Thinned(100)
    thinned.add(range(10), np.ones(10))
    thinned.add(range(4, 7), np.full(3, 2.0))
    assert thinned.points().tolist() == [[0, 1], [1, 1], [2, 1], [3, 1], [4, 2], [5, 2], [6, 2]]


def test_a_smoother_starts_as_the_mean_and_ends_as_an_exponential_one():
    smoother = Smoother()
    values = np.random.default_rng(0).normal(size=50)
    assert smoother.smooth(values) == pytest.approx(np.cumsum(values) / np.arange(1, 51))
    mean = values.mean()
    assert smoother.smooth([3.0]) == pytest.approx([mean + (3.0 - mean) / 50])


def test_a_smoother_forgets_what_is_not_finite():
    smoother = Smoother()
    assert smoother.smooth([1.0, math.nan, 3.0]).tolist() == pytest.approx([1.0, math.nan, 2.0], nan_ok=True)


# ---- the plots -------------------------------------------------------------------------------------


def test_what_came_is_what_is_drawn(traces):
    traces.extend(progress(1, 3, [3.0, 2.0, 1.0], [-1.0, -2.0, -3.0], [5.0, 4.0, 3.0], nll=1.5))
    drawn(traces)
    loss, energy, nll = traces.plots
    assert loss._lines[0].shown_raw.tolist() == [[1, 3], [2, 2], [3, 1]]
    assert [line.shown_raw[:, 1].tolist() for line in energy._lines] == [[-1, -2, -3], [5, 4, 3]]
    assert nll._lines[0].shown.tolist() == [[3, 1.5]]


def test_the_gap_is_written_and_shaded(traces):
    traces.extend(progress(1, 400, data=np.full(400, -1.0), samples=np.full(400, 1.5)))
    energy = drawn(traces).plots[1]
    assert energy.header.text() == "Mean energy, nats   gap 2.50"
    image = energy.grab().toImage()
    box = energy._view.getViewBox()
    middle = energy._view.mapTo(energy, energy._view.mapFromScene(box.mapViewToScene(QPointF(200.0, 0.2))))
    ratio = image.devicePixelRatio()
    color = image.pixelColor(round(middle.x() * ratio), round(middle.y() * ratio)).name()
    assert color == theme.blended(theme.DARK.dim_text, theme.DARK.plot, 0.3)


def test_without_samples_there_is_no_gap(traces):
    traces.extend(progress(1, 3, samples=[math.nan] * 3))
    energy = drawn(traces).plots[1]
    assert energy.header.text() == "Mean energy, nats"
    assert energy._gap.polygon().isEmpty()
    assert [line.label.isVisible() for line in energy._lines] == [True, False]


def test_names_at_the_ends_of_close_lines_do_not_cover_each_other(traces):
    traces.extend(progress(1, 100, data=np.zeros(100), samples=np.full(100, 1e-3)))
    energy = drawn(traces).plots[1]
    data, samples = (line.label.mapRectToScene(line.label.boundingRect()) for line in energy._lines)
    assert samples.center().y() < data.center().y()
    assert data.center().y() - samples.center().y() >= 0.7 * data.height()
    assert max(data.right(), samples.right()) <= energy._view.getViewBox().sceneBoundingRect().right() + 2


def test_the_entropy_of_a_known_truth_is_a_dashed_line(traces):
    traces.extend(progress(1, 10, nll=1.5, is_held_out=True, entropy=1.0076))
    nll = drawn(traces).plots[2]
    assert nll._truth.isVisible()
    assert nll._truth.getData()[1].tolist() == [1.0076, 1.0076]
    low, high = nll._view.getViewBox().viewRange()[1]
    assert low < 1.0076 < 1.5 < high
    traces.extend(progress(11, 20, nll=1.4))
    assert not drawn(traces).plots[2]._truth.isVisible()


def test_the_first_wild_steps_do_not_flatten_the_rest(traces):
    loss = np.sin(np.arange(1000))
    loss[:5] = 1e6
    traces.extend(progress(1, 1000, loss))
    low, high = drawn(traces).plots[0]._view.getViewBox().viewRange()[1]
    assert -10 < low < -0.9
    assert 0.9 < high < 1e5


def test_logarithmic_steps_begin_at_one_even_for_step_zero(traces):
    traces.extend(progress(0, 1000))
    plot = traces.plots[0]
    plot.set_log_steps(True)
    low, high = drawn(traces).plots[0]._view.getViewBox().viewRange()[0]
    assert (low, high) == pytest.approx((0.0, 3.0), abs=0.01)
    assert across(np.array([0.0, 1.0, 100.0]), True).tolist() == [0.0, 0.0, 2.0]


def test_a_new_network_clears_everything(traces):
    traces.extend(progress(1, 100, nll=1.0, is_held_out=True, entropy=0.5))
    drawn(traces).clear()
    assert all(len(line.shown) == 0 for plot in traces.plots for line in plot._lines)
    assert not traces.plots[2]._truth.isVisible()


def test_a_long_run_draws_few_points(traces):
    rng = np.random.default_rng(0)
    for start in range(0, 300_000, 50_000):
        traces.extend(progress(start, start + 49_999, *rng.normal(size=(3, 50_000))))
    for plot in drawn(traces).plots[:2]:
        assert all(len(line.shown) + len(line.shown_raw) <= 2000 for line in plot._lines)


def test_updates_are_drawn_by_the_clock_and_only_while_they_show(traces, qtbot):
    shown = traces.plots[0]._lines[0]
    traces.extend(progress(1, 10))
    assert len(shown.shown) == 0
    qtbot.waitUntil(lambda: len(shown.shown) == 10)
    traces.hide()
    traces.extend(progress(11, 20))
    qtbot.wait(150)
    assert len(shown.shown) == 10
    traces.show()
    assert len(shown.shown) == 20


def test_the_header_tells_the_values_under_the_cursor(traces):
    traces.extend(progress(1, 101, data=np.full(101, -2.0), samples=np.full(101, 0.5)))
    energy = drawn(traces).plots[1]
    at = energy._view.getViewBox().mapViewToScene(QPointF(51.2, 0.0))
    energy._view.scene().sigMouseMoved.emit(at)
    assert energy.header.text() == "step 51   data −2   samples 0.5"
    QApplication.sendEvent(energy._view, QEvent(QEvent.Type.Leave))
    assert energy.header.text() == "Mean energy, nats   gap 2.50"


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=6), st.floats(0.1, 5.0))
def test_names_are_moved_apart_and_stay_below_the_top(heights, gap):
    placed = apart(sorted(heights), gap, 100.0)
    assert all(other - one >= gap * (1 - 1e-9) for one, other in itertools.pairwise(placed))
    assert placed[-1] <= 100.0 - gap / 2 + 1e-9


def test_steps_are_written_short():
    assert [short_count(each) for each in (0, 500, 20_000, 1_500_000)] == ["0", "500", "20k", "1.5M"]


# ---- export ----------------------------------------------------------------------------------------


def chosen(monkeypatch, path):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))


def choose(plot, text):
    menu = plot.menu()
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.deleteLater()


def test_the_menu_saves_a_picture_a_drawing_and_the_numbers(traces, tmp_path, monkeypatch):
    traces.extend(progress(1, 3, data=[-1.0, -2.0, -3.5], samples=[5.0, 4.0, 3.25]))
    energy = drawn(traces).plots[1]
    for kind in ("PNG", "SVG", "PDF", "CSV"):
        chosen(monkeypatch, tmp_path / f"energy.{kind.lower()}")
        choose(energy, f"Save as {kind}…")
    picture = QImage(str(tmp_path / "energy.png"))
    assert picture.width() == 3 * energy.width()
    assert theme.DARK.samples in {picture.pixelColor(x, y).name() for x in range(900) for y in range(450)}
    assert QSvgRenderer(str(tmp_path / "energy.svg")).isValid()
    assert "Mean energy, nats" in (tmp_path / "energy.svg").read_text()
    with (tmp_path / "energy.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["line", "step", "value"]
    assert ["data", "3", "-3.5"] in rows
    assert ["samples", "3", "3.25"] in rows
    assert ["samples (smoothed)", "2", "4.5"] in rows


def test_a_file_that_cannot_be_written_is_told(traces, tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(QMessageBox, "warning", lambda *arguments: told.append(arguments[-1]))
    for kind in ("PNG", "SVG", "PDF", "CSV"):
        chosen(monkeypatch, tmp_path / "no such folder" / f"loss.{kind.lower()}")
        choose(traces.plots[0], f"Save as {kind}…")
    assert len(told) == 4
    assert all("no such folder" in text for text in told)


def test_cancel_saves_nothing(traces, tmp_path, monkeypatch):
    chosen(monkeypatch, "")
    monkeypatch.chdir(tmp_path)
    choose(traces.plots[0], "Save as CSV…")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("look", [theme.DARK, theme.LIGHT], ids=lambda look: look.name)
def test_lines_have_the_colours_of_the_theme(traces, look):
    traces.set_theme(look)
    traces.extend(progress(1, 200, data=np.full(200, -1.0), samples=np.full(200, 1.0)))
    image = drawn(traces).plots[1].grab().toImage()
    seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert {look.data, look.samples, look.plot} <= seen


# ---- going back ------------------------------------------------------------------------------------


def curves(traces):
    return [line.raw.points() for plot in traces.plots for line in plot._lines]


def is_same_curves(ours, others):
    return all(np.array_equal(a, b) for a, b in zip(ours, others, strict=True))


def feed(traces, first, last, height=0.0):
    for step in range(first, last + 1, 10):
        end = min(last, step + 9)
        traces.extend(progress(step, end, np.sin(np.arange(step, end + 1)) + height, nll=1.0))


def test_gone_back_the_curves_end_there_and_grow_again_as_they_were(traces):
    feed(traces, 1, 400)
    before = curves(traces)
    traces.go_to(1, 123)
    assert all(each[-1, 0] <= 123 for each in curves(traces) if len(each))
    feed(traces, 124, 200)
    traces.go_to(1, 400)
    assert is_same_curves(curves(traces), before), "what was repeated does not take the place of what is further on"


def test_each_branch_has_its_own_curves(traces):
    feed(traces, 1, 100)
    trunk = curves(traces)
    traces.go_to(1, 50)
    traces.set_branch(2)
    feed(traces, 51, 80, height=5.0)
    branch = curves(traces)
    traces.go_to(1, 100)
    assert is_same_curves(curves(traces), trunk)
    traces.go_to(2, 80)
    assert is_same_curves(curves(traces), branch)


def test_a_copy_begins_with_the_curves_that_led_to_it(traces, qtbot):
    feed(traces, 1, 100)
    other = Traces()
    qtbot.addWidget(other)
    other.copy(traces, 1, 60)
    assert all(each[-1, 0] <= 60 for each in curves(other) if len(each))
    other.go_to(1, 60)
    feed(other, 61, 70)
    assert curves(traces)[0][-1, 0] == 100


def test_while_one_looks_back_what_comes_after_is_veiled(traces):
    feed(traces, 1, 100)
    traces._draw()
    traces.set_now(40)
    assert all(plot._now.isVisible() and plot._now.value() == 40 for plot in traces.plots)
    traces.set_now(None)
    assert not any(plot._veil.isVisible() for plot in traces.plots)
