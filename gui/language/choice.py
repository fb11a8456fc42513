"""The box in the preferences in which a language is chosen: English, those shipped, or a file."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from gui.language import files, tr

_ENGLISH = "English"
_OPEN = "Open a language file…"


class LanguageChoice(QComboBox):
    """Sends `chosen` with a language as in preferences.Settings."""

    chosen = Signal(str)

    def __init__(self, language: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._language = language
        self.show_chosen(language)
        self.activated.connect(self._on_activated)

    def show_chosen(self, language: str) -> None:
        """Show this one. Sends no signal."""
        self._language = language
        self.clear()
        self.addItem(_ENGLISH, "")
        for short, name in files.shipped().items():
            self.addItem(name, short)
        if self.findData(language) < 0:
            self.addItem(Path(language).name, language)
        self.addItem(_OPEN)
        self.setCurrentIndex(self.findData(language))

    def _on_activated(self, index: int) -> None:
        chosen = self.itemData(index)
        if chosen is None:
            chosen, _ = QFileDialog.getOpenFileName(self, tr("Open a language file"), str(Path.home()), files.FILTER)
            if not chosen:
                self.show_chosen(self._language)
                return
        self.show_chosen(chosen)
        self.chosen.emit(chosen)
