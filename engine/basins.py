"""The basins of a landscape on a grid: which valley each cell runs down to, and which valley a walk was in.

A dent that is hardly lower than its rim is part of the valley beside it.
Source: steepest descent to the lowest of eight neighbours; merging by the height of the pass between two valleys, as in
Edelsbrunner, Letscher, Zomorodian (2002), Discrete Comput. Geom. 28 (persistence).
"""

from typing import NamedTuple

import numpy as np

# A valley whose lowest pass is not this much above its floor, in nats, is no valley of its own.
SHALLOWEST = 0.7
# One that holds less than this share of the mass is not counted either.
SMALLEST = 2e-3


class Basins(NamedTuple):
    """labels (rows, columns): the basin of each cell, 0 for the heaviest, -1 where the mass is nought.

    core (rows, columns): cells below the lowest pass out of their basin; a walk has changed basins when it has been in
    the core of another.  floors (k, 2): row and column of each basin's lowest cell.
    """

    labels: np.ndarray
    core: np.ndarray
    floors: np.ndarray

    @property
    def num_basins(self) -> int:
        return len(self.floors)


def basins(energy: np.ndarray, masses: np.ndarray) -> Basins:
    """energy: (rows, columns), nats, not finite where nothing can be.  masses: of each cell, which sum to at most 1."""
    energy = np.where(np.isfinite(energy), energy, np.inf)
    root = _floors_of(energy)
    first, second, height = _passes(energy, root)
    merged, lowest_pass = _merge(energy.ravel(), root, first, second, height, masses.ravel())
    is_there = np.isfinite(energy).ravel()
    floors, labels = np.unique(np.where(is_there, merged, -1), return_inverse=True)
    labels = labels.reshape(-1)
    mass_of = np.bincount(labels, masses.ravel(), len(floors))
    mass_of[floors < 0] = -1.0
    order = np.argsort(-mass_of, kind="stable")
    order = order[mass_of[order] >= 0]
    rank = np.full(len(floors), -1)
    rank[order] = np.arange(len(order))
    labels = rank[labels]
    core = is_there & (energy.ravel() < lowest_pass[merged])
    rows, columns = np.unravel_index(floors[order], energy.shape)
    return Basins(labels.reshape(energy.shape), core.reshape(energy.shape), np.stack([rows, columns], 1))


def visits(labels: np.ndarray, core: np.ndarray) -> np.ndarray:
    """The basin that each chain counts as being in, (chains, draws) -> (chains, draws); -1 before it was in any.

    labels, core: of the cell of each draw. A chain stays in its basin until it has been in the core of another.
    """
    marked = np.where(core, labels, -1)
    at = np.where(marked >= 0, np.arange(marked.shape[1]), -1)
    last = np.maximum.accumulate(at, axis=1)
    visited: np.ndarray = np.where(last >= 0, np.take_along_axis(marked, np.maximum(last, 0), 1), -1)
    return visited


def num_switches(visited: np.ndarray) -> np.ndarray:
    """How often each chain went from one basin to another, (chains, draws) -> (chains,)."""
    before, after = visited[:, :-1], visited[:, 1:]
    count: np.ndarray = ((before != after) & (before >= 0)).sum(1)
    return count


def _floors_of(energy: np.ndarray) -> np.ndarray:
    """The flat index of the cell that each cell's steepest descent ends in, (cells,)."""
    rows, columns = energy.shape
    padded = np.pad(energy, 1, constant_values=np.inf)
    index = np.pad(np.arange(rows * columns).reshape(rows, columns), 1, constant_values=-1)
    best, to = energy.copy(), np.arange(rows * columns).reshape(rows, columns)
    for dy, dx in _NEIGHBOURS:
        there = padded[1 + dy : 1 + dy + rows, 1 + dx : 1 + dx + columns]
        # Steepest, not lowest: a diagonal neighbour is farther away.
        with np.errstate(invalid="ignore"):
            fall = energy - (energy - there) / np.hypot(dy, dx)
            is_lower = (there < energy) & (fall < best)
        best = np.where(is_lower, fall, best)
        to = np.where(is_lower, index[1 + dy : 1 + dy + rows, 1 + dx : 1 + dx + columns], to)
    root: np.ndarray = to.ravel()
    while True:
        further = root[root]
        if np.array_equal(further, root):
            return root
        root = further


_NEIGHBOURS = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (dy, dx) != (0, 0)]


def _passes(energy: np.ndarray, root: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Between floors whose cells touch: the two floors, and the height of the lowest pass, sorted by it; (k,) each."""
    rows, columns = energy.shape
    root = root.reshape(rows, columns)
    found = []
    for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = (slice(0, rows - dy), slice(max(0, -dx), columns - max(0, dx)))
        there = (slice(dy, rows), slice(max(0, dx), columns + min(0, dx)))
        height = np.maximum(energy[here], energy[there])
        is_pass = (root[here] != root[there]) & np.isfinite(height)
        found.append((root[here][is_pass], root[there][is_pass], height[is_pass]))
    first, second, height = (np.concatenate(each) for each in zip(*found, strict=True))
    order = np.argsort(height, kind="stable")
    return first[order], second[order], height[order]


def _merge(
    energy: np.ndarray, root: np.ndarray, first: np.ndarray, second: np.ndarray, height: np.ndarray, masses: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Each cell's floor after shallow and small valleys have joined the lower one beside them, and by cell index the
    lowest pass out of what it is the floor of."""
    parent = {int(floor): int(floor) for floor in np.unique(root)}
    mass = dict.fromkeys(parent, 0.0)
    for floor, each in zip(*_sums(root, masses), strict=True):
        mass[int(floor)] = float(each)

    def top(floor: int) -> int:
        while parent[floor] != floor:
            parent[floor] = parent[parent[floor]]
            floor = parent[floor]
        return floor

    lowest_pass = np.full(len(energy), np.inf)
    for a, b, pass_height in zip(first.tolist(), second.tolist(), height.tolist(), strict=True):
        one, other = top(a), top(b)
        if one == other:
            continue
        upper, lower = (one, other) if energy[one] > energy[other] else (other, one)
        if pass_height - energy[upper] < SHALLOWEST or mass[upper] < SMALLEST:
            parent[upper] = lower
            mass[lower] += mass[upper]
    # Only now: which passes are between what is left.
    final = {floor: top(floor) for floor in parent}
    for a, b, pass_height in zip(first.tolist(), second.tolist(), height.tolist(), strict=True):
        one, other = final[a], final[b]
        if one != other:
            lowest_pass[one] = min(lowest_pass[one], pass_height)
            lowest_pass[other] = min(lowest_pass[other], pass_height)
    lookup = np.arange(len(energy))
    for floor, end in final.items():
        lookup[floor] = end
    return lookup[root], lowest_pass


def _sums(root: np.ndarray, masses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    floors, inverse = np.unique(root, return_inverse=True)
    return floors, np.bincount(inverse.reshape(-1), masses)
