"""The auto-encoder: the linear one is PCA; the deep one follows what bends; two numbers for a code lose nothing."""

import pytest
import torch

from engine.models import Batch, autoencoder, pca

CPU = torch.device("cpu")


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def batch_of(x) -> Batch:
    return Batch(x, torch.zeros(len(x), dtype=torch.int64))


def slanted(count=400, seed=1) -> torch.Tensor:
    shape = torch.tensor([[0.5, 0.2], [-0.05, 0.1]])
    return torch.randn(count, 2, generator=rng(seed)) @ shape + torch.tensor([0.3, -0.2])


def arc(count=400, seed=1) -> torch.Tensor:
    """Half a circle without noise."""
    angle = 3.1 * torch.rand(count, generator=rng(seed))
    return 0.7 * torch.stack([angle.cos(), angle.sin()], 1)


@torch.no_grad()
def trained(x, num_steps, module=autoencoder, seed=0, **values):
    model = module.Model(module.Params(**values), rng(seed), CPU)
    model.begin(batch_of(x), rng(seed))
    model.settle()
    model.losses = [float(model.step(batch_of(x), rng()).loss) for _ in range(num_steps)]
    return model


@pytest.mark.parametrize("seed", [0, 1])
def test_the_linear_one_ends_as_pca(seed):
    """The same energies everywhere, far from the data too, and the same loss."""
    x, new = slanted(), 2 * slanted(100, seed=9)
    mine = trained(x, 1000, shape="linear", seed=seed, learning_rate=0.02, averaging=100, sigma=0.1)
    theirs = trained(x, 1, pca, sigma=0.1)
    with torch.no_grad():
        torch.testing.assert_close(mine.energy(new), theirs.energy(new), rtol=1e-3, atol=1e-3)
        torch.testing.assert_close(mine.rebuilt(new), theirs.rebuilt(new), rtol=1e-3, atol=1e-3)
    assert mine.losses[-1] == pytest.approx(theirs.losses[0], rel=1e-3)


def test_the_linear_ones_curve_is_the_line_of_pca():
    x = slanted()
    mine, theirs = trained(x, 1000, shape="linear", learning_rate=0.02, averaging=100), trained(x, 1, pca, sigma=0.05)
    with torch.no_grad():
        (line,) = mine.manifold().lines
        assert theirs.energy(line).max() < 1e-3
        assert line[0].sub(line[-1]).norm() > 1.0


@torch.no_grad()
def test_the_deep_one_follows_what_a_line_cannot():
    x = arc()
    deep, linear = trained(x, 500), trained(x, 500, shape="linear")
    assert deep.losses[-1] < 0.03 * linear.losses[-1]
    (curve,) = deep.manifold().lines
    distances = torch.cdist(arc(200, seed=3), curve).amin(1)
    assert distances.max() < 0.1


@torch.no_grad()
def test_one_number_cannot_rebuild_what_is_far_from_the_curve_and_two_can():
    x, elsewhere = slanted(), slanted().flip(1) * torch.tensor([1.0, -0.5])
    one, two = (trained(x, 800, shape="linear", bottleneck=each, sigma=0.1) for each in (1, 2))
    assert one.energy(elsewhere).mean() > 3
    assert two.energy(elsewhere).mean() < 0.01
    assert "flat" in two.remark()
    assert one.remark() == ""


@torch.no_grad()
def test_the_energy_is_half_the_squared_distance_over_sigma_squared():
    model = trained(arc(), 30, sigma=0.2)
    x = slanted(20)
    torch.testing.assert_close(model.energy(x), (x - model.rebuilt(x)).square().sum(1) / 0.08)
    drawing, text = model.at_cursor(x[:1])
    torch.testing.assert_close(drawing.arrows, torch.cat([x[:1], model.rebuilt(x[:1])], 1))
    assert text.startswith("z = ")


@torch.no_grad()
def test_the_drawn_curve_and_sheet_hold_all_reconstructions_of_the_data():
    x = arc()
    curve = trained(x, 60).manifold().lines[0]
    assert torch.cdist(trained(x, 60).rebuilt(x), curve).amin(1).max() < 0.02
    sheet = torch.cat(list(trained(x, 60, bottleneck=2).manifold().lines))
    assert torch.cdist(trained(x, 60, bottleneck=2).rebuilt(x), sheet).amin(1).max() < 0.15


@torch.no_grad()
def test_turning_a_knob_while_paused_leaves_the_curve_as_it_is():
    model = trained(arc(), 60)
    before = model.manifold().lines[0]
    model.params = autoencoder.Params(sigma=0.5)
    model.settle()
    assert torch.equal(model.manifold().lines[0], before)
