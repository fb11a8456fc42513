"""The dialog of a recording: what is chosen, remembered, and never overwritten by chance."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QMessageBox, QWidget

from gui.recording.dialog import RecordDialog
from gui.recording.form import Form


@pytest.fixture
def store(tmp_path):
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def dialog(qtbot, store):
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = RecordDialog(store, parent)
    dialog.kept = parent  # which would take the dialog along
    return dialog


def choose(box, data):
    box.setCurrentIndex(box.findData(data))


def test_enter_is_enough(dialog):
    dialog.accept()
    assert dialog.result() == RecordDialog.DialogCode.Accepted
    assert (dialog.what, dialog.form.width, dialog.form.height, dialog.form.rate) == ("canvas", 1920, 1080, 30)
    assert dialog.form.kind == ".mp4"
    assert Path(dialog.form.path).parent.is_dir()


def test_a_length_is_only_of_what_is_rendered(dialog, store):
    assert not dialog._length.isEnabled()
    assert dialog._record.text() == "Record"
    choose(dialog._what, "played")
    assert dialog._length.isEnabled()
    assert dialog._record.text() == "Render"
    assert "project" in dialog._what.currentText()
    assert dialog.seconds == 0
    dialog._length.setValue(12)
    assert dialog.seconds == 12
    assert "lesson" in RecordDialog(store, dialog.parentWidget(), "lesson")._what.itemText(2)


def test_the_choice_is_remembered(dialog, store, tmp_path):
    choose(dialog._what, "window")
    choose(dialog._size, "3840x2160")
    choose(dialog._rate, 60)
    dialog._path.setText(str(tmp_path / "lesson"))
    dialog.accept()
    assert dialog.form == Form(str(tmp_path / "lesson.mp4"), 3840, 2160, 60)
    again = RecordDialog(store, dialog.parentWidget())
    assert again.what == "window"
    assert again.form == Form(again._path.text(), 3840, 2160, 60)
    assert Path(again.form.path).parent == tmp_path
    assert again.form.path != dialog.form.path


def test_a_gif_has_its_ending_and_no_more_pictures_than_programs_show(dialog, tmp_path):
    choose(dialog._rate, 60)
    dialog._path.setText(str(tmp_path / "film.mp4"))
    choose(dialog._kind, ".gif")
    assert dialog.form.path == str(tmp_path / "film.gif")
    assert dialog.form.rate == 30
    assert not dialog._rate.isEnabled()
    choose(dialog._kind, ".mp4")
    assert dialog.form.path == str(tmp_path / "film.mp4")
    assert dialog._rate.isEnabled()


@pytest.mark.parametrize("answer", [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes])
def test_a_file_that_is_there_is_replaced_only_if_it_may_be(dialog, tmp_path, monkeypatch, answer):
    (tmp_path / "film.mp4").write_bytes(b"of yesterday")
    dialog._path.setText(str(tmp_path / "film.mp4"))
    monkeypatch.setattr(QMessageBox, "question", lambda *about: answer)
    dialog.accept()
    assert (dialog.result() == RecordDialog.DialogCode.Accepted) == (answer == QMessageBox.StandardButton.Yes)
    assert (tmp_path / "film.mp4").read_bytes() == b"of yesterday"


def test_what_is_stored_garbled_is_the_default(dialog, store):
    for name in ("what", "kind", "size", "rate", "folder"):
        store.setValue(f"recording/{name}", ["x", "y"])
    again = RecordDialog(store, dialog.parentWidget())
    assert (again.what, again.form.width, again.form.rate, again.form.kind) == ("canvas", 1920, 30, ".mp4")
