"""Draws into files: what is asked of the engine, and what is written."""

import itertools

import pytest

from engine.messages import DrawsFile, Noticed, SendDraws
from gui.draws_export import FILTER, DrawsExport, path_with_ending
from tests.gui.test_experiment import FakeLink


@pytest.fixture
def export(qapp):
    link = FakeLink()
    export = DrawsExport(link, itertools.count(5).__next__, link)
    export.link = link
    return export


def test_the_ending_of_the_name_says_the_form(export, tmp_path):
    for ending in ("csv", "npz", "nc", "CSV"):
        export.ask(str(tmp_path / f"draws.{ending}"), [1, 2])
    assert [message.form for message in export.link.of(SendDraws)] == ["csv", "npz", "netcdf", "csv"]
    assert export.link.of(SendDraws)[0].of_runs == (1, 2)


def test_what_comes_is_written_and_told(export, tmp_path, qtbot):
    path = tmp_path / "draws.csv"
    export.ask(str(path), [1])
    with qtbot.waitSignal(export.told) as told:
        export.link.received.emit(DrawsFile(5, b"chain,draw\n", 1234))
    assert path.read_bytes() == b"chain,draw\n"
    assert told.args == [f"1 234 draws are in {path}."]


def test_a_place_that_cannot_be_written_is_told(export, tmp_path, qtbot):
    export.ask(str(tmp_path / "nowhere" / "draws.csv"), [1])
    with qtbot.waitSignal(export.told) as told:
        export.link.received.emit(DrawsFile(5, b"", 0))
    assert "cannot be written" in told.args[0]


def test_what_was_refused_or_asked_of_another_engine_is_not_written(export, tmp_path):
    path = tmp_path / "draws.csv"
    export.ask(str(path), [1])
    export.link.received.emit(Noticed("There are no draws.", 5))
    export.link.received.emit(DrawsFile(5, b"x", 1))
    export.ask(str(path), [1])
    export.link.died.emit("killed")
    export.link.received.emit(DrawsFile(6, b"x", 1))
    assert not path.exists()


def test_a_name_without_an_ending_gets_that_of_the_chosen_filter():
    csv, npz, netcdf = FILTER.split(";;")
    assert path_with_ending("a", csv) == "a.csv"
    assert path_with_ending("a", npz) == "a.npz"
    assert path_with_ending("a.b", netcdf) == "a.b.nc"
    assert path_with_ending("a.NPZ", csv) == "a.NPZ"
    assert path_with_ending("a", "") == "a.csv"
