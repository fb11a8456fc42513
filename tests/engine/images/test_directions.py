"""Attribute directions in codes where they are planted, so that every figure is known."""

import numpy as np
import pytest
from scipy import stats

from engine.images.directions import (
    by_means,
    by_probe,
    effect_size,
    fit_probe,
    fit_probes,
    has_attribute,
    trust,
)
from engine.notice import Notice

COUNT, SIZE = 4000, 10
# Two attributes move codes along the first and second axis, by so many standard deviations.
PUSH = (3.0, 2.0)


def planted(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Codes (n, d) of unit variance around what two independent attributes, 0 or 1, (n, 2) add."""
    rng = np.random.default_rng(seed)
    attributes = rng.integers(0, 2, (COUNT, 2))
    codes = rng.standard_normal((COUNT, SIZE))
    codes[:, :2] += attributes * PUSH
    return codes.astype(np.float32), attributes.astype(np.float32)


CODES, ATTRIBUTES = planted()
HAS = ATTRIBUTES[:, 0] == 1
FIRST = np.eye(SIZE)[0] * PUSH[0]


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


@pytest.mark.parametrize("way", [by_means, by_probe])
def test_a_planted_direction_is_found_with_its_length(way):
    direction = way(CODES, HAS)
    assert cosine(direction, FIRST) > 0.99
    assert np.linalg.norm(direction) == pytest.approx(PUSH[0], rel=0.05)


def test_of_a_correlated_attribute_the_means_take_along_what_the_probe_leaves_out():
    rng = np.random.default_rng(1)
    glasses = rng.random(COUNT) < 0.5
    man = np.where(glasses, rng.random(COUNT) < 0.8, rng.random(COUNT) < 0.2)
    codes = rng.standard_normal((COUNT, SIZE))
    codes[:, 0] += 3 * glasses
    codes[:, 1] += 3 * man
    assert by_means(codes, glasses)[1] == pytest.approx(3 * 0.6, abs=0.2)
    assert abs(by_probe(codes, glasses)[1]) < 0.45 * by_means(codes, glasses)[1]


def test_the_probes_accuracy_is_that_of_the_best_classifier():
    probe = fit_probe(CODES, HAS)
    # Two normals that are 3 standard deviations apart, cut in the middle.
    assert probe.accuracy == pytest.approx(stats.norm.cdf(PUSH[0] / 2), abs=0.015)
    assert probe.chance == pytest.approx(0.5, abs=0.02)
    # The log odds of two such normals grow by their distance.
    assert probe.weights[0] == pytest.approx(PUSH[0], rel=0.15)


def test_a_probe_of_what_is_not_in_the_codes_is_at_chance():
    nothing = np.random.default_rng(5).random(COUNT) < 0.3
    probe = fit_probe(CODES, nothing)
    assert probe.chance == pytest.approx(0.7, abs=0.02)
    assert probe.accuracy == pytest.approx(probe.chance, abs=0.03)


def test_the_effect_size_is_the_distance_in_standard_deviations():
    assert effect_size(CODES, HAS, FIRST) == pytest.approx(PUSH[0], rel=0.05)
    assert effect_size(CODES, HAS, 7 * FIRST) == pytest.approx(effect_size(CODES, HAS, FIRST))
    assert effect_size(CODES, HAS, np.eye(SIZE)[5]) == pytest.approx(0, abs=0.1)


def test_the_trust_of_a_real_direction_is_as_computed_by_hand():
    probes = fit_probes(CODES, ATTRIBUTES, ("glasses", "hat"))
    own, others = probes["glasses"], {"hat": probes["hat"]}
    found = trust(CODES, HAS, by_means(CODES, HAS), own, others)
    # A difference is the push and noise of variance 2 in every axis; the hat adds a variance of 2 * 2^2 / 4.
    known = PUSH[0] ** 2 / (PUSH[0] ** 2 + 2 * SIZE + 2 * PUSH[1] ** 2 / 4)
    assert found.pair_cosine == pytest.approx(known, abs=0.04)
    assert found.random_cosine == pytest.approx(0, abs=0.02)
    assert found.effect_size == pytest.approx(PUSH[0], rel=0.08)
    assert found.accuracy == own.accuracy
    assert found.own_change == pytest.approx(PUSH[0] ** 2, rel=0.2)
    assert abs(found.leaks["hat"]) < 0.1 * found.own_change


def test_a_direction_that_is_mixed_with_another_leaks_by_as_much():
    probes = fit_probes(CODES, ATTRIBUTES, ("glasses", "hat"))
    mixed = FIRST + np.eye(SIZE)[1] * PUSH[1]
    found = trust(CODES, HAS, mixed, probes["glasses"], {"hat": probes["hat"]})
    assert found.leaks["hat"] == pytest.approx(PUSH[1] ** 2, rel=0.2)


def test_a_direction_of_nothing_is_not_to_be_trusted():
    nothing = np.random.default_rng(5).random(COUNT) < 0.5
    found = trust(CODES, nothing, by_means(CODES, nothing), fit_probe(CODES, nothing), {})
    assert abs(found.pair_cosine) < 0.02
    assert abs(found.effect_size) < 0.25
    assert found.accuracy < 0.55


def test_pairs_that_differ_in_the_attribute_alone_have_parallel_differences():
    codes = np.random.default_rng(0).standard_normal((100, SIZE))
    codes = np.concatenate([codes + FIRST, codes])
    has, places = np.arange(200) < 100, np.arange(100)
    found = trust(codes, has, FIRST, fit_probe(codes, has), {}, np.stack([places, places + 100], 1))
    assert found.pair_cosine == pytest.approx(1)


def test_the_cosine_of_pairs_is_the_mean_over_all_of_them():
    differences = np.random.default_rng(0).standard_normal((30, 4)) + 0.5
    units = differences / np.linalg.norm(differences, axis=1, keepdims=True)
    known = (units @ units.T)[np.triu_indices(30, 1)].mean()
    codes = np.concatenate([differences, np.zeros((30, 4))])
    has, places = np.arange(60) < 30, np.arange(30)
    found = trust(codes, has, np.ones(4), fit_probe(codes, has), {}, np.stack([places, places + 30], 1))
    assert found.pair_cosine == pytest.approx(known)


def test_unknown_values_are_neither_with_nor_without():
    has, is_known = has_attribute(np.array([0, np.nan, 1, 1, 0]))
    assert has.tolist() == [False, False, True, True, False]
    assert is_known.tolist() == [True, False, True, True, True]
    assert not has_attribute(np.full(3, np.nan))[1].any()
    assert has_attribute(np.array([10, 40, 30, 20.0]))[0].tolist() == [False, True, True, False]


def test_an_attribute_that_nearly_nobody_has_gets_no_probe():
    rare = np.zeros((COUNT, 2), np.float32)
    rare[:7, 0] = 1
    assert fit_probes(CODES, rare, ("rare", "never")) == {"rare": None, "never": None}
    with pytest.raises(Notice, match="at least 8 pictures with the attribute and 8 without it; there are 7 and 3993"):
        by_means(CODES, rare[:, 0] == 1)


def test_a_latent_that_never_changes_does_no_harm():
    codes = np.concatenate([CODES, np.full((COUNT, 1), 3.0, np.float32)], 1)
    assert np.isfinite(fit_probe(codes, HAS).weights).all()
    assert by_probe(codes, HAS)[-1] == 0


def test_the_same_seed_gives_the_same():
    assert np.array_equal(fit_probe(CODES, HAS, 3).weights, fit_probe(CODES, HAS, 3).weights)
