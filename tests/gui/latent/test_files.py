"""What is kept on disk: directions in the settings, weights as two files."""

import numpy as np
import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QFileDialog

from engine.messages import Direction, Weights
from engine.notice import Notice
from gui.latent import weights_files
from gui.latent.kept_directions import MOST, KeptDirections, _place
from gui.latent.weights_bar import WeightsBar

CARD = '{"name": "faces-vae", "seed": 1, "sha256": "ab"}'


@pytest.fixture
def store(qapp, tmp_path) -> QSettings:
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


def direction(size: int = 3) -> Direction:
    return Direction(1, 2, 3, "glasses", np.arange(size, dtype=np.float32), 0.5, 0.0, 2.0, 0.9, 0.6, 4.0, {"hat": -1.0})


def test_directions_come_back_as_they_were_under_their_names(store):
    KeptDirections(store).keep(CARD, {"my glasses": direction()})
    found = KeptDirections(store).of(CARD, 3)
    assert list(found) == ["my glasses"]
    assert found["my glasses"].vector.tolist() == [0, 1, 2]
    assert found["my glasses"].leaks == {"hat": -1.0}


def test_each_model_has_its_own_whatever_its_file_is_called(store):
    kept = KeptDirections(store)
    kept.keep(CARD, {"glasses": direction()})
    assert list(kept.of(CARD.replace("faces-vae", "mine").replace("ab", "cd"), 3)) == ["glasses"]
    assert kept.of(CARD.replace("1", "2"), 3) == {}


def test_only_so_many_are_kept(store):
    kept = KeptDirections(store)
    kept.keep(CARD, {str(number): direction() for number in range(MOST + 5)})
    assert list(kept.of(CARD, 3)) == [str(number) for number in range(5, MOST + 5)]


@pytest.mark.parametrize("text", ["", "no json", "[1]", '[["a", {}]]', '[["a", {"vector": "x"}]]', "{}", "[" * 10_000])
def test_damaged_settings_are_as_if_there_were_none(store, text):
    store.setValue(_place(CARD), text)
    assert KeptDirections(store).of(CARD, 3) == {}


def test_directions_of_another_number_of_latents_are_let_go(store):
    KeptDirections(store).keep(CARD, {"glasses": direction(3)})
    assert KeptDirections(store).of(CARD, 4) == {}


def test_without_settings_nothing_is_kept():
    kept = KeptDirections()
    kept.keep(CARD, {"glasses": direction()})
    assert kept.of(CARD, 3) == {}


def test_weights_are_two_files_and_either_opens_both(tmp_path):
    path = tmp_path / "mine.safetensors"
    weights_files.write(path, Weights(1, 2, 3, "mine", b"content", b"{}"))
    for ending in (".safetensors", ".json"):
        assert weights_files.is_weights(path.with_suffix(ending))
        assert weights_files.read(path.with_suffix(ending)) == ("mine", b"content", b"{}")


def test_only_the_weights_that_were_asked_for_are_saved_under_a_name(opened, qtbot, tmp_path, monkeypatch):
    bar = WeightsBar(opened)
    qtbot.addWidget(bar)
    path = tmp_path / "mine.safetensors"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    bar.save.click()
    # Those that are kept after a training come first.
    opened.weights_came.emit(Weights(1, 2, 3, "weights", b"others", b"{}"))
    assert not path.exists()
    opened.weights_came.emit(Weights(1, 2, 4, "mine", b"content", b"{}"))
    assert path.read_bytes() == b"content"


def test_weights_without_their_card_say_what_is_missing(tmp_path):
    path = tmp_path / "mine.safetensors"
    path.write_bytes(b"content")
    with pytest.raises(Notice, match=r"mine\.json is missing"):
        weights_files.read(path)
    assert not weights_files.is_weights(tmp_path / "attributes.json")
