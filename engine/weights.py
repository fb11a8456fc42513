"""The weights of a model as named tensors: copied out, and put in whole or not at all.

Not covered: files of them (checkpoints.py), and which tensors a model has (its `tensors`).
"""

from collections.abc import Mapping

import torch
from torch import Tensor


def copied(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Copies that do not change any more."""
    return {name: each.detach().clone() for name, each in tensors.items()}


def put(weights: Mapping[str, Tensor], into: Mapping[str, Tensor]) -> None:
    """Copy what `copied` gave into tensors of the same names and shapes; what else `weights` has is let go.

    Raises KeyError or RuntimeError on a misfit, and has then changed nothing.
    """
    for name, each in into.items():
        # Copying would spread a short row over a whole matrix.
        if weights[name].shape != each.shape:
            raise RuntimeError(f"{name} has the shape {tuple(weights[name].shape)}")
    with torch.no_grad():
        for name, each in into.items():
            each.copy_(weights[name])
