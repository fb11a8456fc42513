"""Preferences: what is stored comes back, garbage becomes the default, and the dialog tells each change at once."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QDialogButtonBox, QLineEdit, QSpinBox

from gui import preferences, theme
from gui.preferences import FONT_SCALES, Preferences, Settings


@pytest.fixture
def store(tmp_path):
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


def read_anew(store):
    """What another start of the app would find: the file and nothing in memory."""
    store.sync()
    return preferences.read(QSettings(store.fileName(), QSettings.Format.IniFormat))


# ---- stored ----------------------------------------------------------------------------------------


def test_an_empty_store_gives_the_defaults(store):
    assert preferences.read(store) == Settings()


def test_every_setting_survives_a_restart(store):
    kept = Settings(
        theme="dark",
        font_scale=1.3,
        engine_command='ssh -p 22 "gpu box" energyscape-engine',
        device="cuda:1",
        color_map="grey",
        ui_scale=1.5,
        autosaves=False,
        language="de",
    )
    assert all(value != getattr(Settings(), name) for name, value in msgspec.structs.asdict(kept).items())
    preferences.write(store, kept)
    assert read_anew(store) == kept


@pytest.mark.parametrize(
    ("name", "garbage"),
    [
        ("theme", "mauve"),
        ("theme", ["dark", "light"]),
        ("font_scale", "large"),
        ("font_scale", "nan"),
        ("font_scale", "-inf"),
        ("font_scale", ["1", "2"]),
        ("engine_command", 'ssh "gpu'),
        ("engine_command", "ssh\ngpu"),
        ("engine_command", ["ssh", "gpu"]),
        ("language", "a\nb"),
        ("language", ["de", "fr"]),
        ("color_map", "rainbow"),
        ("ui_scale", "huge"),
        ("device", "cuda:one"),
        ("device", "cuda:1 "),
        ("device", b"\xff\xfe"),
    ],
)
def test_garbage_becomes_the_default(store, name, garbage):
    store.setValue(f"preferences/{name}", garbage)
    assert getattr(read_anew(store), name) == getattr(Settings(), name)


def test_a_size_out_of_range_is_brought_into_it(store):
    store.setValue("preferences/font_scale", 40)
    assert read_anew(store).font_scale == FONT_SCALES[1]


@given(content=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
def test_a_file_of_any_bytes_gives_settings_that_can_be_used(tmp_path, content):
    path = tmp_path / "hostile.ini"
    lines = b"".join(name.encode() + b"=" + content + b"\n" for name in Settings.__struct_fields__)
    path.write_bytes(b"[preferences]\n" + lines)
    found = preferences.read(QSettings(str(path), QSettings.Format.IniFormat))
    assert found.theme in preferences.THEMES
    assert FONT_SCALES[0] <= found.font_scale <= FONT_SCALES[1]
    assert not preferences.wrong_with(found.engine_command)


def test_the_themes_are_those_that_there_are():
    assert tuple(preferences.THEMES) == theme.NAMES


# ---- the dialog ------------------------------------------------------------------------------------


@pytest.fixture
def dialog(qtbot):
    dialog = Preferences(Settings(device="cuda:3"), None, ("cuda:0", "cpu"))
    qtbot.addWidget(dialog)
    dialog.told = []
    dialog.changed.connect(dialog.told.append)
    dialog.show()
    return dialog


def box_of(dialog, value):
    """The list that has this value."""
    return next(each for each in dialog.findChildren(QComboBox) if each.findData(value) >= 0)


def choose(combo, name):
    combo.setCurrentIndex(combo.findData(name))
    combo.activated.emit(combo.currentIndex())


def test_a_theme_is_told_at_once(dialog):
    choose(box_of(dialog, "dark"), "dark")
    assert dialog.told == [Settings(theme="dark", device="cuda:3")]


def test_a_typed_size_is_told_once_it_is_whole(dialog):
    scale = dialog.findChild(QSpinBox)
    scale.selectAll()
    QTest.keyClicks(scale, "150")
    assert dialog.told == []
    QTest.keyClick(scale, Qt.Key.Key_Return)
    assert [each.font_scale for each in dialog.told] == [1.5]
    assert dialog.isVisible()


def engine_field(dialog):
    (field,) = [each for each in dialog.findChildren(QLineEdit) if each.placeholderText()]
    return field


def test_an_engine_command_is_told_when_it_is_entered(dialog):
    QTest.keyClicks(engine_field(dialog), "  ssh gpu-box energyscape-engine ")
    assert dialog.told == []
    QTest.keyClick(engine_field(dialog), Qt.Key.Key_Return)
    assert [each.engine_command for each in dialog.told] == ["ssh gpu-box energyscape-engine"]
    assert dialog.isVisible()


def test_a_command_with_an_open_quotation_is_not_told(dialog):
    QTest.keyClicks(engine_field(dialog), 'ssh "gpu')
    QTest.keyClick(engine_field(dialog), Qt.Key.Key_Return)
    assert dialog.told == []
    assert "quotation" in dialog._engine_note.text()


def test_a_stored_device_that_is_not_there_now_is_kept(dialog):
    device = box_of(dialog, "auto")
    assert [device.itemData(index) for index in range(device.count())] == ["auto", "cpu", "cuda:0", "cuda:3"]
    assert device.currentData() == "cuda:3"


def test_defaults_are_restored_as_one_change(dialog):
    choose(box_of(dialog, "light"), "light")
    restore = dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.RestoreDefaults)
    QTest.mouseClick(restore, Qt.MouseButton.LeftButton)
    assert dialog.told[1:] == [Settings()]
    assert box_of(dialog, "auto").currentData() == "auto"


def test_opening_and_closing_changes_nothing(dialog):
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert dialog.told == []


def test_whether_work_is_saved_is_stored_where_the_saving_looks(store):
    preferences.write(store, Settings(autosaves=False))
    assert store.value("autosave/is_on") in (False, "false")
    assert not read_anew(store).autosaves


def test_a_chosen_colour_map_is_that_of_the_theme(qtbot, store):
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QWidget

    from gui.appearance import Appearance
    from gui.commands import COMMANDS

    parent = QWidget()
    qtbot.addWidget(parent)
    looks = Appearance(store, {name: QAction(parent) for name in COMMANDS}, parent)
    assert looks.theme.heat_map != "grey"
    looks.settings = Settings(color_map="grey")
    assert looks.theme.heat_map == "grey"
