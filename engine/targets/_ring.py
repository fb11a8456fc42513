"""Integrals over the distance from the middle of a ring of Gaussian thickness: what the targets on a ring share."""

import math


def radial_integrals(radius: float, width: float) -> tuple[float, float]:
    """The integrals of r f(r) and of r^3 f(r) from 0 on, with f(r) = exp(-(r - radius)^2 / (2 width^2)).

    By parts: I_1 = radius I_0 + width^2 f(0), and from there I_{k+1} = radius I_k + k width^2 I_{k-1}.
    """
    variance = width**2
    zeroth = width * math.sqrt(math.pi / 2) * (1 + math.erf(radius / width / math.sqrt(2)))
    first = radius * zeroth + variance * math.exp(-(radius**2) / (2 * variance))
    second = radius * first + variance * zeroth
    return first, radius * second + 2 * variance * first
