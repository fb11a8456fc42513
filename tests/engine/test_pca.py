"""PCA: the same as scikit-learn's, after one step; two components rebuild everything."""

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from engine.models import Batch
from engine.models.pca import Model, Params

CPU = torch.device("cpu")


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def slanted(count=500, seed=1) -> torch.Tensor:
    shape = torch.tensor([[0.5, 0.2], [-0.05, 0.1]])
    return torch.randn(count, 2, generator=rng(seed)) @ shape + torch.tensor([0.3, -0.2])


def fitted(x, seed=0, num_steps=1, **values) -> Model:
    model = Model(Params(**values), rng(seed), CPU)
    for _ in range(num_steps):
        model.terms = model.step(Batch(x, torch.zeros(len(x), dtype=torch.int64)), rng())
    return model


@pytest.mark.parametrize("components", [1, 2])
def test_one_step_rebuilds_points_as_scikit_learn_does(components):
    x, new = slanted(), slanted(50, seed=9)
    theirs = PCA(components).fit(x.double().numpy())
    mine = fitted(x, components=components)
    rebuilt = theirs.inverse_transform(theirs.transform(new.double().numpy()))
    np.testing.assert_allclose(mine.rebuilt(new).numpy(), rebuilt, atol=1e-6)
    squared = ((new.double().numpy() - rebuilt) ** 2).sum(1)
    np.testing.assert_allclose(mine.energy(new).numpy(), squared / (2 * 0.1**2), rtol=1e-4, atol=1e-5)


def test_without_a_component_every_point_is_rebuilt_as_the_mean():
    x = slanted()
    model = fitted(x, components=0)
    torch.testing.assert_close(model.rebuilt(x[:3]), x.mean(0).expand(3, 2))
    torch.testing.assert_close(model.energy(x), (x - x.mean(0)).square().sum(1) / (2 * 0.1**2), rtol=1e-4, atol=1e-4)


def test_the_loss_is_the_mean_squared_distance_of_the_data():
    x = slanted()
    model = fitted(x, sigma=0.3)
    assert float(model.terms.loss) == pytest.approx(float((x - model.rebuilt(x)).square().sum(1).mean()), rel=1e-5)
    assert float(model.terms.energy_of_data) == pytest.approx(float(model.energy(x).mean()), rel=1e-5)


def test_with_two_components_the_energy_is_zero_everywhere():
    model = fitted(slanted(), components=2)
    assert torch.equal(model.energy(3 * torch.randn(100, 2, generator=rng())), torch.zeros(100))
    assert "every point" in model.remark()


def test_the_drawn_line_is_where_the_energy_is_zero():
    model = fitted(slanted())
    (line,) = model.manifold().lines
    np.testing.assert_allclose(model.energy(line).numpy(), 0, atol=1e-6)
    assert model.energy(model.mean[None] + 0.1 * model.directions[1]) == pytest.approx(0.5, rel=1e-4)


def test_arrows_are_as_long_as_the_data_are_wide_and_do_not_flip():
    model = fitted(slanted(20_000))
    arrows = model.parts().arrows
    lengths = (arrows[:, 2:] - arrows[:, :2]).norm(dim=1)
    codes = (slanted(20_000) - model.mean) @ model.directions.T
    np.testing.assert_allclose(lengths.numpy(), codes.std(0).numpy(), rtol=1e-3)
    for seed in range(2, 8):
        before = model.directions
        model.step(Batch(slanted(seed=seed), torch.zeros(500, dtype=torch.int64)), rng())
        assert ((before * model.directions).sum(1) > 0).all()


def test_a_narrow_line_of_a_million_points_far_from_the_middle_is_found():
    along = torch.rand(1_000_000, 1, generator=rng()) * 0.1
    x = torch.tensor([[2.9, -2.9]]) + along * torch.tensor([[0.6, 0.8]])
    model = fitted(x)
    np.testing.assert_allclose(model.directions[0].abs().numpy(), [0.6, 0.8], atol=1e-4)
    assert float(model.sds[1]) < 1e-6
