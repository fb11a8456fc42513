"""Which language the whole program speaks now: chosen, changed at once, and English again.

Not covered: where the choice is kept (gui/preferences.py).
"""

from PySide6.QtCore import QObject, QTranslator
from PySide6.QtWidgets import QApplication

from gui import language
from gui.language import files
from gui.language.catalogue import Catalogue
from gui.language.watcher import Watcher


class Speaker(QObject):
    """`chosen`: empty is English; else a shipped language's short name, or the path of a file."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.chosen = ""
        self._watcher: Watcher | None = None
        self._of_qt: _OfQt | None = None
        # What is chosen is the program's; it must not outlive the window that has chosen it.
        parent.destroyed.connect(_fall_silent)

    def speak(self, chosen: str) -> bool:
        """Whether the language is another one now. Raises Notice for a file that is none; then all stays as it was."""
        if chosen == self.chosen:
            return False
        catalogue = files.load(files.path_of(chosen)) if chosen else None
        self._end()
        self.chosen = chosen
        language.choose(catalogue)
        if catalogue is not None:
            self._begin(catalogue)
        return True

    def _begin(self, catalogue: Catalogue) -> None:
        app = _app()
        self._of_qt = _OfQt(catalogue, self)
        app.installTranslator(self._of_qt)
        self._watcher = Watcher(catalogue.translate, app, self)
        self._watcher.start()

    def _end(self) -> None:
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher.deleteLater()
        if self._of_qt is not None:
            _app().removeTranslator(self._of_qt)
        self._watcher = self._of_qt = None


class _OfQt(QTranslator):
    """Qt's own texts, such as those of the buttons of a dialog."""

    def __init__(self, catalogue: Catalogue, parent: QObject) -> None:
        super().__init__(parent)
        self._catalogue = catalogue

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        """None is what Qt takes for a text that is not known; an empty one would be shown."""
        made = self._catalogue.translate(source)
        return None if made == source else made


def _fall_silent() -> None:
    language.choose(None)


def _app() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app
