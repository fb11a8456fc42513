r"""No-U-Turn sampler

A chain is given a random push and glides as in Hamiltonian Monte Carlo, but nobody has to say for how long: the glide
is doubled, forwards or backwards at random, until its two ends begin to come closer to one another. The next position
is one of those on the way, the likelier the lower its energy, and rather a far one. That spares tuning and costs a
gradient for every leap on the way. It crosses between modes no better than other glides do.

Equation: P(z_i) \propto e^{-H(z_i)}, \quad H(x, p) = E(x) + \tfrac12 |p|^2, \quad
\text{until } \rho \cdot p_- \le 0 \text{ or } \rho \cdot p_+ \le 0, \; \rho = \sum_i p_i
Try: Make a normal narrower and see how its glides bend to and fro along it; then lower the maximal depth to 2.
Source: Hoffman, Gelman (2014), JMLR 15; the choice on the way and the turn by sums of momenta: Betancourt (2017),
arXiv:1701.02434; turns looked for between parts as well, as in Stan 2.21; without recursion: Phan, Pradhan, Jankowiak
(2019), arXiv:1912.11554.
"""

from functools import lru_cache
from typing import NamedTuple

import msgspec
import torch
from torch import Tensor

from engine.draws import Draws
from engine.knobs import knob
from engine.samplers import Target
from engine.telling import NUM_TOLD, Made, Teller, tell_momentum

TARGET_ACCEPTANCE = 0.8
# An error of the energy, in nats, that ends a glide.
_ASTRAY = 1000.0


class Params(msgspec.Struct, frozen=True):
    step_size: float = knob(
        0.05,
        low=1e-4,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="The length of a leap. Longer ones need fewer gradients and keep the energy less well.",
    )
    max_depth: int = knob(8, low=1, high=10, help="How often a glide may be doubled: 8 is up to 255 leaps.")


class State(NamedTuple):
    """Positions on the plane (chains, 2), and there the energy (chains,) and minus its gradient (chains, 2)."""

    x: Tensor
    energy: Tensor
    score: Tensor


class Info(NamedTuple):
    """All positions come by, in the order of the leaps (k, chains, 2): a chain that has ended stays at its new place.
    The mean probability of acceptance over them, whether the energy went astray, and the gradients it took, (chains,).
    """

    acceptance: Tensor
    is_divergent: Tensor
    path: Tensor
    num_evaluations: Tensor


class _Glide(NamedTuple):
    """A glide of each chain that goes on, as seen from the end that grows next; coordinates come before chains (m).

    The way of a leap is the momentum times the step size; momenta are in units of that, twice.
    """

    ends: Tensor  # (2, 2, 2, m): the growing end and the other, each its position and its next way outward
    momenta: Tensor  # (3, 2, m): of the other end, the sum of all between, and of the growing end, all in its direction
    total: Tensor  # (m,): the energy H at the start
    log_weight: Tensor  # (m,): of the sum of exp(-H) along the glide, less that of the start
    best: Tensor  # (5, m): position, score and energy that are chosen so far
    tally: Tensor  # (3, m): probabilities of acceptance, summed, how many those are, and how often all went astray


def init(x: Tensor, target: Target, params: Params, draws: Draws) -> State:
    """Chains that start at `x`, (chains, 2)."""
    return State(x, *target.energy_and_score(x))


def step(state: State, target: Target, params: Params, draws: Draws) -> tuple[State, Info]:
    """One glide of every chain. All are doubled together; those that have ended take no part in the next doubling.

    For that the step waits for the device, once for each doubling, and never else. All that a doubling came by is kept
    until its end: turns and choices then take some operators for each doubling, and not for each leap.
    """
    glide = _begun(state, draws.normal(), params.step_size)
    best, tally, num_leaps = glide.best, glide.tally, torch.zeros_like(state.energy)
    left: Tensor | None = None  # which chains go on; None is all of them
    paths: list[tuple[Tensor | None, Tensor]] = []
    for depth in range(params.max_depth):
        glide, is_going, path = _doubled(glide, target, params.step_size, depth, draws)
        paths.append((left, path))
        if left is None:
            best, tally = glide.best, glide.tally
            num_leaps = torch.full_like(num_leaps, 2 ** (depth + 1) - 1)
        else:
            best, tally = best.index_copy(1, left, glide.best), tally.index_copy(1, left, glide.tally)
            num_leaps.index_fill_(0, left, 2 ** (depth + 1) - 1)
        going = is_going.nonzero()[:, 0]
        if not len(going):
            break
        if len(going) < len(is_going):
            left = going if left is None else left[going]
            glide = _Glide(*(each.index_select(-1, going) for each in glide))
    x, score, energy = best[:2].T, best[2:4].T, best[4]
    path = torch.cat([state.x[None], *(_of_all(x, *each) for each in paths)])
    return State(x, energy, score), Info(tally[0] / tally[1], tally[2] > 0, path, num_leaps)


def _begun(state: State, push: Tensor, size: float) -> _Glide:
    """Glides of one position, where the sum of all momenta is that of either end."""
    x, push, score = state.x.T, push.T, state.score.T
    pull, momentum = score * (size**2 / 2), push * (2 * size)
    ends = torch.stack([x, torch.add(pull, push, alpha=size), x, torch.sub(pull, push, alpha=size)])
    total = torch.add(state.energy, push.square().sum(0), alpha=0.5)
    return _Glide(
        ends.view(2, 2, 2, -1),
        torch.stack([momentum, -momentum, momentum]),
        total,
        torch.zeros_like(total),
        torch.cat([x, score, state.energy[None]]),
        total.new_zeros(3, len(total)),
    )


def _doubled(glide: _Glide, target: Target, size: float, depth: int, draws: Draws) -> tuple[_Glide, Tensor, Tensor]:
    """As many leaps again at a random end; which chains may go on (m,), and the new positions, (leaps, m, 2)."""
    direction, choice, change = torch.rand(3, len(glide.total), generator=draws.rng, device=draws.device).unbind(0)
    is_back = direction < 0.5
    grown, other = torch.where(is_back, glide.ends.flip(0), glide.ends).unbind(0)
    known = torch.where(is_back, glide.momenta.flip(0).neg_(), glide.momenta)
    points, ways = _leaps(grown, target, size * size, 2**depth)
    new = ways[1:] + ways[:-1]
    momenta = torch.cat([known, new])
    sums = momenta.cumsum(0)
    is_straight = _is_straight(momenta, sums, depth)

    # NaN has no weight, nor has an energy of minus infinity, which a chain could never leave.
    never = -torch.inf
    log_weights = torch.sub(glide.total, points[:, 4]).sub_(new.square_().sum(1), alpha=1 / (8 * size * size))
    log_weights.nan_to_num_(never, posinf=never, neginf=never)
    is_known = (log_weights >= -_ASTRAY).cumprod(0)  # 1, and 0 from where the energy went astray
    is_sound = is_known[-1] > 0

    # One of the new positions by its weight, and then it rather than the old one by the weight of all that are new.
    top = log_weights.amax(0)
    parts = (log_weights - top).exp_().cumsum_(0)
    chosen = (parts <= choice * parts[-1]).sum(0).clamp_(max=len(parts) - 1)
    log_weight = parts[-1].log().add_(top)
    is_taken = (
        (change.log_() < log_weight - glide.log_weight).logical_and_(is_straight[3:].all(0)).logical_and_(is_sound)
    )
    best = torch.where(is_taken, points.gather(0, chosen.expand(1, 5, -1))[0], glide.best)

    # What comes after the energy has gone astray says nothing.
    acceptance = log_weights.clamp_(max=0).exp_().mul_(is_known).sum(0)
    is_lost = ~is_sound
    tally = torch.stack([acceptance, is_known.sum(0).add_(is_lost), is_lost]).add_(glide.tally)
    glide = _Glide(
        torch.stack([points[-1, :2], ways[-1], other[0], other[1]]).view(2, 2, 2, -1),
        torch.stack([known[0], sums[-2] - known[0], momenta[-1]]),
        glide.total,
        torch.logaddexp(glide.log_weight, log_weight),
        best,
        tally,
    )
    path = torch.where(is_known[:, None] > 0, points[:, :2], best[:2]).transpose(1, 2)
    return glide, is_straight.all(0).logical_and_(is_sound), path


def _leaps(end: Tensor, target: Target, square: float, num: int) -> tuple[Tensor, Tensor]:
    """Position, score and energy after each leap, (num, 5, m), and the way of each and of the next, (num + 1, 2, m).

    A way grows by the squared step size times the score: two half pushes at the same position are one whole push.
    """
    points, ways = end.new_empty(num, 5, end.shape[2]), end.new_empty(num + 1, *end.shape[1:])
    x, way = end.mT.unbind(0)
    rows = ways.mT.unbind(0)
    rows[0].copy_(way)
    for at, known, before, after in zip(points[:, :2].mT, points[:, 2:], rows[:-1], rows[1:], strict=True):
        x = torch.add(x, before, out=at)
        energy, score = target.energy_and_score(x)
        torch.add(before, score, alpha=square, out=after)
        torch.cat([score.T, energy[None]], out=known)
    return points, ways


def _is_straight(momenta: Tensor, sums: Tensor, depth: int) -> Tensor:
    """Of each of the `_parts` of a glide, whether its ends still move apart, (parts, m).

    They do where rho . p > 0 at both, with rho the sum of its momenta, which points from its start to its end.

    momenta: (2^depth + 3, 2, m), and their running sums.
    """
    first, last = _parts(depth, momenta.device)
    at_first = momenta.index_select(0, first)
    rho = sums.index_select(0, last).sub_(sums.index_select(0, first)).add_(at_first)
    one, other = at_first.mul_(rho).sum(1), rho.mul_(momenta.index_select(0, last)).sum(1)
    return torch.minimum(one, other) > 0


@lru_cache(maxsize=64)
def _parts(depth: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """The parts of a glide that are looked at for a turn, each by its first and its last row of momenta.

    Row 0 is the far end, row 1 the sum of all between, row 2 the end that grew, and the others are new. The first three
    parts are the whole and, because a turn may hide where two halves meet, either half with the next position of the
    other. So it goes on within what is new: both halves of it, and so forth.
    """
    num = 2**depth
    parts = [(0, num + 2), (0, 3), (2, num + 2)]
    for width in (2**level for level in range(1, depth + 1)):
        for start in range(3, num + 3, width):
            middle, end = start + width // 2, start + width - 1
            parts += [(start, end), (start, middle), (middle - 1, end)][: 1 if width == 2 else 3]
    first, last = torch.tensor(parts, device=device).T.contiguous()
    return first, last


def _of_all(x: Tensor, left: Tensor | None, path: Tensor) -> Tensor:
    """A path of some chains as one of all, (leaps, chains, 2), where the others stay at x, (chains, 2)."""
    return path if left is None else x.expand(len(path), *x.shape).clone().index_copy_(1, left, path)


def tell(teller: Teller, made: Made) -> None:
    """The phases of a step: the tree of each glide, doubling by doubling."""
    tell_momentum(teller, made)
    trees = [_tree(made, chain) for chain in range(len(made.before.x[:NUM_TOLD]))]
    first = trees[0]
    for depth in range(max(map(len, trees))):
        # When the first tree is done, those of the others come at once.
        if depth < len(first):
            teller.phase(f"doubling {depth + 1}: {first[depth].direction}", f"leaps: {2**depth}")
        for tree in (tree for tree in trees if depth < len(tree)):
            is_aside, (direction, root, leaves) = tree is not first, tree[depth]
            teller.lines("way", torch.cat([root[None], leaves])[None], is_aside=is_aside)
            label = "" if is_aside else str(depth + 1)
            teller.dots(direction, leaves, f"{direction} leaves", group=depth, label=label, is_aside=is_aside)
    is_lost, is_deepest = bool(made.info.is_divergent[0]), len(first) == made.params.max_depth
    if is_lost:
        teller.phase("stop: a divergence", "the energy went astray, what was found there does not count")
    elif is_deepest:
        teller.phase("stop: the deepest tree", f"maximal depth {made.params.max_depth}")
    else:
        teller.phase("stop: a U-turn", "the ends of the glide, or of a part of it, come closer again")
        teller.lines("faint", torch.stack(_ends(made.before.x[0], first))[None], "between the ends")
    after = made.after.x[:NUM_TOLD]
    places = torch.cat([made.before.x[:1], *(branch.leaves for branch in first)])
    is_start = torch.equal(after[0], made.before.x[0])
    says = "the start itself" if is_start else f"one of {len(places)} places, the likelier the lower its H"
    teller.phase("choose", says, at=after)
    teller.dots("accepted", after, "chosen")


class _Branch(NamedTuple):
    """What one doubling added: its leaves, (leaps, 2), from the end of the glide that grew, (2,)."""

    direction: str
    root: Tensor
    leaves: Tensor


def _tree(made: Made, chain: int) -> list[_Branch]:
    """The doublings of one chain. A new leaf is where a leap from one of both ends leads: from the nearer one."""
    start, size, push = made.before.x[chain], made.params.step_size, made.draws.seen("normal")[0][chain]
    pull = made.before.score[chain] * (size**2 / 2)
    ends = {"forward": start, "backward": start}
    ahead = {"forward": start + pull + size * push, "backward": start + pull - size * push}
    path, tree = made.info.path[1:, chain], []
    for depth in range(int(made.info.num_evaluations[chain] + 1).bit_length() - 1):
        leaves = path[2**depth - 1 : 2 ** (depth + 1) - 1]
        if made.info.is_divergent[chain]:
            # From where the energy went astray the path tells of the new place instead.
            is_other = (leaves != made.after.x[chain]).any(1)
            leaves = leaves[: int(is_other.nonzero().amax()) + 1 if is_other.any() else 1]
        direction = min(ahead, key=lambda way: float((leaves[0] - ahead[way]).square().sum()))
        tree.append(_Branch(direction, ends[direction], leaves))
        before, end = torch.cat([ends[direction][None], leaves])[-2:]
        ends[direction] = end
        ahead[direction] = 2 * end - before + size**2 * made.target.score(end[None])[0]
    return tree


def _ends(start: Tensor, tree: list[_Branch]) -> list[Tensor]:
    """The last leaf of either direction, or the start."""
    last = {"forward": start, "backward": start} | {branch.direction: branch.leaves[-1] for branch in tree}
    return list(last.values())
