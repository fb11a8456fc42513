"""On a low window the landscape stays the largest thing on the page: what lies below it gives way."""

import pytest

from tests.gui.whole_window import settle, whole_window

LABS = {
    "landscape": (lambda window: window.show_lab(), lambda window: window.lab),
    "chains": (lambda window: window.show_chains(), lambda window: window.chains),
}


@pytest.fixture(params=LABS)
def page(request, qapp, tmp_path):
    """A window of type of 200 %, and its lab."""
    show, lab = LABS[request.param]
    with whole_window(tmp_path) as window:
        window.appearance.change(font_scale=2.0)
        show(window)
        settle()
        yield window, lab(window)


def press(window, *names):
    for name in names:
        window.actions_by_name[name].trigger()
    settle()


def is_open(window):
    return window.actions_by_name["traces"].isChecked()


def bottom_px(lab):
    return 0 if lab.bottom.isHidden() else lab.bottom.height()


def test_with_equations_the_canvas_is_the_largest_thing_and_put_away_they_give_the_room_back(page):
    window, lab = page
    before = lab.canvas.height(), bottom_px(lab)
    assert is_open(window)
    press(window, "equations")
    settle()
    assert not is_open(window)
    assert lab.canvas.height() > max(lab.equations.height(), bottom_px(lab))
    press(window, "equations")
    settle()
    assert is_open(window)
    assert (lab.canvas.height(), bottom_px(lab)) == before


def test_four_panes_have_the_room_of_what_lies_below(page):
    window, lab = page
    press(window, "add_pane", "add_pane", "add_pane")
    assert not is_open(window)
    assert 2 * lab.canvas.height() > 3 * bottom_px(lab)
    press(window, "close_pane", "close_pane")
    assert is_open(window)


def test_what_the_person_opens_stays_open(page):
    window, lab = page
    press(window, "equations")
    press(window, "traces")
    assert is_open(window)
    assert bottom_px(lab) > 100
    press(window, "equations")
    assert is_open(window)
    press(window, "traces")
    press(window, "equations")
    press(window, "equations")
    assert not is_open(window)


def test_smaller_type_brings_it_back(page):
    window, _ = page
    press(window, "equations")
    window.appearance.change(font_scale=1.0)
    settle()
    assert is_open(window)
