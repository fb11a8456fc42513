"""Bumps on top of a target: heights where they were put, and the gradient against autograd."""

import numpy as np
import pytest
import torch

from engine.notice import Notice
from engine.plane import Plane
from engine.sculpture import Bumps, Sculpted, check_bumps, shaped

CPU = torch.device("cpu")


class Bowl:
    def energy(self, x):
        return x.square().sum(1)

    def score(self, x):
        return -2 * x

    def energy_and_score(self, x):
        return self.energy(x), self.score(x)


BUMPS = Bumps(torch.tensor([[0.5, 0.0], [-0.2, 0.3]]), torch.tensor([2.0, -1.5]), torch.tensor([0.2, 0.1]))


def test_a_bump_adds_its_height_in_its_middle_and_nothing_far_away():
    target = Sculpted(Bowl(), BUMPS)
    assert torch.allclose(target.energy(torch.tensor([[0.5, 0.0]])), torch.tensor([2.25]), atol=1e-3)
    far = torch.tensor([[-3.0, -3.0]])
    assert torch.equal(target.energy(far), Bowl().energy(far))


def test_a_grid_of_points_gets_the_same_energy_as_each_by_itself():
    narrow = Bumps(torch.tensor([[0.9, -0.8], [0.0, 0.0]]), torch.tensor([30.0, -30.0]), torch.tensor([0.02, 0.6]))
    target = Sculpted(Bowl(), narrow)
    x = torch.rand(3000, 2, generator=torch.Generator().manual_seed(0)) * 2 - 1
    x[:500] = torch.tensor([0.9, -0.8]) + 0.02 * torch.randn(500, 2, generator=torch.Generator().manual_seed(1))
    far = torch.tensor([[1e3, 1e3], [-50.0, 7.0]])
    x = torch.cat([x, far])
    torch.testing.assert_close(target.energy(x), target.energy_and_score(x)[0], atol=1e-2, rtol=1e-5)


def test_the_score_is_minus_the_gradient():
    target = Sculpted(Bowl(), BUMPS)
    x = torch.randn(50, 2, generator=torch.Generator().manual_seed(0)).requires_grad_()
    (gradient,) = torch.autograd.grad(target.energy(x).sum(), x)
    energy, score = target.energy_and_score(x.detach())
    torch.testing.assert_close(score, -gradient)
    torch.testing.assert_close(energy, target.energy(x).detach())
    torch.testing.assert_close(target.score(x.detach()), score)


def test_sharpness_multiplies_what_was_done_by_hand_too():
    plane = Plane.of((0.0, 8.0, 10.0, 14.0))
    bumps = np.array([[6.0, 12.0, 3.0, 0.5]])
    x = torch.tensor([[0.5, 0.0], [0.4, 0.1]])
    once, twice = (shaped(Bowl(), bumps, sharpness, plane, CPU) for sharpness in (1.0, 2.0))
    torch.testing.assert_close(twice.energy(x), 2 * once.energy(x))
    torch.testing.assert_close(twice.score(x), 2 * once.score(x))
    assert once.energy(x)[0].item() == pytest.approx(0.25 + 3.0)
    # A width is in the user's numbers, of the shorter half of the home view.
    beside = torch.tensor([[0.5, 0.25]])
    assert once.energy(beside).item() == pytest.approx(0.3125 + 3.0 * np.exp(-0.5), rel=1e-5)


def test_without_bumps_and_sharpness_a_target_is_left_as_it_is():
    bowl = Bowl()
    assert shaped(bowl, np.zeros((0, 4)), 1.0, Plane.of((-1.0, 1.0, -1.0, 1.0)), CPU) is bowl


@pytest.mark.parametrize("bump", [[0.0, 0.0, 1.0, 0.01], [5.0, 0.0, 1.0, 0.5]])
def test_a_bump_that_the_grid_would_not_see_is_refused(bump):
    with pytest.raises(Notice, match=r"bumps\[1\]"):
        check_bumps(np.array([[0.0, 0.0, 1.0, 0.5], bump]), (-4.0, 4.0, -4.0, 4.0))
