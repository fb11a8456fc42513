"""What was measured to prove each sampler right, on one page: for every target, what should come out and what does.

Not covered: the measuring, which is `python main.py prove` (engine/proof.py).
"""

import math
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine import proof_file
from engine.messages import Entry
from engine.proof_file import MOST_Z, Bias, Proof, Row, Table
from gui.controls import wrapping_label
from gui.language import tr
from gui.wrapped_tabs import WrappedTabs

_NOTHING = "–"
_WIDEST_PX, _HIGHEST_PX = 1300, 950
_EXACT, _WIDE, _BIAS = "From exact starts", "From wide starts", "Its bias"
_COLUMNS = {
    "target": "What the chains walk on.",
    "expectation": "What is estimated. Means and variances are in the target's own numbers; basin 1 is the heaviest.",
    "exact": "In closed form where there is one, else from a fine grid.",
    "estimate": "What the chains give.",
    "std. error": "How far chance alone takes the estimate from the exact value, as a rule.",
    "z": f"How many standard errors the estimate is off. Chance alone hardly ever makes more than {MOST_Z:g}.",
    "memory": "Correlation of each chain's start and end. 0: the start is forgotten. 1: the chain has not moved.",
}
_UNSETTLED = (
    " Not settled: chains have copies at other temperatures, which had not found their own densities yet; such rows "
    "prove nothing."
)
_HELP = {
    _EXACT: (
        "Chains begin as exact draws of the target. A sampler that is right leaves them so, even where its chains are "
        "slow: after any number of steps the estimates must agree with the exact values. Where memory is near 1 the "
        "chains have hardly moved, and the row proves little. A row that is off by more than "
        f"{MOST_Z:g} standard errors is measured again with ten times as many chains: chance is gone there, a bias is "
        "not."
    ),
    _WIDE: (
        "Chains begin far too wide, on targets where they forget their start in good time, and must end up the same. "
        "Not arrived: some chains were still where they began; their rows say how far off they are, no more."
    ),
    _BIAS: "On the standard normal, whose variance is 1: what this sampler makes of it, and what it depends on.",
}


class ProofPage(QDialog):
    """Closed by Esc. Shows one sampler at a time, chosen above."""

    def __init__(self, entries: Sequence[Entry], sampler: str, parent: QWidget | None = None) -> None:
        """entries: the samplers, for their titles; empty while there is no engine.  sampler: the first to be shown."""
        super().__init__(parent)
        self.setWindowTitle("Samplers: the proof")
        titles = {each.name: each.title for each in entries}
        self._names = sorted(path.stem for path in proof_file.FOLDER.glob("*.json"))
        self._choice = QComboBox(self)
        self._choice.setAccessibleName("Sampler")
        self._choice.addItems([titles.get(name, name) for name in self._names])
        self._verdict = wrapping_label("", "title")
        self._about = wrapping_label("", "dim")
        self.tabs = WrappedTabs(self)
        self.tabs.setDocumentMode(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self._choice)
        row.addWidget(self._verdict, 1)
        column = QVBoxLayout(self)
        column.addLayout(row)
        column.addWidget(self.tabs, 1)
        column.addWidget(self._about)
        column.addWidget(buttons)
        room = self.screen().availableSize() if parent is None else parent.size()
        self.resize(min(_WIDEST_PX, room.width() - 60), min(_HIGHEST_PX, room.height() - 60))
        self._choice.currentIndexChanged.connect(self._show)
        self._choice.setCurrentIndex(self._names.index(sampler) if sampler in self._names else 0)
        self._show(self._choice.currentIndex())

    def _show(self, index: int) -> None:
        proof = proof_file.read(self._names[index]) if self._names else None
        while self.tabs.count():
            page = self.tabs.widget(0)
            self.tabs.removeTab(0)
            if page is not None:
                page.deleteLater()
        if proof is None:
            self._verdict.setText("Nothing was measured yet: python main.py prove does it.")
            return
        self._verdict.setText(verdict(proof))
        self._about.setText(_about(proof))
        for title, start in ((_EXACT, "exact"), (_WIDE, "wide")):
            if tables := [table for table in proof.tables if table.start == start]:
                is_open = start == "exact" and not all(table.has_arrived for table in tables)
                self.tabs.addTab(_page(_HELP[title] + (_UNSETTLED if is_open else ""), _rows_of(tables)), title)
        if proof.bias is not None:
            self.tabs.addTab(_page(_HELP[_BIAS], _levels_of(proof.bias)), _BIAS)
            self.tabs.setCurrentIndex(self.tabs.count() - 1)


def verdict(proof: Proof) -> str:
    """What came out, in a sentence: of each target and start the last table counts, which has the most chains."""
    last = {(table.target, table.start): table for table in proof.tables}
    rows = [row for table in last.values() if table.has_arrived for row in table.rows]
    num_off = sum(not abs(row.z) <= MOST_Z for row in rows)
    targets = len({table.target for table in proof.tables})
    if proof.is_exact and not num_off:
        return f"All {len(rows)} expectations on {targets} targets are within {MOST_Z:g} standard errors."
    off = f"{num_off} of {len(rows)} expectations on {targets} targets are off by more than {MOST_Z:g} standard errors."
    return off if proof.is_exact else f"Not exact, by design: {off}"


def _about(proof: Proof) -> str:
    return (
        f"Measured on {proof.date} in {proof.seconds:.0f} s with torch {proof.torch}, seed {proof.seed}; "
        f"again with: {proof.command}"
    )


def _page(help_text: str, table: QTableWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.addWidget(wrapping_label(help_text, ""))
    column.addWidget(table, 1)
    return page


def _rows_of(tables: Sequence[Table]) -> QTableWidget:
    """A line for each expectation; the target stands in the first of its own, a formula in the second."""
    shown = _empty(_COLUMNS)
    for table in tables:
        title, _, formula = table.title.partition(": ")
        arrived = "" if table.has_arrived else "not settled; " if table.start == "exact" else "not arrived; "
        words = {0: f"{title[:1].upper()}{title[1:]} ({arrived}{table.chains} chains, {table.steps} steps)", 1: formula}
        for index, row in enumerate(table.rows):
            _add(shown, [words.get(index, ""), row.expectation, *_numbers(row)], _is_off(row))
    return shown


def _levels_of(bias: Bias) -> QTableWidget:
    shown = _empty(
        {
            bias.what: "What is turned.",
            "exact": "The variance of the target.",
            "theory": "What this sampler should make of it, worked out.",
            "estimate": "What it does make of it.",
            "std. error": _COLUMNS["std. error"],
            "z from theory": "How many standard errors the estimate is from the theory.",
        }
    )
    for level in bias.levels:
        found = (_NOTHING, _NOTHING, _NOTHING)
        if level.estimate is not None and level.error:
            z = None if level.theory is None else (level.estimate - level.theory) / level.error
            found = (*_with_error(level.estimate, level.error), _NOTHING if z is None else f"{z:+.2f}")
        _add(shown, [*map(_number, (level.value, level.exact, level.theory)), *found], False, 0)
    shown.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    return shown


def _empty(columns: dict[str, str]) -> QTableWidget:
    table = QTableWidget(0, len(columns))
    table.setHorizontalHeaderLabels(list(columns))
    for index, text in enumerate(columns.values()):
        item = table.horizontalHeaderItem(index)
        assert item is not None
        item.setToolTip(text)
    table.verticalHeader().hide()
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
    table.setWordWrap(False)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 8)
    return table


def _add(table: QTableWidget, texts: Sequence[str], is_marked: bool, num_left: int = 2) -> None:
    """One more line; a marked one is bold. The first so many columns are words."""
    table.insertRow(table.rowCount())
    for index, text in enumerate(texts):
        item = QTableWidgetItem(tr(text))
        if index >= num_left:
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        elif index == 0:
            item.setToolTip(text)
        if is_marked:
            font = item.font()
            font.setBold(True)
            item.setFont(font)
        table.setItem(table.rowCount() - 1, index, item)


def _is_off(row: Row) -> bool:
    return not abs(row.z) <= MOST_Z


def _numbers(row: Row) -> list[str]:
    if row.estimate is None or row.error is None:
        return [_number(row.exact), "chains were lost", _NOTHING, _NOTHING, _NOTHING]
    mark = " !" if _is_off(row) else ""
    return [_number(row.exact), *_with_error(row.estimate, row.error), f"{row.z:+.2f}{mark}", f"{row.memory:.2f}"]


def _with_error(estimate: float, error: float) -> tuple[str, str]:
    """Both with as many digits as two of the error's need."""
    decimals = max(0, 1 - math.floor(math.log10(error))) if error > 0 else 4
    return f"{estimate:.{decimals}f}", f"{error:.{decimals}f}"


def _number(value: float | None) -> str:
    return _NOTHING if value is None else "0" if abs(value) < 1e-6 else f"{value:.4g}"
