"""Every page of every lab by the keyboard alone; and every control can be asked what it is."""

import pytest
from PySide6.QtGui import QShortcut
from PySide6.QtWidgets import QApplication, QMenu

from gui import commands
from gui.keys_page import PICTURE_KEYS, KeysPage
from gui.lecture.editor import Editor
from gui.lecture.page import LessonsPage
from gui.preferences import Preferences, Settings
from gui.proof_page import ProofPage
from gui.recording.dialog import RecordDialog
from tests.gui.controls_of import controls_of, focus_unseen, not_reached, two_meanings, unexplained, walked_by_tab
from tests.gui.whole_window import pages_of, settle, whole_window


@pytest.fixture(scope="module")
def walked(qapp, tmp_path_factory):
    """Of each page: what Tab and Shift+Tab do not reach, what is unexplained, and which focus cannot be seen."""
    found = {}
    with whole_window(tmp_path_factory.mktemp("settings")) as window:
        window.activateWindow()
        seen: set[tuple[str, str]] = set()
        for name in pages_of(window):
            window.setFocus()
            settle()
            forwards = walked_by_tab(window)
            back = walked_by_tab(window, is_back=True)
            found[name] = {
                "missed": not_reached(window, forwards),
                "missed backwards": not_reached(window, back),
                "unexplained": unexplained(window),
                "two meanings": two_meanings(window),
                "focus unseen": [*focus_unseen(window, forwards, seen)],
            }
        found["keys"] = {
            "unlisted": [
                each.key().toString()
                for each in window.findChildren(QShortcut)
                if each.key().toString() not in {"Esc", *(key for key, _ in PICTURE_KEYS)}
            ],
            "in no menu": [
                name for name, action in window.actions_by_name.items() if action not in _in_menus(window.menuBar())
            ],
        }
    return found


def _in_menus(bar):
    listed, waiting = set(), list(bar.actions())
    while waiting:
        action = waiting.pop()
        listed.add(action)
        menu = action.menu()
        waiting += menu.actions() if isinstance(menu, QMenu) else []
    return listed


@pytest.mark.parametrize("law", ["missed", "missed backwards", "unexplained", "two meanings", "focus unseen"])
def test_every_page_keeps_the_law(walked, law):
    assert {name: laws[law] for name, laws in walked.items() if laws.get(law)} == {}


DIALOGS = {
    "preferences": lambda window: Preferences(Settings(), window, ("cpu", "cuda")),
    "keys": KeysPage,
    "lessons": LessonsPage,
    "lesson editor": Editor,
    "record": lambda window: RecordDialog(window.store, window),
    "proof": lambda window: ProofPage((), "mala", window),
}


@pytest.mark.parametrize("name", DIALOGS)
def test_every_dialog_is_walked_by_tab(qapp, tmp_path, name):
    with whole_window(tmp_path) as window:
        dialog = DIALOGS[name](window)
        dialog.show()
        dialog.activateWindow()
        settle()
        forwards = walked_by_tab(dialog)
        missed, unseen = not_reached(dialog, forwards), [*focus_unseen(dialog, forwards, set())]
        dialog.close()
    assert missed == []
    assert unseen == []


def test_every_key_of_the_window_is_on_the_page_of_keys(walked):
    assert walked["keys"]["unlisted"] == []


def test_every_command_is_in_a_menu(walked):
    assert walked["keys"]["in no menu"] == []
    assert len(commands.COMMANDS) > 50


def test_the_search_for_controls_finds_some(walked, qapp):
    assert len(walked) > 20
    assert not [each for each in QApplication.topLevelWidgets() if each.isVisible() and controls_of(each)]
