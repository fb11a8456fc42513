"""Geometry: edges lie between cells, lines end where the plane does, starts are far apart."""

import math

import pytest
import torch

from engine import geometry
from engine.fields import FAR

CPU = torch.device("cpu")


def rng(seed=0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def centres(count=12, seed=1) -> torch.Tensor:
    return torch.rand(count, 2, generator=rng(seed)) * 2 - 1


@pytest.mark.parametrize("count", [2, 3, 12, 40])
def test_every_point_of_an_edge_is_as_near_to_two_centres_and_no_other_is_nearer(count):
    points = centres(count)
    edges = geometry.voronoi_edges(points)
    assert edges
    share = torch.linspace(0, 1, 9)[:, None]
    for start, end in edges:
        nearest = torch.cdist((1 - share) * start + share * end, points).sort(1).values
        torch.testing.assert_close(nearest[:, 0], nearest[:, 1], atol=1e-5, rtol=1e-5)


def test_all_edges_are_there():
    """Where the nearest centre changes from one point of a fine line to the next, an edge passes."""
    points = centres(9)
    edges = torch.stack(geometry.voronoi_edges(points))
    for height in (-0.7, 0.0, 0.4):
        line = torch.stack([torch.linspace(-FAR, FAR, 6001), torch.full((6001,), height)], 1)
        nearest = torch.cdist(line, points).argmin(1)
        changes = int((nearest[1:] != nearest[:-1]).sum())
        below, above = edges[:, :, 1].amin(1), edges[:, :, 1].amax(1)
        assert changes == int(((below < height) & (height < above)).sum())


def test_edges_stay_on_the_plane_and_reach_its_end():
    (edge,) = geometry.voronoi_edges(torch.tensor([[-0.5, 0.0], [0.5, 0.0]]))
    assert edge[:, 0].tolist() == [0, 0]
    assert sorted(edge[:, 1].tolist()) == [-FAR, FAR]


def test_one_centre_or_the_same_twice_have_no_edge():
    assert geometry.voronoi_edges(torch.zeros(1, 2)) == []
    assert geometry.voronoi_edges(torch.full((5, 2), 0.3)) == []


def test_a_centre_that_is_there_twice_changes_no_edge():
    points = torch.tensor([[-0.5, 0.0], [0.5, 0.0]])
    once = geometry.voronoi_edges(points)[0]
    for edge in geometry.voronoi_edges(torch.cat([points, points[:1]])):
        torch.testing.assert_close(edge.sort(0).values, once.sort(0).values)


def test_a_line_across_fulfils_its_equation_from_end_to_end():
    for seed in range(20):
        normal, offset = torch.randn(2, generator=rng(seed)), 0.5 * torch.randn((), generator=rng(seed + 99))
        line = geometry.line_across(normal, offset)
        assert line is not None
        assert (line @ normal + offset).abs().max() < 1e-5
        assert line.abs().amax(1).tolist() == pytest.approx([FAR, FAR], abs=1e-5)


def test_a_line_that_passes_beside_the_plane_is_none_and_so_is_no_line():
    assert geometry.line_across(torch.tensor([1.0, 0.0]), torch.tensor(-FAR - 0.1)) is None
    assert geometry.line_across(torch.zeros(2), torch.tensor(1.0)) is None


def test_an_ellipse_is_so_many_standard_deviations_away():
    factor = torch.tensor([[0.3, 0.0], [0.2, 0.1]])
    line = geometry.ellipse(torch.tensor([0.5, -0.2]), factor, reach=2.0)
    squared = torch.linalg.solve(factor, (line - torch.tensor([0.5, -0.2])).T).square().sum(0)
    torch.testing.assert_close(squared, torch.full_like(squared, 4.0))
    torch.testing.assert_close(line[0], line[-1])


def test_warped_lines_are_the_lines_of_the_warped_points():
    lines = [*geometry.grid_lines(1.0, 3, 5, CPU), torch.zeros(2, 2)]
    found = geometry.warped(lines, lambda x: torch.stack([x[:, 0] + 1, 2 * x[:, 1]], 1))
    assert len(found) == len(lines) == 7
    for before, after in zip(lines, found, strict=True):
        assert torch.equal(after, before * torch.tensor([1.0, 2.0]) + torch.tensor([1.0, 0.0]))
    assert geometry.warped([], lambda x: x) == []


def test_grid_lines_go_both_ways_and_reach_to_the_ends():
    lines = torch.stack(geometry.grid_lines(1.5, 4, 6, CPU))
    assert lines.shape == (8, 6, 2)
    assert (lines[:4, :, 0] == lines[:4, :1, 0]).all()
    assert (lines[4:, :, 1] == lines[4:, :1, 1]).all()
    assert lines.amin() == -1.5
    assert lines.amax() == 1.5


def clumps(per_clump=100) -> torch.Tensor:
    """Ten clumps on a circle, as wide as a tenth of their distance."""
    angle = 2 * math.pi * torch.arange(10) / 10
    middle = torch.stack([angle.cos(), angle.sin()], 1).repeat(per_clump, 1)
    return middle + 0.06 * torch.randn(middle.shape, generator=rng(4))


def test_spread_points_find_every_clump_whatever_the_seed():
    points = clumps()
    for seed in range(100):
        chosen = geometry.spread_points(points, 10, rng(seed))
        clump = (torch.atan2(chosen[:, 1], chosen[:, 0]) * 10 / (2 * math.pi)).round().long() % 10
        assert clump.unique().numel() == 10, seed


def test_spread_points_are_of_the_data_and_differ_while_there_are_others():
    points = centres(12)
    chosen = geometry.spread_points(points, 12, rng())
    assert torch.cdist(chosen, points).amin(1).max() < 1e-6
    assert len(chosen.unique(dim=0)) == 12


def test_there_may_be_fewer_points_than_are_asked_for():
    points = centres(3)
    chosen = geometry.spread_points(points, 8, rng())
    assert chosen.shape == (8, 2)
    assert len(chosen.unique(dim=0)) == 3


def test_points_are_spread_among_very_many():
    points = clumps(5000)
    chosen = geometry.spread_points(points, 10, rng())
    clump = (torch.atan2(chosen[:, 1], chosen[:, 0]) * 10 / (2 * math.pi)).round().long() % 10
    assert clump.unique().numel() == 10
