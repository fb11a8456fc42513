"""Random numbers for the steps of chains, drawn for many steps at once: for a few chains it is the calls that cost.

What comes out depends on the seed, the number of chains, and what is asked for in which order; never on timing.
"""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

_BLOCK_NUMBERS = 2**15
_MOST_STEPS = 256


class Draws:
    """Endless random numbers for so many chains, on the device of `rng`."""

    def __init__(self, rng: torch.Generator, num_chains: int, *, steps_at_once: int | None = None) -> None:
        """steps_at_once: how many steps are going to be made, where that is known and small."""
        self.rng, self.num_chains = rng, num_chains
        self._steps = steps_at_once or max(1, min(_MOST_STEPS, _BLOCK_NUMBERS // max(1, num_chains)))
        self._normal = self._endless(self._normal_block)
        self._uniform = self._endless(self._uniform_block)
        self._log_uniform = self._endless(lambda: self._uniform_block().log_())
        self._parts: dict[int, Draws] = {}

    @property
    def device(self) -> torch.device:
        return self.rng.device

    def normal(self) -> Tensor:
        """Standard normal, (chains, 2); each coordinate lies together in memory, as chains' positions do."""
        return next(self._normal)

    def uniform(self) -> Tensor:
        """Uniform from 0 to 1, (chains,)."""
        return next(self._uniform)

    def log_uniform(self) -> Tensor:
        """The log of such, (chains,): what a log ratio of acceptance is compared with."""
        return next(self._log_uniform)

    def integers(self, high: int) -> Tensor:
        """From 0 to high - 1, (chains,) int64."""
        return torch.randint(high, (self.num_chains,), generator=self.rng, device=self.device)

    def order(self) -> Tensor:
        """A random order of the chains, (chains,) int64."""
        return torch.randperm(self.num_chains, generator=self.rng, device=self.device)

    def part(self, num_chains: int) -> "Draws":
        """The same numbers' source for another number of chains, such as one half of them."""
        if num_chains not in self._parts:
            self._parts[num_chains] = Draws(self.rng, num_chains, steps_at_once=self._steps)
        return self._parts[num_chains]

    def _endless(self, block: Callable[[], Tensor]) -> Iterator[Tensor]:
        while True:
            yield from block().unbind(0)

    def _normal_block(self) -> Tensor:
        shape = self._steps, 2, self.num_chains
        return torch.randn(shape, generator=self.rng, device=self.device).transpose(1, 2)

    def _uniform_block(self) -> Tensor:
        return torch.rand(self._steps, self.num_chains, generator=self.rng, device=self.device)
