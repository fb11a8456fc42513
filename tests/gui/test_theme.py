"""The themes by their laws: enough contrast, no colours that a colour-blind person confuses; icons and colour bar."""

import itertools
import math

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QVBoxLayout, QWidget

from gui import caption, equation_strip, heat, icons, pane, small_plot, theme
from gui.colorbar import ColorBar
from gui.commands import COMMANDS
from gui.contrast import best_on, contrast, legible
from gui.latent import pad
from gui.lecture import overlay

THEMES = [theme.DARK, theme.LIGHT]
by_name = pytest.mark.parametrize("look", THEMES, ids=lambda look: look.name)

# Linear RGB as seen by whom a kind of cone is missing: Machado, Oliveira, Fernandes (2009), severity 1.
EYES = {
    "all cones": np.eye(3),
    "no green cones": [[0.3673, 0.8606, -0.2280], [0.2801, 0.6725, 0.0474], [-0.0118, 0.0429, 0.9689]],
    "no red cones": [[0.1523, 1.0526, -0.2049], [0.1145, 0.7863, 0.0992], [-0.0039, -0.0481, 1.0520]],
    "no blue cones": [[1.2555, -0.0767, -0.1788], [-0.0784, 0.9308, 0.1476], [0.0047, 0.6914, 0.3039]],
}


@pytest.fixture
def app(qapp):
    """The app, whose look is put back afterwards."""
    font, palette, sheet = qapp.font(), qapp.palette(), qapp.styleSheet()
    yield qapp
    qapp.setFont(font)
    qapp.setPalette(palette)
    qapp.setStyleSheet(sheet)


def linear(color):
    rgb = np.array(QColor(color).getRgbF()[:3])
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def oklab(rgb):
    to_lms = [[0.41222, 0.53633, 0.05145], [0.21190, 0.68070, 0.10740], [0.08830, 0.28172, 0.62998]]
    to_lab = [[0.21045, 0.79362, -0.00407], [1.97800, -2.42859, 0.45059], [0.02590, 0.78277, -0.80868]]
    return np.array(to_lab) @ np.cbrt(np.array(to_lms) @ np.clip(rgb, 0.0, 1.0))


@by_name
def test_text_is_readable_on_every_ground(look):
    for ground in (look.window, look.panel, look.raised, look.field, look.plot):
        assert contrast(look.text, ground) >= 7.0
        assert contrast(look.dim_text, ground) >= 4.5
    assert contrast(look.accent_text, look.accent) >= 4.5


@by_name
def test_words_on_buttons_and_links_are_readable(look):
    hover, chosen = theme.blended(look.text, look.raised, 0.08), theme.blended(look.accent, look.panel, 0.35)
    for ground in (hover, chosen, look.border):
        assert contrast(look.text, ground) >= 4.5
    for ground in (look.window, look.panel, look.raised, look.field):
        assert contrast(look.focus, ground) >= 4.5
    for ground in (look.raised, hover):  # what a card says of itself
        assert contrast(theme.blended(look.text, ground, 0.72), ground) >= 4.5


@by_name
@pytest.mark.parametrize("push", ["push_down", "push_up", "focus"])
def test_equations_are_readable_in_every_state(look, push):
    lit = theme.blended(getattr(look, push), look.panel, equation_strip.TINT)
    for ground in (lit, look.panel):
        assert contrast(look.text, ground) >= 4.5
        assert contrast(look.dim_text, ground) >= 4.5
    # A term that rests is pale.
    assert contrast(theme.blended(look.text, look.panel, equation_strip.PALE), look.panel) >= 4.5


@by_name
@pytest.mark.parametrize("color_map", heat.COLOR_MAPS)
def test_words_over_a_landscape_are_readable_wherever_they_lie(look, color_map):
    for color in heat.color_map(color_map).tolist():
        under = QColor(*color).name()
        for opacity in (caption.OPACITY, pane.OPACITY):
            assert contrast(look.text, theme.blended(look.panel, under, opacity)) >= 4.5
    # Names and numbers with an outline, and those on discs.
    for ground in (look.dot_outline, look.plot):
        assert contrast(look.text, ground) >= 4.5


@by_name
def test_names_in_the_colour_of_their_line_are_readable(look):
    for color in (look.data, look.samples, look.truth, *look.labels, *small_plot.colors(look)):
        assert contrast(legible(color, look.plot, look.text), look.plot) >= 4.5
        assert contrast(best_on(color), color) >= 4.5
    assert legible(look.text, look.plot, look.text) == look.text


def test_words_of_a_lecture_are_readable_over_anything():
    for under in ("#000000", "#ffffff"):
        ground = theme.blended(overlay._CAP.name(), under, overlay._CAP.alphaF())
        assert contrast(overlay._CAP_TEXT.name(), ground) >= 4.5
    assert contrast(pad._HINT_COLOR, "#000000") >= 4.5


@by_name
def test_focus_rings_and_lines_stand_out(look):
    for ground in (look.window, look.panel, look.raised, look.field):
        assert contrast(look.focus, ground) >= 3.0
    for line in (look.data, look.samples, look.truth):
        assert contrast(line, look.plot) >= 3.0


@by_name
@pytest.mark.parametrize("eyes", EYES)
def test_classes_and_samples_differ_whatever_cones_one_has(look, eyes):
    seen = [oklab(np.array(EYES[eyes]) @ linear(color)) for color in (*look.labels, look.samples)]
    assert min(math.dist(one, other) for one, other in itertools.combinations(seen, 2)) > 0.08


@by_name
def test_dots_stand_out_where_the_landscape_is_likeliest(look):
    glow = oklab(linear(QColor(*heat.color_map(look.heat_map)[255].tolist())))
    assert min(math.dist(oklab(linear(color)), glow) for color in (*look.labels, look.samples)) > 0.15


@by_name
def test_a_theme_colours_the_whole_app_and_type_grows_with_its_scale(app, look):
    theme.apply(app, look, 1.0)
    plain = app.font().pointSizeF()
    theme.apply(app, look, 1.4)
    assert app.font().pointSizeF() == pytest.approx(1.4 * plain)
    assert app.palette().window().color().name() == look.panel
    app.setStyleSheet("")
    assert app.style().name() == "fusion"


@by_name
def test_a_style_sheet_is_complete_and_its_pictures_exist(look):
    sheet = theme._style_sheet(look, 1.4)
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")
    for part in sheet.split('url("')[1:]:
        assert (icons.FOLDER / part.partition('"')[0].rpartition("/")[2]).is_file()


@by_name
def test_check_marks_and_arrows_are_seen(app, qtbot, look):
    theme.apply(app, look)
    check, choice = QCheckBox(), QComboBox()
    for each in (check, choice):
        qtbot.addWidget(each)
        each.resize(120, 30)
    unchecked = check.grab().toImage()
    check.setChecked(True)
    assert look.accent in colors_of(check.grab().toImage())
    assert look.accent not in colors_of(unchecked)
    right_end = choice.grab().toImage().copy(90, 5, 25, 20)
    assert max(contrast(color, look.field) for color in colors_of(right_end)) > 2.5


def test_names_lead_to_themes(qapp):
    assert theme.theme_named("light") is theme.LIGHT
    assert theme.theme_named("dark") is theme.DARK
    is_light = QApplication.styleHints().colorScheme() == Qt.ColorScheme.Light
    assert theme.theme_named("system") is (theme.LIGHT if is_light else theme.DARK)


def test_every_command_has_the_picture_that_it_names():
    named = {command.icon for command in COMMANDS.values() if command.icon}
    assert named <= set(icons.names())


@pytest.mark.parametrize("name", icons.names())
def test_an_icon_has_its_colour_and_is_paler_when_disabled(qapp, name):
    image = icons.icon(name, "#ff8000").pixmap(32, 32).toImage()
    pale = icons.icon(name, "#ff8000").pixmap(32, 32, QIcon.Mode.Disabled).toImage()
    drawn = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    assert sum(color.alpha() == 255 for color in drawn) >= 15
    # Edges that are blended round by a step or two.
    off = [math.dist(color.getRgb(), (255, 128, 0, 255)) for color in drawn if color.alpha() == 255]
    assert max(off) <= 5.0
    assert 0 < max(pale.pixelColor(x, y).alpha() for x in range(32) for y in range(32)) < 128


def test_an_unknown_icon_is_an_error(qapp):
    with pytest.raises(FileNotFoundError):
        icons.icon("no_such_picture", "#ffffff")


def test_the_colour_bar_counts_energy_from_the_lowest(qtbot):
    bar = ColorBar()
    qtbot.addWidget(bar)
    bar.set_scale("energy", -123.4, 1.0, math.nan, 10.0)
    assert bar.ticks == [(share / 5, str(2 * share)) for share in range(6)]


def test_the_colour_bar_glows_where_it_is_likely(qtbot):
    bar = ColorBar()
    qtbot.addWidget(bar)
    bar.set_theme(theme.DARK)
    bar.resize(bar.sizeHint().width(), 300)
    likeliest = heat.color_map(theme.DARK.heat_map)[255].tolist()
    for mode, is_at_top in (("energy", False), ("density", True), ("log_density", True)):
        bar.set_scale(mode, 0.0, 1.0, 0.0, 10.0)
        image = bar.grab().toImage()
        tall, wide = image.height() // 5, image.width() // 5
        top, bottom = (colors_of(image.copy(0, y, wide, tall)) for y in (0, image.height() - tall))
        glows = [min(math.dist(QColor(color).getRgb()[:3], likeliest) for color in end) < 6 for end in (top, bottom)]
        assert glows == [is_at_top, not is_at_top]


@pytest.mark.parametrize("zero", [0.0, 60.0, -60.0])
def test_ticks_of_a_density_of_any_size_are_round_and_short(qtbot, zero):
    bar = ColorBar()
    qtbot.addWidget(bar)
    bar.set_scale("density", zero, 1.0, 0.0, 10.0)
    highest = math.exp(-zero)
    assert 3 <= len(bar.ticks) <= 7
    for share, text in bar.ticks:
        assert float(text.replace("−", "-")) == pytest.approx(share * highest, rel=1e-9)
        assert len(text) <= 8


def test_a_density_that_is_unknown_has_no_ticks(qtbot):
    bar = ColorBar()
    qtbot.addWidget(bar)
    bar.set_scale("density", 0.0, 1.0, math.nan, 10.0)
    assert bar.ticks == []
    assert not bar.grab().isNull()


def colors_of(image):
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_the_list_of_a_choice_shows_all_its_rows_whether_or_not_it_had_the_focus(app, qtbot, scale):
    theme.apply(app, theme.DARK, scale)
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    boxes = [QComboBox(window) for _ in range(2)]
    for box in boxes:
        box.addItems(["one", "two", "three"])
        column.addWidget(box)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    for box, other in (boxes, boxes[::-1]):
        other.setFocus()
        # The list is made without the focus, and shown with it.
        rows = box.view()
        box.setFocus()
        box.showPopup()
        qtbot.waitUntil(rows.isVisible)
        assert rows.viewport().height() >= box.count() * rows.sizeHintForRow(0)
        box.hidePopup()
