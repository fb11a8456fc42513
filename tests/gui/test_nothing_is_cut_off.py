"""No text has less room than it needs, and no page is larger than the window, at any size of type."""

import pytest
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QWidget

from gui.keys_page import KeysPage
from gui.preferences import Preferences, Settings
from tests.gui.cut_off import cut_off, cut_off_at_rest
from tests.gui.whole_window import pages_of, settle, whole_window

SCALES = (1.0, 1.5, 2.0)


@pytest.mark.parametrize("scale", SCALES)
def test_nothing_is_cut_off_on_any_page(qtbot, tmp_path, scale):
    with whole_window(tmp_path) as window:
        window.appearance.change(font_scale=scale)
        found = []
        for name in pages_of(window):
            found += [f"{name} | {each}" for each in cut_off_at_rest(window)]
            for each in (window.minimumSizeHint(), window.size()):
                if each.width() > 1280 or each.height() > 720:
                    found.append(f"{name} | needs {each.width()} x {each.height()} pixels")
        window.appearance.change(font_scale=1.0)
    assert found == []


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("make", [lambda parent: Preferences(Settings(), parent, ("cpu", "cuda")), KeysPage])
def test_nothing_is_cut_off_in_a_dialog(qtbot, tmp_path, scale, make):
    with whole_window(tmp_path) as window:
        window.appearance.change(font_scale=scale)
        dialog: QDialog = make(window)
        dialog.show()
        settle()
        found, size = cut_off_at_rest(dialog), dialog.size()
        dialog.close()
        window.appearance.change(font_scale=1.0)
    assert found == []
    assert size.width() <= 1280


def test_the_search_finds_what_is_cut_off(qtbot):
    page = QWidget()
    qtbot.addWidget(page)
    label, button = QLabel("a long sentence in a label"), QPushButton("press here")
    row = QHBoxLayout(page)
    row.addWidget(label)
    row.addWidget(button)
    page.show()
    assert cut_off(page) == []
    label.setFixedWidth(30)
    button.setFixedHeight(5)
    page.layout().activate()
    assert len(cut_off(page)) == 2
