"""The way from one code to another along the data: the shortest path on the graph of nearest neighbours.

Where the graph falls apart, the nearest link to the part that is not reached yet is added, until there is a way.
Source: Tenenbaum, de Silva, Langford (2000), Science 290(5500), for distances along a neighbourhood graph.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.images.neighbours import nearest
from engine.notice import Notice

# Of more codes a part is taken: links are found among all pairs.
MOST_CODES = 8000
_NEIGHBOURS = 10
# A link of length 0, between equal codes, would be none to SciPy.
_LEAST_LENGTH = 1e-9


class Graph(NamedTuple):
    """Codes and the links between neighbours, each in both directions.

    codes: (n, d) float32.  starts, ends: (m,) int64, places of codes.  lengths: (m,) float64, Euclidean.
    chosen: (n,) int64, the codes' places in the set that was given.
    """

    codes: Tensor
    starts: np.ndarray
    ends: np.ndarray
    lengths: np.ndarray
    chosen: np.ndarray


class Path(NamedTuple):
    """frames: (n, d), equal steps from A to B along the links.  visited: places, in the set that was given, of the
    codes that the path goes through, in order.  length: of the path, in the units of codes.  num_added: links that
    were not between neighbours, because there was no way without them.
    """

    frames: Tensor
    visited: np.ndarray
    length: float
    num_added: int


def graph_of(codes: Tensor, num_neighbours: int = _NEIGHBOURS, seed: int = 0) -> Graph:
    """The graph of the codes (n, d), each linked with its nearest; of more than 8,000 codes a part drawn by the seed.

    Raises Notice for fewer than 2 codes.
    """
    if len(codes) < 2:
        raise Notice("A path along the data needs at least 2 codes.")
    chosen = np.arange(len(codes))
    if len(codes) > MOST_CODES:
        chosen = np.sort(np.random.default_rng(seed).choice(len(codes), MOST_CODES, replace=False))
    kept = codes[torch.as_tensor(chosen, device=codes.device)].float()
    own = torch.arange(len(kept), device=kept.device)
    found = [
        nearest(kept[part], kept, num_neighbours, left_out=part) for part in torch.split(own, 512)
    ]  # a few at a time: all pairs at once take n^2
    ends = torch.cat([each.places for each in found]).cpu().numpy()
    lengths = torch.cat([each.distances for each in found]).cpu().double().numpy()
    starts = np.repeat(np.arange(len(kept)), ends.shape[1])
    return Graph(kept, *_both_ways(starts, ends.ravel(), lengths.ravel()), chosen)


def path_between(graph: Graph, a: Tensor, b: Tensor, count: int, num_neighbours: int = _NEIGHBOURS) -> Path:
    """The shortest path from code a to code b, (d,) each, by the graph, as `count` frames with equal steps.

    a and b need not be in the graph: they are linked to their nearest codes.
    """
    from scipy.sparse import coo_array  # slow to import
    from scipy.sparse.csgraph import dijkstra

    num_codes = len(graph.codes)
    codes = torch.cat([graph.codes, torch.stack([a, b]).to(graph.codes)])
    found = nearest(codes[-2:], graph.codes, num_neighbours)
    new = np.repeat([num_codes, num_codes + 1], found.places.shape[1])
    links = _both_ways(new, found.places.cpu().numpy().ravel(), found.distances.cpu().double().numpy().ravel())
    starts, ends, lengths = (np.concatenate(each) for each in zip(graph[1:4], links, strict=True))
    added = _missing_links(codes, starts, ends)
    starts, ends, lengths = (
        np.concatenate(each) for each in zip((starts, ends, lengths), _both_ways(*added), strict=True)
    )
    # A link that is there twice counts once, not as the sum.
    _, first = np.unique(starts * len(codes) + ends, return_index=True)
    matrix = coo_array((lengths[first], (starts[first], ends[first])), shape=(len(codes), len(codes))).tocsr()
    before = dijkstra(matrix, indices=num_codes, return_predecessors=True)[1]
    way = [num_codes + 1]
    while way[-1] != num_codes:
        way.append(int(before[way[-1]]))
    way.reverse()
    frames, length = _resampled(codes[way], count)
    return Path(frames, graph.chosen[way[1:-1]], length, len(added[0]))


def _both_ways(starts: np.ndarray, ends: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    lengths = np.maximum(lengths, _LEAST_LENGTH)
    return np.concatenate([starts, ends]), np.concatenate([ends, starts]), np.concatenate([lengths, lengths])


def _missing_links(codes: Tensor, starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The links that join the last but one code's part of the graph to the last one's; empty where they are joined.

    The part grows by the nearest code outside of it, with all that hangs together with that one (Prim's algorithm).
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    size = len(codes)
    part_of = connected_components(coo_array((np.ones(len(starts)), (starts, ends)), shape=(size, size)))[1]
    is_reached = np.zeros(size, bool)
    distance, nearest_in = np.full(size, np.inf), np.zeros(size, np.int64)
    links, newest = list[tuple[int, int, float]](), size - 2
    while True:
        joined = np.flatnonzero(part_of == part_of[newest])
        is_reached[joined] = True
        if is_reached[size - 1]:
            break
        outside = np.flatnonzero(~is_reached)
        found = nearest(codes[outside], codes[joined], 1)
        now = found.distances.cpu().double().numpy()[:, 0]
        is_nearer = now < distance[outside]
        distance[outside[is_nearer]] = now[is_nearer]
        nearest_in[outside[is_nearer]] = joined[found.places.cpu().numpy()[is_nearer, 0]]
        newest = int(outside[distance[outside].argmin()])
        links.append((int(nearest_in[newest]), newest, float(distance[newest])))
    columns = np.array(links, np.float64).reshape(-1, 3).T
    return columns[0].astype(np.int64), columns[1].astype(np.int64), columns[2]


def _resampled(corners: Tensor, count: int) -> tuple[Tensor, float]:
    """A line through corners (m, d) as (count, d) with equal steps along it, and its length."""
    steps = (corners[1:] - corners[:-1]).double().norm(dim=1)
    reached = torch.cat([steps.new_zeros(1), steps.cumsum(0)])
    wanted = torch.linspace(0, 1, count, dtype=torch.float64, device=corners.device) * reached[-1]
    at = torch.searchsorted(reached, wanted, right=True).clamp(1, len(corners) - 1)
    share = ((wanted - reached[at - 1]) / steps[at - 1].clamp_min(1e-30)).clamp(0, 1).to(corners.dtype)[:, None]
    return (1 - share) * corners[at - 1] + share * corners[at], float(reached[-1])
