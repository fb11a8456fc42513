"""Algebra: A - B + C = D with pictures, or groups of them, as operands; a weight for each, or a free formula.

D is decoded at once, with its nearest pictures and, where pictures are drawn from factors, beside the exact answer.
Not covered: directions of attributes (direction_page.py).
"""

import math

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.formula_text import FormulaError
from engine.images.code_algebra import weights_of
from engine.messages import Combine, Combined, Encode, Encoded, LatentReady
from gui.latent.item import NO_CODE, Item
from gui.latent.picture_grid import PictureGrid
from gui.latent.picture_view import PictureView
from gui.latent.session import LatentSession
from gui.latent.slot import Slot
from gui.latent.words import against_in_words, nearest_in_words
from gui.theme import Theme, set_role

_NAMES = ("A", "B", "C", "E")
_WEIGHTS = (1.0, -1.0, 1.0, 0.0)
_ASK_MSECS = 60


class AlgebraPage(QWidget):
    """The page. Codes of operands that are not known are asked for first."""

    title = "Algebra"

    def __init__(self, session: LatentSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._encoding = session.channel(self._on_encoded, self._on_refused)
        self._asking = session.channel(self._on_combined, self._on_refused)
        self._missing: list[tuple[int, int]] = []
        self.slots = [Slot(name, session) for name in _NAMES]
        self.weights = [QDoubleSpinBox() for _ in _NAMES]
        self.formula = QLineEdit("A - B + C")
        self.formula.setAccessibleName("Formula")
        self.formula.setToolTip("Names, numbers, + - * / and parentheses, such as A - 0.5*(B + C)")
        self._wrong = QLabel()
        self._wrong.setWordWrap(True)
        self.result, self.exact = PictureView(self), PictureView(self)
        self.result.hint = "D appears here."
        self._exact_holder = QWidget()
        self._exact_holder.hide()
        self._told = QLabel("Drag pictures from the shelf into A, B and C: D is what the decoder makes of A - B + C.")
        self._told.setWordWrap(True)
        self.nearest, self._against = PictureGrid(4, self), QLabel()
        self._keep = QPushButton("Keep D")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_ASK_MSECS)
        self._lay_out()
        self._connect()

    def set_theme(self, theme: Theme) -> None:
        for slot in self.slots:
            slot.set_theme(theme)
        for view in (self.result, self.exact):
            view.set_theme(theme)
        self.nearest.set_theme(theme)

    # ---- private

    def _lay_out(self) -> None:
        operands = QHBoxLayout()
        for slot, box, weight in zip(self.slots, self.weights, _WEIGHTS, strict=True):
            box.setRange(-5, 5)
            box.setSingleStep(0.1)
            box.setDecimals(2)
            box.setValue(weight)
            box.setPrefix("× ")
            box.setAccessibleName("Weight")
            column = QVBoxLayout()
            column.addWidget(slot)
            column.addWidget(box)
            operands.addLayout(column)
        operands.addStretch(1)
        typed = QHBoxLayout()
        label = QLabel("D =")
        set_role(label, "title")
        typed.addWidget(label)
        typed.addWidget(self.formula, 1)
        left = QVBoxLayout()
        left.addLayout(operands)
        left.addLayout(typed)
        left.addWidget(self._wrong)
        near = QLabel("Nearest pictures to D")
        set_role(near, "heading")
        set_role(self._against, "dim")
        self._against.setWordWrap(True)
        left.addWidget(near)
        left.addWidget(self.nearest, 1)
        left.addWidget(self._against)
        views = QHBoxLayout()
        for title, view, holder in (("D", self.result, QWidget()), ("Exact", self.exact, self._exact_holder)):
            heading = QLabel(title)
            set_role(heading, "heading")
            column = QVBoxLayout(holder)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(heading)
            column.addWidget(view, 1)
            views.addWidget(holder, 1)
        right = QVBoxLayout()
        right.addLayout(views, 1)
        right.addWidget(self._told)
        right.addWidget(self._keep, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 8, 4)
        row.setSpacing(14)
        row.addLayout(left, 2)
        row.addLayout(right, 3)

    def _connect(self) -> None:
        for slot in self.slots:
            slot.changed.connect(self._timer.start)
        for box in self.weights:
            box.valueChanged.connect(self._write_formula)
        self.formula.textEdited.connect(self._read_formula)
        self._timer.timeout.connect(self._ask)
        self._keep.clicked.connect(self._keep_result)
        self.result.clicked.connect(self._look_at_result)
        self.nearest.clicked.connect(lambda index: self._session.look_at(self.nearest.items[index]))
        self._session.ready_came.connect(self._on_ready)

    def _keep_result(self) -> None:
        if self.result.item is not None:
            self._session.keep(self.result.item)

    def _look_at_result(self) -> None:
        if self.result.item is not None:
            self._session.look_at(self.result.item)

    def _on_ready(self, ready: LatentReady) -> None:
        """Pictures of the same shape stay; their codes are of the model before."""
        for slot in self.slots:
            is_same = all(each.pixels.shape == ready.shape for each in slot.items)
            kept = [Item(each.pixels, NO_CODE, each.label, each.factors) for each in slot.items]
            slot.set_items(kept if is_same else [])
        self.result.show_item(None)
        self.exact.show_item(None)
        self.nearest.show_items([])
        self._exact_holder.hide()
        self._against.clear()

    def _write_formula(self) -> None:
        """The weights as a formula."""
        parts = list[str]()
        for name, box in zip(_NAMES, self.weights, strict=True):
            weight = box.value()
            if weight:
                sign = "-" if weight < 0 else "+" if parts else ""
                size = "" if abs(weight) == 1 else f"{abs(weight):g}*"
                parts.append(f"{sign} {size}{name}".strip() if parts or sign == "" else f"-{size}{name}")
        self.formula.setText(" ".join(parts))
        self._wrong.clear()
        self._timer.start()

    def _read_formula(self, text: str) -> None:
        """The formula as weights; the old ones stay until it is right."""
        try:
            weights = weights_of(text, _NAMES)
        except FormulaError as error:
            self._wrong.setText(str(error))
            return
        self._wrong.clear()
        for name, box in zip(_NAMES, self.weights, strict=True):
            box.blockSignals(True)
            box.setValue(weights.get(name, 0.0))
            box.blockSignals(False)
        self._timer.start()

    @property
    def _used(self) -> list[int]:
        return [index for index, box in enumerate(self.weights) if box.value() and self.slots[index].items]

    def _ask(self) -> None:
        ready, used = self._session.ready, self._used
        if ready is None or not used:
            return
        places = [(slot, item) for slot in used for item in range(len(self.slots[slot].items))]
        items = [self.slots[slot].items[item] for slot, item in places]
        missing = [place for place, item in zip(places, items, strict=True) if len(item.code) != ready.latents]
        if missing:
            self._missing = missing
            chosen = [self.slots[slot].items[item] for slot, item in missing]
            pictures, labels = np.stack([each.pixels for each in chosen]), np.array([each.label for each in chosen])
            self._encoding.ask(Encode, pictures=pictures, labels=labels)
            return
        sizes = [len(self.slots[index].items) for index in used]
        known = [len(item.factors) for item in items]
        has_factors = ready.is_exact and min(known) == max(known) > 0
        self._asking.ask(
            Combine,
            operands=np.stack([item.code for item in items]),
            offsets=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
            weights=np.array([self.weights[index].value() for index in used]),
            factors=np.stack([item.factors for item in items]) if has_factors else np.zeros((0, 2)),
            labels=np.array([items[0].label]),
        )

    def _on_encoded(self, encoded: Encoded) -> None:
        for (slot, index), code in zip(self._missing, encoded.codes, strict=False):
            if index < len(self.slots[slot].items):
                old = self.slots[slot].items[index]
                self.slots[slot].items[index] = Item(old.pixels, code, old.label, old.factors, old.index, old.title)
        self._missing = []
        self._ask()

    def _on_refused(self, text: str) -> None:
        self._told.setText(text)

    def _on_combined(self, answer: Combined) -> None:
        self._against.setText(against_in_words(answer.against))
        self.result.show_item(Item(answer.picture[0], answer.code, title=self.formula.text()))
        captions, title = [f"×{each:.1f}" for each in answer.distances], nearest_in_words(answer.against)
        self.nearest.show_items([Item(each, title=title) for each in answer.nearest], captions)
        self._exact_holder.setVisible(len(answer.exact) > 0)
        if len(answer.exact):
            self.exact.show_item(Item(answer.exact[0], title="exact"))
            mine, rebuilt = (math.sqrt(each) for each in answer.errors)
            self._told.setText(
                f"Error of D to the exact picture: {mine:.3f}; of the model's own reconstruction of it: {rebuilt:.3f} "
                f"(root mean square of a pixel from 0 to 1). D is {mine / max(rebuilt, 1e-9):.2f} times as far off."
            )
        else:
            self.exact.show_item(None)
            self._told.setText(
                "There is no exact answer to this sum." if self._session.ready and self._session.ready.is_exact else ""
            )
