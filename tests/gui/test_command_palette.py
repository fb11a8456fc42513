"""The command palette: what it finds, what it runs, and where the focus goes. And the page of keys."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QMainWindow, QTextEdit

from gui import actions, commands, keys_page
from gui.command_palette import CommandPalette, actions_in, match
from gui.keys_page import GESTURES, KeysPage


@pytest.fixture
def window(qtbot):
    window = QMainWindow()
    window.resize(900, 600)
    window.ran = []
    handlers = {name: (lambda *_, name=name: window.ran.append(name)) for name in commands.COMMANDS}
    window.palette_of_commands = CommandPalette(window)
    handlers["command_palette"] = window.palette_of_commands.toggle
    window.actions_by_name = actions.build(window, handlers)
    window.submenus = actions.build_menus(window.menuBar(), window.actions_by_name)
    window.setCentralWidget(QTextEdit())
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.centralWidget().setFocus()
    return window


def press_its_key(window):
    ctrl_shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_P, ctrl_shift)


def query_of(window):
    return window.palette_of_commands.findChild(QLineEdit)


def listed(window):
    rows = window.palette_of_commands.findChild(QListWidget)
    return [rows.item(row).text() for row in range(rows.count())]


# ---- matching --------------------------------------------------------------------------------------


def test_letters_must_be_there_in_their_order():
    assert match("lgd", "Log density") is not None
    assert match("dgl", "Log density") is None


def test_words_may_come_in_any_order_and_case():
    assert match("DENS log", "Log density") is not None


def test_an_empty_query_matches_everything_alike():
    assert match("", "Pen") == match("  ", "Undo") == 0


def test_the_start_of_a_word_beats_its_middle():
    assert match("sp", "Spray") > match("sp", "Whisper")
    assert match("cp", "Command palette") > match("cp", "Scope")


# ---- the palette -----------------------------------------------------------------------------------


def test_it_opens_with_every_command_that_can_run(window):
    window.actions_by_name["undo"].setEnabled(False)
    press_its_key(window)
    assert window.palette_of_commands.isVisible()
    assert query_of(window).hasFocus()
    texts = {command.text for command in commands.COMMANDS.values()}
    assert set(listed(window)) == texts - {"Undo"}


def test_typing_and_enter_run_the_best_match_once(window):
    press_its_key(window)
    QTest.keyClicks(query_of(window), "eras")
    QTest.keyClick(query_of(window), Qt.Key.Key_Return)
    assert window.ran == ["eraser"]
    assert not window.palette_of_commands.isVisible()
    assert window.centralWidget().hasFocus()


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("density", "density"),
        ("log density", "log_density"),
        ("pen", "pen"),
        ("dark", "theme_dark"),
        ("csv", "export_points"),
    ],
)
def test_the_command_that_is_meant_comes_first(window, query, name):
    press_its_key(window)
    QTest.keyClicks(query_of(window), query)
    assert listed(window)[0] == commands.COMMANDS[name].text


def test_arrows_choose_another_match(window):
    press_its_key(window)
    QTest.keyClicks(query_of(window), "theme")
    second = listed(window)[1]
    QTest.keyClick(query_of(window), Qt.Key.Key_Down)
    QTest.keyClick(query_of(window), Qt.Key.Key_Return)
    assert [commands.COMMANDS[name].text for name in window.ran] == [second]


def test_a_click_runs_what_is_clicked(window):
    press_its_key(window)
    rows = window.palette_of_commands.findChild(QListWidget)
    third = rows.item(2)
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualItemRect(third).center())
    assert window.ran == [commands.commands_of("File")[2].name]


def test_esc_closes_and_runs_nothing(window):
    press_its_key(window)
    QTest.keyClick(query_of(window), Qt.Key.Key_Escape)
    assert not window.palette_of_commands.isVisible()
    assert window.centralWidget().hasFocus()
    assert window.ran == []


def test_its_key_closes_it_again(window):
    press_its_key(window)
    press_its_key(window)
    assert not window.palette_of_commands.isVisible()


def test_it_closes_when_the_focus_goes_elsewhere(window):
    press_its_key(window)
    window.centralWidget().setFocus()
    assert not window.palette_of_commands.isVisible()
    assert window.centralWidget().hasFocus()


def test_without_a_match_enter_does_nothing(window):
    press_its_key(window)
    QTest.keyClicks(query_of(window), "qqqq")
    assert listed(window) == ["No command has these letters"]
    QTest.keyClick(query_of(window), Qt.Key.Key_Return)
    assert window.ran == []
    assert window.palette_of_commands.isVisible()


def test_what_fills_a_submenu_is_found_with_the_way_to_it(window):
    chosen = []
    entries = [("Two moons", "Two arcs.", lambda: chosen.append("two_moons"))]
    actions.fill(window.submenus["presets"], entries, "The engine is not ready")
    assert ("File › Samples", "Two moons") in [(path, action.text()) for path, action in actions_in(window.menuBar())]
    press_its_key(window)
    QTest.keyClicks(query_of(window), "moons")
    QTest.keyClick(query_of(window), Qt.Key.Key_Return)
    assert chosen == ["two_moons"]


def test_it_stays_inside_a_window_that_shrinks(window, qtbot):
    press_its_key(window)
    window.resize(500, 300)
    qtbot.waitUntil(lambda: window.width() == 500)
    assert window.rect().contains(window.palette_of_commands.geometry())


# ---- the page of keys ------------------------------------------------------------------------------


def test_the_page_shows_every_menu_once():
    shown = [title for titles in keys_page._COLUMNS for title in titles]
    assert sorted(shown) == sorted([*commands.MENUS, "Canvas", "Mouse", "Pictures"])


def test_the_page_lists_every_key_of_the_table_and_every_gesture(qtbot):
    page = KeysPage()
    qtbot.addWidget(page)
    shown = {label.text() for label in page.findChildren(QLabel)}
    for command in commands.COMMANDS.values():
        if command.keys:
            assert command.text.rstrip("…") in shown
            assert "   ".join(actions.shown_keys(command)) in shown
    assert shown.issuperset(gesture for gesture, _ in GESTURES)


def test_esc_closes_the_page(qtbot):
    page = KeysPage()
    qtbot.addWidget(page)
    page.show()
    QTest.keyClick(page, Qt.Key.Key_Escape)
    assert not page.isVisible()
