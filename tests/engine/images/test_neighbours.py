"""Nearest pictures against scikit-learn's, and what counts as copied."""

import numpy as np
import pytest
import torch
from sklearn.neighbors import NearestNeighbors

from engine.images import neighbours
from engine.images.neighbours import in_words, nearer_than, nearest, usual_distances


def normal(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("chunk_numbers", [50, 1000, 2**22])
@pytest.mark.parametrize("count", [1, 5])
def test_the_nearest_are_those_of_scikit_learn(monkeypatch, chunk_numbers, count):
    monkeypatch.setattr(neighbours, "_CHUNK_NUMBERS", chunk_numbers)
    training, queries = normal(300, 8), normal(20, 8, seed=1)
    distances, places = NearestNeighbors(n_neighbors=count).fit(training.numpy()).kneighbors(queries.numpy())
    found = nearest(queries, training, count)
    assert found.places.tolist() == places.tolist()
    assert np.allclose(found.distances, distances, atol=1e-5)


def test_a_copy_is_at_distance_zero_even_far_from_the_origin():
    training = normal(200, 16) + 1000
    found = nearest(training[[7, 30]], training)
    assert found.places.tolist() == [[7], [30]]
    assert found.distances.tolist() == [[0.0], [0.0]]


def test_pictures_of_bytes_count_from_black_0_to_white_1():
    pictures = torch.tensor([[[[0]], [[0]]], [[[255]], [[255]]]], dtype=torch.uint8)
    found = nearest(pictures[:1], pictures, 2)
    assert found.places.tolist() == [[0, 1]]
    assert found.distances[0, 1] == pytest.approx(2**0.5)


def test_a_row_that_is_left_out_is_not_its_own_neighbour():
    training = torch.tensor([[0.0], [1.0], [5.0]])
    found = nearest(training, training, 1, left_out=torch.arange(3))
    assert found.places.flatten().tolist() == [1, 0, 1]
    assert found.distances.flatten().tolist() == [1.0, 1.0, 4.0]


def test_more_neighbours_than_there_are_rows_are_all_rows():
    assert nearest(normal(2, 3), normal(4, 3), 9).places.shape == (2, 4)
    training = normal(4, 3)
    assert nearest(training, training, 9, left_out=torch.arange(4)).distances.isfinite().all()


def test_usual_distances_are_each_ones_nearest_without_itself():
    training = torch.tensor([[0.0], [1.0], [5.0], [5.0]])
    assert usual_distances(training, torch.Generator().manual_seed(0)).distances.tolist() == [0.0, 0.0, 1.0, 1.0]


def test_of_a_large_set_a_part_is_looked_at_and_the_seed_says_which():
    training = normal(500, 4)
    one, same, other = (usual_distances(training, torch.Generator().manual_seed(s), 50) for s in (0, 0, 1))
    assert len(one.distances) == 50
    assert torch.equal(one.distances, same.distances)
    assert not torch.equal(one.distances, other.distances)


def test_the_share_falls_from_one_to_none_as_the_distance_grows():
    usual = usual_distances(torch.arange(10.0)[:, None] ** 2, torch.Generator().manual_seed(0))
    known = usual.distances.numpy()
    for distance in (0.0, 0.5, 1.0, 2.0, 8.5, 17.0, 99.0):
        assert float(nearer_than(usual, torch.tensor([distance]))) == pytest.approx((known > distance).mean())


def test_a_copy_is_called_copied_and_a_new_sample_is_not():
    training = normal(400, 6)
    usual = usual_distances(training, torch.Generator().manual_seed(0))
    copy, fresh = training[3:4] + 1e-4, normal(200, 6, seed=9)
    assert "closer than 100 % of the training set's own, so copied." in in_words(
        float(nearest(copy, training).distances), usual
    )
    # New samples of the same distribution: their shares are spread evenly.
    shares = nearer_than(usual, nearest(fresh, training).distances.flatten())
    assert shares.mean() == pytest.approx(0.5, abs=0.06)
    assert in_words(float(usual.median), usual).endswith("so not copied.")


def test_a_large_set_becomes_floats_a_part_at_a_time(monkeypatch):
    rows, sizes = neighbours._rows, []
    monkeypatch.setattr(neighbours, "_rows", lambda values: sizes.append(values.numel()) or rows(values))
    training = torch.zeros(12_000, 28, 28, 1, dtype=torch.uint8)
    assert nearest(training[:3], training, 2).distances.tolist() == [[0.0, 0.0]] * 3
    assert max(sizes) <= 2**22 < training.numel()
