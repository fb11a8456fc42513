"""Sparse coding and the sparse auto-encoder against scikit-learn's solver and worked-out cases."""

import math

import numpy as np
import pytest
import torch
from sklearn.decomposition import sparse_encode

from engine import sparse
from engine.models import Batch, sparse_autoencoder, sparse_coding

CPU = torch.device("cpu")


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def batch_of(x) -> Batch:
    return Batch(x, torch.zeros(len(x), dtype=torch.int64))


def atoms_of(count, seed=0):
    return torch.nn.functional.normalize(torch.randn(count, 2, generator=rng(seed)))


def objective(x, atoms, codes, penalty):
    return (x - codes @ atoms).square().sum(1) / 2 + penalty * codes.abs().sum(1)


@pytest.mark.parametrize("is_nonnegative", [False, True])
@pytest.mark.parametrize("penalty", [0.05, 0.1, 0.5])
def test_the_codes_cost_as_little_as_those_of_a_second_library(is_nonnegative, penalty):
    x, atoms = torch.randn(60, 2, generator=rng(1)), atoms_of(9)
    codes = sparse.fista(x, atoms, penalty, is_nonnegative, 400)
    others = sparse_encode(
        x.double().numpy(), atoms.double().numpy(), algorithm="lasso_lars", alpha=penalty,
        positive=is_nonnegative,
    )  # fmt: skip
    theirs = objective(x, atoms, torch.as_tensor(others).float(), penalty)
    ours = objective(x, atoms, codes, penalty)
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)
    assert not is_nonnegative or codes.min() >= 0


def test_one_atom_is_shrunk_as_the_closed_form_says():
    """min_z (a - z)^2 / 2 + p |z| is at a - p."""
    atoms = torch.tensor([[1.0, 0.0]])
    x = torch.tensor([[0.7, 0.2], [-0.7, 0.0], [0.05, 0.0]])
    assert torch.allclose(sparse.fista(x, atoms, 0.1, False, 50)[:, 0], torch.tensor([0.6, -0.6, 0.0]), atol=1e-5)
    assert torch.allclose(sparse.fista(x, atoms, 0.1, True, 50)[:, 0], torch.tensor([0.6, 0.0, 0.0]), atol=1e-5)


def rays(count=600, num_rays=3):
    angle = 2 * math.pi * torch.randint(num_rays, (count,), generator=rng(2)) / num_rays + 0.3
    reach = 0.2 + 0.6 * torch.rand(count, generator=rng(3))
    return reach[:, None] * torch.stack([angle.cos(), angle.sin()], 1)


@torch.no_grad()
def test_atoms_turn_to_the_rays_that_the_data_lie_on():
    model = sparse_coding.Model(sparse_coding.Params(atoms=3), rng(), CPU)
    data = batch_of(rays())
    model.begin(data, rng())
    for _ in range(40):
        model.step(data, rng())
    angles = 2 * math.pi * torch.arange(3) / 3 + 0.3
    true = torch.stack([angles.cos(), angles.sin()], 1)
    assert (true @ model.atoms.T).amax(1).min() > 0.999


@torch.no_grad()
def test_learning_lowers_the_energy_of_the_data():
    model = sparse_coding.Model(sparse_coding.Params(atoms=6), rng(), CPU)
    data = batch_of(rays(num_rays=5))
    model.begin(data, rng())
    energies = [float(model.step(data, rng()).energy_of_data) for _ in range(25)]
    assert energies[-1] <= energies[0]
    assert np.all(np.diff(energies[5:]) < 1e-2)


@torch.no_grad()
def test_a_higher_price_makes_sparser_codes():
    data = batch_of(torch.randn(300, 2, generator=rng(4)) * 0.4)
    counts = []
    for price in (0.0, 3.0, 20.0):
        model = sparse_coding.Model(sparse_coding.Params(price=price, is_nonnegative=False), rng(), CPU)
        model.begin(data, rng())
        model.step(data, rng())
        counts.append(int((model._code(data.x).abs() > 1e-4).sum()))
    assert counts[0] > counts[1] > counts[2]


@torch.no_grad()
def test_with_the_same_atoms_the_guess_costs_no_less_than_the_search():
    guess = sparse_autoencoder.Model(sparse_autoencoder.Params(), rng(), CPU)
    data = batch_of(rays())
    for _ in range(300):
        guess.step(data, rng())
    network = guess._learner.mean
    x = data.x - network.middle
    penalty = guess.params.price * guess.params.sigma**2
    best = sparse.fista(x, network.atoms, penalty, True, 400)
    least = objective(x, network.atoms, best, penalty) / guess.params.sigma**2
    assert (guess.energy(data.x) - least).min() > -1e-3
    # And training has brought it near.
    assert float((guess.energy(data.x) - least).mean()) < 0.5


@torch.no_grad()
def test_what_is_drawn_at_the_cursor_adds_up_to_the_reconstruction():
    model = sparse_coding.Model(sparse_coding.Params(), rng(), CPU)
    x = torch.tensor([[0.4, -0.3]])
    drawing, text = model.at_cursor(x)
    torch.testing.assert_close(drawing.dots[0], (model._code(x) @ model.atoms)[0])
    assert "of 8 atoms" in text
