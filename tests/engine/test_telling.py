"""What every sampler tells of its steps; a new file in their folder is tested without a word here.

A story is about one step that was really made: its places and numbers are compared with that step's.
"""

import re
from itertools import pairwise

import numpy as np
import torch

from engine.chains import Chains
from engine.messages import DOTS, LINES
from engine.plane import Plane
from engine.samplers import hmc, nuts
from engine.telling import NUM_TOLD, apart, probability, story_of
from engine.witness import Witness
from tests.engine.test_samplers import SAMPLERS, Fenced, Gaussian, each_sampler, rng, starts

PLANE = Plane((10.0, -20.0), (5.0, 2.0))
HOME = Plane((0.0, 0.0), (1.0, 1.0))


def told_steps(name, num_steps=6, target=None, seed=0, params=None, count=8):
    """The chains with the last step kept, and its story on the plane, of several steps."""
    chains = Chains(name, params or {}, target or Gaussian(), starts(count, seed).clamp(max=0.35), rng(seed))
    for _ in range(num_steps):
        chains.step(is_told=True)
        yield chains.made, story_of(chains.module, chains.made, HOME)


def marks_of(story, look):
    found = [each.points for each in story.marks if each.look == look]
    return np.concatenate(found) if found else np.zeros((0, 2))


def numbers(tensor):
    return tensor.double().numpy()


@each_sampler
def test_a_told_step_is_the_same_as_one_that_is_not_told(name):
    told, silent = (Chains(name, {}, Gaussian(), starts(8), rng(1)) for _ in range(2))
    for _ in range(5):
        told.step(is_told=True)
        silent.step()
        assert torch.equal(told.x, silent.x)
    assert silent.made is None


@each_sampler
def test_every_phase_has_a_name_and_the_last_ends_where_the_chains_are(name):
    for made, story in told_steps(name):
        count = len(story.phases[-1].places)
        assert count >= min(NUM_TOLD, len(made.after.x))
        np.testing.assert_array_equal(story.phases[-1].places, numbers(made.after.x[:count]))
        for phase in story.phases:
            assert 0 < len(phase.name) < 40
            assert len(phase.says) < 100
            assert phase.beats > 0
            assert np.isfinite(phase.places).all()
            assert len(phase.places) == count


@each_sampler
def test_what_is_drawn_is_finite_named_and_seen_in_some_phase(name):
    for target in (Gaussian(), Fenced()):
        for _, story in told_steps(name, target=target):
            assert any(mark.until == len(story.phases) for mark in story.marks), "the whole step has nothing to show"
            for mark in story.marks:
                assert mark.look in LINES + DOTS
                assert 0 <= mark.since < mark.until <= len(story.phases)
                assert mark.points.shape[1] == 2
                assert mark.rung < len(story.temperatures)
                if mark.look in LINES:
                    assert mark.offsets[-1] == len(mark.points)
                    assert (np.diff(mark.offsets) > 1).all()
                else:
                    assert np.isfinite(mark.points).all()
                    assert len(mark.sizes) in (0, len(mark.points))


@each_sampler
def test_the_legend_says_each_look_in_one_way(name):
    for _, story in told_steps(name):
        said = {}
        for mark in story.marks:
            if mark.says:
                said.setdefault(mark.look, set()).add(mark.says)
        assert said
        assert all(len(each) == 1 for look, each in said.items() if look != "way"), said


@each_sampler
def test_a_chain_is_where_its_accepted_proposal_was_and_not_where_a_rejected_one_was(name):
    for made, story in told_steps(name, num_steps=10):
        places = story.phases[-1].places
        # A ladder's copies trade after the test.
        places = np.concatenate(
            [places, *(phase.places for phase in story.phases if phase.name in ("accept", "reject"))]
        )
        for point in marks_of(story, "accepted"):
            assert (places == point).all(1).any()
        if "proposal" in made.info._fields and hasattr(made.info, "is_accepted"):
            count = len(story.phases[-1].places)
            is_in = made.info.is_accepted[:count]
            found = np.unique(marks_of(story, "accepted"), axis=0)
            np.testing.assert_array_equal(found, np.unique(numbers(made.info.proposal[:count][is_in]), axis=0))


@each_sampler
def test_the_numbers_of_the_test_agree_with_its_outcome(name):
    for made, story in told_steps(name, num_steps=12):
        for phase in story.phases:
            if match := re.search(r"([\d.e-]+) ([<≥]) ([\d.e-]+)", phase.says):
                u, sign, chance = float(match[1]), match[2], float(match[3])
                assert (u < chance) == (sign == "<")
                assert (sign == "<") == (phase.name == "accept") == bool(made.info.is_accepted[0])


@each_sampler
def test_a_story_is_in_the_users_numbers(name):
    [(made, here)] = told_steps(name, num_steps=1)
    there = story_of(SAMPLERS[name], made, PLANE)
    for mark, other in zip(here.marks, there.marks, strict=True):
        np.testing.assert_allclose(other.points, mark.points * PLANE.half + PLANE.centre)
    assert [each.says for each in there.phases] == [each.says for each in here.phases]


def test_a_file_without_a_tale_of_its_own_tells_where_its_chains_went():
    chains = Chains("random_walk", {}, Gaussian(), starts(5), rng())
    chains.step(is_told=True)
    simple = type(chains.module)("simple")
    story = story_of(simple, chains.made, HOME)
    np.testing.assert_array_equal(story.phases[-1].places, numbers(chains.x[:4]))
    assert len(marks_of(story, "way")) == 8


def test_two_numbers_get_digits_until_they_differ():
    assert apart(0.614, 0.42) == ("0.61", "0.42")
    assert apart(0.41999, 0.42001) == ("0.41999", "0.42001")


def test_a_tiny_probability_does_not_look_like_none():
    assert apart(0.3, 1e-12) == ("0.30", "1e-12")
    assert [probability(value) for value in (0.0, 0.004, 0.006, 1.0)] == ["0.00", "4e-03", "0.01", "1.00"]


def test_the_leaves_of_a_tree_are_the_leaps_of_its_glide():
    """The oracle is the leapfrog of another file, from the same start with the same momentum and its opposite."""
    sizes = {"step_size": 0.05}
    for made, story in told_steps("nuts", num_steps=8, params=sizes):
        leaves = sum(len(each.points) for each in story.marks if each.look in ("forward", "backward"))
        assert leaves == int(made.info.num_evaluations[:NUM_TOLD].sum())
        push = made.draws.seen("normal")[0]
        state = hmc.State(made.before.x, made.before.energy, made.before.score)
        for chain in range(NUM_TOLD):
            tree = nuts._tree(made, chain)
            for direction, sign in (("forward", 1.0), ("backward", -1.0)):
                grown = [branch.leaves for branch in tree if branch.direction == direction]
                if grown:
                    found = torch.cat(grown)
                    path, *_ = hmc.leapfrog(state, sign * push, made.target, 0.05, len(found))
                    torch.testing.assert_close(found, path[1:, chain], atol=1e-4, rtol=1e-4)


def test_what_a_slice_finds_lies_in_the_shrunken_interval():
    for made, story in told_steps("slice", num_steps=12):
        intervals = [
            each.points.reshape(-1, 2, 2) for each in story.marks if each.look == "interval" and not each.is_aside
        ]
        lengths = [np.linalg.norm(each[0, 1] - each[0, 0]) for each in intervals]
        assert all(later <= earlier for earlier, later in pairwise(lengths))
        left, right = intervals[-1][0]
        end = numbers(made.after.x[0])
        share = (end - left) @ (right - left) / max(1e-12, (right - left) @ (right - left))
        assert -1e-4 <= share <= 1 + 1e-4


def test_a_stretch_moves_on_the_line_through_both_chains():
    for made, story in told_steps("stretch", num_steps=5, params={"walks": 0.0}):
        lines = marks_of(story, "faint").reshape(-1, 2, 2)
        toward, moved = lines[:, 1] - lines[:, 0], numbers(made.info.proposal[:NUM_TOLD]) - lines[:, 0]
        cross = toward[:, 0] * moved[:, 1] - toward[:, 1] * moved[:, 0]
        np.testing.assert_allclose(cross, 0, atol=1e-5)


def test_differential_evolution_moves_by_the_difference_that_is_drawn():
    for made, story in told_steps("differential_evolution", num_steps=5, params={"mode_jumps": 0.0, "noise": 1e-5}):
        lines = marks_of(story, "faint").reshape(-1, 2, 2)
        moved = numbers(made.info.proposal[:NUM_TOLD] - made.before.x[:NUM_TOLD])
        np.testing.assert_allclose(moved, 1.19 * (lines[:, 1] - lines[:, 0]), atol=1e-3)


def test_a_ladder_shows_all_its_copies_and_who_traded():
    num_traded = 0
    for made, story in told_steps("parallel_tempering", num_steps=10):
        assert story.temperatures[0] == 1
        assert (np.diff(story.temperatures) > 0).all()
        for rung in range(len(made.info.rungs)):
            marks = [mark for mark in story.marks if (mark.look, mark.rung) == ("copies", rung)]
            last = np.concatenate([mark.points for mark in marks if mark.until == len(story.phases)])
            np.testing.assert_array_equal(last, numbers(made.info.rungs[rung, :NUM_TOLD]))
        links = np.isfinite(marks_of(story, "swap")).all(1).sum() // 2
        assert links == int(made.info.is_swapped[:, :NUM_TOLD].sum())
        num_traded += links
    assert num_traded > 0


def test_the_arrows_of_the_particles_are_to_one_scale():
    for made, story in told_steps("svgd", num_steps=3, count=30):
        x = numbers(made.before.x)
        arrows = [marks_of(story, look).reshape(-1, 2, 2)[:, 1] - x for look in ("attraction", "repulsion")]
        scale = np.linalg.norm(arrows[0]) / np.linalg.norm(numbers(made.info.attraction))
        np.testing.assert_allclose(arrows[1], scale * numbers(made.info.repulsion), atol=1e-6, rtol=1e-3)


def test_a_pass_that_is_told_again_ends_where_it_ended():
    for made, story in told_steps("annealed_importance", num_steps=3):
        np.testing.assert_array_equal(marks_of(story, "weights"), numbers(made.info.ends))
        weigh = next(index for index, phase in enumerate(story.phases) if phase.name == "weigh")
        np.testing.assert_array_equal(story.phases[weigh].places, numbers(made.info.ends))


def test_a_witness_keeps_numbers_that_a_step_then_changes():
    from engine.draws import Draws

    draws = Witness(Draws(rng(), 3))
    first = draws.uniform()
    kept = first.clone()
    first.zero_()
    again = draws.again()
    assert torch.equal(draws.seen("uniform")[0], kept)
    assert torch.equal(again.uniform(), kept)
