"""Plots as files: pictures, drawings, and their values as a table."""

import csv
import io
import math

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFileDialog, QLabel, QMenu, QMessageBox

from engine.notice import Notice
from gui import exports


@pytest.fixture
def plot(qtbot):
    plot = QLabel("energy")
    plot.resize(200, 100)
    qtbot.addWidget(plot)
    return plot


def table():
    yield "name", "step", "value"
    yield "a, b", 1, 1 / 3
    yield 'say "x"', 2, math.inf


def test_each_ending_is_a_file_of_its_kind(plot, tmp_path):
    for ending in ("png", "svg", "pdf", "csv"):
        exports.save(plot, str(tmp_path / f"plot.{ending}"), table)
    assert QImage(str(tmp_path / "plot.png")).size() == QSize(600, 300)
    drawing = QSvgRenderer(str(tmp_path / "plot.svg"))
    assert drawing.viewBox().size() == QSize(200, 100)
    assert "energy</text>" in (tmp_path / "plot.svg").read_text()
    page = (tmp_path / "plot.pdf").read_bytes()
    assert page.startswith(b"%PDF-")
    points = 72 / plot.logicalDpiX()
    assert f"/MediaBox [0 0 {200 * points:.6f} {100 * points:.6f}]".encode() in page
    # As text, and not as a picture of it.
    assert b"/Font" in page
    assert b"/Subtype /Image" not in page


def test_a_table_reads_back_as_the_same_numbers():
    rows = list(csv.reader(io.StringIO(exports.as_csv(table()))))
    assert rows[0] == ["name", "step", "value"]
    assert (rows[1][0], rows[1][1], float(rows[1][2])) == ("a, b", "1", 1 / 3)
    assert (rows[2][0], float(rows[2][2])) == ('say "x"', math.inf)


@pytest.mark.parametrize("ending", ["png", "svg", "pdf", "csv"])
def test_a_place_that_cannot_be_written_is_a_sentence(plot, tmp_path, ending):
    with pytest.raises(Notice, match="cannot be written"):
        exports.save(plot, str(tmp_path / "nowhere" / f"plot.{ending}"), table)


def entries(plot, has_table):
    menu = QMenu(plot)
    exports.add_exports(menu, plot, "energies", table if has_table else None)
    return menu


def test_a_plot_without_values_offers_no_table(plot):
    assert [each.text() for each in entries(plot, False).actions()] == ["Save as PNG…", "Save as SVG…", "Save as PDF…"]
    assert entries(plot, True).actions()[-1].text() == "Save as CSV…"


def test_the_name_gets_the_ending_that_it_lacks_and_failures_are_told(plot, tmp_path, monkeypatch):
    asked, told = [], []
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *about: asked.append(about) or (str(tmp_path / "values"), "")
    )
    entries(plot, True).actions()[-1].trigger()
    assert (tmp_path / "values.csv").read_text().startswith("name,step,value\n")
    assert asked[0][2] == "energies.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *about: (str(tmp_path / "nowhere" / "x.csv"), ""))
    monkeypatch.setattr(QMessageBox, "warning", lambda *about: told.append(about[-1]))
    entries(plot, True).actions()[-1].trigger()
    assert told == [f"{tmp_path / 'nowhere' / 'x.csv'} cannot be written. Choose another folder."]


def test_the_right_button_brings_the_menu(plot, qtbot):
    exports.add_export_menu(plot, "energies", table)
    assert plot.contextMenuPolicy() == Qt.ContextMenuPolicy.CustomContextMenu
    plot.show()
    plot.customContextMenuRequested.emit(QPoint(5, 5))
    menu = plot.findChild(QMenu)
    qtbot.waitUntil(menu.isVisible)
    assert len(menu.actions()) == 4
    menu.close()
