"""Paths along the data where the answer is known: round a hole, on a line, and across a gap."""

import math

import numpy as np
import pytest
import torch

from engine.images import graph_path
from engine.images.graph_path import graph_of, path_between
from engine.notice import Notice


def circle(count: int, width: float = 0.0, seed: int = 0) -> torch.Tensor:
    rng = np.random.default_rng(seed)
    angle = rng.uniform(0, 2 * np.pi, count)
    radius = 1 + width * rng.uniform(-1, 1, count)
    return torch.tensor(np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1), dtype=torch.float32)


@pytest.mark.parametrize("width", [0.0, 0.15])
def test_a_path_goes_round_the_hole_of_a_ring_and_not_through_it(width):
    codes = circle(1500, width)
    path = path_between(graph_of(codes), torch.tensor([1.0, 0.0]), torch.tensor([-1.0, 0.0]), 40)
    assert path.frames.norm(dim=1).min() > 0.95 - 1.2 * width
    # Half the circle; the inner way of a ring is shorter.
    assert math.pi * (1 - width) - 0.05 < path.length < math.pi * 1.1
    assert path.num_added == 0


def test_frames_begin_at_a_end_at_b_and_move_by_equal_steps():
    a, b = torch.tensor([0.9, 0.1]), torch.tensor([-0.8, 0.4])
    path = path_between(graph_of(circle(400, 0.1)), a, b, 1000)
    assert torch.allclose(path.frames[[0, -1]], torch.stack([a, b]))
    steps = path.frames.diff(dim=0).norm(dim=1)
    assert steps.max() < 1.001 * path.length / 999  # at corners the way across is shorter
    assert steps.median() == pytest.approx(path.length / 999, rel=1e-3)


def test_codes_on_a_line_give_the_straight_line():
    codes = torch.linspace(0, 1, 50)[:, None] * torch.tensor([[3.0, 4.0]])
    path = path_between(graph_of(codes, 3), codes[0], codes[-1], 11)
    assert path.length == pytest.approx(5, rel=1e-5)
    assert torch.allclose(path.frames, torch.linspace(0, 1, 11)[:, None] * torch.tensor([[3.0, 4.0]]), atol=1e-5)


def test_visited_codes_are_named_by_their_places_and_lie_on_the_path():
    codes = circle(300)
    path = path_between(graph_of(codes), codes[5], codes[17], 2000)
    gaps = torch.cdist(codes[torch.as_tensor(path.visited)], path.frames).min(1).values
    assert gaps.max() < 0.01
    assert len(path.visited) > 3


def islands() -> torch.Tensor:
    """Three groups on a line; the gaps are from 1 to 2 and from 3 to 5."""
    return torch.cat([torch.linspace(start, start + 1, 30) for start in (0.0, 2.0, 5.0)])[:, None]


def test_across_gaps_the_nearest_links_are_added():
    path = path_between(graph_of(islands(), 4), torch.tensor([0.0]), torch.tensor([6.0]), 7)
    assert path.num_added == 2
    assert path.length == pytest.approx(6, abs=1e-4)
    assert torch.allclose(path.frames.flatten(), torch.arange(7.0), atol=1e-4)


def test_an_island_beside_the_way_is_not_joined():
    codes = torch.cat([islands(), torch.full((20, 1), 900.0)])
    assert path_between(graph_of(codes, 4), torch.tensor([0.0]), torch.tensor([3.0]), 5).num_added == 1


def test_many_equal_codes_are_no_obstacle():
    codes = torch.cat([torch.zeros(40, 2), torch.ones(40, 2), circle(200)])
    path = path_between(graph_of(codes, 5), torch.zeros(2), torch.ones(2), 9)
    assert path.frames.isfinite().all()
    assert torch.allclose(path.frames[-1], torch.ones(2))


def test_from_a_code_to_itself_the_path_stands_still():
    codes = circle(50)
    path = path_between(graph_of(codes), codes[3], codes[3], 4)
    assert torch.allclose(path.frames, codes[3].expand(4, 2))
    assert path.length == 0


def test_the_shortest_path_is_never_shorter_than_the_straight_line():
    codes = torch.randn(200, 5, generator=torch.Generator().manual_seed(0))
    graph = graph_of(codes, 6)
    for place in range(1, 30):
        path = path_between(graph, codes[0], codes[place], 5)
        assert path.length >= float((codes[0] - codes[place]).norm()) * (1 - 1e-5)


def test_of_very_many_codes_a_part_is_taken(monkeypatch):
    monkeypatch.setattr(graph_path, "MOST_CODES", 100)
    codes = circle(1000)
    graph = graph_of(codes, seed=3)
    assert len(graph.codes) == 100
    assert torch.equal(graph.codes, codes[torch.as_tensor(graph.chosen)])
    assert np.array_equal(graph.chosen, graph_of(codes, seed=3).chosen)


def test_two_codes_are_the_fewest():
    two = torch.tensor([[0.0, 0.0], [1.0, 0.0]])
    assert path_between(graph_of(two), two[0], two[1], 3).frames.tolist() == [[0, 0], [0.5, 0], [1, 0]]
    with pytest.raises(Notice, match="at least 2 codes"):
        graph_of(two[:1])
