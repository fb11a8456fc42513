r"""Eight Gaussians

Eight round modes of equal weight on a circle. Within one a chain is soon at home; from one to the next it must cross a
valley that gets deeper as the modes get narrower. Most samplers that follow the slope stay where they began.

Equation: p(x) = \tfrac18 \sum_{k=0}^{7}
\mathcal{N}\left(x; r (\cos \tfrac{\pi k}{4}, \sin \tfrac{\pi k}{4}), \sigma^2 I\right)
Try: Start all chains in one mode and make the modes narrower, until no chain leaves.
Source: Metz et al. (2017), Unrolled generative adversarial networks, arXiv:1611.02163.
"""

import msgspec
import numpy as np
import torch

from engine.knobs import knob
from engine.messages import Extent
from engine.targets import Moments
from engine.targets._mixture import IsotropicMixture, home_view, mixture_moments


class Params(msgspec.Struct, frozen=True):
    radius: float = knob(2.0, low=0.5, high=10.0, help="Distance of the modes from the centre.")
    noise: float = knob(0.2, low=0.01, high=1.0, scale="log", help="Standard deviation of each mode.")


def target(params: Params, device: torch.device) -> IsotropicMixture:
    return IsotropicMixture(_centres(params), _weights(), params.noise, device)


def extent(params: Params) -> Extent:
    return home_view(_centres(params), params.noise, 5.0)


def moments(params: Params) -> Moments:
    return mixture_moments(_centres(params), _weights(), params.noise)


def _centres(params: Params) -> np.ndarray:
    """(8, 2)."""
    angle = np.pi * np.arange(8) / 4
    centres: np.ndarray = params.radius * np.stack([np.cos(angle), np.sin(angle)], 1)
    return centres


def _weights() -> np.ndarray:
    return np.full(8, 1 / 8)
