"""Random numbers for the steps of chains, drawn for many steps at once: for a few chains it is the calls that cost.

What comes out depends on the seed, the number of chains, and what is asked for in which order; never on timing.
"""

from collections.abc import Callable, Iterator
from operator import length_hint
from typing import NamedTuple

import torch
from torch import Tensor

_BLOCK_NUMBERS = 2**15
_MOST_STEPS = 256


class Place(NamedTuple):
    """Where a stream is: so many of the block that was drawn when the generator's state was this; None: of no block."""

    before: Tensor | None
    num_taken: int


class Places(NamedTuple):
    """Where all streams of some draws are, and of their parts by the number of chains."""

    streams: tuple[Place, ...]
    parts: dict[int, "Places"]


class Draws:
    """Endless random numbers for so many chains, on the device of `rng`."""

    def __init__(
        self, rng: torch.Generator, num_chains: int, *, steps_at_once: int | None = None, remembers: bool = False
    ) -> None:
        """steps_at_once: how many steps are going to be made, where that is known and small.

        remembers: `places` is going to be asked for.
        """
        self.rng, self.num_chains = rng, num_chains
        self._steps = steps_at_once or max(1, min(_MOST_STEPS, _BLOCK_NUMBERS // max(1, num_chains)))
        self._remembers = remembers
        blocks = self._normal_block, self._uniform_block, lambda: self._uniform_block().log_()
        self._streams = tuple(_Stream(rng, block, remembers) for block in blocks)
        self._normal, self._uniform, self._log_uniform = self._streams
        self._parts: dict[int, Draws] = {}

    @property
    def device(self) -> torch.device:
        return self.rng.device

    def normal(self) -> Tensor:
        """Standard normal, (chains, 2); each coordinate lies together in memory, as chains' positions do."""
        return self._normal.next()

    def uniform(self) -> Tensor:
        """Uniform from 0 to 1, (chains,)."""
        return self._uniform.next()

    def log_uniform(self) -> Tensor:
        """The log of such, (chains,): what a log ratio of acceptance is compared with."""
        return self._log_uniform.next()

    def integers(self, high: int) -> Tensor:
        """From 0 to high - 1, (chains,) int64."""
        return torch.randint(high, (self.num_chains,), generator=self.rng, device=self.device)

    def order(self) -> Tensor:
        """A random order of the chains, (chains,) int64."""
        return torch.randperm(self.num_chains, generator=self.rng, device=self.device)

    def part(self, num_chains: int) -> "Draws":
        """The same numbers' source for another number of chains, such as one half of them."""
        if num_chains not in self._parts:
            self._parts[num_chains] = Draws(self.rng, num_chains, steps_at_once=self._steps, remembers=self._remembers)
        return self._parts[num_chains]

    @property
    def places(self) -> Places:
        """Where one is; with the generator's own state that is all there is to know."""
        parts = {number: each.places for number, each in self._parts.items()}
        return Places(tuple(each.place for each in self._streams), parts)

    def go_to(self, places: Places) -> None:
        """Go on from there. The generator's state is another one afterwards, and the caller's affair."""
        for stream, place in zip(self._streams, places.streams, strict=True):
            stream.go_to(place)
        self._parts = {}
        for number, each in places.parts.items():
            self.part(number).go_to(each)

    def _normal_block(self) -> Tensor:
        shape = self._steps, 2, self.num_chains
        return torch.randn(shape, generator=self.rng, device=self.device).transpose(1, 2)

    def _uniform_block(self) -> Tensor:
        return torch.rand(self._steps, self.num_chains, generator=self.rng, device=self.device)


class _Stream:
    """Rows of blocks, one after another."""

    def __init__(self, rng: torch.Generator, block: Callable[[], Tensor], remembers: bool) -> None:
        self._rng, self._block, self._remembers = rng, block, remembers
        self._left: Iterator[Tensor] = iter(())
        self._size, self._before = 0, torch.zeros(0)
        self._is_begun = False

    def next(self) -> Tensor:
        for row in self._left:
            return row
        if self._remembers:
            self._before = self._rng.get_state()
        rows = self._block().unbind(0)
        self._left, self._size, self._is_begun = iter(rows), len(rows), True
        return next(self._left)

    @property
    def place(self) -> Place:
        return Place(self._before, self._size - length_hint(self._left)) if self._is_begun else Place(None, 0)

    def go_to(self, place: Place) -> None:
        self._left, self._size, self._is_begun = iter(()), 0, False
        if place.before is not None:
            self._rng.set_state(place.before)
            for _ in range(place.num_taken):
                self.next()
