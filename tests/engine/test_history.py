"""The memory of chains: which draws are kept, and that it stays bounded."""

import torch

from engine.history import History

CPU = torch.device("cpu")


def walked(num_steps, chains=16_384):
    """A history in which each position is the number of its step."""
    history = History(chains, CPU)
    for step in range(1, num_steps + 1):
        history.add(torch.full((chains, 2), float(step)))
    return history


def test_all_draws_are_kept_while_there_is_room():
    history = walked(50)
    assert history.every == 1
    assert history.draws[:, 0, 0].tolist() == list(range(1, 51))


def test_full_it_keeps_every_second_and_goes_on_at_that_pace():
    capacity = 64
    for num_steps in (capacity + 1, capacity + 7, 3 * capacity, 9 * capacity + 5):
        history = walked(num_steps)
        steps = history.draws[:, 5, 1].tolist()
        assert len(steps) <= capacity
        assert len(steps) >= capacity // 2
        assert steps == [float(history.every * (1 + index)) for index in range(len(steps))]
        assert num_steps - steps[-1] < history.every


def test_cleared_it_begins_anew():
    history = walked(200)
    history.clear()
    assert len(history) == 0
    history.add(torch.zeros(16_384, 2))
    assert (len(history), history.every) == (1, 1)


def test_few_chains_have_many_draws_and_many_chains_few():
    assert len(History(1, CPU)._kept) > len(History(1024, CPU)._kept) > len(History(65_536, CPU)._kept) >= 64


def test_cut_and_walked_again_it_is_as_if_nothing_had_been():
    for cut_at in (0, 1, 13, 64, 65, 130, 200, 300):
        whole, again = walked(300), walked(300)
        again.cut(cut_at)
        assert again.num_counted <= max(cut_at, 0)
        for step in range(again.num_counted + 1, 301):
            again.add(torch.full((16_384, 2), float(step)))
        assert (len(again), again.every, again.num_counted) == (len(whole), whole.every, whole.num_counted)
        assert torch.equal(again.draws, whole.draws)


def test_a_copy_has_a_life_of_its_own():
    history = walked(40)
    copy = history.copy()
    history.add(torch.zeros(16_384, 2))
    assert copy.draws[:, 0, 0].tolist() == list(range(1, 41))
