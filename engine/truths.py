"""The exact answers to what chains walk on, kept while the target stays as it is.

A model that learns changes by itself: its answers are renewed, in a share of the time. Those of a costly target are
found piece by piece, so that the loop goes on meanwhile.
Not covered: the answers themselves (exact.py).
"""

from collections.abc import Iterator

import torch

from engine import clock, exact
from engine.exact import Exact
from engine.samplers import Target

# What a model that learns may take of the time.
_SHARE = 0.1
# What tells one shape of a target from another that a person gave it: its sharpness, and its bumps as bytes.
Shape = tuple[float, bytes]
Version = tuple[int, int]


class Truths:
    """Of one run of chains. is_costly: a grid of the target's energies takes longer than the loop may wait."""

    def __init__(self, device: torch.device, *, is_costly: bool) -> None:
        self._device, self._is_costly = device, is_costly
        self._found: tuple[Shape, Exact] | None = None
        self._version: Version | None = None
        self._due_at = 0.0
        self._finding: tuple[Shape, Iterator[Exact | None]] | None = None

    def is_missing(self, shape: Shape) -> bool:
        """Whether there is something to be found piece by piece."""
        return self._is_costly and (self._found is None or self._found[0] != shape)

    def find(self, target: Target, shape: Shape, version: Version) -> None:
        """A piece of it; a target that has changed meanwhile is begun anew."""
        if self._finding is None or self._finding[0] != shape:
            self._finding = shape, exact.steps(target, self._device)
        found = next(self._finding[1])
        if found is not None:
            self._found, self._version, self._finding = (shape, found), version, None

    def now(self, target: Target, shape: Shape, version: Version, *, walks: bool) -> Exact:
        """Of a target that was changed by hand they are new; of a model that learns, as new as the time allows."""
        now = clock.now()
        is_older = self._version != version and (not walks or now >= self._due_at)
        if self._found is None or self._found[0] != shape or is_older:
            self._found = shape, exact.exact(target, self._device)
            self._version = version
            self._due_at = now + clock.kept_secs(now, _SHARE)
        return self._found[1]
