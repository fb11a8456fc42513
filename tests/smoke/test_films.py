"""Recording from the menu of the real window: the dialog, the dot, the sentence, and closing in the middle."""

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from gui.recording.dialog import RecordDialog
from tests.gui.recording.films import pictures_of
from tests.gui.recording.test_stage import landscape


@pytest.fixture
def window(open_window, qtbot):
    window = open_window(is_ready=False)
    window.show_lab()
    qtbot.wait(50)
    return window


def record(window, path, what="canvas"):
    """As a person does it: the command, the dialog, Enter."""

    def answer():
        dialog = window.findChild(RecordDialog)
        dialog._what.setCurrentIndex(dialog._what.findData(what))
        dialog._size.setCurrentIndex(dialog._size.findData("960x540"))
        dialog._path.setText(str(path))
        QTest.keyClick(dialog, Qt.Key.Key_Return)

    QTimer.singleShot(0, answer)
    window.actions_by_name["record"].trigger()


def test_a_recording_shows_a_dot_and_ends_with_a_sentence_and_a_button(window, tmp_path, qtbot, monkeypatch):
    path, opened = tmp_path / "film.mp4", []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    record(window, tmp_path / "nowhere" / "film.mp4")
    assert not window.films.recorder.is_recording
    assert "There is no folder" in window.strip._text.text()
    record(window, path)
    dot = window.films._indicator.in_bar
    assert dot.isVisible()
    assert window.actions_by_name["record"].text() == "Stop the recording"
    qtbot.wait(400)
    with qtbot.waitSignal(window.films.recorder.ended, timeout=60_000):
        QTest.mouseClick(dot, Qt.MouseButton.LeftButton)
    assert not dot.isVisible()
    assert window.actions_by_name["record"].text() == "Record a film…"
    assert window.strip._text.text() == f"The film of 0:00 is in {path}."
    assert window.strip._folder.isVisible()
    window.strip._folder.click()
    assert opened == [str(tmp_path)]
    assert len(pictures_of(path, 960, 540)) > 5


def test_in_full_screen_the_dot_floats(window, tmp_path, qtbot):
    window.set_full_screen(True)
    record(window, tmp_path / "film.mp4", "window")
    qtbot.wait(100)
    indicator = window.films._indicator
    assert indicator.floating.isVisible()
    assert not indicator.in_bar.isVisible()
    window.actions_by_name["record"].trigger()
    assert not indicator.floating.isVisible()
    assert window.films.recorder.finish()


def test_closing_the_window_completes_the_film(window, tmp_path, qtbot):
    path = tmp_path / "film.mp4"
    record(window, path, "window")
    qtbot.wait(200)
    window.document.mark_saved()
    window.close()
    assert len(pictures_of(path, 960, 540)) > 2


def test_another_lab_is_filmed_when_it_is_looked_at_and_its_canvases_offer_the_exports(window, qtbot):
    for show in (window.show_chains, window.show_latent, window.show_welcome, window.show_lab):
        show()
        qtbot.wait(20)
        part = window.films.part("canvas")
        assert part.width() > 300
        assert part.height() > 200
        assert window.rect().contains(part)
    assert window.films.part("window") == window.rect()
    for canvas in (*window.lab.canvases(), window.chains.canvas):
        names = {action.objectName() for action in canvas.actions()}
        assert {"save_screenshot", "copy_screenshot", "export_landscape", "reset_view"} <= names
        assert canvas.contextMenuPolicy() == Qt.ContextMenuPolicy.ActionsContextMenu


def test_pictures_of_the_window_and_the_landscape_go_into_files(window, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *about: (str(tmp_path / "window"), ""))
    window.actions_by_name["save_window_picture"].trigger()
    assert QImage(str(tmp_path / "window.png")).size() == window.size()
    window.actions_by_name["copy_window_picture"].trigger()
    assert QGuiApplication.clipboard().image().size() == window.size()
    window.actions_by_name["export_landscape"].trigger()
    assert "There is no landscape yet" in window.strip._text.text()
    window.lab.panes.active.view.show_landscape(landscape())
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *about: (str(tmp_path / "land.npz"), ""))
    window.actions_by_name["export_landscape"].trigger()
    assert np.load(tmp_path / "land.npz", allow_pickle=False)["energy"].shape == (32, 48)
