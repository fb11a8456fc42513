"""The page of the side panel that says how many chains start, and where: wide, at a place, along a stroke, at the data.

Not covered: the mouse that places them (hand.py).
"""

from typing import Literal

import msgspec
import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from engine.knobs import knob, knobs_of, make
from engine.messages import Entry
from gui.axes import number
from gui.controls import wrapping_label
from gui.edits import Floats
from gui.panel import Panel
from gui.theme import Theme, set_role

Kind = Literal["wide", "place", "stroke", "data"]
KINDS: dict[Kind, str] = {"wide": "wide", "place": "at a click", "stroke": "along a stroke", "data": "at the data"}
_NOWHERE: Floats = np.zeros((0, 2))
_WIDE = "From a normal as wide as the home view. A click on the landscape places all chains there, a stroke along it."
_DATA = "At points that the model learns from, drawn at random."
_NO_DATA = "There are no data: the target is no model of the landscape lab, or it has no points."
_CLICK, _DRAW = "Click on the landscape: all chains will start there.", "Draw on the landscape: chains start along it."


class StartParams(msgspec.Struct, frozen=True):
    """How many chains start, and what does not count."""

    chains: int = knob(4, low=1, high=4096, scale="log", help="How many chains walk, each by itself.")
    warm_up: int = knob(
        200,
        low=0,
        high=10_000,
        unit="steps",
        help="So many first steps do not count. In them a step size is found that is accepted as often as is best.",
    )
    seed: int = knob(0, low=0, high=10_000, help="Another seed, other chance; the same seed, the same chains.")


_ENTRY = Entry("chains", "Chains", "Turning any of these starts all chains anew.", "", "", knobs_of(StartParams))


class StartPage(QWidget):
    """`place_changed` with what is new of a Place (walk.py), and `asked_for` with the sentence that says what to do."""

    place_changed = Signal(dict)
    asked_for = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.panel = Panel()
        self._choice = QComboBox(self)
        self._choice.setAccessibleName("Where chains start")
        self._choice.addItems(list(KINDS.values()))
        self._says = wrapping_label("", "dim")
        self._kind: Kind = "wide"
        self._paths: dict[Kind, Floats] = {}
        self._data = _NOWHERE
        self._lay_out()
        self.panel.show_entry(_ENTRY, {})
        self._choice.activated.connect(lambda index: self._choose(list(KINDS)[index]))
        self.panel.params_changed.connect(self._on_params)
        self._show()

    @property
    def kind(self) -> Kind:
        return self._kind

    def set_theme(self, theme: Theme) -> None:
        self.panel.set_theme(theme)

    def set_data(self, points: Floats) -> None:
        """What the target's model learns from, (n, 2); none for another target. Chains that walk already walk on."""
        self._data = points
        if self._kind == "data" and not len(points):
            self._kind = "wide"
        self._show()

    def forget_paths(self) -> None:
        """Another target: places on the old one mean nothing there."""
        self._paths = {}
        if self._kind in ("place", "stroke"):
            self._kind = "wide"
        self._show()

    def take_path(self, path: Floats) -> None:
        """Of a click, (1, 2), or of a stroke, (k, 2): chains start there."""
        self._kind = "place" if len(path) == 1 else "stroke"
        self._paths[self._kind] = path
        self._show()
        self.place_changed.emit({"starts": self.starts})

    def show_start(self, params: StartParams, kind: Kind, path: Floats) -> None:
        """What a recipe says. path: of a place, (1, 2). Sends no signal."""
        self._kind, self._paths = kind, {kind: path} if len(path) else {}
        self.panel.show_entry(_ENTRY, msgspec.structs.asdict(params))
        if kind == "data" and not len(self._data):
            self._kind = "wide"
        self._show()

    @property
    def starts(self) -> Floats:
        """Where chains start, (chains, 2); one place for all of them, or none for wide."""
        params = self._params
        if self._kind == "data":
            rng = np.random.default_rng(params.seed)
            is_enough = len(self._data) >= params.chains
            return self._data[rng.choice(len(self._data), params.chains, replace=not is_enough)]
        path = self._paths.get(self._kind, _NOWHERE)
        return spread(path, params.chains) if self._kind == "stroke" and len(path) else path

    # ---- private

    @property
    def _params(self) -> StartParams:
        return make(StartParams, self.panel.values(), "chains")

    def _lay_out(self) -> None:
        upper = QVBoxLayout()
        upper.setContentsMargins(14, 12, 14, 0)
        upper.setSpacing(8)
        title = QLabel("Start")
        set_role(title, "heading")
        for each in (title, self._choice, self._says):
            upper.addWidget(each)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(upper)
        column.addWidget(self.panel, 1)

    def _choose(self, kind: Kind) -> None:
        is_lacking = (kind in ("place", "stroke") and kind not in self._paths) or (
            kind == "data" and not len(self._data)
        )
        if is_lacking:
            self._show()
            self.asked_for.emit({"place": _CLICK, "stroke": _DRAW}.get(kind, _NO_DATA))
            return
        self._kind = kind
        self._show()
        self.place_changed.emit({"starts": self.starts})

    def _on_params(self) -> None:
        params = self._params
        self.place_changed.emit(
            {"num_chains": params.chains, "warm_up": params.warm_up, "seed": params.seed, "starts": self.starts}
        )

    def _show(self) -> None:
        self._choice.setCurrentIndex(list(KINDS).index(self._kind))
        if self._kind == "place":
            (x, y), span = self._paths["place"][0], np.abs(self._paths["place"]).max() or 1.0
            self._says.setText(f"All chains start at ({number(x, span / 100)}, {number(y, span / 100)}).")
        else:
            stroke = "Chains are spread evenly along the stroke that was drawn."
            self._says.setText({"wide": _WIDE, "stroke": stroke, "data": _DATA}[self._kind])


def spread(path: Floats, count: int) -> Floats:
    """So many places at equal distances along a way (k, 2), from its beginning to its end."""
    travelled = np.concatenate([[0.0], np.hypot(*np.diff(path, axis=0).T).cumsum()])
    wanted = np.linspace(0.0, travelled[-1], count)
    return np.column_stack([np.interp(wanted, travelled, path[:, axis]) for axis in (0, 1)])
