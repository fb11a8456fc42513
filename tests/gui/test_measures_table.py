"""The table of measures: what it shows, how it sorts, and what is copied of it."""

import csv
import io
import math

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from engine.messages import Measures
from gui.measures_table import COLUMNS, MeasuresTable, Row, as_csv, as_markdown


def measures(run=1, kl=0.1, **more) -> Measures:
    return Measures(run, 10, kl + 1.0, kl, 0.02, 0.01, 0.3, 0.95, 1234.5, 4321, more)


ROWS = [
    Row("Flow", True, measures(kl=0.05)),
    Row("k-means", False, measures(kl=math.nan)),
    Row("NCE", True, measures(kl=0.2, **{"log Z learned": 1.5})),
    Row("New", True, None),
]


def column_texts(table, column):
    return [table._table.item(row, column).text() for row in range(table._table.rowCount())]


def test_each_row_has_its_own_numbers_and_what_is_not_known_is_a_dash(qtbot):
    table = MeasuresTable()
    qtbot.addWidget(table)
    table.show_rows(ROWS)
    assert column_texts(table, 0) == ["Flow", "k-means", "NCE", "New"]
    kl = 1 + [column.title for column in COLUMNS].index("KL, nats")
    assert column_texts(table, kl) == ["0.050", "–", "0.200", "–"]
    assert "no density" in table._table.item(1, kl).toolTip()
    assert column_texts(table, len(COLUMNS) + 1)[2] == "log Z learned 1.5"


def test_a_sorted_column_stays_sorted_by_value_when_numbers_change_and_unknown_ones_come_last(qtbot):
    table = MeasuresTable()
    qtbot.addWidget(table)
    table.show_rows(ROWS)
    kl = 1 + [column.title for column in COLUMNS].index("KL, nats")
    table._table.sortByColumn(kl, Qt.SortOrder.AscendingOrder)
    assert column_texts(table, kl) == ["0.050", "0.200", "–", "–"]
    table.show_rows([Row("Flow", True, measures(kl=10.0)), *ROWS[1:]])
    assert column_texts(table, kl) == ["0.200", "10.000", "–", "–"]
    assert column_texts(table, 0)[:2] == ["NCE", "Flow"]


def test_markdown_has_as_many_cells_in_every_line():
    lines = as_markdown(ROWS).splitlines()
    assert len(lines) == 2 + len(ROWS)
    assert len({line.count("|") for line in lines}) == 1
    assert lines[2].startswith("| Flow | 1.050 | 0.050 |")


def test_csv_reads_back_with_all_digits_and_empty_cells_for_what_is_not_known():
    titles, *rows = csv.reader(io.StringIO(as_csv(ROWS)))
    table = [dict(zip(titles, row, strict=True)) for row in rows]
    assert float(table[0]["KL, nats"]) == 0.05
    assert table[1]["KL, nats"] == ""
    assert float(table[2]["log Z learned"]) == 1.5
    assert table[0]["log Z learned"] == ""
    assert set(table[3].values()) == {"New", ""}


def test_copying_puts_the_table_on_the_clipboard(qtbot):
    table = MeasuresTable()
    qtbot.addWidget(table)
    table.show_rows(ROWS)
    with qtbot.waitSignal(table.copied):
        table._copy(as_markdown(ROWS))
    assert QGuiApplication.clipboard().text() == as_markdown(ROWS)


def test_the_distance_is_told_as_a_multiple_of_that_of_true_samples():
    times = next(column for column in COLUMNS if column.title.startswith("×"))
    assert times.value(measures()) == 2.0
