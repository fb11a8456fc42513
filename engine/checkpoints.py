"""Weights as safetensors: numbers only, so that a file from a stranger can do no harm.

Not covered: cards of shipped models, which come with the latent lab.
"""

from collections.abc import Mapping
from pathlib import Path

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from engine.notice import Notice


def save(weights: Mapping[str, Tensor], path: Path, about: Mapping[str, str]) -> None:
    """Write the tensors, and `about` as the file's metadata. Raises OSError where it cannot."""
    on_cpu = {name: each.detach().cpu().contiguous() for name, each in weights.items()}
    path.write_bytes(safetensors.torch.save(on_cpu, dict(about)))


def load(path: Path) -> dict[str, Tensor]:
    """The tensors of a file, on the CPU. Raises Notice for what is no safetensors file."""
    try:
        return safetensors.torch.load(path.read_bytes())
    except OSError as error:
        raise Notice(f"{path} cannot be read: {error.strerror}.") from None
    except SafetensorError as error:
        raise Notice(f"{path} holds no weights: {error}.") from None
