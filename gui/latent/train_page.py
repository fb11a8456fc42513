"""Train: which pictures, which model, its knobs; then progress, time left, live reconstructions and samples.

Not covered: reading files (bringing.py).
"""

import math
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.knobs import Value
from engine.messages import PictureData, PictureProgress, Ready
from engine.notice import Notice
from engine.recipe import LatentRecipe, Model, Pictures, Stop
from gui.growing import grow_width
from gui.latent.bringing import files_at
from gui.latent.item import NO_CODE, Item
from gui.latent.picture_grid import PictureGrid
from gui.latent.session import LatentSession
from gui.panel import Panel
from gui.theme import Theme, set_role

_MINUTES, _MOST_MINUTES = 5, 24 * 60
_OWN = "own"
_SHOWN = 8


class TrainPage(QWidget):
    """The page."""

    title = "Train"
    model_changed = Signal()

    def __init__(self, session: LatentSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._params: dict[str, dict[str, Value]] = {}
        self._own: tuple[tuple[str, bytes], ...] = ()
        self._own_path = ""
        self._trained = ""
        self._source, self._model = QComboBox(), QComboBox()
        self._source.setAccessibleName("Pictures")
        self._model.setAccessibleName("Model")
        self._minutes = QSpinBox()
        self._minutes.setRange(1, _MOST_MINUTES)
        self._minutes.setValue(_MINUTES)
        self._minutes.setSuffix(" min")
        self._minutes.setAccessibleName("How long")
        self._bring, self._bring_folder = QPushButton("File…"), QPushButton("Folder…")
        self._go, self._stop = QPushButton("Train"), QPushButton("Stop and use")
        self._go.setDefault(True)
        self._stop.setEnabled(False)
        self._stop.setToolTip("End the training here: the best weights so far are used")
        self._bring.setToolTip("IDX as MNIST has it, NPZ, or one picture; files can be dropped on the window, too")
        self._bring_folder.setToolTip("A folder of pictures; attributes may lie beside them as CSV")
        self._bar, self._told = QProgressBar(), QLabel("Nothing is being trained.")
        self._told.setWordWrap(True)
        self.panel, self.data_panel = Panel(), Panel()
        self.originals, self.rebuilt, self.samples = (PictureGrid(_SHOWN), PictureGrid(_SHOWN), PictureGrid(_SHOWN))
        self._lay_out()
        self._connect()

    def set_theme(self, theme: Theme) -> None:
        for part in (self.panel, self.data_panel, self.originals, self.rebuilt, self.samples):
            part.set_theme(theme)

    @property
    def model(self) -> str:
        """The family that is chosen."""
        return self._model.currentData() or ""

    @property
    def params(self) -> dict[str, Value]:
        """Its knobs, as far as they were turned."""
        return self._params.get(self.model, {})

    @property
    def trained(self) -> str:
        """The family that is being trained, or was last."""
        return self._trained

    # ---- private

    def _lay_out(self) -> None:
        rows = QVBoxLayout()
        for text, grid in (
            ("Held-out pictures", self.originals),
            ("What the model makes of them", self.rebuilt),
            ("Samples from the prior", self.samples),
        ):
            heading = QLabel(text)
            set_role(heading, "heading")
            rows.addWidget(heading)
            rows.addWidget(grid, 1)
        told = QHBoxLayout()
        told.addWidget(self._bar, 1)
        told.addWidget(self._stop)
        rows.addLayout(told)
        rows.addWidget(self._told)
        side = QVBoxLayout()
        for text, part in (("Pictures", self._source), ("Model", self._model)):
            heading = QLabel(text)
            set_role(heading, "section")
            side.addWidget(heading)
            side.addWidget(part)
            if part is self._source:
                bring = QHBoxLayout()
                bring.addWidget(self._bring)
                bring.addWidget(self._bring_folder)
                side.addLayout(bring)
        run = QHBoxLayout()
        run.addWidget(self._minutes)
        run.addWidget(self._go, 1)
        side.addLayout(run)
        side.addWidget(self.panel, 1)
        holder = QWidget()
        holder.setLayout(side)
        grow_width(holder, 340, 1.6)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 4, 0, 0)
        row.addLayout(rows, 1)
        row.addWidget(holder)

    def _connect(self) -> None:
        session = self._session
        session.catalogue_came.connect(self._on_catalogue)
        session.progress_came.connect(self._on_progress)
        session.training_changed.connect(self._on_training_changed)
        session.training_failed.connect(self._told.setText)
        self._model.activated.connect(lambda _: self._show_model())
        self.panel.params_changed.connect(self._on_params)
        self._go.clicked.connect(self.train)
        self._stop.clicked.connect(session.end_training)
        self._bring.clicked.connect(self._ask_for_file)
        self._bring_folder.clicked.connect(self._ask_for_folder)
        if session.catalogue is not None:
            self._on_catalogue(session.catalogue)

    def _on_catalogue(self, ready: Ready) -> None:
        source, model = self._source.currentData(), self._model.currentData()
        for choice, entries, before, first in (
            (self._source, ready.picture_sources, source, "faces"),
            (self._model, ready.picture_models, model, "vae"),
        ):
            choice.clear()
            for entry in entries:
                choice.addItem(entry.title, entry.name)
            choice.setCurrentIndex(max(0, choice.findData(before or first)))
        if self._own:
            self._show_own()
        self._show_model()

    def _show_model(self) -> None:
        name = self._model.currentData()
        for entry in self._session.models:
            if entry.name == name:
                self.panel.show_entry(entry, self._params.get(name, {}))
        self.model_changed.emit()

    def _on_params(self, values: dict[str, Value]) -> None:
        name = self._model.currentData()
        before, self._params[name] = self._params.get(name, {}), values
        self.model_changed.emit()
        if self._session.is_training and name == self._trained:
            self._turn_live(before, values)

    def _turn_live(self, before: dict[str, Value], values: dict[str, Value]) -> None:
        """What needs no new network takes effect at the next step of the training."""
        entry = next(each for each in self._session.models if each.name == self._trained)
        afresh = {each.name: each.default for each in entry.knobs if each.makes_new_network}
        if any(before.get(name, default) != values.get(name, default) for name, default in afresh.items()):
            self._session.noticed.emit("This knob makes a new network: it takes effect when you train again.")
        else:
            # A knob of the network that was turned meanwhile is not told: the training has its own.
            started = {name: self._started.get(name, default) for name, default in afresh.items()}
            self._session.set_training_params({**values, **started})

    _started: dict[str, Value] = {}

    def recipe(self) -> LatentRecipe:
        """What this page would train, to be run without a window."""
        source, model = self._source.currentData() or "faces", self._model.currentData() or "vae"
        data = Pictures(file=self._own_path) if source == _OWN else Pictures(source=source)
        stop = Stop(seconds=60.0 * self._minutes.value())
        return LatentRecipe(data=data, model=Model(model, self._params.get(model, {})), stop=stop)

    def train(self) -> None:
        """Start; what is being trained already is ended."""
        source, model = self._source.currentData(), self._model.currentData()
        if source is None or model is None:
            return
        data = PictureData(files=self._own) if source == _OWN else PictureData(source)
        self._told.setText("The pictures are being made.")
        self._bar.setValue(0)
        self._trained, self._started = model, dict(self._params.get(model, {}))
        self._session.train(data, model, self._params.get(model, {}), 60.0 * self._minutes.value(), seed=0)

    def bring(self, path: Path) -> None:
        """Pictures of one's own, from a file or a folder."""
        try:
            self._own, self._own_path = files_at(path), str(path)
        except Notice as notice:
            self._session.noticed.emit(str(notice))
            return
        self._show_own()
        self._source.setCurrentIndex(self._source.findData(_OWN))

    def _show_own(self) -> None:
        name = self._own[0][0].partition("/")[0]
        index = self._source.findData(_OWN)
        if index < 0:
            self._source.addItem(name, _OWN)
        else:
            self._source.setItemText(index, name)

    def _ask_for_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Pictures: IDX, NPZ, or one picture")
        if path:
            self.bring(Path(path))

    def _ask_for_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, "A folder of pictures")
        if path:
            self.bring(Path(path))

    def _on_training_changed(self, is_training: bool) -> None:
        self._stop.setEnabled(is_training)
        self._go.setText("Train anew" if is_training else "Train")
        if not is_training:
            self._told.setText("Done: the other pages show the model now. Save keeps its weights.")

    def _on_progress(self, progress: PictureProgress) -> None:
        self._bar.setValue(round(100 * progress.share))
        left = "" if math.isnan(progress.secs_left) else f", {_time(progress.secs_left)} left"
        terms = ", ".join(f"{name} {value:.4g}" for name, value in progress.terms.items())
        self._told.setText(f"Step {progress.step:,}{left}; {progress.steps_per_second:.1f} steps/s; {terms}")
        for grid, pictures in (
            (self.originals, progress.originals),
            (self.rebuilt, progress.reconstructions),
            (self.samples, progress.samples),
        ):
            grid.show_items([Item(each, NO_CODE) for each in pictures[:_SHOWN]])


def _time(secs: float) -> str:
    return f"{secs / 60:.0f} min" if secs >= 90 else f"{secs:.0f} s"
