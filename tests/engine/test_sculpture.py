"""Bumps on top of a target: heights where they were put, and the gradient against autograd."""

import torch

from engine.sculpture import Bumps, Sculpted


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


def test_the_score_is_minus_the_gradient():
    target = Sculpted(Bowl(), BUMPS)
    x = torch.randn(50, 2, generator=torch.Generator().manual_seed(0)).requires_grad_()
    (gradient,) = torch.autograd.grad(target.energy(x).sum(), x)
    energy, score = target.energy_and_score(x.detach())
    torch.testing.assert_close(score, -gradient)
    torch.testing.assert_close(energy, target.energy(x).detach())
    torch.testing.assert_close(target.score(x.detach()), score)
