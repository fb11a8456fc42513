"""What every family of models of pictures must fulfil; a new file in their folder is tested without a word here."""

import re
import warnings

import pytest
import torch

from engine.catalogue import entry_of
from engine.images import Shape, catalogue
from engine.images.models import Batch
from engine.images.training import Training, stock
from engine.knobs import knobs_of, make
from engine.nets import cpu_rng
from engine.notice import Notice
from engine.recipe import Stop
from tests.engine.images.known_pictures import GREY, blobs

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of a function that it calls at import
    import ziamath

CPU = torch.device("cpu")
MODELS = catalogue.model_modules()
SHAPES = {"grey": GREY, "coloured": Shape(16, 16, 3), "odd": Shape(13, 21, 1)}
each_model = pytest.mark.parametrize("name", MODELS)
each_shape = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
SMALL = {"latents": 3, "width": 8, "batch_size": 16, "warm_up": 10}


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def values(name, **more):
    """Small networks: those of SMALL that the family has."""
    known = {each.name for each in knobs_of(MODELS[name].Params)}
    return {key: value for key, value in (SMALL | more).items() if key in known}


def model_of(name, shape=SHAPES["grey"], seed=0, **more):
    return MODELS[name].Model(make(MODELS[name].Params, values(name, **more), "params"), shape, 2, rng(seed), CPU)


def trained(name, steps=20, seed=0, shape=SHAPES["grey"]) -> Training:
    training = Training(name, values(name), blobs(shape=shape), seed, CPU)
    for _ in training.steps(Stop(steps=steps)):
        pass
    return training


def test_all_families_are_found():
    wanted = "pca autoencoder denoising_autoencoder stacked_denoising sparse_autoencoder"
    wanted += " vae beta_vae conditional_vae gan bigan"
    assert set(wanted.split()) <= set(MODELS)


@each_model
def test_a_family_says_what_it_is_what_to_try_and_where_it_comes_from(name):
    entry = entry_of(name, MODELS[name])
    assert entry.title
    assert len(entry.help.split()) >= 20
    assert len(entry.to_try.split()) >= 5
    assert re.search(r"\(\d{4}\)", entry.source)
    assert len(entry.knobs) == len(MODELS[name].Params.__struct_fields__), "every field is a knob"
    assert all(len(each.help.split()) >= 3 for each in entry.knobs)
    ziamath.Latex(entry.equation, size=20).svg()


@each_model
def test_a_family_says_how_many_latents_and_pictures_at_a_time(name):
    assert {"latents", "batch_size"} <= {each.name for each in knobs_of(MODELS[name].Params)}
    assert model_of(name).latents == 3


@each_shape
@each_model
def test_codes_and_pictures_have_their_shapes(name, shape):
    model, data = model_of(name, shape), stock(blobs(8, shape), slice(None), CPU)
    batch = data.batch(slice(None))
    model.begin(data, rng())
    z = torch.randn(8, 3, generator=rng())
    x = model.decode(z, batch.y)
    assert x.shape == batch.x.shape == (8, shape.channels, shape.height, shape.width)
    assert x.min() >= 0
    assert x.max() <= 1
    assert not x.requires_grad
    if model.has_encoder:
        assert model.encode(batch.x, batch.y).shape == (8, 3)
        for layer in model.layers:
            code = model.encode(batch.x, batch.y, layer)
            assert model.decode(code, batch.y, layer).shape == batch.x.shape
    assert model.layers[-1] == "latent"


@each_model
def test_a_posterior_is_around_the_code_and_has_a_likelihood(name):
    model, batch = model_of(name), stock(blobs(8), slice(None), CPU).batch(slice(None))
    posterior = model.posterior(batch.x, batch.y) if model.has_encoder else None
    if posterior is not None:
        mean, sd = posterior
        assert torch.equal(mean, model.encode(batch.x, batch.y))
        assert (sd > 0).all()
        assert model.log_likelihood(batch.x, mean, batch.y).shape == (8,)


@each_model
def test_a_picture_does_not_depend_on_the_others_beside_it(name):
    model, data = model_of(name), stock(blobs(8), slice(None), CPU)
    model.begin(data, rng())
    z, y = torch.randn(8, 3, generator=rng()), torch.arange(8) % 2
    torch.testing.assert_close(model.decode(z, y)[3:4], model.decode(z[3:4], y[3:4]), rtol=1e-4, atol=1e-5)


@each_model
def test_learning_rebuilds_a_few_pictures_better(name):
    training = Training(name, values(name, width=16, latents=8, averaging=1), blobs(20), 0, CPU)
    model, batch = training.model, training.data.learnt.batch(slice(None))
    if not model.has_encoder:
        pytest.skip("what it makes is judged by the next test")

    def error() -> float:
        return float((model.decode(model.encode(batch.x, batch.y), batch.y) - batch.x).square().mean())

    before = error()
    for _ in training.steps(Stop(steps=150)):
        pass
    assert error() < 0.6 * before


def test_the_gan_learns_how_bright_pictures_are():
    training = Training("gan", values("gan"), blobs(), 0, CPU)
    bright = training.data.learnt.batch(slice(None)).x.mean()

    def gap() -> float:
        return float(training.model.decode(torch.randn(64, 3, generator=rng())).mean() - bright)

    before = gap()
    for _ in training.steps(Stop(steps=250)):
        pass
    assert abs(gap()) < 0.6 * abs(before)


@each_model
def test_the_same_seed_gives_the_same_numbers(name):
    first, second, other = trained(name), trained(name), trained(name, seed=1)
    assert all(torch.equal(each, second.model.tensors()[key]) for key, each in first.model.tensors().items())
    assert any(not torch.equal(each, other.model.tensors()[key]) for key, each in first.model.tensors().items())


@each_model
def test_weights_can_be_taken_out_and_put_into_another(name):
    first = trained(name).model
    second = model_of(name, seed=5)
    second.load(first.weights())
    z = torch.randn(4, 3, generator=rng())
    assert torch.equal(first.decode(z), second.decode(z))
    second.step(Batch(torch.rand(8, 1, 12, 12, generator=rng()), torch.arange(8) % 2), rng())


@each_model
def test_weights_of_another_shape_change_nothing(name):
    model = model_of(name)
    before, wrong = model.weights(), model_of(name, latents=4).weights()
    with pytest.raises(RuntimeError):
        model.load(wrong)
    assert all(torch.equal(each, model.tensors()[key]) for key, each in before.items())


@each_model
def test_codes_of_data_without_a_prior_have_unit_variance(name):
    training = trained(name, steps=60)
    if training.model.has_prior:
        pytest.skip("the prior says how wide the codes are")
    size = training.model.encode(training.data.learnt.batch(slice(None)).x).square().mean(0)
    # A latent that says nothing stays at 0.
    assert ((abs(size - 1) < 0.1) | (size < 1e-3)).all()


@each_model
def test_gradients_go_through_the_decoder_to_the_code(name):
    model = model_of(name)
    with torch.enable_grad():
        z = torch.randn(2, 3, generator=rng()).requires_grad_()
        model.decode(z).sum().backward()
    assert z.grad is not None


def test_a_conditional_vae_needs_classes():
    with pytest.raises(Notice, match="no classes"):
        MODELS["conditional_vae"].Model(MODELS["conditional_vae"].Params(), SHAPES["grey"], 0, rng(), CPU)


def test_the_stack_learns_layer_by_layer_then_all_together():
    model = model_of("stacked_denoising")
    seen = []
    for share in (0.0, 0.2, 0.4, 0.6):
        model.stage(share)
        seen.append(model.learning)
    assert seen == [0, 1, 2, 3]


def test_pictures_of_a_side_that_no_network_can_take_are_refused_with_a_sentence():
    with pytest.raises(Notice, match="sides of 8 to 128"):
        model_of("vae", Shape(7, 20, 1))


def test_starts_are_the_same_whatever_was_drawn_before():
    torch.manual_seed(1)
    first = model_of("vae").weights()
    torch.manual_seed(2)
    assert all(torch.equal(each, first[key]) for key, each in model_of("vae").weights().items())
    assert cpu_rng(rng()).initial_seed() == cpu_rng(rng()).initial_seed()
