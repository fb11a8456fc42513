"""The template lists every text that the window shows; what a file lacks is counted."""

import json
import sys

import pytest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QGroupBox, QLabel, QTabBar

import main
from engine.notice import Notice
from engine.texts import texts
from gui.language import files, template
from gui.language.catalogue import Catalogue
from gui.language.extract import is_text, texts_in
from tests.gui.whole_window import pages_of, whole_window

# Addresses, names of sources and formulas stay as they are in every language.
SAME_EVERYWHERE = ("Source:", "torch", "Energyscape", "\\", "E(x", "**", "cpu")


@pytest.fixture(scope="module")
def listed():
    return template.all_texts(texts())


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('label("Press here")', ["Press here"]),
        ('"""A docstring of words."""', []),
        ('x = f"{n} points in {name}"', ["{} points in {}"]),
        ("""x = f"{n} point{'s' if n != 1 else ''}" """, ["{} points", "{} point"]),
        ('raise Notice("Draw at least 2 points.")', ["Draw at least 2 points."]),
        ('raise ValueError("this is for us")', []),
        ('part.setObjectName("Some Name")', []),
        ('if kind == "Some Name": pass', []),
        ('texts["Some Name"]', []),
        ('__all__ = ["Answer"]', []),
        ('size: float = knob(1.0, help="How large.", unit="nats")', ["Size", "nats", "How large."]),
        ('assert x, "for us alone"', []),
    ],
)
def test_texts_are_found_in_a_source(source, found):
    assert list(texts_in(source)) == found


@pytest.mark.parametrize(
    "code", ["step_size", "Ctrl+N", "gui/window.py", "QLabel", "a.b", "x**2 + y", "", "12", "\\alpha b"]
)
def test_code_is_no_text(code):
    assert not is_text(code)


def test_the_template_is_a_language_file_that_translates_nothing(tmp_path, listed):
    path = tmp_path / "template.json"
    template.write(path, listed)
    made = files.read(path)
    assert list(made.texts) == listed
    assert not any(made.texts.values())
    assert Catalogue("x", made.texts).translate("Pen") == "Pen"
    assert "(0.0 %)" in template.checked(path, listed)


def test_a_template_that_cannot_be_written_is_one_sentence(tmp_path, listed):
    with pytest.raises(Notice, match="cannot be written"):
        template.write(tmp_path, listed)


def test_the_command_writes_a_template_and_checks_a_file(tmp_path, capsys, monkeypatch):
    path = tmp_path / "mine.json"
    monkeypatch.setattr(sys, "argv", ["main.py", "language", "--template", str(path)])
    assert main.main() == 0
    monkeypatch.setattr(sys, "argv", ["main.py", "language", "--check", str(path)])
    assert main.main() == 0
    assert "(0.0 %)" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["main.py", "language", "--check", str(tmp_path / "gone.json")])
    assert main.main() == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_full_file_lacks_nothing(tmp_path, listed):
    path = tmp_path / "full.json"
    made = {
        "format": "energyscape-language",
        "version": 1,
        "language": "Full",
        "texts": {text: text for text in listed},
    }
    path.write_text(json.dumps(made))
    assert "(100.0 %)" in template.checked(path, listed)


def test_the_template_holds_what_each_page_shows(qtbot, tmp_path, listed):
    catalogue = Catalogue("same", {text: text for text in listed})
    missing = set()
    with whole_window(tmp_path) as window:
        for page in pages_of(window):
            missing |= {f"{page}: {text}" for text in shown_in(window) if not catalogue.knows(text)}
    assert sorted(each for each in missing if not any(name in each for name in SAME_EVERYWHERE)) == []


def test_german_translates_almost_everything(listed):
    made = files.read(files.path_of("de"))
    assert made.texts.keys() <= set(listed)
    catalogue = Catalogue(made.language, made.texts)
    assert sum(catalogue.knows(text) for text in listed) > 0.9 * len(listed)


def shown_in(window):
    for widget in window.findChildren(QLabel) + window.findChildren(QAbstractButton):
        if widget.isVisible():
            yield widget.text()
            yield widget.toolTip()
    for tabs in window.findChildren(QTabBar):
        yield from (tabs.tabText(index) for index in range(tabs.count()))
    for box in window.findChildren(QComboBox):
        yield from (box.itemText(index) for index in range(box.count()) if box.isVisible())
    for group in window.findChildren(QGroupBox):
        yield group.title()
    for action in window.actions_by_name.values():
        yield from (action.text(), action.toolTip(), action.statusTip(), action.whatsThis())
