"""The data panel: which sample the points come from, its knobs, and another draw of it.

Turning a knob draws the points anew. While an answer is awaited only the newest wish is remembered.
"""

import random
from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QVBoxLayout, QWidget

from engine.knobs import Knob, Value
from engine.messages import Entry
from engine.recipe import Data
from gui.flow import Flow
from gui.panel import Panel
from gui.theme import Theme

_NUM_POINTS = Knob(2000, "How many points are drawn.", low=2, high=20000, scale="log", name="points")
_OWN = "your own points"


class DataPanel(QWidget):
    """`data_wanted(Data)`: the person asks for these points."""

    data_wanted = Signal(Data)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: dict[str, Entry] = {}
        self._name = ""
        self._seed = 0
        self._choice = QComboBox(self)
        self._choice.setAccessibleName("Sample")
        self._choice.activated.connect(self._on_chosen)
        self._again = QPushButton("Draw again", self)
        self._again.setToolTip("Other points of the same sample")
        self._again.clicked.connect(self._on_again)
        self._panel = Panel()
        self._panel.params_changed.connect(self._on_params_changed)
        row = Flow()
        row.add(QLabel("Sample", self), is_with_next=True)
        row.add(self._choice, 1)
        row.add(self._again)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 0)
        column.addLayout(row)
        column.addWidget(self._panel, 1)
        self.show_data(None)

    def set_theme(self, theme: Theme) -> None:
        self._panel.set_theme(theme)

    def set_datasets(self, entries: Sequence[Entry]) -> None:
        self._entries = {entry.name: entry for entry in entries}
        self._choice.clear()
        self._choice.addItem(_OWN)
        for entry in entries:
            self._choice.addItem(entry.title, entry.name)
        self._show_choice()

    def show_data(self, truth: Data | None) -> None:
        """What the points on the canvas are; None if they are the person's own."""
        name = truth.preset if truth is not None and truth.preset in self._entries else ""
        is_new = name != self._name
        self._name = name or ""
        self._seed = 0 if truth is None else truth.seed or 0
        self._show_choice()
        self._again.setEnabled(bool(name))
        if not name or truth is None:
            self._panel.show_entry(_own_entry(), {})
        elif is_new or self._values() != {"points": truth.n, **self._full(truth)}:
            entry = self._entries[name]
            shown = Entry(
                entry.name, entry.title, entry.help, entry.equation, entry.source, (_NUM_POINTS, *entry.knobs)
            )
            self._panel.show_entry(shown, {"points": truth.n, **truth.args})

    def _values(self) -> dict[str, Value]:
        return dict(self._panel.values())

    def _full(self, truth: Data) -> dict[str, Value]:
        """The values of all knobs, also of those that the data leave at their defaults."""
        defaults = {knob.name: knob.default for knob in self._entries[truth.preset or ""].knobs}
        return {**defaults, **truth.args}

    def _show_choice(self) -> None:
        self._choice.setCurrentIndex(max(0, self._choice.findData(self._name)))

    def _on_chosen(self, index: int) -> None:
        name = self._choice.itemData(index)
        if name:
            self.data_wanted.emit(Data(preset=name, seed=0))
        else:
            self._show_choice()

    def _on_again(self) -> None:
        self._seed = random.randrange(2**31)
        self._ask()

    def _on_params_changed(self, values: dict[str, Value]) -> None:
        self._ask()

    def _ask(self) -> None:
        values = self._values()
        count = values.pop("points")
        if self._name:
            self.data_wanted.emit(Data(preset=self._name, n=int(count), args=values, seed=self._seed))


def _own_entry() -> Entry:
    text = "Points that were drawn, imported or changed by hand: no one knows their true density."
    return Entry("own", "Your own points", text, "", "", ())
