"""How a sampler tells its last step: phases with names and numbers, and what is drawn of the first few chains.

A sampler's file may have a function

    tell(teller: Teller, made: Made) -> None

that calls `teller.phase` and then `dots` and `lines` for what is seen from then on. It is called only where steps come
slowly enough to be followed, so it may wait for the device and evaluate a few energies more. What it says are the
numbers of that very step. A file without it is told by what its Info has.
"""

from itertools import pairwise
from types import ModuleType
from typing import Any, NamedTuple

import msgspec
import numpy as np
import torch
from torch import Tensor

from engine.messages.story import LINES, Mark, Phase, Story
from engine.plane import Plane
from engine.samplers import Target
from engine.witness import Witness

# So many chains are told of; a sampler's file may have a NUM_TOLD of its own.
NUM_TOLD = 4
# How long an arrow of 1 is, in half home views.
ARROW = 0.15
_MOST_LEAP_PHASES = 10


class Made(NamedTuple):
    """A step that was made: the states before and after it, its Info, all it has drawn, on what, with which knobs."""

    before: Any
    after: Any
    info: Any
    draws: Witness
    target: Target
    params: Any


class Teller:
    """Collects phases and marks, on the plane."""

    def __init__(self, places: Tensor, *, is_ensemble: bool) -> None:
        """places: (m, 2), where the chains that are told of start.  is_ensemble: no one of them is told of alone."""
        self._is_ensemble = is_ensemble
        self._places = _numbers(places)
        self._phases: list[Phase] = []
        self._marks: list[Mark] = []
        self.temperatures = np.zeros(0)

    def phase(self, name: str, says: str = "", *, at: Tensor | None = None, beats: float = 1.0) -> None:
        """The next one. at: (m, 2), where the chains are from here on."""
        if at is not None:
            self._places = _numbers(at)
        self._phases.append(Phase(name, says, self._places, beats))

    def dots(
        self, look: str, points: Tensor, says: str = "", *, only: Tensor | None = None, sizes: Tensor | None = None,
        lasts: int = 0, label: str = "", group: int = 0, rung: int = -1, is_aside: bool = False,
    ) -> None:  # fmt: skip
        """points: (n, 2).  only: (n,) bool, which of them.  sizes: (n,), 0 to 1.

        lasts: so many phases; 0 is to the end.  is_aside: not of the first chain.
        """
        kept = torch.ones_like(points[:, 0], dtype=torch.bool) if only is None else only
        num_own = 1 if self._is_split(points) else 0
        for part, is_other in ((slice(0, num_own), False), (slice(num_own, None), bool(num_own) or is_aside)):
            own = kept[part]
            more: dict[str, Any] = {} if sizes is None else {"sizes": sizes[part][own].cpu().float().numpy()}
            more |= {"label": label, "group": group, "rung": rung, "is_aside": is_other}
            self._add(look, _numbers(points[part][own]), says, lasts, **more)

    def lines(
        self, look: str, lines: Tensor, says: str = "", *, lasts: int = 0, rung: int = -1, is_aside: bool = False
    ) -> None:
        """lines: (n, corners, 2); arrows have two corners."""
        num_own = 1 if self._is_split(lines) else 0
        for part, is_other in ((lines[:num_own], False), (lines[num_own:], bool(num_own) or is_aside)):
            count, corners, _ = part.shape
            offsets = (np.arange(count + 1) * corners).astype(np.int32)
            points = _numbers(part.reshape(-1, 2))
            self._add(look, points, says, lasts, offsets=offsets, rung=rung, is_aside=is_other)

    def end(self, look: str) -> None:
        """What looks so is seen no more from this phase on."""
        now = len(self._phases) - 1
        for index, mark in enumerate(self._marks):
            if mark.look == look and mark.since < now and not 0 < mark.until <= now:
                self._marks[index] = msgspec.structs.replace(mark, until=now)

    def story(self, plane: Plane) -> Story:
        """All of it in the user's numbers."""
        last = len(self._phases)

        def to_user(points: np.ndarray) -> np.ndarray:
            return points * plane.half + plane.centre

        phases = [Phase(each.name, each.says, to_user(each.places), each.beats) for each in self._phases]
        marks = [
            msgspec.structs.replace(each, points=to_user(each.points), until=each.until or last) for each in self._marks
        ]
        return Story(tuple(phases), tuple(marks), self.temperatures)

    def _is_split(self, things: Tensor) -> bool:
        """Whether these are one of each chain, of which the first is told of and the others are beside it."""
        return not self._is_ensemble and len(things) == len(self._places) > 1

    def _add(self, look: str, points: np.ndarray, says: str, lasts: int, **more: Any) -> None:
        # A place where nothing is known cannot be drawn; of a line the corners that can are.
        if look not in LINES:
            is_known = np.isfinite(points).all(1)
            points = points[is_known]
            more |= {"sizes": more["sizes"][is_known]} if "sizes" in more else {}
        since = len(self._phases) - 1
        if len(points):
            self._marks.append(Mark(look, points, since=since, until=since + lasts if lasts else 0, says=says, **more))


def story_of(module: ModuleType, made: Made, plane: Plane) -> Story:
    """The step as its sampler tells it."""
    few = slice(0, getattr(module, "NUM_TOLD", NUM_TOLD))
    teller = Teller(made.before.x[few], is_ensemble=getattr(module, "IS_ENSEMBLE", False))
    with torch.no_grad():
        getattr(module, "tell", tell_simply)(teller, made)
    return teller.story(plane)


def tell_simply(teller: Teller, made: Made) -> None:
    """A move without a word on how it came about."""
    before, after = made.before.x[:NUM_TOLD], made.after.x[:NUM_TOLD]
    teller.phase("move", at=after)
    teller.lines("way", torch.stack([before, after], 1))


def tell_proposal(teller: Teller, made: Made, name: str, says: str = "") -> None:
    """Where a chain wants to go."""
    teller.phase(name, says)
    proposal = made.info.proposal[:NUM_TOLD]
    teller.lines("way", torch.stack([made.before.x[:NUM_TOLD], proposal], 1))
    teller.dots("proposal", proposal, "proposal")


def tell_downhill(teller: Teller, drift: Tensor, made: Made, says: str) -> None:
    """Where the slope leads before any noise. drift: (chains, 2), the end of it."""
    teller.phase("downhill", says)
    teller.lines("attraction", torch.stack([made.before.x, drift], 1)[:NUM_TOLD], "downhill")


def tell_momentum(teller: Teller, made: Made) -> None:
    """A momentum that was drawn anew."""
    x, push = made.before.x[:NUM_TOLD], made.draws.seen("normal")[0][:NUM_TOLD]
    teller.phase("draw a momentum", f"|p| = {float(push[0].norm()):.2f}")
    teller.lines("momentum", torch.stack([x, x + ARROW * push], 1), "momentum")


def tell_partners(teller: Teller, one: Tensor, other: Tensor, says: str) -> None:
    """Chains by which others move, (m, 2), at the end of a line that is called so."""
    teller.lines("faint", torch.stack([one, other], 1), says)
    teller.dots("partner", other, "partner")


def tell_leaps(teller: Teller, path: Tensor, name: str) -> None:
    """Leap by leap, of many some at a time. path: (leaps + 1, chains, 2)."""
    count = len(path) - 1
    num_phases = min(count, _MOST_LEAP_PHASES)
    ends = [0, *(round(count * turn / num_phases) for turn in range(1, num_phases + 1))]
    for start, end in pairwise(ends):
        piece = path[start : end + 1, :NUM_TOLD]
        teller.phase(f"{name} {end} of {count}", beats=0.4)
        teller.lines("way", piece.transpose(0, 1), "path")
        for leaps, is_aside in ((piece[1:, 0], False), (piece[1:, 1:].reshape(-1, 2), True)):
            teller.dots("leaps", leaps, "leap", is_aside=is_aside)
        teller.dots("proposal", piece[-1], "proposal" if end == count else "", lasts=int(end < count))


def tell_test(teller: Teller, made: Made, ratio: str, *, u: float | None = None, stay: str = "stay") -> None:
    """Metropolis' test of a proposal. ratio: what the probability of acceptance is, as a formula.

    u: of the first chain; by default what was drawn last.
    """
    info = made.info
    if u is None:
        u = float(made.draws.seen("log_uniform")[-1][0].exp())
    drawn, chance = apart(u, float(info.acceptance[0]))
    teller.phase("compare energies", f"{ratio} = {chance}")
    teller.phase("draw u", f"u = {drawn}, evenly from 0 to 1")
    is_in = bool(info.is_accepted[0])
    says = f"{drawn} < {chance}: move" if is_in else f"{drawn} ≥ {chance}: {stay}"
    teller.phase("accept" if is_in else "reject", says, at=made.after.x[:NUM_TOLD])
    tell_verdict(teller, made)


def tell_untested(teller: Teller, made: Made) -> None:
    """What is believed without a test, unless nothing is known there."""
    is_in = bool(made.info.is_accepted[0])
    says = "not tested" if is_in else "nothing is known there: stay and turn back"
    teller.phase("move" if is_in else "reject", says, at=made.after.x[:NUM_TOLD])
    tell_verdict(teller, made)


def tell_verdict(teller: Teller, made: Made) -> None:
    """Of each proposal whether it was accepted, by its shape."""
    proposal, is_in = made.info.proposal[:NUM_TOLD], made.info.is_accepted[:NUM_TOLD]
    teller.end("proposal")
    teller.dots("accepted", proposal, "accepted", only=is_in)
    teller.dots("rejected", proposal, "rejected", only=~is_in)


def apart(u: float, chance: float) -> tuple[str, str]:
    """Two numbers with as many digits as it takes to see which is larger."""
    for digits in range(2, 9):
        texts = probability(u, digits), probability(chance, digits)
        if texts[0] != texts[1] and (float(texts[0]) < float(texts[1])) == (u < chance):
            return texts
    return f"{u:.3g}", f"{chance:.3g}"


def probability(value: float, digits: int = 2) -> str:
    """With so many decimals; one that would look like 0 as a power of ten."""
    return f"{value:.{digits}f}" if value == 0 or value >= 0.5 * 10**-digits else f"{value:.0e}"


def _numbers(points: Tensor) -> np.ndarray:
    return points.detach().cpu().double().numpy().copy()
