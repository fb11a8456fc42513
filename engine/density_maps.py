"""Densities on a grid, to be laid side by side: what the target's is, and what the chains' draws give.

Both are averaged over the same small discs, or the noise of few draws a cell would hide everything else; so their
difference is of the draws alone.
Not covered: what is painted of them (gui/density_view.py).
"""

from functools import lru_cache

import numpy as np

from engine.exact import FINE_CELLS
from engine.plane import Plane

# Standard deviation of a disc, in cells.
_SPREAD_CELLS = 1.5


def density_of(masses: np.ndarray, plane: Plane) -> np.ndarray:
    """(FINE_CELLS, FINE_CELLS) float32 per unit of the user's area, rows from the lowest y.

    masses: as `Exact.fine`. The density integrates to all that lies within the home view: a disc at its edge does not
    reach out of it.
    """
    home = masses[:-1].reshape(FINE_CELLS, FINE_CELLS)
    width = 2 / FINE_CELLS
    area = width**2 * plane.half[0] * plane.half[1]
    blur = _blur()
    density: np.ndarray = blur @ home @ blur.T / area
    return density.astype(np.float32)


@lru_cache(maxsize=1)
def _blur() -> np.ndarray:
    """What each cell of a row gives to the others; its columns sum to one."""
    at = np.arange(FINE_CELLS)
    weights = np.exp(-((at[:, None] - at) ** 2) / (2 * _SPREAD_CELLS**2))
    shares: np.ndarray = weights / weights.sum(0)
    return shares
