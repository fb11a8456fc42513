r"""Three modes

Three round modes that weigh 0.5, 0.3 and 0.2. To find each of them is not enough: a chain must also spend the right
time in each. Far apart, chains that began alike agree with one another and are all wrong.

Equation: p(x) = \sum_{k=1}^{3} w_k \, \mathcal{N}(x; d \, c_k, \sigma^2 I), \quad w = (0.5, 0.3, 0.2)
Try: Raise the distance and look at the time spent in each mode: which sampler still gets the weights right?
Source: Energyscape's own numbers; mixtures of this kind: Gelman, Rubin (1992), Statistical Science 7(4).
"""

import msgspec
import numpy as np
import torch

from engine.knobs import knob
from engine.messages import Extent
from engine.targets import Moments
from engine.targets._mixture import IsotropicMixture, home_view, mixture_moments

_CENTRES = np.array([[-1.0, -0.6], [1.0, -0.5], [0.1, 1.0]])
_WEIGHTS = np.array([0.5, 0.3, 0.2])


class Params(msgspec.Struct, frozen=True):
    distance: float = knob(1.5, low=0.2, high=5.0, help="How far the modes are from the centre, about.")
    noise: float = knob(0.5, low=0.05, high=1.0, scale="log", help="Standard deviation of each mode.")


def target(params: Params, device: torch.device) -> IsotropicMixture:
    return IsotropicMixture(params.distance * _CENTRES, _WEIGHTS, params.noise, device)


def extent(params: Params) -> Extent:
    return home_view(params.distance * _CENTRES, params.noise)


def moments(params: Params) -> Moments:
    return mixture_moments(params.distance * _CENTRES, _WEIGHTS, params.noise)
