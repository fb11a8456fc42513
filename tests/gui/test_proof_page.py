"""The proof of the samplers in the window: every sampler's measured tables, as they are in the files."""

import math

import msgspec
import pytest
from PySide6.QtWidgets import QTableWidget

from engine import proof_file
from engine.messages import Entry
from engine.proof_file import Proof, Row, Table
from gui.proof_page import ProofPage, verdict

SAMPLERS = sorted(path.stem for path in proof_file.FOLDER.glob("*.json"))


def entry(name, title):
    return Entry(name, title, "", "", "", ())


def texts(table, line):
    return [table.item(line, column).text() for column in range(table.columnCount())]


def shown(page, tab):
    return page.tabs.widget(tab).findChild(QTableWidget)


def proof(rows, start="exact", is_exact=True, **more):
    table = Table("banana", "Banana", start, 64, 10, True, {}, tuple(rows))
    told = {"sampler": "mala", "knobs": {}, "seed": 1, "seconds": 2.0, "date": "2026-01-02", "command": "prove mala"}
    return Proof(is_exact=is_exact, torch="2", tables=(table,), **{**told, **more})


GOOD = Row("mean of x", 1.0, True, 1.25, 0.5, 0.1)
BAD = Row("variance of y", 2.0, False, 4.5, 0.5, 0.0)
LOST = Row("mean of y", 2.0, False, None, None, 0.0)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(proof_file, "FOLDER", tmp_path)
    return tmp_path


def put(found, folder):
    proof_file.write(found, folder)
    assert proof_file.path_of(found.sampler, folder).read_text().count("\n") < 60


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_page_shows_every_row_that_was_measured(name, qtbot):
    page = ProofPage([entry(name, "Its title")], name)
    qtbot.addWidget(page)
    measured = msgspec.json.decode(proof_file.path_of(name).read_bytes(), type=Proof)
    assert page._choice.currentText() == "Its title"
    tables = [table for table in measured.tables if table.start == "exact"]
    table = shown(page, 0)
    assert table.rowCount() == sum(len(each.rows) for each in tables)
    first = tables[0].rows[0]
    line = texts(table, 0)
    assert line[0].lower().startswith(tables[0].title.partition(":")[0].lower())
    assert line[1] == first.expectation
    assert float(line[2]) == pytest.approx(first.exact, rel=1e-3, abs=1e-6)
    assert float(line[3]) == pytest.approx(first.estimate, abs=0.06 * first.error)
    assert float(line[5].rstrip(" !")) == pytest.approx((first.estimate - first.exact) / first.error, abs=0.02)
    assert measured.date in page._about.text()
    assert measured.command in page._about.text()


def test_a_row_that_is_off_and_one_that_is_lost_are_marked_and_counted(folder, qtbot):
    put(proof([GOOD, BAD, LOST]), folder)
    page = ProofPage([], "mala")
    qtbot.addWidget(page)
    table = shown(page, 0)
    assert texts(table, 0)[1:] == ["mean of x", "1", "1.25", "0.50", "+0.50", "0.10"]
    assert texts(table, 1)[5] == "+5.00 !"
    assert table.item(1, 5).font().bold()
    assert not table.item(0, 5).font().bold()
    assert "lost" in texts(table, 2)[3]
    assert page._verdict.text().startswith("2 of 3 expectations on 1 targets are off")


def test_what_ten_times_as_many_chains_say_counts():
    small, large = proof([GOOD, BAD]), proof([GOOD, GOOD])
    assert verdict(msgspec.structs.replace(small, tables=small.tables + large.tables)).startswith("All 2")
    assert verdict(small).startswith("1 of 2")
    late = msgspec.structs.replace(small.tables[0], start="wide", has_arrived=False)
    assert verdict(msgspec.structs.replace(large, tables=(*large.tables, late))).startswith("All 2")


def test_a_sampler_that_is_not_exact_is_called_so_and_shows_its_bias(folder, qtbot):
    bias = proof_file.Bias("step size", (proof_file.Level(0.1, 1.0, 1.04, 1.05, 0.01),))
    put(proof([BAD], is_exact=False, bias=bias), folder)
    page = ProofPage([], "mala")
    qtbot.addWidget(page)
    assert page._verdict.text().startswith("Not exact, by design: 1 of 1")
    assert page.tabs.tabText(page.tabs.currentIndex()) == "Its bias"
    assert texts(shown(page, 1), 0) == ["0.1", "1", "1.04", "1.050", "0.010", "+1.00"]


def test_where_nothing_was_measured_the_page_says_how_to(folder, qtbot):
    page = ProofPage([], "mala")
    qtbot.addWidget(page)
    assert "python main.py prove" in page._verdict.text()


def test_a_file_reads_back_as_it_was_written_with_six_digits(folder):
    row = Row("mean of x", 1 / 3, True, math.pi, 0.5, 0.25)
    put(proof([row, LOST]), folder)
    back = proof_file.read("mala", folder)
    assert back.tables[0].rows[0].estimate == 3.14159
    assert back.tables[0].rows[1] == LOST
    assert proof_file.read("hmc", folder) is None
