"""The table under the panes: how good each model is, sortable, to be copied as Markdown or CSV.

Not covered: how it is measured (engine/measures.py).
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.messages import Measures
from gui.flow import Flow
from gui.growing import with_type
from gui.language import tr
from gui.theme import set_role

HEIGHT_PX = 185
_NOTHING = "–"
_WIDEST_SHARE = 0.25  # of the table for one column
_WIDEST = 9.0  # column, in heights of the type: a longer name is cut, and its tool tip says it


class Column(NamedTuple):
    """A measure: its title with unit, what it means, how to get it, and how many digits it has."""

    title: str
    help: str
    value: Callable[[Measures], float]
    digits: int


COLUMNS = (
    Column("nll, nats", "Negative log-likelihood of fresh points of the truth, or of the data.", lambda m: m.nll, 3),
    Column("KL, nats", "From the truth to the model; 0 only where they agree.", lambda m: m.kl, 3),
    Column(
        "energy dist.",
        "Between the model's samples and fresh points; 0 only for the same distribution.",
        lambda m: m.energy_distance,
        4,
    ),
    Column(
        "× true",
        "The energy distance over that of two independent sets of true points: about 1 is as good as it gets.",
        lambda m: m.energy_distance / m.energy_distance_of_truth if m.energy_distance_of_truth > 0 else math.nan,
        1,
    ),
    Column("MMD", "Maximum mean discrepancy between the model's samples and fresh points.", lambda m: m.mmd, 4),
    Column(
        "cover %",
        "Share of fresh points with a sample among their nearest neighbours: modes that are missed lower it.",
        lambda m: 100 * m.coverage,
        0,
    ),
    Column("steps/s", "Steps of learning a second, with all panes together.", lambda m: m.steps_per_second, 0),
    Column("parameters", "How many numbers were learnt.", lambda m: float(m.parameters), 0),
)
_WHY_NOTHING = "This family is no density: its energies are not trained to be a log-likelihood."


class Row(NamedTuple):
    """One pane: its family, whether that is a density, and its newest measures, if there are any."""

    family: str
    is_density: bool
    measures: Measures | None


class MeasuresTable(QWidget):
    """`copied` says what went to the clipboard."""

    copied = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._table = QTableWidget(0, len(COLUMNS) + 2, self)
        self._table.setHorizontalHeaderLabels(["family", *(each.title for each in COLUMNS), "more"])
        for index, column in enumerate(COLUMNS):
            item = self._table.horizontalHeaderItem(index + 1)
            assert item is not None
            item.setToolTip(column.help)
        self._table.setSortingEnabled(True)
        self._table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self._table.verticalHeader().hide()
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._table.setAccessibleName("Measures")
        # The Tab key goes on to the next control; the arrows scroll.
        self._table.setTabKeyNavigation(False)
        self._table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self._table.horizontalHeader().setStretchLastSection(True)
        with_type(self, lambda _: self._table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8))
        buttons = Flow()
        for text, to_text in (("Copy as Markdown", as_markdown), ("Copy as CSV", as_csv)):
            buttons.add(self._copy_button(text, to_text))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(6, 2, 6, 2)
        whole.setSpacing(2)
        whole.addWidget(self._table, 1)
        # Under the table, whose many columns need the width.
        whole.addLayout(buttons)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """One row a pane, in the order that the person chose."""
        self._rows = list(rows)
        # Sorting moves a row as soon as its first cell is set, and the others would land in another one.
        self._table.setSortingEnabled(False)
        self._table.setRowCount(len(rows))
        for index, row in enumerate(rows):
            family = QTableWidgetItem(tr(row.family))
            family.setToolTip(row.family)
            self._table.setItem(index, 0, family)
            for place, column in enumerate(COLUMNS, start=1):
                self._table.setItem(index, place, _cell(column, row))
            more = "   ".join(f"{tr(name)} {value:.3g}" for name, value in _more(row).items())
            self._table.setItem(index, len(COLUMNS) + 1, QTableWidgetItem(more))
        self._table.setSortingEnabled(True)
        self._table.setColumnHidden(len(COLUMNS) + 1, not _more_names(rows))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        widest_px = max(_WIDEST * self.fontMetrics().height(), _WIDEST_SHARE * self.width())
        self._table.horizontalHeader().setMaximumSectionSize(round(widest_px))

    def sizeHint(self) -> QSize:
        return QSize(900, HEIGHT_PX)

    def _copy_button(self, text: str, to_text: Callable[[Sequence[Row]], str]) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        set_role(button, "quiet")
        button.clicked.connect(lambda: self._copy(to_text(self._rows)))
        return button

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.copied.emit("The table is on the clipboard.")


def as_markdown(rows: Sequence[Row]) -> str:
    """A table for notes and issues."""
    lines = [_titles(rows), ["---", *["---:"] * (len(_titles(rows)) - 1)], *_texts(rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def as_csv(rows: Sequence[Row]) -> str:
    """A table for spreadsheets: empty where there is no number, all digits."""
    lines = [['"' + title + '"' for title in _titles(rows)]]
    for row in rows:
        values = [_value(column, row) for column in COLUMNS]
        values += [_more(row).get(name, math.nan) for name in _more_names(rows)]
        lines.append(['"' + row.family + '"', *("" if math.isnan(value) else repr(value) for value in values)])
    return "\n".join(",".join(line) for line in lines) + "\n"


class _Number(QTableWidgetItem):
    """Sorts by value, with what is no number at the end."""

    def __init__(self, value: float, digits: int) -> None:
        super().__init__(_NOTHING if math.isnan(value) else f"{value:,.{digits}f}".replace(",", " "))
        self._value = math.inf if math.isnan(value) else value
        self.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        return self._value < other._value if isinstance(other, _Number) else super().__lt__(other)


def _cell(column: Column, row: Row) -> QTableWidgetItem:
    item = _Number(_value(column, row), column.digits)
    if not row.is_density and column in COLUMNS[:2]:
        item.setToolTip(_WHY_NOTHING)
    return item


def _value(column: Column, row: Row) -> float:
    return math.nan if row.measures is None else column.value(row.measures)


def _more(row: Row) -> dict[str, float]:
    return {} if row.measures is None else row.measures.more


def _more_names(rows: Sequence[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in _more(row)))


def _titles(rows: Sequence[Row]) -> list[str]:
    return ["family", *(column.title for column in COLUMNS), *_more_names(rows)]


def _texts(rows: Sequence[Row]) -> list[list[str]]:
    texts = []
    for row in rows:
        numbers = [_Number(_value(column, row), column.digits).text() for column in COLUMNS]
        more = [_Number(_more(row).get(name, math.nan), 4).text() for name in _more_names(rows)]
        texts.append([row.family, *numbers, *more])
    return texts
