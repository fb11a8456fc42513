"""Typing a formula: the wrong place is marked, a right one is typeset, and only that can be taken over."""

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest

from engine.formula_text import read
from gui import formulas
from gui.formula_page import FormulaPage


@pytest.fixture
def page(qtbot):
    page = FormulaPage()
    qtbot.addWidget(page)
    page.chosen = []
    page.formula_chosen.connect(page.chosen.append)
    page.resize(340, 500)
    page.show()
    return page


@pytest.fixture
def store(tmp_path):
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


def marked(page):
    return [each.cursor.selectedText() for each in page.box.extraSelections()]


@pytest.mark.parametrize(("text", "wrong", "word"), [
    ("x**2 + lgo(y)", "lgo", "There is no lgo"),
    ("(x + y", "(", "never closed"),
    ("x**2 +", "+", "missing after"),
    ("x ^ 2", "^", "**"),
    ("\N{MATHEMATICAL BOLD SMALL X} + 1 + foo", "\N{MATHEMATICAL BOLD SMALL X}", "plain alphabet"),
    ("log(-1) + x", "log(-1)", "no real number"),
])  # fmt: skip
def test_the_wrong_place_is_marked_while_it_is_typed_and_a_sentence_says_why(page, text, wrong, word):
    page.box.setPlainText(text)
    assert marked(page) == [wrong]
    assert word in page.says.text()
    assert page.says.isVisible()
    QTest.keyClick(page.box, Qt.Key.Key_Return)
    assert page.chosen == []


def test_a_right_formula_is_typeset_at_once_and_taken_over_by_enter(page, qtbot):
    page.box.setPlainText("x**2 + ")
    page.box.clear()
    QTest.keyClicks(page.box, "x**2 / 3 + y**2")
    assert marked(page) == []
    qtbot.waitUntil(lambda: page._equation.is_typeset)
    assert "x^{2}" in page._equation.accessibleName()
    assert page._take.isVisible()
    assert page.chosen == []
    QTest.keyClick(page.box, Qt.Key.Key_Return)
    assert page.chosen == ["x**2 / 3 + y**2"]
    assert not page._take.isVisible()


def test_the_mark_is_at_the_right_place_behind_signs_that_count_twice(page):
    page.box.setPlainText("\N{MATHEMATICAL BOLD SMALL X}")
    page.box.underline(0, 1)
    assert marked(page) == ["\N{MATHEMATICAL BOLD SMALL X}"]


def test_every_example_is_right():
    for formula in formulas.EXAMPLES.values():
        assert read(formula)


def test_an_example_is_taken_over_when_it_is_chosen(page):
    names = list(formulas.EXAMPLES)
    page._choice.setCurrentIndex(2)
    page._choice.activated.emit(2)
    assert page.chosen == [formulas.EXAMPLES[names[2]]]
    assert page.box.toPlainText() == page.chosen[0]


def test_formulas_are_kept_from_one_start_to_the_next_the_newest_first(page, store):
    page.set_store(store)
    for number in range(12):
        page.box.setPlainText(f"x**2 + {number + 1} * y**2")
        page.take()
    page.box.setPlainText("x**2 + 9 * y**2")
    page.take()
    store.sync()
    kept = formulas.recent(QSettings(store.fileName(), QSettings.Format.IniFormat))
    assert kept[:2] == ["x**2 + 9 * y**2", "x**2 + 12 * y**2"]
    assert len(kept) == formulas.MOST_RECENT
    assert page._choice.currentData() == "x**2 + 9 * y**2"


@pytest.mark.parametrize("garbled", [7, "x" * 5000, ["", 3, None], {"a": 1}])
def test_garbled_settings_are_no_formulas(store, garbled):
    store.setValue("chains/formulas", garbled)
    assert formulas.recent(store) == []


def test_a_long_formula_is_written_on_several_lines_that_can_be_read(page, qtbot):
    page.box.setPlainText(" + ".join(f"sin({k} * x) / {k}" for k in range(2, 12)))
    qtbot.waitUntil(lambda: len(page._equation._lines) > 2)
    lines = page._equation._lines
    assert min(page._equation._scale(page._equation.width(), line) for line in lines) > 0.62
