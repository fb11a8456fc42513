"""The whole state of anything that computes, copied: what it knows and what its parts know, however they are built.

One way for every family, sampler and optimiser: Python's own deep copy, which keeps who shares what with whom. What
must not be copied, such as the data, is named. Gradients are left behind: each step makes its own.
"""

import copy
from collections.abc import Iterable
from typing import Any, TypeVar

import torch
from torch import Tensor

T = TypeVar("T")


def copied(what: T, shared: Iterable[Tensor] = ()) -> tuple[T, int]:
    """A copy with a life of its own, and how many bytes its tensors take.

    shared: tensors that the copy holds, too, instead of copies of them. A model may ask whether data are the same ones.
    """
    memo: dict[int, Any] = {id(each): each for each in shared}
    kept = set(memo)
    made = copy.deepcopy(what, memo)
    storages = {}
    for key, each in memo.items():
        if key not in kept and isinstance(each, Tensor):
            each.grad = None
            storages[each.untyped_storage().data_ptr()] = each.untyped_storage().nbytes()
    return made, sum(storages.values())


def cloned(what: Any) -> tuple[Any, int]:
    """Tensors in tuples, however deep, apart from whatever they were views of; and how many bytes they take.

    For what is never changed in place, such as the states of chains: it may be used as it is, again and again.
    """
    if isinstance(what, Tensor):
        return what.clone(), what.nbytes
    if isinstance(what, tuple):
        parts = [cloned(each) for each in what]
        num_bytes = sum(each for _, each in parts)
        made = [each for each, _ in parts]
        return (type(what)(*made) if hasattr(what, "_fields") else tuple(made)), num_bytes
    return what, 0


class Random:
    """The state of a generator, to be put back into it."""

    def __init__(self, rng: torch.Generator) -> None:
        self._state = rng.get_state()

    def put_into(self, rng: torch.Generator) -> None:
        rng.set_state(self._state)

    @property
    def num_bytes(self) -> int:
        return self._state.nbytes
