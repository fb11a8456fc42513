"""A small trained model and what it answers: each answer against what it must be."""

import math

import numpy as np
import pytest
import torch

from engine.images import catalogue
from engine.images.algebra import as_amounts
from engine.images.lanes import FAST, LOOP, SLOW, SLOWEST, lane_of
from engine.images.latent import Latent, to_pixels
from engine.images.questions import answer
from engine.images.training import Training
from engine.messages import (
    Combine,
    Decode,
    Drop,
    Encode,
    FindDirection,
    FindNearest,
    Interpolate,
    Look,
    Map,
    OpenTrained,
    Plane,
    Sample,
)
from engine.notice import Notice
from engine.recipe import Stop

COUNT, LATENTS = 400, 12
ASKED = {"run": 1, "channel": 2, "serial": 3}


def trained(model: str, source: str = "glyphs", stop: Stop | None = None, **params: object) -> Latent:
    module = catalogue.source_module(source)
    pictures = module.make(module.Params(count=COUNT), 0)
    training = Training(model, {"latents": LATENTS, **params}, pictures, 0, torch.device("cpu"))
    for _ in training.steps(stop):
        pass
    return Latent(training.model, model, pictures, torch.device("cpu"))


@pytest.fixture(scope="module")
def linear() -> Latent:
    """PCA: all that it says is known in closed form."""
    return trained("pca")


@pytest.fixture(scope="module")
def variational() -> Latent:
    return trained("vae", stop=Stop(steps=20))


def codes_of(latent: Latent, count: int) -> np.ndarray:
    return latent.codes_at(np.arange(count)).numpy()


def test_an_answer_carries_what_it_answers(linear: Latent):
    found = answer(Decode(**ASKED, codes=codes_of(linear, 2)), linear)
    assert (found.run, found.channel, found.serial) == (1, 2, 3)
    assert found.pictures.shape == (2, 28, 28, 1)
    assert found.pictures.dtype == np.uint8


def test_encoding_and_decoding_is_what_the_model_does(linear: Latent):
    pixels = linear.pictures.pixels[:3]
    found = answer(Encode(**ASKED, pictures=pixels), linear)
    assert found.codes == pytest.approx(codes_of(linear, 3), abs=1e-5)
    error = (found.reconstructions.astype(float) - pixels) ** 2
    assert found.errors == pytest.approx(error.mean((1, 2, 3)) / 255**2, rel=0.05, abs=1e-4)


def test_a_picture_of_another_size_and_colour_is_brought_into_the_models_shape(linear: Latent):
    found = answer(Encode(**ASKED, pictures=np.full((1, 56, 40, 3), 200, np.uint8)), linear)
    assert found.pictures.shape == (1, 28, 28, 1)
    assert found.pictures == pytest.approx(200, abs=1)


def test_pictures_of_the_set_come_with_all_that_is_known(linear: Latent):
    found = answer(Look(**ASKED, indices=np.array([5, 7])), linear)
    assert np.array_equal(found.pictures, linear.pictures.pixels[[5, 7]])
    assert np.array_equal(found.labels, linear.pictures.labels[[5, 7]])
    assert found.factors == pytest.approx(linear.pictures.attributes[[5, 7]])
    assert np.array_equal(answer(Look(**ASKED, count=4, seed=1), linear).indices,
                          answer(Look(**ASKED, count=4, seed=1), linear).indices)  # fmt: skip


def test_only_pictures_of_a_class_are_drawn_where_one_is_asked_for(linear: Latent):
    found = answer(Look(**ASKED, count=8, label=3), linear)
    assert set(found.labels.tolist()) == {3}
    thick = answer(Look(**ASKED, count=8, attribute="thickness"), linear)
    column = linear.pictures.attribute_names.index("thickness")
    values = linear.pictures.attributes[:, column]
    assert (thick.factors[:, column] > (values.min() + values.max()) / 2).all()


def test_a_place_outside_of_the_set_is_told_and_breaks_nothing(linear: Latent):
    with pytest.raises(Notice, match="400 pictures"):
        answer(Look(**ASKED, indices=np.array([COUNT])), linear)
    with pytest.raises(Notice, match="No picture"):
        answer(Look(**ASKED, count=1, label=99), linear)


@pytest.mark.parametrize("method", ["pca", "latents"])
def test_a_place_of_the_map_leads_back_to_its_code_within_the_plane(linear: Latent, method: str):
    found = answer(Map(**ASKED, method=method, count=50, axes=(0, 2)), linear)
    back = found.origin + found.positions @ found.to_code
    again = (back - found.origin) @ np.linalg.pinv(found.to_code)
    assert again == pytest.approx(found.positions, abs=1e-4)
    if method == "latents":
        assert found.positions == pytest.approx(found.codes[:, [0, 2]], abs=1e-4)


def test_a_map_by_neighbours_has_no_way_back(linear: Latent):
    found = answer(Map(**ASKED, method="tsne", count=40), linear)
    assert found.positions.shape == (40, 2)
    assert np.isfinite(found.positions).all()
    assert len(found.to_code) == 0
    with pytest.raises(Notice, match="no map by 'circle'"):
        answer(Map(**ASKED, method="circle"), linear)


def test_interpolation_in_pixels_is_a_double_exposure_and_its_ends_are_the_pictures(linear: Latent):
    pixels = linear.pictures.pixels[:2]
    found = answer(Interpolate(**ASKED, pictures=pixels, frames=5), linear)
    assert [row.name for row in found.rows] == ["pixels", "latent"]
    assert np.array_equal(found.rows[0].pictures[[0, -1]], pixels)
    assert found.rows[0].pictures[2].astype(float) == pytest.approx(pixels.astype(float).mean(0), abs=1)
    # The ends are pictures of the set.
    assert found.rows[0].off[[0, -1]] == pytest.approx(0, abs=1e-3)
    codes = codes_of(linear, 2)
    assert found.rows[-1].codes[2] == pytest.approx(codes.mean(0), abs=1e-5)


def test_overshoot_goes_beyond_both_ends_and_the_way_along_the_data_stays_between(linear: Latent):
    pixels, codes = linear.pictures.pixels[:2], codes_of(linear, 2)
    beyond = answer(Interpolate(**ASKED, pictures=pixels, frames=3, first=-0.5, last=1.5), linear)
    assert beyond.at.tolist() == [-0.5, 0.5, 1.5]
    assert beyond.rows[-1].codes[0] == pytest.approx(codes[0] - 0.5 * (codes[1] - codes[0]), abs=1e-4)
    along = answer(Interpolate(**ASKED, pictures=pixels, frames=7, kind="data"), linear)
    assert along.rows[-1].codes[[0, -1]] == pytest.approx(codes, abs=1e-4)
    with pytest.raises(Notice, match="no way 'straight'"):
        answer(Interpolate(**ASKED, pictures=pixels, kind="straight"), linear)


def sum_of(latent: Latent, factors: np.ndarray, weights: list[float]) -> Combine:
    source = catalogue.exact_source_of(latent.pictures)
    codes = latent.encode(latent.to_model(source.render(factors))).numpy()
    return Combine(
        **ASKED, operands=codes, offsets=np.arange(len(factors) + 1), weights=np.array(weights), factors=factors
    )  # fmt: skip


def test_a_sum_of_codes_has_the_exact_answer_that_the_sum_of_factors_draws(linear: Latent):
    names = linear.pictures.attribute_names
    base = linear.pictures.attributes[:2].astype(np.float64)
    slanted = base[:1].copy()
    slanted[0, names.index("slant")] += 0.2
    found = answer(sum_of(linear, np.concatenate([slanted, base]), [1.0, -1.0, 1.0]), linear)
    wanted = base[1].copy()
    wanted[names.index("slant")] += 0.2
    source = catalogue.exact_source_of(linear.pictures)
    assert np.array_equal(found.exact[0], source.render(wanted[None])[0])
    error = (found.picture[0].astype(float) - found.exact[0]) ** 2
    assert found.errors[0] == pytest.approx(error.mean() / 255**2, rel=0.05)


def test_adding_and_taking_away_the_same_picture_changes_nothing(linear: Latent):
    base = linear.pictures.attributes[:2].astype(np.float64)
    found = answer(sum_of(linear, np.concatenate([base[:1], base[:1], base[1:]]), [1.0, -1.0, 1.0]), linear)
    assert found.code == pytest.approx(codes_of(linear, 2)[1], abs=1e-4)
    assert found.errors[0] == pytest.approx(found.errors[1], rel=1e-3)


def test_half_of_two_letters_has_no_exact_answer(linear: Latent):
    factors = linear.pictures.attributes[:2].astype(np.float64)
    factors[:, 0] = [1, 2]
    found = answer(sum_of(linear, factors, [0.5, 0.5]), linear)
    assert len(found.exact) == 0
    assert math.isnan(found.errors[0])
    assert len(found.picture) == 1


def test_groups_count_by_their_means(linear: Latent):
    codes = codes_of(linear, 3)
    asked = Combine(**ASKED, operands=codes, offsets=np.array([0, 2, 3]), weights=np.array([1.0, 2.0]))
    assert answer(asked, linear).code == pytest.approx(codes[:2].mean(0) + 2 * codes[2], abs=1e-5)


def test_a_direction_of_thickness_makes_strokes_thicker(linear: Latent):
    found = answer(FindDirection(**ASKED, attribute="thickness"), linear)
    codes = codes_of(linear, 20)
    before = answer(Decode(**ASKED, codes=codes), linear).pictures.mean()
    after = answer(Decode(**ASKED, codes=codes + found.vector), linear).pictures.mean()
    assert after > 1.05 * before
    assert found.accuracy > found.chance + 0.15
    assert found.cosine > found.random_cosine + 0.3
    assert "slant" in found.leaks
    with pytest.raises(Notice, match="no attribute 'beard'"):
        answer(FindDirection(**ASKED, attribute="beard"), linear)


def test_kinds_count_as_there_or_not_there():
    amounts = as_amounts(np.array([[0, 0.3], [2, 0.7], [3, np.nan], [1, 0.1]]))
    assert amounts[:, 0].tolist() == [0, 1, 1, 1]
    assert amounts[:2, 1].tolist() == [0.3, 0.7]


def test_a_picture_of_the_set_is_a_copy_and_noise_is_not(linear: Latent):
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (1, 28, 28, 1)).astype(np.uint8)
    asked = np.concatenate([linear.pictures.pixels[:1], noise])
    found = answer(FindNearest(**ASKED, pictures=asked, count=3), linear)
    assert found.distances.shape == (2, 3)
    assert found.distances[0, 0] == 0
    assert found.ranks[0] == 1
    assert found.ranks[1] == 0
    assert np.array_equal(found.pictures[0], linear.pictures.pixels[0])
    error = ((noise[0].astype(float) - found.pictures[3]) ** 2).mean() ** 0.5 / 255
    assert found.distances[1, 0] == pytest.approx(error, rel=1e-4)


@pytest.mark.parametrize("prior", ["standard", "gaussian", "mixture"])
def test_samples_follow_the_seed_and_the_prior(linear: Latent, prior: str):
    one, same, other = (answer(Sample(**ASKED, prior=prior, count=9, seed=seed), linear) for seed in (1, 1, 2))
    assert np.array_equal(one.codes, same.codes)
    assert not np.array_equal(one.codes, other.codes)
    assert one.pictures.shape == (9, 28, 28, 1)


def test_truncation_keeps_codes_near_the_middle(linear: Latent):
    found = answer(Sample(**ASKED, count=100, truncation=0.5), linear)
    assert np.abs(found.codes).max() <= 0.5


def test_a_prior_that_the_model_has_not_is_told(linear: Latent):
    with pytest.raises(Notice, match="not a posterior"):
        answer(Sample(**ASKED, prior="posterior"), linear)
    with pytest.raises(Notice, match="no prior 'cauchy'"):
        answer(Sample(**ASKED, prior="cauchy"), linear)


def test_a_model_without_an_encoder_is_searched_for_single_codes_and_says_what_it_cannot():
    gan = trained("gan", stop=Stop(steps=2))
    assert answer(Look(**ASKED, count=3), gan).codes.shape == (0, LATENTS)
    pixels = gan.pictures.pixels[:2]
    assert answer(Encode(**ASKED, pictures=pixels), gan).codes.shape == (2, LATENTS)
    assert len(answer(Interpolate(**ASKED, pictures=pixels, frames=3), gan).rows) == 2
    assert len(answer(FindNearest(**ASKED, pictures=pixels), gan).by_code) == 0
    for question in (Map(**ASKED), FindDirection(**ASKED, attribute="thickness"), Sample(**ASKED, prior="mixture")):
        with pytest.raises(Notice, match="no encoder"):
            answer(question, gan)


def test_the_standard_normal_on_a_plane_is_a_bowl(variational: Latent):
    origin, axes = np.zeros(LATENTS, np.float32), np.eye(LATENTS, dtype=np.float32)[:2]
    found = answer(Plane(**ASKED, origin=origin, axes=axes, extent=(-1, 1, -1, 1), cells=3), variational)
    assert found.energy - found.energy.min() == pytest.approx(
        np.array([[1, 0.5, 1], [0.5, 0, 0.5], [1, 0.5, 1]]), abs=1e-4
    )  # fmt: skip
    assert np.isfinite(answer(Plane(**ASKED, prior="posterior", origin=origin, axes=axes), variational).energy).all()
    with pytest.raises(Notice, match="right angles"):
        answer(Plane(**ASKED, origin=origin, axes=np.ones((2, LATENTS), np.float32)), variational)
    with pytest.raises(Notice, match="space of 12 latents"):
        answer(Plane(**ASKED, origin=origin[:3], axes=axes), variational)


def test_axes_are_unit_rows_and_those_that_matter_most_come_first(linear: Latent, variational: Latent):
    for latent, unit in ((linear, "% of the change"), (variational, "nats")):
        axes = latent.axes
        assert axes.unit == unit
        assert axes.directions @ axes.directions.T == pytest.approx(np.eye(LATENTS), abs=1e-5)
        assert (axes.importance[:-1] >= axes.importance[1:]).all()
    assert linear.axes.importance.sum() == pytest.approx(100, abs=0.01)


def test_the_importance_of_a_variational_latent_is_its_divergence_from_the_prior(variational: Latent):
    mean, sd = variational.posteriors
    q, p = torch.distributions.Normal(mean, sd), torch.distributions.Normal(0.0, 1.0)
    divergence = torch.distributions.kl_divergence(q, p).mean(0)
    assert variational.axes.importance == pytest.approx(divergence.sort(descending=True).values.numpy(), rel=1e-4)


def test_pixels_are_rounded_and_kept_within_their_range():
    x = torch.tensor([-0.2, 0.0, 0.5, 1.0, 1.3]).reshape(1, 1, 1, 5)
    assert to_pixels(x).ravel().tolist() == [0, 0, 128, 255, 255]


def test_a_single_picture_is_decoded_by_the_thread_that_does_nothing_else():
    few, many = (Decode(**ASKED, codes=np.zeros((count, 2), np.float32)) for count in (1, 100))
    assert (lane_of(few), lane_of(many)) == (FAST, SLOW)
    assert lane_of(Map(**ASKED)) == lane_of(OpenTrained(1, "faces")) == SLOW
    assert lane_of(Map(**ASKED, method="tsne")) == lane_of(Sample(**ASKED, prior="mixture")) == SLOWEST
    assert lane_of(FindDirection(**ASKED)) == lane_of(Interpolate(**ASKED, kind="data")) == SLOWEST
    assert lane_of(Sample(**ASKED)) == SLOW
    assert lane_of(Drop(1)) == LOOP
