"""The whole window in another language: chosen at once, English again, and nothing depends on what is shown."""

import json
import re

import msgspec
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QMessageBox, QPushButton, QWidget

from engine.texts import texts
from gui import choices, preferences
from gui.elided import ElidedLabel
from gui.keys_page import KeysPage
from gui.language import chosen, keep_own, own, template, tr
from gui.language.choice import LanguageChoice
from gui.lecture.page import LessonsPage
from gui.preferences import Preferences, Settings
from tests.gui.cut_off import cut_off, cut_off_at_rest
from tests.gui.whole_window import pages_of, settle, whole_window


@pytest.fixture(scope="module")
def backwards(tmp_path_factory):
    """A language in which every text is written from its end."""
    listed = {text: reverse(text) for text in template.all_texts(texts())}
    path = tmp_path_factory.mktemp("language") / "backwards.json"
    path.write_text(
        json.dumps({"format": "energyscape-language", "version": 1, "language": "hsilgnE", "texts": listed})
    )
    return str(path)


def reverse(text):
    """With places and tags as they are."""
    parts = re.split(r"(\{[^{}]*\}|<[^<>]*>)", text)
    return "".join(part if index % 2 else part[::-1] for index, part in enumerate(parts))


def texts_of(window):
    """All that stands in a window, by what it is."""
    found = [action.text() for action in window.findChildren(QAction)]
    for widget in window.findChildren(QWidget):
        found += [widget.toolTip(), widget.whatsThis(), widget.accessibleName()]
        if isinstance(widget, QLabel | QPushButton):
            found.append(widget.text())
        if isinstance(widget, QComboBox):
            found += [widget.itemText(index) for index in range(widget.count())]
    return found


def test_the_window_speaks_german_and_then_english_again(qtbot, tmp_path):
    with whole_window(tmp_path) as window:
        for _ in pages_of(window):
            pass
        window.show_lab()
        settle()
        before = texts_of(window)
        window.appearance.change(language="de")
        settle()
        assert window.actions_by_name["pen"].text() == "Stift"
        assert window.menuBar().actions()[0].text() == "&Datei"
        assert window.lab.tabs.tabText(0) == "Modell"
        assert tr("Loss") == "Verlust"
        assert chosen().name == "Deutsch"
        assert preferences.read(window.store).language == "de"
        window.appearance.change(language="")
        settle()
        assert texts_of(window) == before
        assert tr("Loss") == "Loss"


def test_a_text_that_is_set_later_is_translated_before_it_is_seen(qtbot, tmp_path):
    with whole_window(tmp_path) as window:
        window.appearance.change(language="de")
        label = QLabel("Pen", window)
        label.show()
        settle()
        assert label.text() == "Stift"
        label.setText("Spray")
        settle()
        assert label.text() == "Sprühdose"
        box = QMessageBox(window)
        box.setText("Not saved")
        box.setStandardButtons(QMessageBox.StandardButton.Cancel)
        box.show()
        settle()
        assert box.text() == "Nicht gespeichert"
        assert box.button(QMessageBox.StandardButton.Cancel).text() == "Abbrechen"
        box.close()
        window.appearance.change(language="")
        assert label.text() == "Spray"


def test_a_persons_own_name_stays_though_it_is_a_word_of_the_program(qtbot, tmp_path):
    assert own("Pen") == "Pen"
    with whole_window(tmp_path) as window:
        window.appearance.change(language="de")
        label, sentence = QLabel("Pen", window), QLabel(window)
        keep_own(label)
        sentence.setText(f"Go to “{own('Pen')}”")
        for each in (label, sentence):
            each.show()
        window.projects._set_path(tmp_path / "Pen.energyscape")
        settle()
        assert label.text() == "Pen"
        assert sentence.text() == f"Zu „{own('Pen')}“ gehen"
        assert window.windowTitle().startswith("Pen[*]")
        window.appearance.change(language="")
        assert label.text() == "Pen"


def test_a_label_that_is_shortened_is_translated_as_a_whole(qtbot, tmp_path):
    with whole_window(tmp_path) as window:
        label = ElidedLabel("Points along the letters of a word.", window)
        label.setGeometry(0, 0, 60, 30)
        label.show()
        window.appearance.change(language="de")
        settle()
        assert label.toolTip() == label.accessibleName() == "Punkte entlang der Buchstaben eines Wortes."
        assert label.text().startswith("Pun")
        window.appearance.change(language="")
        settle()
        assert label.toolTip() == "Points along the letters of a word."


def test_a_tip_is_translated_when_it_is_asked_for(qtbot, tmp_path):
    with whole_window(tmp_path) as window:
        window.appearance.change(language="de")
        label = QLabel("x", window)
        label.show()
        settle()
        label.setToolTip("Not saved")
        QApplication.sendEvent(label, QHelpEvent(QEvent.Type.ToolTip, QPoint(0, 0), QPoint(0, 0)))
        assert label.toolTip() == "Nicht gespeichert"
        window.appearance.change(language="")


def test_every_page_opens_and_every_command_works_in_a_nonsense_language(qtbot, tmp_path, backwards):
    with whole_window(tmp_path) as window:
        window.appearance.change(language=backwards)
        assert len(list(pages_of(window))) > 20
        window.show_lab()
        for name in ("pen", "spray", "contours", "density", "energy", "command_palette", "theme_dark", "larger_type"):
            window.actions_by_name[name].trigger()
            settle()
        assert window.actions_by_name["spray"].isChecked()
        for dialog in (KeysPage(window), Preferences(window.appearance.settings, window), LessonsPage(window)):
            dialog.show()
            settle()
            dialog.close()
        window.start_tour()
        settle()
        QTest.keyClick(window, Qt.Key.Key_Escape)
        window.appearance.change(language="")


def test_what_is_chosen_does_not_depend_on_what_is_shown(qtbot, tmp_path, backwards):
    with whole_window(tmp_path) as window:
        window.show_chains()
        window.show_latent()
        settle()
        target = window.chains.target_page
        first, page = target.energy, window.latent.page_title
        window.appearance.change(language=backwards)
        settle()
        assert target.energy == first
        assert window.latent.page_title == page == "Slide"
        target.show_energy(None)
        assert target.energy is None
        target.show_energy(first)
        assert target.energy == first
        window.appearance.change(language="")


def test_a_choice_is_known_by_the_text_it_was_added_with(qtbot, tmp_path):
    with whole_window(tmp_path) as window:
        box = QComboBox(window)
        choices.add(box, ("Pen", "Spray"))
        box.show()
        window.appearance.change(language="de")
        settle()
        assert box.currentText() == "Stift"
        assert choices.chosen(box) == "Pen"
        choices.choose(box, "Spray")
        assert choices.chosen(box) == "Spray"
        choices.choose(box, "there is none")
        assert choices.chosen(box) == "Spray"
        window.appearance.change(language="")
        assert box.currentText() == "Spray"


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_nothing_is_cut_off_in_german(qtbot, tmp_path, theme):
    with whole_window(tmp_path) as window:
        window.appearance.change(language="de", theme=theme)
        settle()
        found = []
        for name in pages_of(window):
            found += [f"{name} | {each}" for each in cut_off_at_rest(window)]
            least = window.minimumSizeHint()
            if least.width() > 1280 or least.height() > 720:
                found.append(f"{name} | needs {least.width()} x {least.height()} pixels")
        dialog = Preferences(window.appearance.settings, window, ("cpu", "cuda"))
        dialog.show()
        settle()
        found += [f"preferences | {each}" for each in cut_off(dialog)]
        dialog.close()
        window.appearance.change(language="")
    assert found == []


def test_a_file_that_is_none_is_told_and_the_language_stays(qtbot, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text("{}")
    with whole_window(tmp_path) as window:
        told = []
        window.appearance.noticed.connect(told.append)
        window.appearance.change(language="de")
        window.appearance.change(language=str(bad))
        assert len(told) == 1
        assert "bad.json" in told[0]
        assert window.appearance.settings.language == "de"
        window.appearance.change(language="")


def test_a_file_that_has_vanished_is_told_at_the_next_start(qtbot, tmp_path):
    (tmp_path / "settings.ini").write_text("[preferences]\nlanguage=/gone/away.json\n")
    with whole_window(tmp_path) as window:
        assert window.appearance.settings.language == ""
        assert "away.json" in window.strip.findChild(QLabel).text()
        assert chosen() is None


def test_the_dialog_tells_each_language_and_shows_what_is_spoken(qtbot, tmp_path):
    dialog = Preferences(Settings())
    qtbot.addWidget(dialog)
    dialog.show()
    box = dialog.findChild(LanguageChoice)
    assert [box.itemText(index) for index in range(box.count())] == ["English", "Deutsch", "Open a language file…"]
    told = []
    dialog.changed.connect(told.append)
    box.setCurrentIndex(1)
    box.activated.emit(1)
    assert told == [msgspec.structs.replace(Settings(), language="de")]
    dialog.show_notice("It is none.")
    assert box.currentData() == ""
    assert any(label.text() == "It is none." and label.isVisible() for label in dialog.findChildren(QLabel))
