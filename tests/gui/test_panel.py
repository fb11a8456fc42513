"""Controls and panels as a person uses them: turn, type, reset, scroll; and the numbers behind the sliders."""

import itertools
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QToolButton

from engine.knobs import Knob
from engine.messages import Entry
from gui import theme
from gui.controls import KnobControl
from gui.equation import Equation
from gui.inputs import KnobSlider, NumberBox
from gui.panel import Panel
from gui.scales import scale_of, text_of

STEP = Knob(0.05, "How far a chain moves.", 1e-4, 1.0, "log", name="step_size", unit="of the view")
WIDTH = Knob(128, "Units in each layer.", 2, 1024, "log", makes_new_network=True, name="width")
NOISE = Knob(1.0, "1 samples the model.", 0.0, 2.0, name="noise")
DEPTH = Knob(2, "Hidden layers.", 1, 6, makes_new_network=True, name="depth")
IS_ON = Knob(True, "Whether it is on.", name="is_on")
PHASE = Knob("exact", "Where the points come from.", choices=("exact", "cd", "pcd"), name="negative_phase")
WORD = Knob("hello", "What to write.", name="word")
SEED = Knob(0, "Which random numbers.", name="seed")
ALL = (STEP, WIDTH, NOISE, DEPTH, IS_ON, PHASE, WORD, SEED)
ENTRY = Entry("toy", "A toy", "What a toy does.", r"E(x) = \frac{x^2}{2}", "Nobody (2020), Nowhere 1(1)", ALL)


def shown(qtbot, widget, width=320, height=600):
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def control_of(qtbot, knob, value=None):
    control = shown(qtbot, KnobControl(knob, knob.default if value is None else value), height=90)
    sent = []
    control.changed.connect(lambda name, value: sent.append((name, value)))
    return control, sent


def reset_of(control):
    return control.findChild(QToolButton)


def type_into(box, text):
    box.selectAll()
    QTest.keyClicks(box, text)
    QTest.keyClick(box, Qt.Key.Key_Return)


def wheel(widget, notches=1):
    at = QPointF(widget.rect().center())
    global_at = QPointF(widget.mapToGlobal(widget.rect().center()))
    turned = QPoint(0, 120 * notches)
    flags = (Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(widget, QWheelEvent(at, global_at, QPoint(), turned, *flags))


def drag(slider, to_px, modifiers=Qt.KeyboardModifier.NoModifier):
    """From the handle by so many pixels to the right, and let go."""
    start = QPointF(slider._handle().center())
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    kinds = QEvent.Type
    moves = ((kinds.MouseButtonPress, start, left), (kinds.MouseMove, start + QPointF(to_px, 0), none))
    for kind, at, button in (*moves, (kinds.MouseButtonRelease, start + QPointF(to_px, 0), left)):
        event = QMouseEvent(kind, at, slider.mapToGlobal(at), button, left, modifiers)
        QApplication.sendEvent(slider, event)


# ---- one control -----------------------------------------------------------------------------------


@pytest.mark.parametrize("knob", ALL, ids=lambda knob: knob.name)
def test_reset_is_grey_at_the_default_and_leads_back_to_it(qtbot, knob):
    other = {bool: False, int: 3, float: 0.5, str: "pcd"}[type(knob.default)]
    control, sent = control_of(qtbot, knob)
    assert not reset_of(control).isEnabled()
    control.set_value(other)
    assert sent == []
    assert reset_of(control).isEnabled()
    reset_of(control).click()
    assert sent == [(knob.name, knob.default)]
    assert not reset_of(control).isEnabled()


@pytest.mark.parametrize(
    ("typed", "value"),
    [("0.2", 0.2), ("1e-3", 1e-3), ("0,25", 0.25), ("7", 1.0), ("-3", 1e-4), ("0", 1e-4), ("0.0123", 0.0123)],
)
def test_a_typed_number_is_taken_or_brought_into_the_range(qtbot, typed, value):
    control, sent = control_of(qtbot, STEP)
    type_into(control.findChild(NumberBox), typed)
    assert sent == [("step_size", value)]
    assert control.value() == value


@pytest.mark.parametrize("typed", ["", "abc", "nan", "inf", "1e999", "--1"])
def test_what_is_no_number_gives_way_to_the_value_before(qtbot, typed):
    control, sent = control_of(qtbot, STEP, 0.3)
    type_into(control.findChild(NumberBox), typed)
    assert control.value() == 0.3
    assert control.findChild(NumberBox).text() == "0.3"
    assert sent == []


def test_a_whole_number_stays_whole(qtbot):
    control, sent = control_of(qtbot, SEED)
    for typed, value in (("1e3", 1000), ("123456789012", 123456789012), ("-4", -4)):
        type_into(control.findChild(NumberBox), typed)
        assert sent.pop() == ("seed", value)
        assert type(control.value()) is int


def test_a_double_click_on_the_name_or_the_slider_resets(qtbot):
    control, sent = control_of(qtbot, NOISE)
    for part in (control._label, control.findChild(KnobSlider)):
        control.set_value(0.25)
        QTest.mouseDClick(part, Qt.MouseButton.LeftButton)
        QTest.mouseRelease(part, Qt.MouseButton.LeftButton)
        assert control.value() == 1.0
    assert sent[-1] == ("noise", 1.0)


def test_the_wheel_turns_a_control_only_once_it_has_the_focus(qtbot):
    for knob, kind in ((NOISE, KnobSlider), (NOISE, NumberBox), (PHASE, QComboBox)):
        control, _ = control_of(qtbot, knob)
        part = control.findChild(kind)
        part.clearFocus()
        wheel(part, -1)
        assert control.value() == knob.default
        part.setFocus()
        qtbot.waitUntil(part.hasFocus)
        wheel(part, -1)
        if kind is not QComboBox:
            assert control.value() < knob.default
        else:
            assert part.currentText() == "cd"


def test_a_drag_follows_the_pointer_and_with_shift_at_a_tenth(qtbot):
    control, sent = control_of(qtbot, NOISE)
    slider = control.findChild(KnobSlider)
    drag(slider, 40)
    fast = control.value() - 1.0
    control.set_value(1.0)
    drag(slider, 40, Qt.KeyboardModifier.ShiftModifier)
    slow = control.value() - 1.0
    assert sent
    assert fast == pytest.approx(40 * 2.0 / (slider.width() - slider._handle().width()), abs=0.02)
    assert slow == pytest.approx(fast / 10, abs=0.011)


def test_a_knob_of_the_network_waits_until_the_slider_is_let_go(qtbot):
    control, sent = control_of(qtbot, WIDTH)
    slider, box = control.findChild(KnobSlider), control.findChild(NumberBox)
    slider.setSliderDown(True)
    for tick in (250, 260, 270):
        slider.setSliderPosition(tick)
        assert box.value() == scale_of(WIDTH).value_of(tick)
    assert sent == []
    slider.setSliderDown(False)
    assert sent == [("width", scale_of(WIDTH).value_of(270))]


def test_arrow_keys_move_a_whole_number_by_at_least_one(qtbot):
    control, _ = control_of(qtbot, DEPTH)
    box = control.findChild(NumberBox)
    box.stepUp()
    assert control.value() == 3
    control, _ = control_of(qtbot, WIDTH, 2)
    control.findChild(NumberBox).stepUp()
    assert control.value() == 3


def test_ticks_choices_and_texts_send_their_values(qtbot):
    control, sent = control_of(qtbot, IS_ON)
    control.findChild(QCheckBox).click()
    assert sent == [("is_on", False)]
    control, sent = control_of(qtbot, PHASE)
    QTest.keyClick(control.findChild(QComboBox), Qt.Key.Key_Down)
    assert sent == [("negative_phase", "cd")]
    control, sent = control_of(qtbot, WORD)
    type_into(control.findChild(QLineEdit), "moon")
    assert sent == [("word", "moon")]


def test_help_tells_meaning_range_default_and_what_it_resets(qtbot):
    tips = [control_of(qtbot, knob)[0].toolTip() for knob in (STEP, WIDTH, IS_ON)]
    assert all(part in tips[0] for part in ("How far a chain moves.", "From 1e-4 to 1 of the view.", "Default: 0.05."))
    assert "makes a new network" in tips[1]
    assert "Default: on." in tips[2]


# ---- numbers and sliders ---------------------------------------------------------------------------

spans = st.tuples(st.floats(1e-6, 1e6), st.floats(1.5, 1e8))


@given(spans)
def test_a_log_slider_keeps_its_numbers_apart_and_finds_them_again(span):
    low, ratio = span
    scale = scale_of(Knob(low, "", low, low * ratio, "log"))
    values = [scale.value_of(tick) for tick in range(scale.ticks + 1)]
    assert values == sorted(set(values))
    assert (values[0], values[-1]) == (low, low * ratio)
    assert [scale.tick_of(value) for value in values[1:-1]] == list(range(1, scale.ticks))


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_a_linear_slider_keeps_its_numbers_apart_and_within_the_range(low, width):
    scale = scale_of(Knob(low, "", low, low + width))
    values = [scale.value_of(tick) for tick in range(scale.ticks + 1)]
    assert all(one <= other for one, other in itertools.pairwise(values))
    assert (values[0], values[-1]) == (low, low + width)
    assert 60 <= scale.ticks <= 301


def test_sliders_have_the_numbers_that_one_would_choose():
    unit, log = scale_of(NOISE), scale_of(STEP)
    assert [unit.value_of(tick) for tick in (0, 1, 57, 200)] == [0.0, 0.01, 0.57, 2.0]
    assert [log.value_of(tick) for tick in (0, 75, 150, 225, 300)] == [1e-4, 1e-3, 0.01, 0.1, 1.0]
    assert [scale_of(DEPTH).value_of(tick) for tick in range(6)] == [1, 2, 3, 4, 5, 6]
    assert scale_of(SEED) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.003, "0.003"),
        (1e-4, "1e-4"),
        (2.5e-7, "2.5e-7"),
        (1.0, "1"),
        (0.1 + 0.2, "0.30000000000000004"),
        (250000.0, "250000"),
        (1e6, "1e6"),
        (0.0, "0"),
        (-0.5, "-0.5"),
        (128, "128"),
        (2**53, str(2**53)),
    ],
)
def test_numbers_are_written_as_people_write_them(value, text):
    assert text_of(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_written_number_is_the_same_number(value):
    assert float(text_of(value)) == value


# ---- the panel -------------------------------------------------------------------------------------


def panel_of(qtbot, entry=ENTRY, values=None):
    panel = shown(qtbot, Panel())
    panel.show_entry(entry, values or {})
    QApplication.processEvents()
    return panel


def test_a_panel_has_a_control_for_every_knob_with_its_value(qtbot):
    panel = panel_of(qtbot, values={"width": 64, "negative_phase": "cd"})
    assert panel.values() == {knob.name: knob.default for knob in ALL} | {"width": 64, "negative_phase": "cd"}


def test_turning_one_knob_sends_the_values_of_all(qtbot):
    panel = panel_of(qtbot)
    with qtbot.waitSignal(panel.params_changed) as sent:
        type_into(panel._controls["noise"].findChild(NumberBox), "0.5")
    assert sent.args == [{knob.name: knob.default for knob in ALL} | {"noise": 0.5}]


def test_reset_of_the_panel_is_one_change(qtbot):
    panel = panel_of(qtbot, values={"width": 64, "noise": 0.5})
    sent = []
    panel.params_changed.connect(sent.append)
    panel.reset()
    assert sent == [{knob.name: knob.default for knob in ALL}]


def test_the_same_entry_keeps_its_controls_and_another_one_replaces_them(qtbot):
    panel = panel_of(qtbot, values={"noise": 0.5})
    before = panel._controls["noise"]
    panel.show_entry(ENTRY, {})
    assert panel._controls["noise"] is before
    assert before.value() == 1.0
    panel.show_entry(Entry("other", "Other", "", "", "", (SEED,)), {"seed": 7})
    assert panel.values() == {"seed": 7}


def test_the_knobs_that_make_a_new_network_stand_under_their_own_heading(qtbot):
    panel = panel_of(qtbot)
    heading = next(label for label in panel.findChildren(QLabel) if label.text() == "Makes a new network")
    below = {name for name, control in panel._controls.items() if control.y() > heading.y()}
    assert below == {"width", "depth"}


@pytest.mark.parametrize("font_scale", [1.0, 1.4])
def test_a_panel_of_300_pixels_cuts_nothing_off(qtbot, qapp, font_scale):
    font, sheet = qapp.font(), qapp.styleSheet()
    theme.apply(qapp, theme.DARK, font_scale)
    long = Knob("a", "b" * 30, choices=("a_choice_that_is_very_long_indeed_to_read",) * 1 + ("a",), name="choice")
    panel = panel_of(qtbot, Entry("toy", "A toy", "x" * 80, "", "https://example.org/" + "y" * 80, (*ALL, long)))
    panel.resize(300, 600)
    panel._on_help_toggled(True)
    QApplication.processEvents()
    assert panel.widget().width() <= panel.viewport().width()
    for control in panel._controls.values():
        assert control.minimumSizeHint().width() <= control.width()
    qapp.setStyleSheet(sheet)
    qapp.setFont(font)


numbers = st.floats(-100, 100, allow_subnormal=False)
names = st.text(string.ascii_lowercase + "_", min_size=1, max_size=25)


@st.composite
def knobs(draw):
    name, help = draw(names), draw(st.text(max_size=60))
    kind = draw(st.sampled_from(["bool", "text", "choice", "int", "float", "log", "free"]))
    if kind == "bool":
        return Knob(draw(st.booleans()), help, name=name)
    if kind == "text":
        return Knob(draw(st.text(max_size=20)), help, name=name)
    if kind == "choice":
        choices = tuple(draw(st.lists(names, min_size=1, max_size=4, unique=True)))
        return Knob(draw(st.sampled_from(choices)), help, choices=choices, name=name)
    if kind == "free":
        return Knob(draw(st.integers(-1000, 1000)), help, name=name)
    if kind == "int":
        low, default, high = sorted(draw(st.tuples(*[st.integers(-500, 500)] * 3)))
        return Knob(default, help, low, high, name=name, makes_new_network=draw(st.booleans()))
    if kind == "log":
        low, default, high = sorted(draw(st.tuples(*[st.floats(1e-6, 1e6)] * 3)))
        return Knob(default, help, low, high, "log", name=name)
    low, default, high = sorted(draw(st.tuples(numbers, numbers, numbers)))
    return Knob(default, help, low, high, name=name, unit=draw(names))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(knobs(), max_size=6, unique_by=lambda knob: knob.name), st.text(max_size=40), st.text(max_size=40))
def test_a_panel_adopts_any_entry(qtbot, given_knobs, title, help):
    panel = Panel()
    panel.show_entry(Entry("any", title, help, "", "", tuple(given_knobs)), {})
    assert panel.values() == {knob.name: knob.default for knob in given_knobs}
    panel.set_theme(theme.LIGHT)
    panel.reset()
    assert panel.values() == {knob.name: knob.default for knob in given_knobs}
    panel.deleteLater()


# ---- the equation ----------------------------------------------------------------------------------


def ink_of(widget):
    image = widget.grab().toImage()
    ground = image.pixelColor(image.width() - 1, 0)
    columns = range(image.width())
    return sum(image.pixelColor(x, y) != ground for x in columns for y in range(image.height()))


@pytest.mark.parametrize("latex", [r"E_\theta(x) = \frac{x^2}{2}", r"\frac{a", r"\left( x"])
def test_an_equation_is_drawn_or_else_written(qtbot, latex):
    equation = Equation()
    equation.set_latex(latex)
    shown(qtbot, equation, 280, max(equation.heightForWidth(280), 1))
    assert equation.is_typeset == latex.startswith("E")
    assert ink_of(equation) > 50


def test_an_equation_takes_the_colour_of_the_text(qtbot):
    equation = Equation()
    equation.set_latex("X = Y")
    shown(qtbot, equation, 280, 60)
    for look in (theme.DARK, theme.LIGHT):
        equation.set_theme(look)
        image = equation.grab().toImage()
        drawn = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
        assert look.text in drawn


def test_a_wide_equation_is_broken_where_it_may_be(qtbot):
    equation = Equation()
    half = r"\log p(x) = -\frac{E(x)}{T} - \log Z + a + b + c + d"
    equation.set_latex(half)
    shown(qtbot, equation, 260, 60)
    one_line = equation.heightForWidth(260)
    equation.set_latex(half + r" \qquad " + half)
    assert equation.heightForWidth(260) > 1.7 * one_line


def test_no_equation_takes_no_room(qtbot):
    equation = Equation()
    qtbot.addWidget(equation)
    equation.set_latex("")
    assert equation.isHidden()
    assert equation.heightForWidth(300) == 0


def test_help_is_brief_until_all_of_it_is_asked_for(qtbot):
    panel = Panel()
    qtbot.addWidget(panel)
    help_text = "A first sentence. " + "A second one that is as long as a paragraph, and goes on. " * 4
    panel.show_entry(Entry("m", "M", help_text.strip(), "", "A source.", (), to_try="Turn it."), {})
    head = panel._head
    assert head._help.text() == "A first sentence. A second one that is as long as a paragraph, and goes on. " + (
        "A second one that is as long as a paragraph, and goes on."
    )
    assert head._to_try.isHidden()
    assert head._source.isHidden()
    head._fold.click()
    assert head._help.text() == help_text.strip()
    assert not head._to_try.isHidden()
    assert not head._source.isHidden()
    head._fold.click()
    assert head._source.isHidden()
