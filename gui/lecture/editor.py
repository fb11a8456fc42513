"""The editor of lessons: a list of cues that are added from what the window shows, ordered, worded, tried and saved.

It stays beside the window, so that the next state can be made while it is open.
Not covered: what a cue of the present state is (capture.py).
"""

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QSize, QSizeF, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from engine.notice import Notice
from gui import files
from gui.growing import with_type
from gui.language import tr
from gui.lecture import lesson
from gui.lecture.capture import cue_of
from gui.lecture.lesson import Cue, Lesson
from gui.lecture.page import FILTER

if TYPE_CHECKING:
    from gui.window import Window

_FIRST = "A lesson"
_TEXT_CHARS = 32
_SIZE = (760, 560)


class Editor(QDialog):
    """Of one lesson; nothing is written before Save."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        self._path: Path | None = None
        self._cues: list[Cue] = []
        self._is_showing = self._is_changed = False
        self.setWindowTitle("Lesson editor")
        self.setModal(False)
        self.title, self.summary = QLineEdit(tr(_FIRST)), QLineEdit()
        self.list = QListWidget()
        self.list.setAccessibleName("Cues")
        self.cue_title, self.equation = QLineEdit(), QLineEdit()
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self._told = QLabel()
        self._told.setWordWrap(True)
        self.buttons: dict[str, QPushButton] = {}
        self._lay_out()
        with_type(self, self._take_size)
        self._connect()
        self._show_list(-1)

    @property
    def lesson(self) -> Lesson:
        """As it is now, checked. Raises Notice."""
        made = Lesson(self.title.text(), tuple(self._cues), self.summary.text())
        try:
            return lesson.from_bytes(lesson.to_bytes(lesson.checked(made)))
        except Notice as notice:
            raise Notice(f"The lesson is not ready: {str(notice).rstrip('.')}.") from None

    def ask_for_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Open a lesson"), self._folder, FILTER)
        if path:
            self.open_path(Path(path))

    def open_path(self, path: Path) -> None:
        try:
            opened = lesson.read(path)
        except Notice as notice:
            self._told.setText(str(notice))
            return
        self._path, self._cues = path, list(opened.cues)
        self.title.setText(opened.title)
        self.summary.setText(opened.summary)
        self._show_list(0)
        self._is_changed = False
        self._told.setText(f"{path.name}: {len(self._cues)} cues.")

    def add(self) -> None:
        """The present state of the window, after the chosen cue."""
        try:
            made = cue_of(self._window, f"Cue {len(self._cues) + 1}")
        except Notice as notice:
            self._told.setText(str(notice))
            return
        at = self.list.currentRow() + 1 if self._cues else 0
        self._cues.insert(at, made)
        self._changed()
        self._show_list(at)
        self.cue_title.setFocus()
        self.cue_title.selectAll()

    def remove(self) -> None:
        at = self.list.currentRow()
        if at >= 0:
            del self._cues[at]
            self._changed()
            self._show_list(min(at, len(self._cues) - 1))

    def move_cue(self, by: int) -> None:
        """The chosen cue, up or down in the order."""
        at = self.list.currentRow()
        if at >= 0 and 0 <= at + by < len(self._cues):
            self._cues[at], self._cues[at + by] = self._cues[at + by], self._cues[at]
            self._changed()
            self._show_list(at + by)

    def preview(self) -> None:
        """Play the lesson from the chosen cue on."""
        try:
            wanted = self.lesson
        except Notice as notice:
            self._told.setText(str(notice))
            return
        folder = self._path.parent if self._path is not None else Path(self._folder)
        self._window.lecture.play(wanted, folder, max(0, self.list.currentRow()))

    def save(self) -> bool:
        """Whole or not at all; whether it was."""
        try:
            content = lesson.to_bytes(self.lesson)
            first = str(self._path or Path(self._folder) / "lesson.json")
            path, _ = QFileDialog.getSaveFileName(self, tr("Save the lesson"), first, FILTER)
            if not path:
                return False
            target = Path(path if Path(path).suffix else f"{path}.json")
            files.write_bytes(str(target), content)
        except Notice as notice:
            self._told.setText(str(notice))
            return False
        self._path, self._is_changed = target, False
        self._told.setText(f"Saved as {target}.")
        return True

    def closeEvent(self, event: QCloseEvent) -> None:
        """What was not saved is asked about."""
        if self._is_changed and self._cues:
            buttons = QMessageBox.StandardButton
            answer = QMessageBox.question(
                self, "Lesson editor", "Save the lesson?", buttons.Save | buttons.Discard | buttons.Cancel
            )
            if answer == buttons.Cancel or (answer == buttons.Save and not self.save()):
                event.ignore()
                return
        event.accept()

    def reject(self) -> None:
        """Esc closes it like the window's own button."""
        self.close()

    # ---- private

    @property
    def _folder(self) -> str:
        return self._window.desk.folder

    def _take_size(self, scale: float) -> None:
        """Larger with the type, so that the words of a cue have room; never larger than the window it belongs to."""
        wanted = (QSizeF(*_SIZE) * max(1.0, scale)).toSize()
        self.resize(wanted.boundedTo(self._window.size().expandedTo(QSize(*_SIZE))))

    def _lay_out(self) -> None:
        names = ("Add the present state as a cue", "Up", "Down", "Remove", "Preview", "Open…", "Save…")
        for name in names:
            self.buttons[name] = QPushButton(name, self)
            self.buttons[name].setAutoDefault(False)
        head = QFormLayout()
        head.addRow("Lesson", self.title)
        head.addRow("In a sentence", self.summary)
        order = QHBoxLayout()
        for name in names[1:4]:
            order.addWidget(self.buttons[name])
        left = QVBoxLayout()
        left.addWidget(self.buttons[names[0]])
        left.addWidget(self.list, 1)
        left.addLayout(order)
        self._form = QWidget()
        form = QFormLayout(self._form)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow("Title", self.cue_title)
        form.addRow("Text", self.text)
        form.addRow("Equation", self.equation)
        middle = QHBoxLayout()
        middle.addLayout(left, 2)
        middle.addWidget(self._form, 3)
        below = QHBoxLayout()
        below.addWidget(self._told, 1)
        for name in names[4:]:
            below.addWidget(self.buttons[name])
        column = QVBoxLayout(self)
        column.addLayout(head)
        column.addLayout(middle, 1)
        column.addLayout(below)
        # However long the words on the buttons beside it are.
        self.text.setMinimumWidth(_TEXT_CHARS * self.fontMetrics().averageCharWidth())
        self.text.setPlaceholderText("A few lines of Markdown")
        self.equation.setPlaceholderText("LaTeX, such as E(x) = x^2")

    def _connect(self) -> None:
        add, up, down, remove, preview, open_, save = self.buttons.values()
        add.clicked.connect(self.add)
        up.clicked.connect(lambda: self.move_cue(-1))
        down.clicked.connect(lambda: self.move_cue(1))
        remove.clicked.connect(self.remove)
        preview.clicked.connect(self.preview)
        open_.clicked.connect(self.ask_for_file)
        save.clicked.connect(self.save)
        self.list.currentRowChanged.connect(self._show_cue)
        self.cue_title.textEdited.connect(self._take_words)
        self.equation.textEdited.connect(self._take_words)
        self.text.textChanged.connect(self._take_words)
        for line in (self.title, self.summary):
            line.textEdited.connect(lambda _: self._changed())

    def _changed(self) -> None:
        self._is_changed = True
        self._told.clear()

    def _show_list(self, row: int) -> None:
        self._is_showing = True
        self.list.clear()
        self.list.addItems([f"{number}  {cue.title}" for number, cue in enumerate(self._cues, 1)])
        self._is_showing = False
        self.list.setCurrentRow(row)
        self._show_cue(row)

    def _show_cue(self, row: int) -> None:
        if self._is_showing:
            return
        has_cue = 0 <= row < len(self._cues)
        cue = self._cues[row] if has_cue else Cue("")
        self._is_showing = True
        self.cue_title.setText(cue.title)
        self.text.setPlainText(cue.text)
        self.equation.setText(cue.equation)
        self._is_showing = False
        self._form.setEnabled(has_cue)
        for name in ("Up", "Down", "Remove", "Preview", "Save…"):
            self.buttons[name].setEnabled(has_cue)

    def _take_words(self) -> None:
        row = self.list.currentRow()
        if self._is_showing or not 0 <= row < len(self._cues):
            return
        words = {"title": self.cue_title.text(), "text": self.text.toPlainText(), "equation": self.equation.text()}
        self._cues[row] = msgspec.structs.replace(self._cues[row], **words)
        item = self.list.item(row)
        if item is not None:
            item.setText(f"{row + 1}  {words['title']}")
        self._changed()


def show(window: "Window") -> Editor:
    """A new editor beside the window."""
    editor = Editor(window)
    editor.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    editor.show()
    return editor
