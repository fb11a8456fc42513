"""A step's random numbers remembered, so that it can be told how it came about; the step itself is the same.

Not covered: the numbers (draws.py), the telling (telling.py).
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from torch import Tensor

from engine.draws import Draws


class Witness:
    """Stands before Draws: what is asked of it is asked of them, and kept by the name of what was asked."""

    def __init__(self, draws: Draws, seen: dict[str, list[Tensor]] | None = None) -> None:
        self._draws = draws
        self._seen: dict[str, list[Tensor]] = defaultdict(list) if seen is None else seen

    def seen(self, name: str) -> list[Tensor]:
        """All that was drawn by this method so far, of parts as well, oldest first."""
        return self._seen[name]

    def part(self, num_chains: int) -> "Witness":
        return Witness(self._draws.part(num_chains), self._seen)

    def again(self) -> "Again":
        """The same numbers once more."""
        return Again(self._seen)

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._draws, name)
        return self._remembering(name, asked) if callable(asked) else asked

    def _remembering(self, name: str, ask: Callable[..., Tensor]) -> Callable[..., Tensor]:
        def drawn(*args: Any) -> Tensor:
            numbers = ask(*args)
            # A step may change what it has drawn.
            self._seen[name].append(numbers.clone())
            return numbers

        return drawn


class Again:
    """Gives what a Witness has seen, in the same order."""

    def __init__(self, seen: dict[str, list[Tensor]]) -> None:
        self._left = {name: iter(numbers) for name, numbers in seen.items()}

    def __getattr__(self, name: str) -> Callable[..., Tensor]:
        left = self._left[name]
        return lambda *args: next(left)
