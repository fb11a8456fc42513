"""How often frames happen and how fine they are; clocks are given by hand."""

import pytest

from engine import pace
from engine.messages import SetView
from engine.pace import Kept, Pacer

VIEW = SetView(1, (0.0, 1.0, 0.0, 1.0), columns=128, rows=96)


def played(pacer: Pacer, secs_of_cells, num_frames: int = 20, share: float = pace.SHARE) -> list[int]:
    """The columns of so many frames, each of which costs what its columns say."""
    columns = []
    for frame in range(num_frames):
        view = pacer.moving(VIEW, share)
        pacer.spent(frame, frame + secs_of_cells(view.columns), share)
        columns.append(view.columns)
    return columns


def test_quick_frames_are_as_fine_as_the_view_asks_and_come_thirty_times_a_second():
    pacer = Pacer()
    assert set(played(pacer, lambda columns: 0.005)) == {128}
    assert pacer.secs_until_due(19.0) == pytest.approx(1 / 30)


def test_slow_frames_become_coarser_until_they_look_alive():
    pacer = Pacer()
    columns = played(pacer, lambda columns: 0.04 * (columns / 128) ** 2)
    assert columns[0] == 128
    assert columns[-1] == 64
    assert 0.04 * 0.25 / pace.SHARE <= 1 / 20


def test_what_is_slow_at_any_size_is_not_made_unrecognisable():
    assert min(played(Pacer(), lambda columns: 1.0)) == 48


def test_frames_become_finer_again_where_they_are_quick():
    pacer = Pacer()
    played(pacer, lambda columns: 0.2)
    assert played(pacer, lambda columns: 0.002)[-1] == 128


def test_frames_that_share_the_time_are_coarser():
    alone = played(Pacer(), lambda columns: 0.012 * (columns / 128) ** 2)
    shared = played(Pacer(), lambda columns: 0.012 * (columns / 128) ** 2, share=pace.SHARE / 4)
    assert shared[-1] < alone[-1] == 128


def test_the_fineness_does_not_go_back_and_forth():
    columns = played(Pacer(), lambda columns: 0.02 * (columns / 128) ** 2, num_frames=60)
    assert len(set(columns[10:])) == 1


def test_a_dear_value_is_kept_while_things_move_and_fresh_when_they_stand(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(pace.clock, "now", lambda: clock[0])
    kept, calls = Kept[int](), []

    def compute() -> int:
        calls.append(clock[0])
        clock[0] += 0.05
        return len(calls)

    assert kept.get(compute, "a", is_moving=True) == 1
    clock[0] = 0.4
    assert kept.get(compute, "a", is_moving=True) == 1
    assert kept.get(compute, "a", is_moving=False) == 2
    assert kept.get(compute, "b", is_moving=True) == 3
    clock[0] += 0.5
    assert kept.get(compute, "b", is_moving=True) == 4
