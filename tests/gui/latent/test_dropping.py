"""Files that are dropped on the lab: what is sent is what the engine reads, and a hostile one gives a sentence."""

import gzip
import io
import itertools
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from engine.images import Pictures
from engine.images.opening import pictures_of
from engine.messages import Noticed, OpenTrained, TrainPictures
from engine.notice import Notice
from gui.labs.latent import LatentLab
from gui.latent.session import LatentSession
from gui.latent.train_page import TrainPage
from tests.gui.latent.fakes import FakeLink, catalogue, ready

COUNT, SIDE = 12, 10
PIXELS = np.random.default_rng(0).integers(0, 256, (COUNT, SIDE, SIDE)).astype(np.uint8)
LABELS = np.arange(COUNT, dtype=np.uint8) % 3


@pytest.fixture
def lab(link: FakeLink, qtbot) -> LatentLab:
    numbers = itertools.count(1)
    lab = LatentLab(LatentSession(link, "cpu", lambda: next(numbers), link), {})
    qtbot.addWidget(lab)
    lab.show()
    link.received.emit(catalogue())
    link.received.emit(ready(link.of(OpenTrained)[-1].run))
    return lab


def drop(lab: LatentLab, *places: Path | str) -> bool:
    """Whether they were taken."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(each)) if isinstance(each, Path) else QUrl(each) for each in places])
    button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPointF(9, 9).toPoint(), Qt.DropAction.CopyAction, mime, button, keys)
    lab.dragEnterEvent(enter)
    event = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, button, keys)
    event.ignore()
    lab.dropEvent(event)
    return event.isAccepted()


def read(lab: LatentLab, link: FakeLink) -> Pictures:
    """What the engine makes of what the page Train sends."""
    page = lab.tabs.currentWidget()
    assert isinstance(page, TrainPage)
    page._go.click()
    return pictures_of(link.of(TrainPictures)[-1].data)


def idx(values: np.ndarray) -> bytes:
    sides = b"".join(int(each).to_bytes(4, "big") for each in values.shape)
    return bytes([0, 0, 8, values.ndim]) + sides + values.tobytes()


def png(values: np.ndarray) -> bytes:
    out = io.BytesIO()
    Image.fromarray(values).save(out, "png")
    return out.getvalue()


def as_idx(folder: Path) -> Path:
    (folder / "my-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(PIXELS)))
    (folder / "my-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx(LABELS)))
    return folder / "my-images-idx3-ubyte.gz"


def as_folder(folder: Path) -> Path:
    for place, each in enumerate(PIXELS):
        path = folder / "mine" / str(LABELS[place]) / f"{place:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(each))
    return folder / "mine"


def as_npz(folder: Path) -> Path:
    np.savez(folder / "mine.npz", images=PIXELS, labels=LABELS)
    return folder / "mine.npz"


@pytest.mark.parametrize("make", [as_idx, as_folder, as_npz])
def test_pictures_that_are_dropped_are_the_ones_that_are_trained_on(lab, link, tmp_path, make):
    assert drop(lab, make(tmp_path))
    found = read(lab, link)
    assert found.pixels.shape == (COUNT, SIDE, SIDE, 1)
    # A folder is read in the order of its classes.
    order = np.argsort(LABELS, kind="stable") if make is as_folder else np.arange(COUNT)
    assert np.array_equal(found.pixels[..., 0], PIXELS[order])
    assert np.array_equal(found.labels, LABELS[order])


def test_labels_that_are_dropped_bring_their_pictures(lab, link, tmp_path):
    as_idx(tmp_path)
    assert drop(lab, tmp_path / "my-labels-idx1-ubyte.gz")
    assert np.array_equal(read(lab, link).pixels[..., 0], PIXELS)


def test_a_single_picture_is_read_as_one(lab, link, tmp_path):
    (tmp_path / "a.png").write_bytes(png(PIXELS[0]))
    assert drop(lab, tmp_path / "a.png")
    assert np.array_equal(read(lab, link).pixels[0, :, :, 0], PIXELS[0])


def test_of_several_files_that_do_not_belong_together_it_is_said_which_one_is_taken(lab, tmp_path, qtbot):
    images = as_idx(tmp_path)
    said: list[str] = []
    lab.noticed.connect(said.append)
    assert drop(lab, images, tmp_path / "my-labels-idx1-ubyte.gz")
    assert said == []
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(png(PIXELS[0]))
    assert drop(lab, tmp_path / "a.png", tmp_path / "b.png")
    assert said == ["Of 2 files a.png is taken. Drop their folder to bring them all."]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("fake.png", b"I am a text.", "fake.png"),
        ("big-images-idx3-ubyte", b"\0\0\x08\x03" + b"\x7f\xff\xff\xff" * 3, "cut short"),
        ("bomb.npz", b"PK\x03\x04" + b"\0" * 40, "bomb.npz"),
        ("nothing.npz", b"", "empty"),
        ("notes.txt", b"some words", "not of a kind"),
    ],
)
def test_a_hostile_file_gives_a_sentence_and_nothing_is_lost(lab, link, tmp_path, name, content, sentence):
    (tmp_path / name).write_bytes(content)
    before = lab.session.ready
    drop(lab, tmp_path / name)
    with pytest.raises(Notice, match=sentence) as refused:
        read(lab, link)
    link.received.emit(Noticed(str(refused.value), link.of(TrainPictures)[-1].run))
    assert lab.tabs.currentWidget()._told.text() == str(refused.value)
    assert lab.session.ready is before


def test_what_is_not_there_and_what_is_no_file_is_not_taken(lab, tmp_path, qtbot):
    with qtbot.waitSignal(lab.noticed) as said:
        drop(lab, tmp_path / "gone.png")
    assert "cannot be read" in said.args[0]
    assert not drop(lab, "https://example.org/a.png")


def test_weights_that_are_dropped_are_opened(lab, link, tmp_path):
    for ending in ("safetensors", "json"):
        (tmp_path / f"mine.{ending}").write_bytes(ending.encode())
    said: list[str] = []
    lab.noticed.connect(said.append)
    drop(lab, tmp_path / "mine.safetensors", tmp_path / "mine.json")
    asked = link.of(OpenTrained)[-1]
    assert (asked.name, asked.content, asked.card, said) == ("mine", b"safetensors", b"json", [])
