"""What is to be recorded: the canvas or the window, as which file, how large, how many pictures a second.

The last choice is remembered, so that Enter is enough the next time.
Not covered: the recording itself (recorder.py).
"""

import time
from pathlib import Path
from typing import cast

from PySide6.QtCore import QSettings, QStandardPaths
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QSpinBox,
    QWidget,
)

from gui.fitted import fit
from gui.language import tr
from gui.recording.form import GIF, MOST_GIF_RATE, MP4, RATES, SIZES, Form
from gui.recording.grabber import What
from gui.theme import set_role

_GROUP = "recording"
_WHAT = {"canvas": "The canvas", "window": "The whole window"}
_PLAYED = {
    "project": "This project, rendered off the clock",
    "lesson": "This lesson, rendered off the clock",
}
_LIVE_NOTE = "What is on the screen is filmed and scaled to this size; a larger window makes a sharper film."
_PLAYED_NOTE = "Made picture by picture beside your work, off the clock: as sharp as its size, however long it takes."
_MOST_SECS = 3600
_KINDS = {MP4: "MP4 (H.264), for slides and the web", GIF: "GIF, which plays anywhere; larger and coarser"}
_FIRST_SIZE = (1920, 1080)
_PATH_CHARS = 46


class RecordDialog(QDialog):
    """`form`, `what` and `seconds` are what was chosen, once it is accepted."""

    def __init__(self, store: QSettings, parent: QWidget, played: str = "project") -> None:
        """played: what can be rendered, "project" or "lesson"."""
        super().__init__(parent)
        self.setWindowTitle("Record a film")
        self._store = store
        self._what, self._kind, self._size, self._rate = (QComboBox(self) for _ in range(4))
        for name, text in _WHAT.items():
            self._what.addItem(text, name)
        self._what.addItem(_PLAYED[played], "played")
        self._length = QSpinBox(self)
        self._length.setRange(0, _MOST_SECS)
        self._length.setSuffix(" s")
        self._length.setSpecialValueText("as long as it suits")
        self._note = QLabel(self)
        for kind, text in _KINDS.items():
            self._kind.addItem(text, kind)
        for width, height in SIZES:
            self._size.addItem(f"{width} × {height}", f"{width}x{height}")
        for rate in RATES:
            self._rate.addItem(f"{rate} pictures a second", rate)
        self._path = QLineEdit(self)
        self._path.setMinimumWidth(self.fontMetrics().averageCharWidth() * _PATH_CHARS)
        self._browse = QPushButton("Choose…", self)
        self._browse.setAutoDefault(False)
        self._lay_out()
        self._recall()
        self._kind.currentIndexChanged.connect(self._on_kind_changed)
        self._what.currentIndexChanged.connect(self._on_what_changed)
        self._browse.clicked.connect(self._on_browse)
        self._on_what_changed()
        self._on_kind_changed()

    @property
    def what(self) -> What:
        return cast(What, self._what.currentData())

    @property
    def seconds(self) -> int:
        """Of a film that is rendered; 0: as long as it suits."""
        return self._length.value()

    @property
    def form(self) -> Form:
        width, height = (int(side) for side in self._size.currentData().split("x"))
        return Form(self._path.text().strip(), width, height, int(self._rate.currentData()))

    def accept(self) -> None:
        """A name without an ending gets that of the chosen kind; a file that is there is replaced when it may be."""
        self._set_path(Path(self._path.text().strip() or _new_path(str(self._kind.currentData()), "")))
        path = Path(self._path.text())
        question = f"{path.name} is there already. Replace it?"
        if path.is_file() and QMessageBox.question(self, "Record a film", question) != QMessageBox.StandardButton.Yes:
            return
        self._remember()
        super().accept()

    def _lay_out(self) -> None:
        for control, says in (
            (
                self._what,
                "The canvas with all its panes, or the window with all its panels, as you work, with the mouse. Or "
                "what there is now, played by itself: training and chains go on, a lesson goes from step to step.",
            ),
            (self._length, "Of a rendered film. A lesson goes faster or slower, so that all of it is seen."),
            (
                self._kind,
                "MP4 is smaller and has all colours. A GIF has 256 for each picture and plays in any program.",
            ),
            (self._size, "The size of the film, in pixels. What is on the screen is scaled to it."),
            (self._rate, "60 is smoother, and costs the machine twice as much. A GIF has at most 30."),
            (self._path, "Where the film goes. A file that is there is replaced only after a question."),
        ):
            control.setToolTip(says)
            control.setWhatsThis(says)
        body = QWidget(self)
        form = QFormLayout(body)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setVerticalSpacing(10)
        form.addRow("&What", self._what)
        form.addRow("&Kind", self._kind)
        form.addRow("&Size", self._size)
        form.addRow("&Rate", self._rate)
        form.addRow("&Length", self._length)
        row = QHBoxLayout()
        row.addWidget(self._path, 1)
        row.addWidget(self._browse)
        file = QLabel("&File")
        file.setBuddy(self._path)
        form.addRow(file, row)
        self._note.setWordWrap(True)
        self._note.setMinimumWidth(self._path.minimumWidth())
        set_role(self._note, "dim")
        form.addRow("", self._note)
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Cancel, self)
        self._record = buttons.addButton("Record", QDialogButtonBox.ButtonRole.AcceptRole)
        self._record.setDefault(True)
        self._record.setFocus()
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        fit(self, body, buttons)

    def _on_what_changed(self) -> None:
        is_played = self.what == "played"
        self._length.setEnabled(is_played)
        self._note.setText(_PLAYED_NOTE if is_played else _LIVE_NOTE)
        self._record.setText("Render" if is_played else "Record")

    def _on_kind_changed(self) -> None:
        kind = str(self._kind.currentData())
        self._rate.setEnabled(kind != GIF)
        if kind == GIF:
            self._rate.setCurrentIndex(self._rate.findData(MOST_GIF_RATE))
        self._set_path(Path(self._path.text()))

    def _set_path(self, path: Path) -> None:
        """With the ending of the chosen kind, in place of another film's."""
        kind = str(self._kind.currentData())
        ending = path.suffix.lower()
        if ending != kind:
            path = path.with_suffix(kind) if ending in (MP4, GIF) else path.with_name(path.name + kind)
        self._path.setText(str(path))

    def _on_browse(self) -> None:
        kind = str(self._kind.currentData())
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Record into"), self._path.text(), f"{kind[1:].upper()} (*{kind})",
            options=QFileDialog.Option.DontConfirmOverwrite,
        )  # fmt: skip
        if path:
            self._set_path(Path(path))

    def _recall(self) -> None:
        """What is stored may be garbled: then it is the default."""
        first_size = "x".join(str(side) for side in _FIRST_SIZE)
        for box, name, default in (
            (self._what, "what", "canvas"),
            (self._kind, "kind", MP4),
            (self._size, "size", first_size),
            (self._rate, "rate", str(RATES[0])),
        ):
            stored = str(self._store.value(f"{_GROUP}/{name}", default))
            found = [index for index in range(box.count()) if str(box.itemData(index)) == stored]
            box.setCurrentIndex(found[0] if found else max(0, box.findData(default)))
        folder = self._store.value(f"{_GROUP}/folder", "")
        self._path.setText(_new_path(str(self._kind.currentData()), folder if isinstance(folder, str) else ""))

    def _remember(self) -> None:
        for name, box in (("what", self._what), ("kind", self._kind), ("size", self._size), ("rate", self._rate)):
            self._store.setValue(f"{_GROUP}/{name}", str(box.currentData()))
        self._store.setValue(f"{_GROUP}/folder", str(Path(self._path.text()).parent))


def _new_path(kind: str, folder: str) -> str:
    """A name that is free, in the folder of the last film, or where this system keeps films."""
    place = Path(folder) if folder and Path(folder).is_dir() else _films()
    return str(place / f"energyscape {time.strftime('%Y-%m-%d %H.%M.%S')}{kind}")


def _films() -> Path:
    films = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.MoviesLocation))
    return films if films.is_dir() else Path.home()
