"""The table under the chains: how good each sampler's draws are, to be copied as Markdown or CSV.

Not covered: how it is measured (engine/chain_frames.py).
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.messages import ChainMeasures
from gui.flow import Flow
from gui.growing import with_type
from gui.language import tr
from gui.theme import set_role

HEIGHT_PX = 185
_WIDEST_EMS, _WIDEST_SHARE = 9.0, 0.25
_NOTHING = "–"
NOT_YET = "not enough draws yet"


class Column(NamedTuple):
    """A measure: its title with unit, what it means, how to get it, and how it is written."""

    title: str
    help: str
    value: Callable[[ChainMeasures], float]
    form: str


COLUMNS = (
    Column(
        "R-hat",
        "How much the chains differ; 1 when they agree. Of the worse coordinate.",
        lambda m: max(m.r_hat),
        ".3f",
    ),
    Column(
        "ESS bulk", "How many independent draws all draws are worth, in the middle.", lambda m: min(m.ess_bulk), ".0f"
    ),
    Column("ESS tail", "The same for the ends of the distribution.", lambda m: min(m.ess_tail), ".0f"),
    Column("ESS/s", "Effective draws a second.", lambda m: m.ess_per_second, ".0f"),
    Column(
        "ESS/grad.",
        "Effective draws for each evaluation of the energy or its gradient.",
        lambda m: m.ess_per_evaluation,
        ".4f",
    ),
    Column("accept. %", "Share of proposals that were taken.", lambda m: 100 * m.acceptance, ".0f"),
    Column("diverged", "Steps along which the energy went astray.", lambda m: float(m.divergences), ".0f"),
    Column("jump", "Mean length of a step.", lambda m: m.jump, ".3f"),
    Column("switches/1k", "Between basins, of a chain in 1,000 steps.", lambda m: m.switches, ".2f"),
    Column("TV", "Total variation from the exact masses, 0 to 1.", lambda m: m.total_variation, ".3f"),
    Column("KL, nats", "From the exact masses.", lambda m: m.kl, ".3f"),
    Column("steps/s", "Of all chains together.", lambda m: m.steps_per_second, ".0f"),
)


class Row(NamedTuple):
    """One pane: its sampler and its newest measures, if there are any."""

    sampler: str
    measures: ChainMeasures | None


class WalkTable(QWidget):
    """`copied` says what went to the clipboard."""

    copied = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._table = QTableWidget(0, len(COLUMNS) + 1, self)
        self._table.setHorizontalHeaderLabels(["sampler", *(each.title for each in COLUMNS)])
        for index, column in enumerate(COLUMNS):
            item = self._table.horizontalHeaderItem(index + 1)
            assert item is not None
            item.setToolTip(column.help)
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
            button = QToolButton(self)
            button.setText(text)
            set_role(button, "quiet")
            button.clicked.connect(lambda _=False, to_text=to_text: self._copy(to_text(self._rows)))
            buttons.add(button)
        self._why = QLabel(self)
        set_role(self._why, "dim")
        buttons.add(self._why)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(6, 2, 6, 2)
        whole.setSpacing(2)
        whole.addWidget(self._table, 1)
        whole.addLayout(buttons)

    def sizeHint(self) -> QSize:
        return QSize(900, HEIGHT_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        widest_px = max(_WIDEST_EMS * self.fontMetrics().height(), _WIDEST_SHARE * self.width())
        self._table.horizontalHeader().setMaximumSectionSize(round(widest_px))

    def show_rows(self, rows: Sequence[Row]) -> None:
        """One row a pane."""
        self._rows = list(rows)
        is_short = any(row.measures is None or not math.isfinite(max(row.measures.r_hat)) for row in rows)
        self._why.setText(f"{_NOTHING} {NOT_YET}" if is_short else "")
        self._table.setRowCount(len(rows))
        for index, row in enumerate(rows):
            for place, text in enumerate(_texts(row)):
                item = QTableWidgetItem(tr(text))
                item.setToolTip(NOT_YET if text == _NOTHING else text if place == 0 else "")
                if place:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self._table.setItem(index, place, item)

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.copied.emit("The table is on the clipboard.")


def as_markdown(rows: Sequence[Row]) -> str:
    """A table for notes and issues."""
    titles = ["sampler", *(column.title for column in COLUMNS)]
    lines = [titles, ["---", *["---:"] * len(COLUMNS)], *(_texts(row) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def as_csv(rows: Sequence[Row]) -> str:
    """A table for spreadsheets: empty where there is no number, all digits."""
    lines = [",".join(f'"{title}"' for title in ("sampler", *(column.title for column in COLUMNS)))]
    for row in rows:
        values = (_value(column, row) for column in COLUMNS)
        lines.append(",".join([f'"{row.sampler}"', *(repr(each) if math.isfinite(each) else "" for each in values)]))
    return "\n".join(lines) + "\n"


def _texts(row: Row) -> list[str]:
    values = [(_value(column, row), column.form) for column in COLUMNS]
    numbers = [format(value, form) if math.isfinite(value) else _NOTHING for value, form in values]
    return [row.sampler, *numbers]


def _value(column: Column, row: Row) -> float:
    return math.nan if row.measures is None else float(column.value(row.measures))
