"""The person's settings at work: theme, size of type, device and engine are applied as soon as they are changed.

Not covered: what the settings are, how they are stored, and their dialog (preferences.py).
"""

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec
from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from engine.notice import Notice
from gui import actions, icons, preferences, theme
from gui.language.speaker import Speaker
from gui.preferences import Preferences, Settings
from gui.theme import Theme


class Appearance(QObject):
    """Holds the settings. The signals say what has changed; the theme is on the app already when its signal comes."""

    theme_changed = Signal(Theme)
    device_changed = Signal(str)
    engine_command_changed = Signal(str)
    noticed = Signal(str)

    def __init__(self, store: QSettings, actions_by_name: Mapping[str, QAction], parent: QWidget) -> None:
        super().__init__(parent)
        self._window = parent
        self._store, self._actions = store, actions_by_name
        self.settings = preferences.read(store)
        # In a lecture all type is so much larger than the person's own.
        self.enlarged = 1.0
        self._speaker = Speaker(self)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_color_scheme_changed)

    @property
    def theme(self) -> Theme:
        chosen, color_map = theme.theme_named(self.settings.theme), self.settings.color_map
        return chosen if color_map == "theme" else msgspec.structs.replace(chosen, heat_map=color_map)

    def show_dialog(self, devices: Sequence[str]) -> None:
        dialog = Preferences(self.settings, self._window, devices)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.changed.connect(self.take)
        # A file that is none: the dialog says so where it was chosen, and shows what is spoken.
        self.noticed.connect(dialog.show_notice)
        dialog.exec()

    def change(self, **changes: object) -> None:
        self.take(msgspec.structs.replace(self.settings, **changes))

    def scale_type(self, factor: float) -> None:
        low, high = preferences.FONT_SCALES
        self.change(font_scale=round(min(high, max(low, self.settings.font_scale * factor)), 2))

    def take(self, settings: Settings) -> None:
        """Apply at once what has changed, and remember it."""
        old, self.settings = self.settings, self._with_language(settings)
        settings = self.settings
        preferences.write(self._store, settings)
        self._actions[f"theme_{settings.theme}"].setChecked(True)
        self.apply_theme()
        if settings.device != old.device:
            self.device_changed.emit(settings.device)
        if settings.engine_command != old.engine_command:
            self.engine_command_changed.emit(settings.engine_command)

    def _with_language(self, settings: Settings) -> Settings:
        """The settings with the language that is spoken from now on: that of before, where a file is none."""
        try:
            self._speaker.speak(settings.language)
        except Notice as notice:
            self.noticed.emit(str(notice))
        return msgspec.structs.replace(settings, language=self._speaker.chosen)

    def apply_theme(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, self.theme, self.settings.font_scale * self.enlarged)
        actions.set_icons(self._actions, partial(icons.icon, color=self.theme.text))
        self.theme_changed.emit(self.theme)

    def _on_color_scheme_changed(self) -> None:
        if self.settings.theme == "system":
            self.apply_theme()
