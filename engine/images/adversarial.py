"""What the adversarial families share: their knobs, the two losses, and the penalty on slopes.

Source: Goodfellow et al. (2014), NeurIPS, for the non-saturating loss; Mescheder, Geiger, Nowozin (2018), ICML, for R1;
Karras et al. (2020), CVPR, for applying it to one step in 16.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from engine.knobs import knob

# What Adam remembers of the slopes: with a short memory the two networks swing less around each other.
BETAS = (0.5, 0.99)
AVERAGING = 1000
PENALTY_EVERY_STEPS = 16


class Knobs(msgspec.Struct, frozen=True):
    """What all of them may be told."""

    latents: int = knob(
        32, low=1, high=256, scale="log", makes_new_network=True, help="How many random numbers a picture is made of."
    )
    generator_learning_rate: float = knob(
        1e-3, low=1e-5, high=0.1, scale="log", help="How far each step moves the weights of what makes pictures."
    )
    discriminator_learning_rate: float = knob(
        1e-3, low=1e-5, high=0.1, scale="log", help="How far each step moves the weights of what judges them."
    )
    penalty: float = knob(
        0.1, low=0.0, high=100.0, help="Weight of R1: how gentle the discriminator's slopes at the data must be."
    )
    batch_size: int = knob(64, low=2, high=256, scale="log", help="How many pictures, and fakes, a step looks at.")
    width: int = knob(
        32, low=4, high=96, scale="log", makes_new_network=True, help="Channels of the outermost layer; more inwards."
    )


@contextmanager
def still(network: nn.Module) -> Iterator[None]:
    """Let gradients through what is computed here by the network, but compute none of its weights."""
    network.requires_grad_(False)
    yield
    network.requires_grad_(True)


def judged(of_data: Tensor, of_fakes: Tensor) -> Tensor:
    """What the discriminator lowers: how badly it tells the two apart, from its logits (n,)."""
    return softplus(-of_data).mean() + softplus(of_fakes).mean()


def fooling(of_fakes: Tensor) -> Tensor:
    """What the generator lowers: how sure the discriminator is of its fakes."""
    return softplus(-of_fakes).mean()


def r1(logits: Tensor, x: Tensor) -> Tensor:
    """Half the mean squared length of the slope of the logits at x, which must have required gradients."""
    (slope,) = torch.autograd.grad(logits.sum(), x, create_graph=True)
    return slope.flatten(1).square().sum(1).mean() / 2
