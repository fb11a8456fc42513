"""Recipes of the chains lab from file to files: what is written, what it means, and what is refused."""

import json
import math

import numpy as np
import pytest

from engine import chains_headless, cli, recipe
from engine.notice import Notice

NORMAL = {"analytic": "correlated_normal", "params": {"correlation": 0.6}}


def run(tmp_path, **plain):
    wanted = recipe.any_from_plain({"lab": "chains", **plain})
    return chains_headless.run(wanted, tmp_path / "out")


def sampler(name="mala", **more):
    return {"name": name, "chains": 8, "draws": 300, "warmup": 150, **more}


def test_each_sampler_writes_its_draws_and_its_measures(tmp_path):
    result = run(tmp_path, energy=NORMAL, samplers=[sampler(), sampler("langevin", chains=3, every=2)])
    written = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert written == result.metrics
    with np.load(tmp_path / "out" / "samples.npz") as samples:
        assert {name: samples[name].shape for name in samples} == {"mala": (8, 300, 2), "langevin": (3, 300, 2)}
        mean = samples["mala"].reshape(-1, 2).mean(0)
    np.testing.assert_allclose(written["samplers"]["mala"]["mean"], mean, atol=1e-6)
    measures = written["samplers"]["mala"]
    for name in (
        "ess_bulk", "ess_tail", "ess_per_second", "r_hat", "acceptance_rate", "mean", "covariance",
        "mean_standard_error", "covariance_standard_error", "mode_switches_per_1000", "total_variation",
        "steps_per_second",
    ):  # fmt: skip
        assert measures[name] is not None, name
    assert written["samplers"]["langevin"]["acceptance_rate"] is None
    assert 0.4 < measures["acceptance_rate"] < 0.75
    assert "mala: ESS" in cli.summary(written)


def test_chains_start_at_the_places_in_turn(tmp_path):
    places = [[-1.0, 0.0], [1.0, 2.0]]
    still = sampler("random_walk", params={"step_size": 1e-4}, chains=3, draws=2, warmup=0)
    run(tmp_path, energy=NORMAL, samplers=[still], places=places)
    with np.load(tmp_path / "out" / "samples.npz") as samples:
        np.testing.assert_allclose(samples["random_walk"][:, 0], [*places, places[0]], atol=0.01)
    for wrong in ({"start": "data"}, {"start": [0.0, 0.0]}, {"places": [[math.nan, 0.0]]}):
        with pytest.raises(Notice):
            run(tmp_path, energy=NORMAL, samplers=[still], **{"places": places, **wrong})


def test_a_glide_that_is_not_accepted_as_such_has_the_mean_probability_of_it(tmp_path):
    metrics = run(tmp_path, energy=NORMAL, samplers=[sampler("nuts", chains=4, draws=50)]).metrics
    assert 0.6 < metrics["samplers"]["nuts"]["acceptance_rate"] < 0.99


def test_the_estimates_are_within_their_errors_of_the_exact_moments(tmp_path):
    metrics = run(tmp_path, energy=NORMAL, samplers=[sampler(draws=1500, every=2)]).metrics
    found, exact = metrics["samplers"]["mala"], metrics["exact"]
    assert exact["is_closed_form"]
    assert exact["covariance"] == [[1.0, 0.6], [0.6, 1.0]]
    assert exact["log_z"] == pytest.approx(math.log(2 * math.pi * 0.8))
    for what in ("mean", "covariance"):
        away = np.array(found[what]) - np.array(exact[what])
        assert (abs(away) < 4 * np.array(found[f"{what}_standard_error"])).all(), what


def test_a_model_is_trained_first_and_its_grid_is_the_truth(tmp_path):
    metrics = run(
        tmp_path, data={"preset": "two_moons", "n": 300}, model={"name": "gaussian_mixture"}, stop={"steps": 20},
        start="data", samplers=[sampler()],
    ).metrics  # fmt: skip
    assert not metrics["exact"]["is_closed_form"]
    assert sum(metrics["exact"]["basin_masses"]) == pytest.approx(1.0, abs=0.02)
    assert metrics["samplers"]["mala"]["total_variation"] < 0.4


def test_a_sharper_target_is_narrower_and_its_exact_moments_are_the_grids(tmp_path):
    metrics = run(tmp_path, energy=NORMAL, sharpness=4.0, samplers=[sampler(draws=5)]).metrics
    assert not metrics["exact"]["is_closed_form"]
    np.testing.assert_allclose(metrics["exact"]["covariance"], [[0.25, 0.15], [0.15, 0.25]], atol=2e-3)
    assert metrics["samplers"]["mala"]["ess_bulk"] is None  # five draws say nothing


def test_a_hole_that_was_dug_by_hand_is_a_basin_that_chains_find(tmp_path):
    hole = [2.5, -2.5, -16.0, 0.4]
    metrics = run(tmp_path, energy=NORMAL, bumps=[hole], start=hole[:2], samplers=[sampler(draws=5)]).metrics
    assert len(metrics["exact"]["basin_masses"]) == 2
    assert not metrics["exact"]["is_closed_form"]
    assert metrics["recipe"]["bumps"] == [hole]


def test_the_same_recipe_gives_the_same_draws_and_a_sampler_named_twice_has_two_entries(tmp_path):
    plain = {"energy": NORMAL, "samplers": [sampler(draws=30), sampler(draws=30)], "seed": 5}
    one, other = (run(tmp_path / name, **plain).metrics["samplers"] for name in ("a", "b"))
    assert list(one) == ["mala", "mala_2"]
    assert one["mala"]["mean"] == other["mala"]["mean"]
    assert one["mala"]["mean"] != one["mala_2"]["mean"]


def test_chains_start_where_they_are_told(tmp_path):
    run(tmp_path, energy=NORMAL, start=[2.0, -1.0], samplers=[sampler(draws=1, warmup=0, params={"step_size": 1e-4})])
    with np.load(tmp_path / "out" / "samples.npz") as samples:
        np.testing.assert_allclose(samples["mala"][:, 0], np.tile([2.0, -1.0], (8, 1)), atol=0.01)


@pytest.mark.parametrize(
    ("plain", "named"),
    [
        ({"energy": {"analytic": "atlantis"}, "samplers": [sampler()]}, "atlantis"),
        ({"energy": NORMAL, "samplers": [sampler("teleport")]}, "teleport"),
        ({"energy": NORMAL, "samplers": [sampler(params={"step_size": -1})]}, "step_size"),
        ({"energy": NORMAL, "samplers": [sampler(params={"stepsize": 1})]}, "stepsize"),
        ({"energy": {**NORMAL, "params": {"correlation": 2}}, "samplers": [sampler()]}, "correlation"),
        ({"energy": NORMAL, "samplers": [sampler()], "bumps": [[9, 0, 1, 1]]}, "outside"),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_is_written(tmp_path, plain, named):
    with pytest.raises(Notice, match=named):
        run(tmp_path, **plain)
    assert not (tmp_path / "out" / "metrics.json").exists()


def test_the_trap_is_measured_at_each_sharpness_for_each_sampler(tmp_path):
    metrics = run(
        tmp_path, energy={"analytic": "double_well"}, sharpnesses=[0.5, 2.0],
        samplers=[sampler("random_walk", draws=200, warmup=50), sampler(draws=100, warmup=50)],
    ).metrics  # fmt: skip
    curve = metrics["samplers"]["random_walk"]["trap"]
    assert [point["sharpness"] for point in curve] == [0.5, 2.0]
    assert curve[0]["mode_switches_per_1000"] > curve[1]["mode_switches_per_1000"]
    assert curve[0]["standard_error"] > 0
    assert curve[0]["steps"] == 8 * 200
    assert len(metrics["samplers"]["mala"]["trap"]) == 2


def test_a_sharpness_that_is_none_is_told():
    for wrong in ([0.0], [1.0, -2.0], [1.0] * 101):
        with pytest.raises(Notice, match="sharpnesses"):
            recipe.any_from_plain({"lab": "chains", "energy": NORMAL, "samplers": [sampler()], "sharpnesses": wrong})
