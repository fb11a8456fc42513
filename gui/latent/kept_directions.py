"""Directions that were found, kept in the settings by their names, for the model that they belong to.

Not covered: how they are found (engine/images/directions.py), and shown (direction_page.py).
"""

import hashlib
import json
from typing import Any

import msgspec
import numpy as np
from PySide6.QtCore import QSettings

from engine.messages import Direction

_PLACE = "latent/directions"
# Of one model.
MOST = 50
# Of a card: what is not of the model itself.
_CHANGING = ("name", "sha256", "measures", "command")


class KeptDirections:
    """store: None where nothing is to outlive the program."""

    def __init__(self, store: QSettings | None = None) -> None:
        self._store = store

    def of(self, card: str, latents: int) -> dict[str, Direction]:
        """By their names; what is damaged, or of another number of latents, is as if it were not there."""
        return {name: each for name, each in _read(self.text(card)).items() if each.vector.shape == (latents,)}

    def text(self, card: str) -> str:
        """As they are stored; empty where there are none."""
        stored = self._store.value(_place(card), "") if self._store is not None else ""
        return stored if isinstance(stored, str) else ""

    def add(self, card: str, text: str) -> None:
        """Those of a `text` beside those that are there; what is damaged is as if it were not there."""
        found = _read(text)
        if found:
            self.keep(card, {**_read(self.text(card)), **found})

    def keep(self, card: str, directions: dict[str, Direction]) -> None:
        """All of this model, in place of those before; the oldest go where there are too many."""
        if self._store is not None:
            plain = [[name, _plain(each)] for name, each in directions.items()][-MOST:]
            self._store.setValue(_place(card), json.dumps(plain))


def _read(text: str) -> dict[str, Direction]:
    try:
        return {str(name): _direction(each) for name, each in (json.loads(text) if text else [])}
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}


def _place(card: str) -> str:
    """The same for the same weights, whatever their file is called."""
    try:
        plain = json.loads(card)
    except ValueError:
        plain = card
    if isinstance(plain, dict):
        plain = {name: value for name, value in plain.items() if name not in _CHANGING}
    digest = hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
    return f"{_PLACE}/{digest[:16]}"


def _plain(direction: Direction) -> dict[str, Any]:
    fields = {name: getattr(direction, name) for name in direction.__struct_fields__}
    # JSON has no NaN, and a run's number means nothing later.
    return {**fields, "vector": [float(each) for each in direction.vector], "run": 0, "channel": 0, "serial": 0}


def _direction(plain: dict[str, Any]) -> Direction:
    vector = np.array(plain["vector"], np.float32)
    if vector.ndim != 1 or not np.isfinite(vector).all():
        raise ValueError("no direction")
    rest = msgspec.convert({**plain, "type": "Direction", "vector": None}, _Rest)
    return Direction(vector=vector, **{name: getattr(rest, name) for name in rest.__struct_fields__})


class _Rest(msgspec.Struct):
    """All but the vector."""

    run: int
    channel: int
    serial: int
    attribute: str
    cosine: float
    random_cosine: float
    effect_size: float
    accuracy: float
    chance: float
    own_change: float
    leaks: dict[str, float]
