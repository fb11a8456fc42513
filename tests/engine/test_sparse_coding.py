"""Sparse coding: energies are those of scikit-learn, slopes those at fixed codes, and atoms find the strokes."""

import math

import numpy as np
import pytest
import torch
from sklearn.decomposition import sparse_encode

from engine.models import Batch
from engine.models.sparse_coding import Model, Params
from engine.reconstruction import sparse_codes

CPU = torch.device("cpu")


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def batch_of(x) -> Batch:
    return Batch(x, torch.zeros(len(x), dtype=torch.int64))


def cross(count=1000, angles=(0.3, 1.7), seed=1) -> torch.Tensor:
    """Strokes through (0.2, -0.1) in these directions."""
    chosen = torch.tensor(angles)[torch.randint(len(angles), (count,), generator=rng(seed))]
    along = 1.4 * torch.rand(count, 1, generator=rng(seed + 1)) - 0.7
    across = 0.01 * torch.randn(count, 2, generator=rng(seed + 2))
    return along * torch.stack([chosen.cos(), chosen.sin()], 1) + across + torch.tensor([0.2, -0.1])


@torch.no_grad()
def trained(x, num_steps, seed=0, **values) -> Model:
    model = Model(Params(**values), rng(seed), CPU)
    model.begin(batch_of(x), rng(seed))
    model.losses = [float(model.step(batch_of(x), rng(each)).loss) for each in range(num_steps)]
    return model


def spread(count) -> torch.Tensor:
    angle = (torch.arange(count) + 0.4 * torch.rand(count, generator=rng())) * math.pi / count
    return torch.stack([angle.cos(), angle.sin()], 1)


@pytest.mark.parametrize("is_nonnegative", [False, True])
@pytest.mark.parametrize(("count", "sigma", "penalty"), [(1, 0.2, 4.0), (3, 0.2, 4.0), (6, 0.3, 4.0), (4, 0.1, 20.0)])
def test_the_energy_is_the_minimum_that_scikit_learn_finds(count, sigma, penalty, is_nonnegative):
    model = Model(
        Params(atoms=count, sigma=sigma, penalty=penalty, is_nonnegative=is_nonnegative, iterations=300), rng(), CPU
    )
    model.atoms, model.middle = spread(count), torch.tensor([0.1, -0.2])
    x = 2 * torch.rand(100, 2, generator=rng(5)) - 1
    away, atoms = ((each).double().numpy() for each in (x - model.middle, model.atoms))
    codes = sparse_encode(
        away, atoms, algorithm="lasso_cd", alpha=penalty * sigma**2, max_iter=20_000, positive=is_nonnegative
    )
    theirs = ((away - codes @ atoms) ** 2).sum(1) / (2 * sigma**2) + penalty * abs(codes).sum(1)
    np.testing.assert_allclose(model.energy(x).numpy(), theirs, rtol=1e-4, atol=1e-4)


def test_fewer_iterations_never_find_less_than_the_minimum():
    x = 2 * torch.rand(200, 2, generator=rng(5)) - 1
    atoms = spread(6)

    def cost(num_iterations):
        z = sparse_codes(x, atoms, 0.1, num_iterations)
        return (x - z @ atoms).square().sum(1) / 2 + 0.1 * z.abs().sum(1)

    best = cost(500)
    assert all((cost(each) >= best - 1e-6).all() for each in (1, 5, 20))
    assert cost(2).mean() > 1.05 * best.mean()


@pytest.mark.parametrize("is_nonnegative", [False, True])
def test_the_score_is_the_slope_at_fixed_codes(is_nonnegative):
    """The envelope theorem, against differences in double precision, which find the codes anew at every point."""
    model = Model(Params(iterations=300, is_nonnegative=is_nonnegative), rng(), CPU)
    model.atoms, model.middle = spread(4).double(), model.middle.double()
    x, h = (2 * torch.rand(50, 2, generator=rng(5)) - 1).double(), 1e-5
    slopes = [(model.energy(x + h * axis) - model.energy(x - h * axis)) / (2 * h) for axis in torch.eye(2).double()]
    torch.testing.assert_close(model.score(x), -torch.stack(slopes, 1), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("seed", range(4))
def test_two_atoms_find_the_strokes_of_a_cross(seed):
    model = trained(cross(), 40, seed, atoms=2)
    strokes = torch.tensor([[math.cos(each), math.sin(each)] for each in (0.3, 1.7)])
    assert (model.atoms @ strokes.T).abs().amax(0).min() > 0.998
    assert model.losses[-1] <= model.losses[0]
    np.testing.assert_allclose(model.atoms.norm(dim=1).numpy(), 1, rtol=1e-5)


def test_an_atom_that_nothing_uses_goes_to_where_points_are():
    x = cross()
    model = Model(Params(atoms=3, is_nonnegative=True), rng(), CPU)
    model.begin(batch_of(x), rng())
    behind = torch.tensor([[-math.sin(1.0), math.cos(1.0)]])
    model.atoms = torch.cat([behind, -behind, torch.tensor([[math.cos(1.0), math.sin(1.0)]])])
    with torch.no_grad():
        for step in range(30):
            model.step(batch_of(x), rng(step))
        assert (model.codes(x).mean(0) > 0.01).all()


def test_atoms_that_cost_nothing_explain_everything():
    model = trained(cross(), 20, penalty=0.0, iterations=500)
    elsewhere = torch.rand(50, 2, generator=rng(5))
    with torch.no_grad():
        assert model.energy(elsewhere).max() < 0.01
    assert "zero" in model.remark()


def test_contours_have_their_corners_on_the_atoms():
    """Between two atoms a point costs more than on one, at the same distance from the middle."""
    model = trained(cross(), 40, atoms=2)
    first, second = model.atoms
    between = torch.nn.functional.normalize(first + second, dim=0)
    on, off = (model.energy((model.middle + 0.6 * each)[None]) for each in (first, between))
    assert float(off) > 1.15 * float(on)


def test_the_cursor_shows_atoms_tip_to_tail_up_to_the_point():
    model = trained(cross(), 20)
    x = torch.tensor([[0.5, 0.6]])
    drawing, text = model.at_cursor(x)
    arrows = drawing.arrows
    torch.testing.assert_close(arrows[0, :2], model.middle)
    torch.testing.assert_close(arrows[1:, :2], arrows[:-1, 2:])
    torch.testing.assert_close(arrows[-1:, :2], model.rebuilt(x))
    torch.testing.assert_close(arrows[-1:, 2:], x)
    assert text.startswith("z")
