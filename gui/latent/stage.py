"""The pages of the latent lab, or in their place, while there is no model, what a person can do about that.

Not covered: the pages, and what is done when a button is pressed (labs/latent.py).
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from engine.messages import Ready
from gui.latent.session import LatentSession
from gui.theme import set_role

_WHY = "No trained model is here yet."
_WHAT = (
    "Train one here, open weights that were saved, or bring your own pictures. Faces can be recognised after a minute. "
    "The command make trained makes the models that belong to the program."
)
_WIDTH_PX = 560


class NoModel(QWidget):
    """Why there is no model, and three ways to one."""

    faces_wanted = Signal()
    weights_wanted = Signal()
    file_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.why, what = QLabel(_WHY), QLabel(_WHAT)
        set_role(self.why, "title")
        for label in (self.why, what):
            label.setWordWrap(True)
            label.setFixedWidth(_WIDTH_PX)
        self.train, self.open = QPushButton("Train on faces"), QPushButton("Open weights…")
        self.bring = QPushButton("Bring your own pictures")
        self.train.setDefault(True)
        menu = QMenu(self.bring)
        menu.addAction("A file: IDX, NPZ, or one picture…").triggered.connect(self.file_wanted)
        menu.addAction("A folder of pictures…").triggered.connect(self.folder_wanted)
        self.bring.setMenu(menu)
        self.train.clicked.connect(self.faces_wanted)
        self.open.clicked.connect(self.weights_wanted)
        buttons = QHBoxLayout()
        for button in (self.train, self.open, self.bring):
            buttons.addWidget(button)
        buttons.addStretch(1)
        middle = QVBoxLayout()
        middle.setSpacing(14)
        middle.addStretch(2)
        for part in (self.why, what):
            middle.addWidget(part, 0, Qt.AlignmentFlag.AlignLeft)
        middle.addLayout(buttons)
        middle.addStretch(3)
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addLayout(middle)
        row.addStretch(1)

    def say(self, why: str) -> None:
        self.why.setText(why or _WHY)


class Stage(QStackedWidget):
    """`is_empty_changed` when the pages come or go."""

    is_empty_changed = Signal(bool)

    def __init__(self, session: LatentSession, pages: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._pages, self.no_model = session, pages, NoModel(self)
        self.addWidget(pages)
        self.addWidget(self.no_model)
        session.catalogue_came.connect(self._on_catalogue)
        session.opening_failed.connect(self._on_failed)
        session.ready_came.connect(lambda _: self.show_pages())
        session.training_changed.connect(lambda is_on: self.show_pages() if is_on else None)
        if session.catalogue is not None:
            self._on_catalogue(session.catalogue)

    @property
    def is_empty(self) -> bool:
        return self.currentWidget() is self.no_model

    def show_pages(self) -> None:
        if self.is_empty:
            self.setCurrentWidget(self._pages)
            self.is_empty_changed.emit(False)

    def _on_catalogue(self, catalogue: Ready) -> None:
        if not catalogue.trained:
            self._on_failed("")

    def _on_failed(self, why: str) -> None:
        """A model that was open stays; a training goes on."""
        if self._session.ready is not None or self._session.is_training:
            return
        self.no_model.say(why)
        if not self.is_empty:
            self.setCurrentWidget(self.no_model)
            self.is_empty_changed.emit(True)
