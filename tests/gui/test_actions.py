"""The table of commands, and who gets a key: the window or the control that has the focus."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QIcon, QKeySequence, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLineEdit,
    QMainWindow,
    QMenu,
    QPushButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gui import actions, commands, overlays
from gui.handlers import LAYERS
from gui.key_guard import KeyGuard


class Window(QMainWindow):
    """A window with every command, each of which writes down that it ran, and one control of each kind."""

    def __init__(self):
        super().__init__()
        self.ran = []
        self.actions_by_name = actions.build(self, {name: self._recorder(name) for name in commands.COMMANDS})
        self.submenus = actions.build_menus(self.menuBar(), self.actions_by_name)
        self.guard = KeyGuard(self)
        body = QWidget(self)
        body.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.controls = {
            kind.__name__: kind(body) for kind in (QLineEdit, QSpinBox, QComboBox, QCheckBox, QPushButton, QSlider)
        }
        self.controls["QComboBox"].addItems(["tanh", "prelu", "selu"])
        layout = QVBoxLayout(body)
        for control in self.controls.values():
            layout.addWidget(control)
        self.setCentralWidget(body)

    def _recorder(self, name):
        return lambda *args: self.ran.append((name, *args))


@pytest.fixture
def window(qtbot):
    window = Window()
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.centralWidget().setFocus()
    return window


def focus_by_tab(window, kind):
    activate(window)
    control = window.controls[kind]
    control.setFocus(Qt.FocusReason.TabFocusReason)
    assert control.hasFocus()
    return control


def focus_by_click(window, kind):
    activate(window)
    control = window.controls[kind]
    QTest.mouseClick(control, Qt.MouseButton.LeftButton, pos=control.rect().center())
    assert control.hasFocus()
    return control


def activate(window):
    """A window of an earlier test that is closed late may take the focus with it."""
    window.activateWindow()
    assert QTest.qWaitForWindowActive(window)


# ---- the table -------------------------------------------------------------------------------------


def test_no_key_belongs_to_two_commands(qapp):
    owner = {}
    for name, command in commands.COMMANDS.items():
        for keys in actions.sequences(command):
            text = keys.toString()
            assert text not in owner, f"{text} is of {owner[text]} and of {name}"
            owner[text] = name


def test_every_key_is_one_that_qt_can_read(qapp):
    for command in commands.COMMANDS.values():
        for keys in actions.sequences(command):
            assert keys.count() == 1
            assert keys[0].key() != Qt.Key.Key_unknown, command.name


def test_the_digits_are_the_layers_of_the_view_in_their_order(qapp):
    keys = [[each.toString() for each in actions.sequences(commands.COMMANDS[name])] for name in LAYERS]
    assert keys == [[digit] for digit in "123456789"]
    assert LAYERS == overlays.NAMES
    is_on = {name: commands.COMMANDS[name].is_on for name in LAYERS}
    assert {name for name in LAYERS if is_on[name]} == set(overlays.AT_START)


def test_each_group_begins_with_exactly_one_on():
    groups = {command.group for command in commands.COMMANDS.values() if command.group}
    assert groups == {"lab", "tool", "label", "hand", "view", "theme"}
    for group in groups:
        assert sum(each.is_on for each in commands.COMMANDS.values() if each.group == group) == 1


def test_names_are_unique_across_the_menus():
    listed = [command for title in commands.MENUS for command in commands.commands_of(title)]
    assert len(listed) == len(commands.COMMANDS)


def test_a_command_without_a_handler_stops_the_start(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    handlers = dict.fromkeys(commands.COMMANDS, print)
    del handlers["pen"]
    with pytest.raises(ValueError, match="pen"):
        actions.build(window, handlers)


def test_a_handler_without_a_command_stops_the_start(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    with pytest.raises(ValueError, match="levitate"):
        actions.build(window, dict.fromkeys([*commands.COMMANDS, "levitate"], print))


# ---- menus -----------------------------------------------------------------------------------------


def test_every_command_is_in_a_menu_and_runs_its_handler(window):
    menus = [title.menu() for title in window.menuBar().actions()]
    menus += [action.menu() for menu in menus for action in menu.actions() if action.menu() is not None]
    in_menus = {action.objectName() for menu in menus for action in menu.actions() if action.objectName()}
    assert in_menus == set(commands.COMMANDS)
    for name, action in window.actions_by_name.items():
        window.ran.clear()
        action.trigger()
        expected = (name, action.isChecked()) if commands.COMMANDS[name].is_checkable else (name,)
        assert window.ran == [expected]


def test_showing_a_state_does_not_start_what_it_shows(window):
    window.actions_by_name["play"].setChecked(True)
    window.actions_by_name["eraser"].setChecked(True)
    assert window.ran == []


def test_one_tool_at_a_time(window):
    window.actions_by_name["eraser"].trigger()
    tools = [name for name, each in commands.COMMANDS.items() if each.group == "tool"]
    assert [name for name in tools if window.actions_by_name[name].isChecked()] == ["eraser"]
    assert window.ran == [("eraser",)]


def test_an_empty_submenu_says_so_and_a_filled_one_runs_its_entries(window):
    recent = window.submenus["recent"]
    assert [action.isEnabled() for action in recent.actions()] == [False]
    opened = []
    actions.fill(recent, [("R&D.csv", "/tmp/R&D.csv", lambda: opened.append("R&D.csv"))], "No files yet")
    (entry,) = recent.actions()
    assert entry.text() == "R&&D.csv"
    entry.trigger()
    assert opened == ["R&D.csv"]
    actions.fill(recent, [], "No files yet")
    assert [action.text() for action in recent.actions()] == ["No files yet"]


def test_an_entry_may_refill_its_own_menu(qtbot):
    menu = QMenu()
    qtbot.addWidget(menu)
    actions.fill(menu, [("a", "", lambda: actions.fill(menu, [("b", "", print)], "none"))], "none")
    menu.actions()[0].trigger()
    assert [action.text() for action in menu.actions()] == ["b"]


def test_icons_are_asked_for_by_the_names_in_the_table(window):
    asked = []

    def icon_of(name):
        asked.append(name)
        pixmap = QPixmap(16, 16)
        pixmap.fill(Qt.GlobalColor.red)
        return QIcon(pixmap)

    actions.set_icons(window.actions_by_name, icon_of)
    assert asked == [command.icon for command in commands.COMMANDS.values() if command.icon]
    assert not window.actions_by_name["pen"].icon().isNull()
    assert window.actions_by_name["quit"].icon().isNull()


# ---- keys ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("p", "pen"),
        ("[", "brush_smaller"),
        (".", "step"),
        ("?", "keys"),
        (">", "faster"),
        (Qt.Key.Key_Delete, "delete"),
        (Qt.Key.Key_Home, "reset_view"),
    ],
)
def test_on_the_canvas_one_key_is_a_command(window, key, name):
    QTest.keyClick(window.centralWidget(), key)
    assert window.ran == [(name,)]


def test_space_plays_and_pauses(window):
    QTest.keyClick(window.centralWidget(), Qt.Key.Key_Space)
    QTest.keyClick(window.centralWidget(), Qt.Key.Key_Space)
    assert window.ran == [("play", True), ("play", False)]


def test_keys_work_while_full_screen_hides_the_menu_bar(window):
    window.menuBar().hide()
    QTest.keyClick(window.centralWidget(), "e")
    assert window.ran == [("eraser",)]


@pytest.mark.parametrize("kind", ["QLineEdit", "QSpinBox"])
@pytest.mark.parametrize("focus", [focus_by_tab, focus_by_click])
def test_typing_in_a_field_starts_no_command(window, kind, focus):
    field = focus(window, kind)
    for key in ["p", "e", "v", "[", "]", ".", "?", "<", " ", Qt.Key.Key_Home, Qt.Key.Key_Delete, Qt.Key.Key_Backspace]:
        QTest.keyClick(field, key)
    assert window.ran == []


def test_what_is_typed_arrives_in_the_field(window):
    QTest.keyClicks(focus_by_tab(window, "QLineEdit"), "p [b] e.?")
    assert window.controls["QLineEdit"].text() == "p [b] e.?"
    QTest.keyClicks(focus_by_tab(window, "QSpinBox"), "7")
    assert "7" in window.controls["QSpinBox"].text()


def test_commands_with_ctrl_work_from_a_field(window):
    QTest.keyClick(focus_by_tab(window, "QLineEdit"), "r", Qt.KeyboardModifier.ControlModifier)
    assert window.ran == [("reset",)]


def test_space_works_a_box_and_a_button_reached_by_tab(window):
    pressed = []
    window.controls["QPushButton"].clicked.connect(lambda: pressed.append(True))
    QTest.keyClick(focus_by_tab(window, "QCheckBox"), Qt.Key.Key_Space)
    QTest.keyClick(focus_by_tab(window, "QPushButton"), Qt.Key.Key_Space)
    assert window.controls["QCheckBox"].isChecked()
    assert pressed == [True]
    assert window.ran == []


def test_space_plays_after_a_click_on_a_box_or_a_button(window):
    QTest.keyClick(focus_by_click(window, "QPushButton"), Qt.Key.Key_Space)
    box = window.controls["QCheckBox"]
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert box.isChecked()
    assert box.hasFocus()
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert box.isChecked()
    assert window.ran == [("play", True), ("play", False)]


def test_letters_choose_in_a_combo_box_reached_by_tab(window):
    QTest.keyClick(focus_by_tab(window, "QComboBox"), "p")
    assert window.controls["QComboBox"].currentText() == "prelu"
    assert window.ran == []


def test_letters_are_commands_after_a_choice_by_mouse(window, qtbot):
    combo = window.controls["QComboBox"]
    QTest.mouseClick(combo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(combo.view().isVisible)
    QTest.keyClick(combo.view(), Qt.Key.Key_Down)
    assert window.ran == []
    view = combo.view()
    row = view.visualRect(view.model().index(2, 0)).center()
    QTest.mouseMove(view.viewport(), row)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=row)
    qtbot.waitUntil(lambda: not combo.view().isVisible())
    QTest.keyClick(combo, "p")
    assert combo.currentText() == "selu"
    assert window.ran == [("pen",)]


def test_home_works_a_slider_reached_by_tab(window):
    slider = focus_by_tab(window, "QSlider")
    slider.setValue(50)
    QTest.keyClick(slider, Qt.Key.Key_Home)
    assert slider.value() == 0
    assert window.ran == []


def test_holding_space_does_not_flicker_between_play_and_pause(window):
    assert not window.actions_by_name["play"].autoRepeat()
    assert window.actions_by_name["step"].autoRepeat()


def test_tool_tips_name_the_key(window):
    assert window.actions_by_name["pen"].toolTip().startswith("Pen (P)")
    assert window.actions_by_name["clear"].shortcut() == QKeySequence("Ctrl+Del")
