"""The page of the side panel that says what the chains walk on: a known landscape, a formula, or the trained model.

Not covered: how a formula is typed (formula_page.py); what the engine cannot walk on comes back as a sentence.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from engine.messages import Entry
from engine.recipe import Energy
from gui import choices
from gui.formula_page import FormulaPage
from gui.panel import Panel
from gui.theme import Theme, set_role
from gui.trouble import Trouble

MODEL, FORMULA = "the model of the landscape lab", "a formula"
FIRST_TARGET = "three_modes"


class TargetPage(QWidget):
    """`energy_chosen` with an Energy, or None for the model that the landscape lab trains."""

    energy_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self._entries: tuple[Entry, ...] = ()
        self._choice = QComboBox(self)
        self._choice.setAccessibleName("Target")
        self._choice.setToolTip("What the chains walk on")
        self.formula_page = FormulaPage(self)
        self.trouble = Trouble(self)
        self.panel = Panel()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 0)
        column.setSpacing(8)
        title = QLabel("Walk on")
        set_role(title, "heading")
        for each in (title, self._choice, self.trouble):
            column.addWidget(each)
        # A long formula has many lines.
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self.formula_page)
        column.addWidget(self._scroll, 1)
        column.addWidget(self.panel, 1)
        column.addStretch(0)
        self._choice.activated.connect(self._on_chosen)
        self.formula_page.formula_chosen.connect(lambda formula: self._send())
        self.panel.params_changed.connect(lambda values: self._send())
        self._show_parts()

    def set_targets(self, entries: tuple[Entry, ...]) -> None:
        """The known landscapes; one is chosen from the start."""
        if entries == self._entries:
            return
        chosen = choices.chosen(self._choice)
        self._entries = entries
        self._choice.clear()
        choices.add(self._choice, [*(entry.title for entry in entries), FORMULA, MODEL])
        first = next((entry.title for entry in entries if entry.name == FIRST_TARGET), FORMULA)
        choices.choose(self._choice, chosen or first)
        self._show_parts()

    @property
    def has_targets(self) -> bool:
        return bool(self._entries)

    def set_theme(self, theme: Theme) -> None:
        self.panel.set_theme(theme)
        self.formula_page.set_theme(theme)

    @property
    def name(self) -> str:
        """What tells one target from another, whatever its knobs."""
        return self.formula_page.formula if choices.chosen(self._choice) == FORMULA else choices.chosen(self._choice)

    @property
    def energy(self) -> Energy | None:
        """What is chosen now."""
        entry = self._entry
        if entry is not None:
            return Energy(analytic=entry.name, params=self.panel.values())
        return None if choices.chosen(self._choice) == MODEL else Energy(formula=self.formula_page.formula)

    @property
    def _entry(self) -> Entry | None:
        return next((each for each in self._entries if each.title == choices.chosen(self._choice)), None)

    def show_energy(self, energy: Energy | None) -> None:
        """Choose what a recipe names. Sends no signal."""
        entry = next((each for each in self._entries if energy is not None and each.name == energy.analytic), None)
        choices.choose(self._choice, MODEL if energy is None else entry.title if entry is not None else FORMULA)
        self._show_parts()
        if entry is not None and energy is not None:
            self.panel.show_entry(entry, energy.params)
        elif energy is not None and energy.formula is not None:
            self.formula_page.show_formula(energy.formula)

    def _on_chosen(self) -> None:
        self._show_parts()
        self._send()

    def _send(self) -> None:
        self.energy_chosen.emit(self.energy)

    def _show_parts(self) -> None:
        entry, is_formula = self._entry, choices.chosen(self._choice) == FORMULA
        self._scroll.setVisible(is_formula)
        self.panel.setVisible(entry is not None)
        if entry is not None:
            self.panel.show_entry(entry, {})
