"""The measured proof that is in the repository: there for every sampler, about the one that is there now, and right."""

import pytest

from engine import catalogue, proof_cases, proof_file
from engine.knobs import knobs_of
from engine.proof import is_exact
from engine.proof_bias import BLURRED

SAMPLERS = catalogue.sampler_modules()


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_file_is_about_the_sampler_as_it_is_now(name):
    proof = proof_file.read(name)
    assert proof is not None, f"python main.py prove {name}"
    assert proof.sampler == name
    assert proof.is_exact == is_exact(name)
    assert proof.knobs == {each.name: each.default for each in knobs_of(SAMPLERS[name].Params)}
    wanted = BLURRED if name == "denoising_chain" else proof_cases.names()
    assert {table.target for table in proof.tables if table.start == "exact"} == set(wanted)
    for table in proof.tables:
        known = [each.name for each in proof_cases.case(table.target).expectations]
        assert [row.expectation for row in table.rows][: len(known)] == known


@pytest.mark.parametrize("name", [name for name in SAMPLERS if is_exact(name)])
def test_what_was_measured_is_within_four_standard_errors(name):
    """The last table of each target and start counts: that of ten times as many chains, where there was doubt."""
    last = {(table.target, table.start): table for table in proof_file.read(name).tables}
    assert [key for key, table in last.items() if table.has_arrived and not table.is_within] == []


@pytest.mark.parametrize("name", [name for name in SAMPLERS if not is_exact(name)])
def test_a_sampler_that_is_not_exact_shows_its_bias(name):
    proof = proof_file.read(name)
    assert proof.bias is not None
    assert any(not table.is_within for table in proof.tables)
