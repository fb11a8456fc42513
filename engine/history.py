"""What chains have drawn so far, in a bounded memory: when it is full, every second draw goes."""

import copy

import torch
from torch import Tensor

_MOST_NUMBERS = 2**21
_FEWEST_DRAWS, _MOST_DRAWS = 64, 2**15


class History:
    """Draws of so many chains, one `every` so many steps, from the first to the last."""

    def __init__(self, num_chains: int, device: torch.device) -> None:
        capacity = max(_FEWEST_DRAWS, min(_MOST_DRAWS, _MOST_NUMBERS // (2 * num_chains)))
        # Even, so that thinning ends on a draw that is kept.
        self._kept = torch.empty(capacity // 2 * 2, num_chains, 2, device=device)
        self.clear()

    def clear(self, since: int = 0) -> None:
        """since: the step that it begins after, by which one history is told from another."""
        self.every, self.since = 1, since
        self._num_draws = self._num_since = 0

    def __len__(self) -> int:
        return self._num_draws

    @property
    def draws(self) -> Tensor:
        """(draws, chains, 2); a view, which the next `add` may change."""
        return self._kept[: self._num_draws]

    @property
    def num_counted(self) -> int:
        """How many steps it has seen since it was cleared."""
        return self._num_draws * self.every + self._num_since

    def cut(self, num_counted: int) -> None:
        """Be what it was after so many steps, but for a thinning since, which would have come later anyway."""
        self._num_draws, self._num_since = divmod(min(num_counted, self.num_counted), self.every)

    def copy(self) -> "History":
        """As it is now."""
        made = copy.copy(self)
        made._kept = torch.empty_like(self._kept)
        made._kept[: len(self)] = self.draws
        return made

    def add(self, x: Tensor) -> None:
        """The chains' positions after one more step, (chains, 2)."""
        self._num_since += 1
        if self._num_since < self.every:
            return
        if self._num_draws == len(self._kept):
            half = len(self._kept) // 2
            # A copy first: the two overlap.
            self._kept[:half] = self._kept[1::2].clone()
            self._num_draws, self.every = half, 2 * self.every
            return
        self._kept[self._num_draws] = x
        self._num_draws += 1
        self._num_since = 0
