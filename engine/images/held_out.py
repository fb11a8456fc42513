"""Which pictures of a set a model learns from, and which are held out to judge it by: the same for the same seed.

Not covered: the training (training.py).
"""

from typing import NamedTuple

import numpy as np

from engine.images import Pictures

# Share of the pictures that is held out, and the most that are.
HELD_OUT_SHARE, MOST_HELD_OUT = 0.1, 1000


class Split(NamedTuple):
    """Places in the set, sorted: (k,) and (m,)."""

    kept: np.ndarray
    held_out: np.ndarray


def split(count: int, seed: int) -> Split:
    """A tenth is held out, at most 1,000; of fewer than 10 pictures none, and they are judged by themselves."""
    order = np.random.default_rng(seed).permutation(count)
    size = min(MOST_HELD_OUT, int(HELD_OUT_SHARE * count))
    return Split(np.sort(order[size:]), np.sort(order[:size]) if size else np.arange(count))


def in_words(num_kept: int, pictures: Pictures) -> str:
    """What a card says of the data."""
    return f"{num_kept} of {len(pictures.pixels)} pictures: {pictures.title}"
