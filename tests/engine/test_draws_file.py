"""Draws as files: what is written reads back as the same numbers, and what cannot be written is told."""

import csv
import importlib
import io
import json

import numpy as np
import pytest
import torch

from engine import draws_file
from engine.draws_file import Drawn, as_csv, as_netcdf, as_npz, drawn_from, free_name
from engine.messages import DrawsFile, Noticed, SendDraws, Skip
from engine.notice import Notice
from engine.places import place_of
from engine.plane import Plane
from engine.recipe import Energy
from tests.engine.test_chain_runs import desk, walk  # noqa: F401
from tests.engine.test_chains_headless import NORMAL, run, sampler

RNG = np.random.default_rng(0)
ONE = Drawn("mala", RNG.normal(1e9, 1.0, (3, 5, 2)), RNG.normal(size=(3, 5)).astype(np.float32), 2)
OTHER = Drawn("nuts", RNG.normal(size=(2, 4, 2)), np.zeros((2, 4), np.float32))


def rows_of(content):
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_a_csv_file_has_every_draw_in_its_place_with_all_digits():
    rows = rows_of(as_csv([ONE]))
    assert list(rows[0]) == ["chain", "draw", "x", "y", "energy"]
    assert len(rows) == 15
    for row in rows:
        place = int(row["chain"]), int(row["draw"])
        assert [float(row["x"]), float(row["y"])] == ONE.draws[place].tolist()
        assert np.float32(row["energy"]) == ONE.energy[place]


def test_with_several_samplers_their_names_come_first(monkeypatch):
    monkeypatch.setattr(draws_file, "_ROWS_AT_ONCE", 4)
    rows = rows_of(as_csv([ONE, OTHER]))
    assert list(rows[0])[:2] == ["sampler", "chain"]
    assert [row["sampler"] for row in rows] == ["mala"] * 15 + ["nuts"] * 8
    assert (rows[-1]["chain"], rows[-1]["draw"]) == ("1", "3")


def test_an_npz_file_has_an_array_for_each_sampler():
    with np.load(io.BytesIO(as_npz([ONE, OTHER]))) as found:
        assert set(found) == {"mala", "nuts"}
        np.testing.assert_array_equal(found["mala"], ONE.draws)


def test_a_netcdf_file_has_the_groups_of_arviz():
    h5netcdf = pytest.importorskip("h5netcdf", reason="it comes with the extra [arviz]")
    with h5netcdf.File(io.BytesIO(as_netcdf([ONE])), "r") as found:
        posterior = found["posterior"]
        assert posterior["x"].dimensions == ("chain", "draw")
        np.testing.assert_array_equal(posterior["x"][...], ONE.draws[..., 0])
        np.testing.assert_array_equal(posterior["y"][...], ONE.draws[..., 1])
        np.testing.assert_array_equal(found["sample_stats"]["lp"][...], -ONE.energy)
        np.testing.assert_array_equal(posterior["draw"][...], np.arange(5))
    with pytest.raises(Notice, match="one sampler"):
        as_netcdf([ONE, OTHER])


def test_without_the_extra_a_sentence_says_how_to_get_it(monkeypatch, tmp_path):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(Notice, match="arviz"):
        as_netcdf([ONE])


def test_a_recipe_that_wants_netcdf_is_refused_before_any_work_where_it_cannot_be_written(monkeypatch, tmp_path):
    def missing():
        raise Notice("NetCDF files need h5netcdf.")

    monkeypatch.setattr(draws_file, "netcdf_library", missing)
    with pytest.raises(Notice, match="h5netcdf"):
        run(tmp_path, energy=NORMAL, export=["netcdf"], samplers=[sampler(draws=10**6)])
    assert not (tmp_path / "out").exists()


def test_a_recipe_exports_each_sampler_beside_its_results(tmp_path):
    run(tmp_path, energy=NORMAL, export=["csv"], samplers=[sampler(draws=20, warmup=5), sampler(draws=10, warmup=5)])
    out = tmp_path / "out"
    rows = rows_of((out / "mala.csv").read_bytes())
    assert len(rows) == 8 * 20
    assert len(rows_of((out / "mala_2.csv").read_bytes())) == 8 * 10
    with np.load(out / "samples.npz") as samples:
        assert float(rows[-1]["x"]) == samples["mala"][-1, -1, 0]
    assert json.loads((out / "metrics.json").read_text())["recipe"]["export"] == ["csv"]


def test_the_energy_is_that_of_the_target_at_each_draw():
    place = place_of(Energy(formula="x**2 + 3*y", extent=(-2.0, 4.0, 0.0, 10.0)), torch.device("cpu"))
    x = torch.rand(2, 30, 2, generator=torch.Generator().manual_seed(0)) * 2 - 1
    drawn = drawn_from("any", x, 1, place.target, Plane.of(place.extent))
    np.testing.assert_allclose(drawn.energy, drawn.draws[..., 0] ** 2 + 3 * drawn.draws[..., 1], rtol=1e-4, atol=1e-4)


def test_a_name_that_is_taken_gets_a_number():
    assert free_name("nuts", []) == "nuts"
    assert free_name("nuts", ["nuts", "nuts_2"]) == "nuts_3"


def test_the_engine_answers_with_the_content_of_a_file(desk):  # noqa: F811
    desk.send(walk(run=1, num_chains=3), walk(run=2, sampler="random_walk", num_chains=2), Skip(1, 10), Skip(2, 7))
    desk.work(0.3)
    desk.send(SendDraws(9, (1, 2, 77), "npz"))
    desk.work_until(lambda: desk.of(DrawsFile))
    [answer] = desk.of(DrawsFile)
    assert (answer.run, answer.num_draws) == (9, 3 * 10 + 2 * 7)
    with np.load(io.BytesIO(answer.content)) as found:
        assert {name: found[name].shape for name in found} == {"mala": (3, 10, 2), "random_walk": (2, 7, 2)}


def test_without_draws_a_sentence_says_what_to_do(desk):  # noqa: F811
    desk.send(walk(run=1, warm_up=10), SendDraws(9, (1,), "csv"))
    assert "let the chains walk" in desk.of(Noticed)[-1].text
    assert desk.of(Noticed)[-1].run == 9
