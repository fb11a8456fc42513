r"""Two moons

Two half circles that reach into each other, each a row of so many round Gaussians that no ripple is left. Along a moon
a chain walks freely; from one moon to the other it must cross where they are nearest.

Equation: p(x) = \frac{1}{2K} \sum_{k=1}^{K} \left[ \mathcal{N}\left(x; (\cos t_k, \sin t_k), \sigma^2 I\right)
+ \mathcal{N}\left(x; (1 - \cos t_k, \tfrac12 - \sin t_k), \sigma^2 I\right) \right], \quad t_k = \pi \tfrac{k - 1/2}{K}
Try: Start one chain on the upper moon, halve the noise, and count how often it changes moons.
Source: scikit-learn, make_moons (the same scale).
"""

import math

import msgspec
import numpy as np
import torch

from engine.knobs import knob
from engine.messages import Extent
from engine.targets import Moments
from engine.targets._mixture import IsotropicMixture, home_view, mixture_moments


class Params(msgspec.Struct, frozen=True):
    noise: float = knob(0.1, low=0.03, high=0.5, scale="log", help="Standard deviation of the blur around the arcs.")


def target(params: Params, device: torch.device) -> IsotropicMixture:
    centres = _centres(params)
    return IsotropicMixture(centres, _weights(centres), params.noise, device)


def extent(params: Params) -> Extent:
    return home_view(_centres(params), params.noise)


def moments(params: Params) -> Moments:
    centres = _centres(params)
    return mixture_moments(centres, _weights(centres), params.noise)


def _centres(params: Params) -> np.ndarray:
    """Of both moons, (2 k, 2): one for each 1.2 standard deviations of the way, or a little more."""
    # A row of Gaussians this far apart is level to five digits.
    count = math.ceil(math.pi / (1.2 * params.noise))
    t = math.pi * (np.arange(count) + 0.5) / count
    upper = np.stack([np.cos(t), np.sin(t)], 1)
    return np.concatenate([upper, np.array([1.0, 0.5]) - upper])


def _weights(centres: np.ndarray) -> np.ndarray:
    return np.full(len(centres), 1 / len(centres))
