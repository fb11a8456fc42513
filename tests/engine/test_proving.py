"""The command that measures the proof and writes it for the window."""

import sys

import pytest

import main
from engine import proof_cases, proof_file, proving
from engine.notice import Notice


@pytest.fixture
def quick(monkeypatch):
    """Few chains, and three of the targets: of those that every sampler can walk on."""
    monkeypatch.setattr(proving, "NUM_CHAINS", 64)
    known = [proof_cases.case(name) for name in ("standard_normal", "three_modes", "cliff")]
    monkeypatch.setattr(proving, "cases_for", lambda sampler: known)


def test_what_was_measured_is_written_and_reads_back(quick, tmp_path):
    told = []
    proving.prove_all(["random_walk", "langevin"], tmp_path / "new", told.append)
    assert len(told) == 6
    exact, other = (proof_file.read(name, tmp_path / "new") for name in ("random_walk", "langevin"))
    assert {table.target for table in exact.tables} == {"standard_normal", "three_modes", "cliff"}
    assert exact.is_exact
    assert exact.bias is None
    assert exact.tables[0].params["step_size"] != exact.knobs["step_size"]
    # Nothing rejects a move beyond the cliff: such chains are lost, and the file says so.
    assert not other.is_exact
    assert [table.rows[0].estimate is None for table in other.tables] == [False, False, True]
    assert len(other.bias.levels) == 5


def test_the_command_line_measures_into_a_folder(quick, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["energyscape", "prove", "random_walk", "--out", str(tmp_path)])
    assert main.main() == 0
    assert "random_walk: cliff: exact starts" in capsys.readouterr().err
    assert proof_file.read("random_walk", tmp_path).command == "python main.py prove random_walk"


def test_a_name_that_there_is_not_is_told_before_anything_is_measured(quick, tmp_path, monkeypatch):
    with pytest.raises(Notice, match="teleport"):
        proving.prove_all(["random_walk", "teleport"], tmp_path, lambda text: None)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(sys, "argv", ["energyscape", "prove", "teleport"])
    assert main.main() == 2
