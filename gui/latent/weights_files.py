"""Weights as files of the person: NAME.safetensors with its card NAME.json beside it, read and written.

Not covered: what is in them; the engine checks that (engine/images/checkpoints.py).
"""

from pathlib import Path
from typing import NamedTuple

from engine.messages import Weights
from engine.notice import Notice
from gui import files

FILTER = "Weights (*.safetensors *.json)"
ENDINGS = (".safetensors", ".json")


class Found(NamedTuple):
    name: str
    content: bytes
    card: bytes


def is_weights(path: Path) -> bool:
    """Whether a file may be one of the two."""
    return path.suffix.lower() == ENDINGS[0] or (
        path.suffix.lower() == ENDINGS[1] and path.with_suffix(ENDINGS[0]).is_file()
    )


def read(path: Path) -> Found:
    """Either of the two files; the other one lies beside it. Raises Notice where one is missing."""
    for ending in ENDINGS:
        if not path.with_suffix(ending).is_file():
            raise Notice(f"{path.with_suffix(ending).name} is missing: weights are two files, which lie side by side.")
    content, card = (files.content_of(str(path.with_suffix(ending))) for ending in ENDINGS)
    return Found(path.stem, content, card)


def write(path: Path, weights: Weights) -> None:
    """Both files; the card last. Raises Notice."""
    for ending, content in zip(ENDINGS, (weights.content, weights.card), strict=True):
        files.write_bytes(str(path.with_suffix(ending)), content)
