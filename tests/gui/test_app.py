"""The window as it is started."""

from PySide6.QtCore import QSettings
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QLabel

from gui.app import make_window
from gui.theme import BASE_POINTS


def test_all_words_of_the_first_page_have_the_size_of_the_preferences(qapp, tmp_path):
    qapp.setStyleSheet("")
    qapp.setFont(QFont("Sans", 7))
    store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    window = make_window("false", store, tmp_path / "engine.log")
    window.show()
    for each in (
        window.menuBar(),
        window.welcome,
        *window.welcome.findChildren(QLabel)[:2],
        *window.welcome._starts.cards,
    ):
        assert each.font().pointSizeF() == BASE_POINTS
    window.close()
    window.deleteLater()
