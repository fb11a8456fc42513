"""Where a formula is typed: checked while it is typed, typeset as soon as it is right, and taken over by Enter.

Not covered: whether exp(-E) has a finite mass, which only the engine can tell (engine/home_view.py).
"""

from collections.abc import Iterator

from PySide6.QtCore import QSettings, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from engine.formula_latex import latex, terms
from engine.formula_text import FormulaError, read
from gui import formulas
from gui.controls import wrapping_label
from gui.equation import Equation
from gui.formula_box import FormulaBox
from gui.theme import Theme

_HELP = (
    "An energy in x and y, low where it is likely: numbers, pi, + - * / ** ( ), exp log sqrt sin cos tanh abs min max "
    "logsumexp softplus."
)
_TYPE_SCALE = 1.45
_STEP_MSECS = 15
_LONGEST_NAME = 40


class FormulaPage(QWidget):
    """`formula_chosen` with a right formula that a person wants to walk on."""

    formula_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store: QSettings | None = None
        first = next(iter(formulas.EXAMPLES.values()))
        self.formula = first
        self.box = FormulaBox(first, self)
        self.box.setToolTip(f"{_HELP} Enter takes it over.")
        self._equation = Equation(self, scale=_TYPE_SCALE)
        self.says = wrapping_label("", "")
        self._choice = QComboBox(self)
        self._choice.setAccessibleName("Examples and recent formulas")
        self._choice.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._take = QPushButton("Walk on it (Enter)", self)
        self._take.setToolTip("Make the formula the target")
        self._steps: Iterator[None] = iter(())
        self._typesetting = QTimer(self)
        self._typesetting.setInterval(_STEP_MSECS)
        self._typesetting.timeout.connect(self._on_typesetting)
        self._lay_out()
        self._show_choices()
        self.box.textChanged.connect(self._check)
        self.box.entered.connect(self.take)
        self._take.clicked.connect(self.take)
        self._choice.activated.connect(self._on_example)
        self._check()

    def set_store(self, store: QSettings) -> None:
        """Where formulas are kept from one start to the next."""
        self._store = store
        self._show_choices()

    def set_theme(self, theme: Theme) -> None:
        self._equation.set_theme(theme)

    def take(self) -> None:
        """Walk on what stands there, if it is right; what is wrong with it is said there already."""
        if self._error() is not None:
            return
        self.formula = self.box.toPlainText()
        formulas.remember(self._store, self.formula)
        self._show_choices()
        self._check()
        self.formula_chosen.emit(self.formula)

    def show_formula(self, formula: str) -> None:
        """One that is walked on already. Sends no signal."""
        self.formula = formula
        self.box.setPlainText(formula)
        formulas.remember(self._store, formula)
        self._show_choices()
        self._check()

    # ---- private

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(QLabel("Examples"))
        row.addWidget(self._choice, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.box)
        column.addWidget(self.says)
        column.addWidget(self._take)
        column.addWidget(self._equation)
        column.addWidget(wrapping_label(_HELP, "dim"))
        column.addStretch(1)

    def _show_choices(self) -> None:
        self._choice.clear()
        for name, formula in formulas.EXAMPLES.items():
            self._choice.addItem(name, formula)
        used = formulas.recent(self._store)
        if used:
            self._choice.insertSeparator(self._choice.count())
        for formula in used:
            is_long = len(formula) > _LONGEST_NAME
            self._choice.addItem(formula[: _LONGEST_NAME - 1] + "…" if is_long else formula, formula)
        self._choice.setCurrentIndex(self._choice.findData(self.formula))

    def _on_example(self, index: int) -> None:
        formula = self._choice.itemData(index)
        if isinstance(formula, str):
            self.box.setPlainText(formula)
            self.take()

    def _error(self) -> FormulaError | None:
        try:
            read(self.box.toPlainText())
        except FormulaError as error:
            return error
        return None

    def _check(self) -> None:
        """Say what is wrong and where, or show how it looks."""
        text = self.box.toPlainText()
        try:
            nodes = read(text)
        except FormulaError as error:
            self.box.underline(error.start, error.end)
            self.says.setText(str(error))
            self._typesetting.stop()
            self._equation.set_latex("")
            self.says.show()
            self._take.hide()
            return
        self.box.underline(0, 0)
        self.says.hide()
        self._take.setVisible(text != self.formula)
        first, *others = terms(nodes, text)
        self._steps = self._equation.set_gently(f"E = {latex(nodes, text)}", (f"E = {first}", *others))
        self._typesetting.start()

    def _on_typesetting(self) -> None:
        """A little of it at a time: typing goes on."""
        if next(self._steps, self) is self:
            self._typesetting.stop()
