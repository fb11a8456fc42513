"""Files that are no projects, or want to do harm: one sentence each, no hang, no memory."""

import contextlib
import io
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from engine.notice import Notice
from gui.projects import container, contents
from gui.projects.project import Project
from tests.gui.projects.known_projects import project, weights
from tests.gui.projects.mutations import mutated

GOOD = contents.write(project())


def zipped(changes: dict[str, bytes | None], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The good project with other parts, or without some."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as good, zipfile.ZipFile(stream, "w", compression) as archive:
        parts: dict[str, bytes | None] = {name: good.read(name) for name in good.namelist()}
        for name, content in (parts | changes).items():
            if content is not None:
                archive.writestr(name, content)
    return stream.getvalue()


MARK = {"step": 3, "name": "here"}


def marked(**about):
    return zipped({contents.MARKS: msgspec.json.encode([{**MARK, **about}])})


def changed(place: str, value: object) -> bytes:
    """The good project with another value in its experiment; place: keys and indices, with dots between."""
    with zipfile.ZipFile(io.BytesIO(GOOD)) as good:
        plain = msgspec.json.decode(good.read(contents.EXPERIMENT))
    *parents, last = place.split(".")
    at = plain
    for key in parents:
        at = at[int(key)] if isinstance(at, list) else at[key]
    at[last] = value
    return zipped({contents.EXPERIMENT: msgspec.json.encode(plain)})


def npy(header: str, numbers: bytes = b"") -> bytes:
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + numbers


def pickled() -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.array([[{"a": 1}, 2]], dtype=object), allow_pickle=True)
    return stream.getvalue()


def with_a_part_twice() -> bytes:
    stream = io.BytesIO(GOOD)
    with zipfile.ZipFile(stream, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(contents.MARKS, "[]")
    return stream.getvalue()


def with_a_lie_about_sizes() -> bytes:
    """A directory that promises ten bytes of a part which unpacks to 30 MB."""
    bomb = zipped({contents.MARKS: b" " * 30_000_000})
    begin = bomb.rfind(contents.MARKS.encode()) - 46
    return bomb[: begin + 24] + struct.pack("<L", 10) + bomb[begin + 28 :]


def of_five_million_names() -> bytes:
    return GOOD[:-22] + b"PK\x01\x02" + b"\0" * 500_000 + GOOD[-22:]


def with_a_long_end() -> bytes:
    """A second end, as large zips have it, which would count in the place of the one that was looked at."""
    return GOOD[:-22] + b"PK\x06\x07" + struct.pack("<LQL", 0, 0, 1) + GOOD[-22:]


POINTS, EXPERIMENT, SECOND = contents.POINTS, contents.EXPERIMENT, "weights/2.safetensors"
HUGE = "{'descr': '<f8', 'fortran_order': False, 'shape': (%s, 2), }"
HOSTILE: dict[str, Callable[[], bytes]] = {
    "an empty file": lambda: b"",
    "a text": lambda: b"x,y\n1,2\n" * 50,
    "a zip of something else": lambda: zipped(dict.fromkeys((*names(), ), None) | {"word.json": b"{}"}),
    "a file that was cut off": lambda: GOOD[: len(GOOD) // 2],
    "a file without its end": lambda: GOOD[:-1],
    "a byte changed": lambda: GOOD[:300] + bytes([GOOD[300] ^ 255]) + GOOD[301:],
    "a path that leads out": lambda: zipped({"../../.bashrc.json": b"{}"}),
    "a path from the root": lambda: zipped({"/etc/passwd.json": b"{}"}),
    "a path of Windows": lambda: zipped({"C:\\x.json": b"{}"}),
    "a name of a kind that there is not": lambda: zipped({"run.exe": b"MZ"}),
    "a part twice": with_a_part_twice,
    "too many parts": lambda: zipped({f"{index}.json": b"" for index in range(100)}),
    "millions of names": of_five_million_names,
    "two ends": with_a_long_end,
    "a zip bomb": lambda: zipped({contents.MARKS: b" " * 30_000_000}),
    "a zip bomb that says it is small": with_a_lie_about_sizes,
    "packed in another way": lambda: zipped({}, zipfile.ZIP_BZIP2),
    "a trillion floats": lambda: zipped({POINTS: npy(HUGE % 10**12, b"\0" * 64)}),
    "more floats than there are": lambda: zipped({POINTS: npy(HUGE % 10**6, b"\0" * 64)}),
    "pickled points": lambda: zipped({POINTS: pickled()}),
    "a header that is a program": lambda: zipped({POINTS: npy("__import__('os').system('true')")}),
    "a header without end": lambda: zipped({POINTS: npy("(" * 60_000)}),
    "points of whole numbers": lambda: zipped({POINTS: npy(HUGE.replace("<f8", "<i8") % 50, b"\0" * 800)}),
    "a point that is not finite": lambda: zipped({POINTS: npy(HUGE % 50, struct.pack("<d", float("nan")) * 100)}),
    "a label that there is not": lambda: zipped(
        {contents.LABELS: npy("{'descr': '|u1', 'fortran_order': False, 'shape': (50,), }", b"\x09" * 50)}
    ),
    "fewer labels than points": lambda: zipped(
        {contents.LABELS: npy("{'descr': '|u1', 'fortran_order': False, 'shape': (5,), }", b"\0" * 5)}
    ),
    "no experiment": lambda: zipped({EXPERIMENT: None}),
    "no points": lambda: zipped({POINTS: None}),
    "an experiment that is no JSON": lambda: zipped({EXPERIMENT: b"{'a': 1}"}),
    "JSON without a bottom": lambda: zipped({EXPERIMENT: b"[" * 5_000_000}),
    "marks without a bottom": lambda: zipped({contents.MARKS: b'[{"a":' * 1_000_000}),
    "marks of another type": lambda: zipped({contents.MARKS: b'["a"]'}),
    "a mark at a step below zero": lambda: marked(step=-1),
    "a mark at a step that is no number": lambda: marked(step="many"),
    "a mark beyond all steps": lambda: marked(step=2**60),
    "a mark without a name": lambda: marked(name="  "),
    "a mark whose name has no end": lambda: marked(name="a" * 100_000),
    "a mark of a pane that there cannot be": lambda: marked(pane=4),
    "a mark of a pane below zero": lambda: marked(pane=-1),
    "a mark of the latent lab": lambda: marked(lab="latent"),
    "a mark with more than there is": lambda: marked(run="rm"),
    "more marks than a timeline has": lambda: zipped({contents.MARKS: msgspec.json.encode([MARK] * 501)}),
    "a manifest of another program": lambda: zipped({container.MANIFEST: b'{"kind": "song", "version": 1}'}),
    "a manifest without a version": lambda: zipped({container.MANIFEST: b'{"kind": "energyscape project"}'}),
    "a key that there is not": lambda: changed("landscape.colour", "red"),
    "a wrong type": lambda: changed("landscape.temperature", "hot"),
    "a temperature of zero": lambda: changed("landscape.temperature", 0.0),
    "no panes": lambda: changed("landscape.panes", []),
    "a hundred panes": lambda: changed("landscape.panes", [{}] * 100),
    "an active pane that is not there": lambda: changed("landscape.active", 7),
    "a seed below zero": lambda: changed("landscape.panes", [{"seed": -1}, {}]),
    "a home view without width": lambda: changed("landscape.extent", [1.0, 1.0, 0.0, 2.0]),
    "a truth that is no preset": lambda: changed("landscape.truth", {"file": "/etc/passwd"}),
    "chains on a file": lambda: changed(
        "chains.recipe", {"lab": "chains", "samplers": [{"name": "nuts"}], "data": {"file": "/etc/passwd"}}
    ),
    "chains of the latent lab": lambda: changed("chains.recipe", {"lab": "latent"}),
    "chains of no lab": lambda: changed("chains.recipe.lab", 5),
    "a training of the landscape lab": lambda: changed("latent.train", {"data": {"preset": "rings"}}),
    "no speed": lambda: changed("chains.steps_per_second", -1.0),
    "weights that are none": lambda: zipped({SECOND: b"not weights, but long enough to be some"}),
    "weights that were cut off": lambda: zipped({SECOND: weights()[:-3]}),
    "weights of a trillion floats": lambda: zipped({SECOND: weights(shape=[10**12])}),
    "weights of no kind": lambda: zipped({SECOND: weights(dtype="pickle")}),
    "weights with a header of 2**60 bytes": lambda: zipped({SECOND: (2**60).to_bytes(8, "little") + b"{}"}),
}  # fmt: skip


def names() -> list[str]:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as good:
        return good.namelist()


@pytest.mark.parametrize("what", HOSTILE)
def test_it_is_refused_in_one_sentence_that_names_the_file(what: str, tmp_path: Path) -> None:
    path = tmp_path / "gift.escape"
    path.write_bytes(HOSTILE[what]())
    tracemalloc.start()
    began = time.perf_counter()
    with pytest.raises(Notice) as told:
        contents.read(path)
    seconds, (_, most) = time.perf_counter() - began, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    text = str(told.value)
    assert text.startswith("gift.escape cannot be opened: ")
    assert text.endswith(".")
    assert "\n" not in text
    assert len(text) < 300
    assert seconds < 30  # no bar, which the bench has: that it ends at all
    assert most < 60e6
    assert [each.name for each in tmp_path.iterdir()] == ["gift.escape"]


@pytest.mark.parametrize("where", ["a folder", "nothing"])
def test_what_is_no_file_is_refused(where: str, tmp_path: Path) -> None:
    path = tmp_path / "gift.escape"
    if where == "a folder":
        path.mkdir()
    with pytest.raises(Notice, match=r"gift\.escape cannot be opened: "):
        contents.read(path)


def test_a_mutated_file_is_opened_or_refused_but_never_breaks_anything(tmp_path: Path) -> None:
    path, opened = tmp_path / "gift.escape", 0
    for seed in range(200):
        path.write_bytes(mutated(GOOD, seed))
        with contextlib.suppress(Notice):
            opened += isinstance(contents.read(path), Project)
    assert opened < 100


def test_the_good_file_of_these_tests_is_good(tmp_path: Path) -> None:
    path = tmp_path / "gift.escape"
    for content in (GOOD, zipped({}), zipped({}, zipfile.ZIP_STORED), changed("landscape.temperature", 3.0)):
        path.write_bytes(content)
        contents.read(path)
    assert zlib.crc32(GOOD) == zlib.crc32(contents.write(project()))
