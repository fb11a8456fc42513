"""Train: which pictures, which model, its knobs; then progress, time left, live reconstructions and samples.

Not covered: reading files (bringing.py).
"""

import math
from pathlib import Path

import msgspec
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
from engine.messages import PictureData, PictureProgress, Ready, WentTo
from engine.notice import Notice
from engine.recipe import LatentRecipe, Model, Pictures, Stop
from gui.growing import grow_width
from gui.language import own, tr
from gui.latent.bringing import files_at
from gui.latent.card import in_words
from gui.latent.item import NO_CODE, Item
from gui.latent.picture_grid import PictureGrid
from gui.latent.session import LatentSession
from gui.panel import Panel
from gui.theme import Theme, set_role
from gui.timeline_bar import TimelineBar

_MINUTES, _MOST_MINUTES = 5, 24 * 60
_OWN = "own"
_SHOWN = 8


class TrainPage(QWidget):
    """The page. `brought` when pictures of one's own can be trained on."""

    title = "Train"
    model_changed = Signal()
    brought = Signal()

    def __init__(self, session: LatentSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._params: dict[str, dict[str, Value]] = {}
        self._own: tuple[tuple[str, bytes], ...] = ()
        # Of sources and families, by their names.
        self._titles: dict[str, str] = {}
        self._own_path = ""
        self._trained = ""
        # What has no control on this page is as in the recipe that was opened last.
        self._opened = LatentRecipe()
        self._args = QLabel()
        self._args.setWordWrap(True)
        self._args.hide()
        set_role(self._args, "dim")
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
        self._learning, self.card = QLabel(), QLabel()
        set_role(self._learning, "heading")
        self._learning.hide()
        self.card.setWordWrap(True)
        set_role(self.card, "dim")
        self.timeline = TimelineBar(self)
        self.timeline.can_open_beside = False
        self.timeline.hide()
        self.panel, self.data_panel = Panel(), Panel()
        self.originals, self.rebuilt, self.samples = (PictureGrid(_SHOWN), PictureGrid(_SHOWN), PictureGrid(_SHOWN))
        self._lay_out()
        self._connect()

    def set_theme(self, theme: Theme) -> None:
        for part in (self.panel, self.data_panel, self.originals, self.rebuilt, self.samples, self.timeline):
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
        rows.addWidget(self._learning)
        told = QHBoxLayout()
        told.addWidget(self._bar, 1)
        told.addWidget(self._stop)
        rows.addWidget(self.timeline)
        rows.addLayout(told)
        rows.addWidget(self._told)
        rows.addWidget(self.card)
        side = QVBoxLayout()
        for text, part in (("Pictures", self._source), ("Model", self._model)):
            heading = QLabel(text)
            set_role(heading, "section")
            side.addWidget(heading)
            side.addWidget(part)
            if part is self._source:
                side.addWidget(self._args)
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
        self.timeline.noticed.connect(session.noticed)
        session.training_changed.connect(self._on_training_changed)
        session.training_failed.connect(self._told.setText)
        session.ready_came.connect(lambda ready: self.card.setText(f"Open now: {in_words(ready)}"))
        self._model.activated.connect(lambda _: self._show_model())
        self._source.activated.connect(lambda _: self._show_drawn())
        self.panel.params_changed.connect(self._on_params)
        self._go.clicked.connect(self.train)
        self._stop.clicked.connect(session.end_training)
        self._bring.clicked.connect(self.ask_for_file)
        self._bring_folder.clicked.connect(self.ask_for_folder)
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
                self._titles[entry.name] = entry.title
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
        data = Pictures(file=self._own_path) if source == _OWN else self._drawn(source)
        stop = Stop(seconds=60.0 * self._minutes.value())
        return msgspec.structs.replace(
            self._opened, data=data, model=Model(model, self._params.get(model, {})), stop=stop
        )  # fmt: skip

    def open_recipe(self, made: LatentRecipe, may_read_files: bool) -> str:
        """Set the page to a recipe. Returns what of it the page cannot show, as a sentence.

        may_read_files: a stranger's file must not make us read others.
        """
        self._opened, note = made, ""
        if made.data.source is not None:
            self._source.setCurrentIndex(self._source.findData(made.data.source))
        elif may_read_files:
            self.bring(Path(made.data.file or ""))
        else:
            note = f"Bring the pictures again, which were at {made.data.file}."
        if made.stop.seconds is not None:
            self._minutes.setValue(max(1, round(made.stop.seconds / 60)))
        else:
            note = f"{note} Here a training lasts minutes, not {made.stop.steps:,} steps: choose how many.".lstrip()
        self._params[made.model.name] = dict(made.model.params)
        self._model.setCurrentIndex(self._model.findData(made.model.name))
        self._show_model()
        self._show_drawn()
        return note

    def _drawn(self, source: str) -> Pictures:
        """Pictures of a source: with the knobs and the seed of a recipe, if one of this source was opened."""
        opened = self._opened.data
        return opened if opened.source == source else Pictures(source=source)

    def _show_drawn(self) -> None:
        """What a recipe says of the pictures, which has no knobs here."""
        args = self._drawn(self._source.currentData() or "").args
        told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in args.items())
        self._args.setText(f"As in the recipe: {told}." if told else "")
        self._args.setVisible(bool(told))

    def choose(self, source: str, model: str) -> None:
        """These pictures and this family, where the engine has them."""
        self._source.setCurrentIndex(max(0, self._source.findData(source)))
        self._model.setCurrentIndex(max(0, self._model.findData(model)))
        self._show_model()

    def train(self) -> None:
        """Start; what is being trained already is ended."""
        source, model = self._source.currentData(), self._model.currentData()
        if source is None or model is None:
            return
        drawn, seed = self._drawn(source), self._opened.seed
        data = PictureData(source, drawn.args, seed if drawn.seed is None else drawn.seed)
        if source == _OWN:
            data = PictureData(files=self._own)
        self._told.setText("The pictures are being made.")
        self._learning.setText(f"{self._titles[model]} learns from {self._titles[source]}")
        self._bar.setValue(0)
        self._trained, self._started = model, dict(self._params.get(model, {}))
        self._session.train(data, model, self._params.get(model, {}), 60.0 * self._minutes.value(), seed)

    def bring(self, path: Path) -> None:
        """Pictures of one's own, from a file or a folder."""
        try:
            self._own, self._own_path = files_at(path), str(path)
        except Notice as notice:
            self._session.noticed.emit(str(notice))
            return
        self._show_own()
        self._source.setCurrentIndex(self._source.findData(_OWN))
        self.brought.emit()

    def _show_own(self) -> None:
        name = self._own[0][0].partition("/")[0]
        name = own(name)
        self._titles[_OWN] = name
        index = self._source.findData(_OWN)
        if index < 0:
            self._source.addItem(name, _OWN)
        else:
            self._source.setItemText(index, name)

    def ask_for_file(self) -> None:
        """Pictures of one's own in a file."""
        path, _ = QFileDialog.getOpenFileName(self, tr("Pictures: IDX, NPZ, or one picture"))
        if path:
            self.bring(Path(path))

    def ask_for_folder(self) -> None:
        """A folder of pictures."""
        path = QFileDialog.getExistingDirectory(self, tr("A folder of pictures"))
        if path:
            self.bring(Path(path))

    def _on_training_changed(self, is_training: bool) -> None:
        self._stop.setEnabled(is_training)
        self._learning.setVisible(is_training)
        self._go.setText("Train anew" if is_training else "Train")
        self.timeline.setVisible(is_training)
        if is_training and self._session.past is not None:
            self.timeline.set_past(self._session.past)
            self._session.past.went.connect(self._on_went)
            self._session.past.changed.connect(self._show_going)
        if not is_training:
            self._told.setText("Done: the other pages show the model now. Save keeps its weights.")

    def _on_went(self, went: WentTo) -> None:
        """The knobs are those that it had there."""
        self._params[self._trained] = went.params
        if self._model.currentData() == self._trained:
            self._show_model()

    def _show_going(self) -> None:
        past = self._session.past
        if past is not None and past.going is not None:
            self._told.setText(f"Going there: {past.going.done} of {past.going.of} steps are made anew.")

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
