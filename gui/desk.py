"""What comes onto the canvas and leaves it: samples, words, files and recipes, with their dialogs.

Not covered: bytes and formats (files.py), the points on the canvas (document.py), projects (projects/keeper.py).
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu

from engine import recipe
from engine.messages import DataMade, Landscape, Ready
from engine.notice import Notice
from engine.recipe import AnyRecipe, ChainsRecipe, Data, LatentRecipe, Recipe
from gui import canvas_picture, files, landscape_file, recipe_text, script
from gui.actions import fill
from gui.canvas import Canvas
from gui.chains_opening import opened
from gui.document import Document
from gui.edits import Replace, Sketch
from gui.experiment import Experiment
from gui.labs.landscape import LandscapeLab
from gui.language import tr
from gui.projects.container import ENDING
from gui.recipe_checks import check_latent, check_model
from gui.requests import Requests, Wish

_MOST_RECENT = 8
_SHIPPED = Path(__file__).resolve().parent.parent / "assets" / "recipes"
_THUMBNAIL_POINTS = 300
_ANY_FILTER = f"Projects, recipes, points, pictures (*{ENDING} *.json {files.DATA_ENDINGS});;All files (*)"
_PICTURES = "PNG (*.png);;SVG (*.svg);;PDF (*.pdf)"


class Desk(QObject):
    """Its public methods are commands; each shows its own dialog and tells what went wrong through `noticed`."""

    sketch_came = Signal()
    chains_opened = Signal(object)
    latent_opened = Signal(LatentRecipe)
    project_chosen = Signal(str)
    noticed = Signal(str)
    recent_changed = Signal(list)
    thumbnail_came = Signal(str, object)

    def __init__(
        self,
        lab: LandscapeLab,
        document: Document,
        experiment: Experiment,
        submenus: Mapping[str, QMenu],
        store: QSettings,
    ) -> None:
        super().__init__(lab)
        self._lab, self._document, self._experiment = lab, document, experiment
        self._submenus, self._store = submenus, store
        self._requests = Requests(experiment, self)
        self._requests.answered.connect(self._on_answered)
        self._thumbnails: dict[int, str] = {}
        self._opened: Recipe | None = None
        experiment.data_made.connect(self._on_thumbnail)
        experiment.became_ready.connect(self._on_ready)
        self._show_recent()
        self._show_shipped()

    # ---- points in

    def clear(self) -> None:
        """All points away; the axes stay as they are."""
        self._document.do(Replace(Sketch(extent=self._document.sketch.extent)), "clear")

    def choose_preset(self, name: str) -> None:
        self.ask_for(Data(preset=name, seed=0))

    def ask_for_thumbnail(self, name: str) -> None:
        """A few points of a preset; `thumbnail_came` brings them."""
        request = self._experiment.make_data(Data(preset=name, n=_THUMBNAIL_POINTS, seed=0))
        self._thumbnails[request] = name

    def ask_for(self, data: Data) -> None:
        """The points of a preset or along a word, from the engine."""
        text = f"word {data.word}" if data.word else f"sample {(data.preset or '').replace('_', ' ')}"
        self._requests.make(Wish(partial(self._experiment.make_data, data), text))

    def type_word(self) -> None:
        word, is_given = QInputDialog.getText(self._lab, "Type a word", "Points are drawn along its letters:")
        if is_given and word.strip():
            self.ask_for(Data(word=word.strip(), seed=0))

    def open_any(self) -> None:
        """A project, or anything else that is a file of ours or holds points."""
        path, _ = QFileDialog.getOpenFileName(self._lab, tr("Open"), self.folder, _ANY_FILTER)
        if path:
            self.open_path(path)

    def import_points(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._lab, tr("Import points"), self.folder, files.DATA_FILTER)
        if path:
            self.open_path(path)

    def open_dropped(self, paths: list[str]) -> None:
        """A drop of several files opens the first and says so."""
        if len(paths) > 1:
            self.noticed.emit(f"Only {Path(paths[0]).name} is opened: one file at a time.")
        self.open_path(paths[0])

    def open_path(self, path: str) -> None:
        """A project, a recipe, or data of any kind."""
        suffix = Path(path).suffix.lower()
        if suffix == ENDING:
            self.project_chosen.emit(path)
            return
        try:
            if suffix == ".json":
                self._take_recipe(path)
            else:
                name, content = Path(path).name, files.content_of(path)
                self._requests.make(Wish(partial(self._experiment.read_file, name, content), f"open {name}"))
            self.remember(path)
        except Notice as notice:
            self.noticed.emit(str(notice))
            self.forget(path)

    # ---- recipes

    def import_recipe(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._lab, tr("Import recipe"), self.folder, "Recipes (*.json)")
        if path:
            self.open_path(path)

    def forget_recipe(self) -> None:
        """Another project: when to stop is not as in the recipe that was opened before."""
        self._opened = None

    def export_recipe(self, made: AnyRecipe) -> None:
        """One of any lab, as a file that also runs without a window."""
        path = self._path_to_save("Export recipe", f"{_lab_of(made)}.json", "Recipes (*.json)")
        if path and self._write(path, files.recipe_as_json(made)):
            self.remember(path)

    def export_script(self, made: AnyRecipe) -> None:
        """The same as a Python program; points that are many lie beside it."""
        if path := self._path_to_save("Export as Python script", f"{_lab_of(made)}.py", "Python (*.py)"):
            points = files.points_as_csv(self._document.sketch)
            beside = script.place_beside(Path(path), points)
            text, has_points = script.script(recipe_text.trimmed(made, self._experiment.catalogue), beside.name)
            if not has_points or self._write(str(beside), points):
                self._write(path, text)

    def copy_recipe(self, made: AnyRecipe) -> None:
        """As a short text, which `paste_recipe` and `main.py run` take."""
        QGuiApplication.clipboard().setText(recipe_text.compact(made, self._experiment.catalogue))
        self.noticed.emit("The recipe is on the clipboard: paste it into any Energyscape, or run it with main.py.")

    def paste_recipe(self) -> None:
        text = QGuiApplication.clipboard().text()
        try:
            if not text.lstrip().startswith("{"):
                raise Notice("There is no recipe on the clipboard: it is a text that begins with a brace.")
            self._take(recipe.from_text(text), "pasted recipe")
        except Notice as notice:
            self.noticed.emit(str(notice))

    @property
    def recipe(self) -> Recipe:
        """What is on the landscape lab's page."""
        return files.recipe_of(self._document.sketch, self._experiment.model, self._experiment.seed, self._opened)

    # ---- out

    def export_points(self) -> None:
        if path := self._path_to_save("Export points", "points.csv", "CSV (*.csv)"):
            self._write(path, files.points_as_csv(self._document.sketch))

    def export_landscape(self, landscape: Landscape | None, of: Mapping[str, Any]) -> None:
        """of: what it is of, as JSON can hold it."""
        if landscape is None:
            self.noticed.emit("There is no landscape yet: draw points, or choose a sample, and play.")
        elif path := self._path_to_save("Export landscape", "landscape.npz", "NumPy (*.npz)"):
            try:
                files.write_bytes(path, landscape_file.content_of(landscape, of))
                self.noticed.emit(f"The landscape is in {path}.")
            except Notice as notice:
                self.noticed.emit(str(notice))

    def save_screenshot(self, canvas: Canvas) -> None:
        if path := self._path_to_save("Save picture of canvas", "landscape.png", _PICTURES):
            try:
                canvas_picture.export(canvas, path)
            except Notice as notice:
                self.noticed.emit(str(notice))

    def copy_screenshot(self, canvas: Canvas) -> None:
        QGuiApplication.clipboard().setImage(canvas_picture.picture_of(canvas))
        self.noticed.emit("The canvas is on the clipboard.")

    def recent(self) -> list[str]:
        """Paths opened lately, the newest first."""
        kept = self._store.value("recent", [])
        paths = [kept] if isinstance(kept, str) else kept if isinstance(kept, list) else []
        return [path for path in paths if isinstance(path, str)][:_MOST_RECENT]

    @property
    def folder(self) -> str:
        """Where the person has worked last."""
        return str(Path(self.recent()[0]).parent) if self.recent() else str(Path.home())

    def remember(self, path: str) -> None:
        self._keep_recent([path, *(each for each in self.recent() if each != path)])

    def forget(self, path: str) -> None:
        self._keep_recent([each for each in self.recent() if each != path])

    # ---- private

    def _take_recipe(self, path: str) -> None:
        self._take(recipe.read(Path(path)), f"recipe {Path(path).name}")

    def _take(self, made: AnyRecipe, text: str) -> None:
        """text: what to call the edit of the points, if it brings some."""
        if isinstance(made, LatentRecipe):
            check_latent(made, self._ready())
            self.latent_opened.emit(made)
            return
        chains = opened(made, self._ready()) if isinstance(made, ChainsRecipe) else None
        if chains is not None and made.data is None:
            self.chains_opened.emit(chains)
            return
        assert made.data is not None
        if self._experiment.catalogue is not None:
            check_model(made.model, self._experiment.catalogue)
        data = made.data if made.data.seed is not None else msgspec.structs.replace(made.data, seed=made.seed)
        if data.file is not None:
            name, content = Path(data.file).name, files.content_of(data.file)
            ask = partial(self._experiment.read_file, name, content, data.n, data.seed or 0)
        else:
            ask = partial(self._experiment.make_data, data)
        self._requests.make(Wish(ask, text, partial(self._use, made), chains))

    def _ready(self) -> Ready:
        """What the engine has. Raises Notice while there is none."""
        if self._experiment.catalogue is None:
            raise Notice("The engine is not ready yet; open the recipe again in a moment.")
        return self._experiment.catalogue

    def _use(self, made: AnyRecipe) -> None:
        if isinstance(made, Recipe):
            self._opened = made
        self._experiment.use(made.model, made.seed)

    def _show_shipped(self) -> None:
        """The recipes that come with the app; they are no files of the person."""
        paths = sorted(_SHIPPED.glob("*.json"))
        entries = [(path.stem.replace("_", " "), "", partial(self._open_shipped, str(path))) for path in paths]
        fill(self._submenus["shipped"], entries, "None")

    def _open_shipped(self, path: str) -> None:
        try:
            self._take_recipe(path)
        except Notice as notice:
            self.noticed.emit(str(notice))

    def _on_ready(self, ready: Ready) -> None:
        entries = [(each.title, each.help, partial(self.choose_preset, each.name)) for each in ready.datasets]
        fill(self._submenus["presets"], entries, "The engine is not ready")

    def _on_thumbnail(self, made: DataMade) -> None:
        if name := self._thumbnails.pop(made.request, ""):
            self.thumbnail_came.emit(name, made.points)

    def _on_answered(self, made: DataMade, wish: Wish) -> None:
        sketch = Sketch(made.points, made.labels, made.extent, made.truth)
        wish.then()
        self._document.do(Replace(sketch), wish.text, merges=wish.text.startswith("sample "))
        if made.note:
            self.noticed.emit(made.note)
        self.sketch_came.emit()
        if wish.chains is not None:
            self.chains_opened.emit(wish.chains)

    def _path_to_save(self, title: str, name: str, kinds: str) -> str:
        path, _ = QFileDialog.getSaveFileName(self._lab, tr(title), str(Path(self.folder) / name), kinds)
        suffix = Path(name).suffix
        return path if not path or Path(path).suffix else path + suffix

    def _write(self, path: str, text: str) -> bool:
        try:
            files.write(path, text)
        except Notice as notice:
            self.noticed.emit(str(notice))
            return False
        self.noticed.emit(f"Saved as {path}.")
        return True

    def _keep_recent(self, paths: list[str]) -> None:
        self._store.setValue("recent", paths[:_MOST_RECENT])
        self._show_recent()

    def _show_recent(self) -> None:
        paths = self.recent()
        fill(self._submenus["recent"], [(path, "", partial(self.open_path, path)) for path in paths], "Nothing yet")
        self.recent_changed.emit(paths)


def _lab_of(made: AnyRecipe) -> str:
    return str(made.__struct_config__.tag)
