"""Weights from a file: is it what safetensors writes? Only the header is looked at; the engine puts the numbers in.

Source of the format: https://github.com/huggingface/safetensors
"""

import math
from typing import Annotated

import msgspec

from engine.notice import Notice

_MAX_HEADER_BYTES = 2**20
_MAX_TENSORS = 10_000
_SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
_Size = Annotated[int, msgspec.Meta(ge=0, le=2**40)]


class _Tensor(msgspec.Struct, forbid_unknown_fields=True):
    dtype: str
    shape: Annotated[list[_Size], msgspec.Meta(max_length=8)]
    data_offsets: tuple[_Size, _Size]


def check(name: str, content: bytes) -> None:
    """Raise Notice where a file of weights is none, is cut off, or promises other numbers than it holds."""
    size = int.from_bytes(content[:8], "little")
    if len(content) < 8 or size > min(_MAX_HEADER_BYTES, len(content) - 8):
        raise Notice(f"its {name} holds no weights, or is cut off")
    try:
        header = msgspec.json.decode(content[8 : 8 + size], type=dict[str, msgspec.Raw])
        told = [msgspec.json.decode(each, type=_Tensor) for key, each in header.items() if key != "__metadata__"]
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Notice(f"its {name} holds no weights: their header cannot be read") from None
    end = 0
    for each in sorted(told, key=lambda tensor: tensor.data_offsets):
        length = math.prod(each.shape) * _SIZES.get(each.dtype, 0)
        if each.data_offsets != (end, end + length) or each.dtype not in _SIZES:
            raise Notice(f"its {name} promises other numbers than it holds")
        end += length
    if end != len(content) - 8 - size or len(told) > _MAX_TENSORS:
        raise Notice(f"its {name} is cut off or too long")
