"""Codes by search, for families without an encoder."""

import torch

from engine.images import catalogue, encoding
from tests.engine.images.known_pictures import GREY

CPU = torch.device("cpu")


def gan():
    module = catalogue.model_module("gan")
    return module.Model(module.Params(latents=3, width=8), GREY, 0, torch.Generator().manual_seed(0), CPU)


def codes(count=4) -> torch.Tensor:
    return torch.randn(count, 3, generator=torch.Generator().manual_seed(1))


def error(model, found, x) -> float:
    return float((model.decode(found) - x).square().mean())


def test_the_search_finds_codes_of_the_generators_own_pictures():
    model = gan()
    x = model.decode(codes())
    others = error(model, codes().flip(0), x)
    assert error(model, encoding.codes_of(model, x), x) < 0.02 * others


def test_the_same_picture_has_the_same_code():
    model = gan()
    x = model.decode(codes())
    assert torch.equal(encoding.codes_of(model, x), encoding.codes_of(model, x))


def test_more_starts_find_no_worse_a_code():
    model = gan()
    x = torch.rand(3, 1, 12, 12, generator=torch.Generator().manual_seed(2))
    few, many = (encoding.search(model, x, starts=starts, steps=60) for starts in (1, 4))
    assert error(model, many, x) <= error(model, few, x) + 1e-4


def test_a_search_leaves_the_weights_alone():
    model = gan()
    before = model.weights()
    encoding.codes_of(model, torch.rand(2, 1, 12, 12, generator=torch.Generator().manual_seed(2)))
    assert all(torch.equal(each, before[name]) for name, each in model.tensors().items())
    assert not any(each.requires_grad for each in model.tensors().values())


def test_an_encoder_is_used_where_there_is_one():
    module = catalogue.model_module("vae")
    model = module.Model(module.Params(latents=3, width=8), GREY, 0, torch.Generator().manual_seed(0), CPU)
    x = torch.rand(2, 1, 12, 12, generator=torch.Generator().manual_seed(2))
    assert torch.equal(encoding.codes_of(model, x), model.encode(x))
