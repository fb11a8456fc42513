"""Open and save: the weights of the latent lab as files of the person.

Not covered: the files themselves (weights_files.py).
"""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QWidget

from engine.messages import Weights
from engine.notice import Notice
from gui.language import tr
from gui.latent import weights_files
from gui.latent.session import LatentSession


class WeightsBar(QWidget):
    """`path_chosen` to be opened; `noticed` says what was saved, or why not."""

    path_chosen = Signal(object)
    noticed = Signal(str)

    def __init__(self, session: LatentSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        # Where the weights that were asked for go.
        self._saving: Path | None = None
        self.open, self.save = QPushButton("Open…"), QPushButton("Save…")
        self.open.setToolTip("Weights from a file: NAME.safetensors with its card NAME.json")
        self.save.setToolTip("Save the weights of this model with their card")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.open)
        row.addWidget(self.save)
        self.open.clicked.connect(self.ask_what_to_open)
        self.save.clicked.connect(self._ask_where_to_save)
        session.weights_came.connect(self._on_weights)

    def ask_what_to_open(self) -> None:
        """The person chooses one of the two files."""
        path, _ = QFileDialog.getOpenFileName(self, tr("Open weights"), "", weights_files.FILTER)
        if path:
            self.path_chosen.emit(Path(path))

    def _ask_where_to_save(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, tr("Save weights"), "weights.safetensors", weights_files.FILTER)
        if path:
            self._saving = Path(path)
            self._session.ask_for_weights(self._saving.stem)

    def _on_weights(self, weights: Weights) -> None:
        path = self._saving
        # After a training the session keeps weights of its own, under another name.
        if path is None or weights.name != path.stem:
            return
        self._saving = None
        try:
            weights_files.write(path, weights)
            self.noticed.emit(f"Saved as {path.with_suffix('.safetensors')}, with its card.")
        except Notice as notice:
            self.noticed.emit(str(notice))
