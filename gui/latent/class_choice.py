"""The class that a conditional model is told to make; nothing is seen of it where a model is told none."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from engine.messages import LatentReady
from gui import choices

_EVERY = "every class"


class ClassChoice(QWidget):
    """`chosen` with the class when the person takes another one; has_every: one after the other may be chosen, too."""

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None, *, has_every: bool = False) -> None:
        super().__init__(parent)
        self._has_every, self._is_told = has_every, False
        self.box = QComboBox()
        self.box.setAccessibleName("Class")
        self.box.setToolTip("What kind of picture the model is told to make")
        name = QLabel("Class")
        name.setBuddy(self.box)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(name)
        row.addWidget(self.box, 1)
        self.setFocusProxy(self.box)
        self.box.activated.connect(lambda _: self.chosen.emit(self.label))
        self.hide()

    @property
    def label(self) -> int:
        """-1 for every class, and where the model is told none."""
        return self.box.currentIndex() - self._has_every if self._is_told else -1

    def show_ready(self, ready: LatentReady) -> None:
        """The classes of another model; the one that is chosen stays where it has the same ones."""
        names = [*([_EVERY] if self._has_every else []), *ready.class_names]
        before = [self.box.itemData(index) for index in range(self.box.count())]
        if names != before:
            self.box.clear()
            choices.add(self.box, names)
        self._is_told = ready.is_conditional and bool(ready.class_names)
        self.setVisible(self._is_told)

    def show_label(self, label: int) -> None:
        """Another class, which nobody is told of."""
        if self._is_told and 0 <= label + self._has_every < self.box.count():
            self.box.setCurrentIndex(label + self._has_every)
