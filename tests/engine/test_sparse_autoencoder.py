"""The sparse auto-encoder: never below the best codes' energy, near it where it was trained; sparsity keeps it up."""

import math

import numpy as np
import pytest
import torch

from engine.models import Batch
from engine.models.sparse_autoencoder import Model, Params

CPU = torch.device("cpu")


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def batch_of(x) -> Batch:
    return Batch(x, torch.zeros(len(x), dtype=torch.int64))


def rays(count=600, angles=(0.5, 2.6, 4.4), seed=1) -> torch.Tensor:
    """Strokes from (0.1, 0.0) in these directions."""
    chosen = torch.tensor(angles)[torch.randint(len(angles), (count,), generator=rng(seed))]
    along = 0.8 * torch.rand(count, 1, generator=rng(seed + 1))
    across = 0.01 * torch.randn(count, 2, generator=rng(seed + 2))
    return along * torch.stack([chosen.cos(), chosen.sin()], 1) + across + torch.tensor([0.1, 0.0])


@torch.no_grad()
def trained(x, num_steps, seed=0, **values) -> Model:
    model = Model(Params(**values), rng(seed), CPU)
    model.begin(batch_of(x), rng(seed))
    model.settle()
    model.terms = [model.step(batch_of(x), rng()) for _ in range(num_steps)]
    return model


@torch.no_grad()
def test_the_energy_is_the_error_and_the_charge_on_the_plane():
    model = trained(rays(), 50, sigma=0.2, penalty=3.0)
    x = torch.rand(100, 2, generator=rng(3)) * 2 - 1
    z = model.codes(x)
    assert (z >= 0).all()
    by_hand = (x - model.middle - z @ model.coders.atoms).square().sum(1) / (2 * 0.2**2) + 3.0 * z.sum(1)
    torch.testing.assert_close(model.energy(x), by_hand, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(model.coders.atoms.norm(dim=1).numpy(), 1, rtol=1e-5)


@torch.no_grad()
@pytest.mark.parametrize("num_steps", [0, 1, 300])
def test_no_guess_is_better_than_the_best_code(num_steps):
    model = trained(rays(), num_steps)
    x = torch.rand(200, 2, generator=rng(3)) * 2 - 1
    assert model.gap(x).min() > -1e-2


@torch.no_grad()
def test_training_closes_the_gap_where_the_data_are_and_not_elsewhere():
    x = rays()
    start, end = trained(x, 1), trained(x, 800)
    gap = end.measures(None, rng())["inference gap"]
    assert gap < 0.2
    assert gap < 0.05 * start.measures(None, rng())["inference gap"]
    away = rays(angles=(1.5, 3.5, 5.5), seed=7) * 2
    assert end.gap(away).mean() > 10 * gap


@torch.no_grad()
@pytest.mark.parametrize("seed", [0, 1])
def test_each_ray_gets_an_atom_and_few_are_active(seed):
    model = trained(rays(), 800, seed, penalty=6.0)
    wanted = torch.tensor([[math.cos(each), math.sin(each)] for each in (0.5, 2.6, 4.4)])
    assert (model.coders.atoms @ wanted.T).amax(0).min() > 0.98
    assert model.measures(None, rng())["active atoms"] < 3


@torch.no_grad()
def test_without_a_charge_the_landscape_goes_flat():
    """Over a disc full of points: with one it is a bowl."""
    angle, radius = 2 * math.pi * torch.rand(600, generator=rng(1)), 0.7 * torch.rand(600, generator=rng(2)).sqrt()
    x = radius[:, None] * torch.stack([angle.cos(), angle.sin()], 1)
    free, charged = trained(x, 500, penalty=0.0), trained(x, 500)
    assert free.energy(x).max() < 0.2
    assert charged.energy(x).max() > 2
    assert "nothing" in free.remark()


@torch.no_grad()
def test_the_loss_is_the_mean_energy_of_the_data():
    model = trained(rays(), 30, averaging=1)
    before = float(model.energy(rays()).mean())
    terms = model.step(batch_of(rays()), rng())
    assert float(terms.loss) == pytest.approx(before, rel=1e-4)
    assert float(terms.energy_of_data) == float(terms.loss)


@torch.no_grad()
def test_the_cursor_shows_atoms_tip_to_tail_up_to_the_point():
    model = trained(rays(), 100)
    x = torch.tensor([[0.5, 0.6]])
    arrows = model.at_cursor(x)[0].arrows
    torch.testing.assert_close(arrows[0, :2], model.middle)
    torch.testing.assert_close(arrows[1:, :2], arrows[:-1, 2:])
    torch.testing.assert_close(arrows[-1:, :2], model.rebuilt(x), atol=1e-3, rtol=0)
    torch.testing.assert_close(arrows[-1:, 2:], x)
