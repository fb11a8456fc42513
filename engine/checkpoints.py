"""Weights as safetensors: numbers only, so that a file from a stranger can do no harm.

Not covered: cards of shipped models, which come with the latent lab.
"""

from collections.abc import Mapping

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from engine.notice import Notice


def to_bytes(weights: Mapping[str, Tensor], about: Mapping[str, str]) -> bytes:
    """The tensors as a safetensors file, with `about` as its metadata."""
    on_cpu = {name: each.detach().cpu().contiguous() for name, each in weights.items()}
    return safetensors.torch.save(on_cpu, dict(about))


def from_bytes(content: bytes) -> dict[str, Tensor]:
    """The tensors of a safetensors file, on the CPU. Raises Notice for anything else."""
    try:
        return safetensors.torch.load(content)
    except SafetensorError as error:
        raise Notice(f"These are no weights: {error}.") from None
