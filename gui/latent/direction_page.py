"""Directions of attributes: found by class means or a linear probe, with what speaks for and against them, and tried
out on the picture that is looked at by a slider of the amount.

Found directions are kept by their names for the model they belong to (kept_directions.py): F2 or a double click renames
one, Delete forgets it.
"""

import numpy as np
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from engine.messages import Decode, Decoded, Direction, Encode, Encoded, FindDirection, LatentReady
from gui import choices
from gui.flow import Flow
from gui.growing import grow_width
from gui.language import tr
from gui.latent.item import NO_CODE, Item
from gui.latent.kept_directions import KeptDirections
from gui.latent.picture_grid import PictureGrid
from gui.latent.picture_view import PictureView
from gui.latent.session import LatentSession
from gui.theme import Theme, set_role

_REACH, _TICKS, _FRAMES = 2.0, 50, 9
_METHODS = (("class means", "class means"), ("linear probe", "linear probe"))
_MOST_LEAKS = 4
# Below: what the cosine between single differences, over that of any two, counts as.
_SURE, _UNSURE = 0.3, 0.1


class DirectionPage(QWidget):
    """The page."""

    title = "Directions"

    def __init__(self, session: LatentSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._finding = session.channel(self._on_direction, self._on_refused)
        self._decoding = session.channel(self._on_decoded)
        self._row_decoding = session.channel(self._on_row)
        self._encoding = session.channel(self._on_encoded)
        self._found: dict[str, Direction] = {}
        self._kept = KeptDirections()
        self._code: np.ndarray = NO_CODE
        self._attribute, self._method = QComboBox(), QComboBox()
        self._attribute.setAccessibleName("Attribute")
        self._method.setAccessibleName("How the direction is found")
        for text, name in _METHODS:
            self._method.addItem(text, name)
        self._find = QPushButton("Find")
        self.list = QListWidget()
        self.list.setAccessibleName("Directions that were found")
        self.list.setToolTip("Double-click or F2: another name. Delete: forget it. They are kept for this model.")
        self._trust = QLabel("Choose an attribute: its direction leads from pictures without it to those with it.")
        self._trust.setWordWrap(True)
        self._delete = QShortcut(QKeySequence.StandardKey.Delete, self.list, self._forget)
        self._delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        self._trust.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.amount = QSlider(Qt.Orientation.Horizontal)
        self.amount.setRange(round(-_REACH * _TICKS), round(_REACH * _TICKS))
        self.amount.setAccessibleName("Amount")
        self._number = QLabel("0.00")
        self.before, self.after = PictureView(self), PictureView(self)
        self.row = PictureGrid(_FRAMES, self)
        self.row.setFixedHeight(110)
        self._lay_out()
        self._connect()

    def set_theme(self, theme: Theme) -> None:
        self.before.set_theme(theme)
        self.after.set_theme(theme)
        self.row.set_theme(theme)

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._on_item_changed()

    def set_store(self, store: QSettings) -> None:
        """Where directions outlive the program."""
        self._kept = KeptDirections(store)
        if self._session.ready is not None:
            self._on_ready(self._session.ready)

    # ---- private

    def _lay_out(self) -> None:
        choice = Flow()
        choice.add(self._attribute, 1)
        choice.add(self._method, 1)
        choice.add(self._find)
        side = QVBoxLayout()
        side.addLayout(choice)
        side.addWidget(self.list, 1)
        heading = QLabel("Can it be trusted?")
        set_role(heading, "heading")
        side.addWidget(heading)
        side.addWidget(self._trust)
        holder = QWidget()
        holder.setLayout(side)
        grow_width(holder, 400, 1.6)
        views = QHBoxLayout()
        for text, view in (("The picture", self.before), ("With the attribute added", self.after)):
            title = QLabel(text)
            set_role(title, "heading")
            title.setWordWrap(True)
            column = QVBoxLayout()
            column.addWidget(title)
            column.addWidget(view, 1)
            views.addLayout(column, 1)
        amount = QHBoxLayout()
        amount.addWidget(QLabel("Amount"))
        amount.addWidget(self.amount, 1)
        amount.addWidget(self._number)
        left = QVBoxLayout()
        left.addLayout(views, 1)
        left.addLayout(amount)
        left.addWidget(self.row)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(8, 6, 4, 4)
        whole.addLayout(left, 1)
        whole.addWidget(holder)

    def _connect(self) -> None:
        self._find.clicked.connect(self._ask)
        self._attribute.activated.connect(lambda _: self._ask())
        self._method.activated.connect(lambda _: self._ask())
        self.list.currentTextChanged.connect(self._show)
        self.list.itemChanged.connect(self._on_renamed)
        self.amount.valueChanged.connect(lambda _: self._move())
        self.row.clicked.connect(lambda index: self._session.look_at(self.row.items[index]))
        self._session.ready_came.connect(self._on_ready)
        self._session.item_changed.connect(self._on_item_changed)

    def _on_ready(self, ready: LatentReady) -> None:
        self.list.clear()
        self._found = self._kept.of(ready.card, ready.latents)
        for name in self._found:
            self._add_name(name)
        self._attribute.clear()
        choices.add(self._attribute, ready.attribute_names)
        has_any = bool(ready.attribute_names) and ready.has_encoder
        self._find.setEnabled(has_any)
        self._trust.setText(
            "Choose an attribute: its direction leads from pictures without it to those with it."
            if has_any
            else "These pictures have no attributes, or the model has no encoder, so that no direction can be found."
        )

    def _ask(self) -> None:
        if choices.chosen(self._attribute) and self._session.ready is not None:
            self._trust.setText("Looking at the codes of all pictures…")
            self._finding.ask(
                FindDirection, attribute=choices.chosen(self._attribute), method=self._method.currentData()
            )  # fmt: skip

    def _on_direction(self, direction: Direction) -> None:
        name = tr(f"{direction.attribute} ({self._method.currentData()})")
        is_new = name not in self._found
        self._found[name] = direction
        if is_new:
            self._add_name(name)
        self._save()
        items = self.list.findItems(name, Qt.MatchFlag.MatchExactly)
        self.list.setCurrentItem(items[0])
        self._show(name)

    def _show(self, name: str) -> None:
        if name in self._found:
            self._trust.setText(in_words(self._found[name]))
            self._move()
            self._ask_row()

    def _on_refused(self, text: str) -> None:
        self._trust.setText(text)

    def _add_name(self, name: str) -> None:
        item = QListWidgetItem(name)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        # What it is called in `_found`, until it has another name.
        item.setData(Qt.ItemDataRole.UserRole, name)
        self.list.addItem(item)

    def _on_renamed(self, item: QListWidgetItem) -> None:
        before, now = item.data(Qt.ItemDataRole.UserRole), item.text().strip()
        if now == before:
            return
        if not now or now in self._found:
            item.setText(before)
            return
        # In its place, so that the order stays.
        self._found = {now if name == before else name: each for name, each in self._found.items()}
        item.setData(Qt.ItemDataRole.UserRole, now)
        item.setText(now)
        self._save()
        self._show(now)

    def _forget(self) -> None:
        item = self.list.takeItem(self.list.currentRow())
        if item is not None:
            self._found.pop(item.text(), None)
            self._save()

    def _save(self) -> None:
        if self._session.ready is not None:
            self._kept.keep(self._session.ready.card, self._found)

    def _on_item_changed(self) -> None:
        item, ready = self._session.item, self._session.ready
        if item is None or ready is None or not self.isVisible():
            return
        self.before.show_item(item)
        if len(item.code) == ready.latents:
            self._code = item.code
            self._move()
            self._ask_row()
        else:
            self._encoding.ask(Encode, pictures=item.pixels[None], labels=np.array([item.label]))

    def _on_encoded(self, encoded: Encoded) -> None:
        self._code = encoded.codes[0]
        self._move()
        self._ask_row()

    @property
    def _vector(self) -> np.ndarray | None:
        item = self.list.currentItem()
        found = self._found.get(item.text()) if item is not None else None
        return found.vector if found is not None and len(self._code) == len(found.vector) else None

    def _move(self) -> None:
        amount, vector = self.amount.value() / _TICKS, self._vector
        self._number.setText(f"{amount:.2f}")
        if vector is not None:
            code = (self._code + amount * vector).astype(np.float32)
            self._decoding.ask(Decode, codes=code[None], labels=self._label)

    def _ask_row(self) -> None:
        vector = self._vector
        if vector is not None:
            amounts = np.linspace(-_REACH, _REACH, _FRAMES)[:, None]
            self._row_decoding.ask(Decode, codes=(self._code + amounts * vector).astype(np.float32), labels=self._label)

    @property
    def _label(self) -> np.ndarray:
        return np.array([self._session.item.label if self._session.item is not None else 0])

    def _on_decoded(self, decoded: Decoded) -> None:
        vector = self._vector
        if vector is not None:
            code = (self._code + self.amount.value() / _TICKS * vector).astype(np.float32)
            self.after.show_item(Item(decoded.pictures[0], code, title="with an attribute added"))

    def _on_row(self, decoded: Decoded) -> None:
        amounts = np.linspace(-_REACH, _REACH, _FRAMES)
        vector = self._vector
        if vector is not None:
            codes = (self._code + amounts[:, None] * vector).astype(np.float32)
            items = [Item(picture, code) for picture, code in zip(decoded.pictures, codes, strict=True)]
            self.row.show_items(items, [f"{each:+.1f}" for each in amounts])


def in_words(found: Direction) -> str:
    """What speaks for a direction and against it, in lines."""
    gain = found.cosine - found.random_cosine
    verdict = (
        "Single pictures agree on it." if gain > _SURE
        else "Single pictures agree on it a little." if gain > _UNSURE
        else "Single pictures do not agree on it: it is the average of many ways."
    )  # fmt: skip
    leaks = sorted(found.leaks.items(), key=lambda each: -abs(each[1]))[:_MOST_LEAKS]
    told = "; ".join(f"{name} {value:+.1f}" for name, value in leaks)
    return (
        f"{verdict}\n\n"
        f"Cosine between single differences: {found.cosine:.2f}; between any two: {found.random_cosine:.2f}.\n"
        f"Effect size: {found.effect_size:.1f} standard deviations.\n"
        f"A linear probe tells it on held-out pictures in {100 * found.accuracy:.1f} % "
        f"(always guessing: {100 * found.chance:.1f} %).\n"
        f"It raises its own probe by {found.own_change:.1f} nats. What else it changes: {told or 'nothing known'}."
    )
