"""Generative adversarial network: its losses by hand, the penalty of a plane, and the best discriminator."""

import json
import math
from pathlib import Path

import pytest
import torch

from engine import recipe
from engine.fields import FAR
from engine.knobs import make
from engine.models import Batch
from engine.models.gan import LOSSES, Model, Params, gradient_penalty

CPU = torch.device("cpu")
RECIPES = Path(__file__).parents[2] / "assets" / "recipes"
SMALL = {"generator_width": 16, "discriminator_width": 32, "batch_size": 256}
each_loss = pytest.mark.parametrize("loss", LOSSES)


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def clump(count=256, seed=1) -> torch.Tensor:
    """A Gaussian at (0.3, -0.2) of standard deviation 0.2."""
    return torch.tensor([0.3, -0.2]) + 0.2 * torch.randn(count, 2, generator=rng(seed))


def batch_of(x: torch.Tensor) -> Batch:
    return Batch(x, torch.zeros(len(x), dtype=torch.int64))


@torch.no_grad()
def stepped(model: Model, num_steps: int) -> Model:
    steps = rng(5)
    for index in range(num_steps):
        model.step(batch_of(clump(seed=index + 10)), steps)
    return model


def model_of(seed=0, **values) -> Model:
    return Model(Params(**SMALL | values), rng(seed), CPU)


# What the discriminator loses at data of energy 2 and at fakes of energy -0.5, and the generator at these, by hand.
BY_HAND = {
    "non-saturating": (math.log(1 + math.e**2), math.log(1 + math.e**0.5), math.log(1 + math.e**-0.5)),
    "least squares": (9.0, 2.25, 0.25),
    "Wasserstein": (2.0, 0.5, -0.5),
    "hinge": (3.0, 1.5, -0.5),
}


@each_loss
def test_the_losses_are_those_computed_by_hand(loss):
    data, fake = torch.tensor([2.0]), torch.tensor([-0.5])
    losses = LOSSES[loss]
    found = (losses.data(data), losses.fake(fake), losses.generator(fake))
    assert [float(each) for each in found] == pytest.approx(BY_HAND[loss])


def test_the_hinge_asks_for_no_more_than_its_gap():
    assert float(LOSSES["hinge"].data(torch.tensor(-1.5))) == 0
    assert float(LOSSES["hinge"].fake(torch.tensor(1.5))) == 0


@each_loss
def test_the_penalty_of_a_plane_is_that_of_its_slope(loss):
    """Of the energy w . x with |w| = 5: (5 - 1)^2 for Wasserstein's, else 5^2 / 2; and its slope by w as by hand."""
    network = torch.nn.Linear(2, 1)
    with torch.no_grad():
        network.weight.copy_(torch.tensor([[3.0, -4.0]]))
    penalty = gradient_penalty(network, loss, clump(), -clump(), rng())
    penalty.backward()
    is_wasserstein = loss == "Wasserstein"
    assert penalty.item() == pytest.approx(16 if is_wasserstein else 12.5, rel=1e-5)
    by_hand = 2 * 4 / 5 * network.weight if is_wasserstein else network.weight
    torch.testing.assert_close(network.weight.grad, by_hand.detach(), rtol=1e-4, atol=1e-5)


def test_the_penalty_is_taken_at_the_data_or_between_them_and_the_fakes():
    """Of the energy |x|^2, whose slope is 2 |x| long: data at 1 and fakes at 3 are passed evenly."""

    class Bowl(torch.nn.Module):
        def forward(self, x):
            return x.square().sum(1, keepdim=True)

    data = torch.tensor([[1.0, 0.0]]).expand(20_000, 2)
    assert gradient_penalty(Bowl(), "hinge", data, 3 * data, rng()).item() == pytest.approx(2)
    # The mean of (2 r - 1)^2 over r from 1 to 3: (125 - 1) / 12.
    found = gradient_penalty(Bowl(), "Wasserstein", data, 3 * data, rng()).item()
    assert found == pytest.approx(31 / 3, rel=0.02)


@torch.no_grad()
def test_with_the_generator_held_still_the_energy_becomes_the_log_ratio_of_the_densities():
    """A linear generator's points are Gaussian before they are bent to stay on the plane."""
    model = model_of(
        turns="discriminator only", generator_depth=0, penalty=0.0, averaging=300, discriminator_learning_rate=3e-3
    )
    linear = model._generator.network[0]
    linear.weight.copy_(0.35 * torch.eye(2))
    linear.bias.zero_()
    stepped(model, 600)
    x = clump(400, seed=3)
    raw = FAR * torch.atanh(x / FAR)
    bent = (1 - (x / FAR).square()).log().sum(1)
    log_generated = -raw.square().sum(1) / (2 * 0.35**2) - 2 * math.log(0.35) - bent
    log_data = -(x - torch.tensor([0.3, -0.2])).square().sum(1) / (2 * 0.2**2) - 2 * math.log(0.2)
    assert float((model.energy(x) - (log_generated - log_data)).abs().mean()) < 0.15


@pytest.mark.parametrize("turns", ["discriminator only", "generator only"])
def test_who_is_held_still_does_not_change(turns):
    model = model_of(turns=turns)
    before = model.weights()
    after = stepped(model, 3).weights()
    changed = {name.partition(".")[0] for name in before if not torch.equal(before[name], after[name])}
    learner = turns.partition(" ")[0]
    assert changed == {learner, f"{learner}_mean"}


@each_loss
@torch.no_grad()
def test_the_generators_turn_lowers_the_energy_of_what_it_makes(loss):
    """Least squares instead brings it to 0."""
    model = stepped(model_of(loss=loss, turns="discriminator only"), 100)
    before = model.energy(model.samples(500, rng()))
    model.params = make(Params, SMALL | {"loss": loss, "turns": "generator only", "averaging": 1}, "p")
    after = model.energy(stepped(model, 30).samples(500, rng()))
    if loss == "least squares":
        before, after = before.square(), after.square()
    assert float(after.mean()) < float(before.mean()) - 0.02


@each_loss
@torch.no_grad()
def test_it_learns_a_clump(loss):
    model = stepped(model_of(loss=loss, averaging=100), 300)
    drawn = model.samples(2000, rng())
    assert (drawn.mean(0) - torch.tensor([0.3, -0.2])).abs().max() < 0.1
    assert (drawn.std(0) - 0.2).abs().max() < 0.1


@torch.no_grad()
def test_pushes_go_down_at_the_data_and_up_at_the_fakes():
    model = stepped(model_of(generator_depth=0), 2)
    assert float(model.pushes(clump(100, seed=9)).down.mean()) < 0
    assert float(model.pushes(model.phases(rng()).up).up.mean()) > 0
    before = model.weights()
    model.pushes(clump(5))
    assert all(torch.equal(each, before[name]) for name, each in model.weights().items())
    held = stepped(model_of(turns="generator only"), 1).pushes(clump(5))
    assert not held.down.any()
    assert not held.up.any()


@torch.no_grad()
def test_with_one_number_of_noise_all_it_makes_lies_on_its_curve():
    model = model_of(latent=1)
    (curve,) = model.manifold().lines
    drawn = model.samples(300, rng())
    # The curve ends at 2.5 standard deviations, where one in eighty draws lies beyond.
    near = torch.cdist(drawn, curve).amin(1) < 0.02
    assert float(near.float().mean()) > 0.95
    with_two = model_of(latent=2).samples(300, rng())
    assert float((torch.cdist(with_two, curve).amin(1) < 0.02).float().mean()) < 0.5


@pytest.mark.parametrize("name", ["gan_small", "gan_mode_collapse"])
def test_its_recipes_can_be_read(name):
    made = recipe.from_plain(json.loads((RECIPES / f"{name}.json").read_text()))
    assert made.model.name == "gan"
    assert make(Params, made.model.params, "p") != Params()
