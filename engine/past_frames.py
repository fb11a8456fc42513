"""What was seen, small enough that thousands of it fit: half as many bytes for energies, and no contours.

Not covered: when frames are kept (past.py).
"""

from typing import Any

import msgspec
import numpy as np

from engine import fields
from engine.frames import CONTOUR_LEVELS
from engine.messages import Landscape

# Of what float16 can hold; an energy so far above the lowest is plateau whatever the temperature.
_HIGHEST = 60_000.0
_FIELDS = ("energy", "pushed_down", "pushed_up")


class Small(msgspec.Struct, frozen=True):
    """A landscape whose fields are float16, the energy from its lowest; all else of it as it was, without contours."""

    landscape: Landscape
    fields: dict[str, np.ndarray]
    scales: dict[str, float]


def small(landscape: Landscape) -> tuple[Small, int]:
    """The landscape to be kept, and about how many bytes it takes."""
    kept, scales = {}, {}
    for name in _FIELDS:
        field = getattr(landscape, name) - (landscape.lowest if name == "energy" else 0.0)
        # Pushes may be tiny; of energies nats count.
        scales[name] = 1.0 if name == "energy" else float(abs(field).max(initial=0.0)) or 1.0
        kept[name] = np.clip(field / scales[name], -_HIGHEST, _HIGHEST).astype(np.float16)
    empty = np.zeros((0, 0), np.float32)
    rest = msgspec.structs.replace(
        landscape,
        contours=np.zeros((0, 2)),
        offsets=np.zeros(1, np.int32),
        samples=landscape.samples.astype(np.float32),
        **dict.fromkeys(_FIELDS, empty),
    )
    num_bytes = sum(each.nbytes for each in kept.values()) + _num_bytes(msgspec.structs.asdict(rest))
    return Small(rest, kept, scales), num_bytes


def large(kept: Small, *, has_contours: bool) -> Landscape:
    """The landscape as it was seen; its contours are drawn anew."""
    shown = kept.landscape
    grown = {name: each.astype(np.float32) * kept.scales[name] for name, each in kept.fields.items()}
    grown["energy"] += np.float32(shown.lowest)
    levels = shown.lowest + CONTOUR_LEVELS * shown.temperature
    lines = fields.contours(grown["energy"], shown.extent, levels) if has_contours else (shown.contours, shown.offsets)
    return msgspec.structs.replace(
        shown, contours=lines[0], offsets=lines[1], samples=shown.samples.astype(np.float64), **grown
    )


def _num_bytes(what: Any) -> int:
    """Of all arrays in a message, however deep."""
    if isinstance(what, np.ndarray):
        return int(what.nbytes)
    if isinstance(what, msgspec.Struct):
        what = msgspec.structs.asdict(what)
    if isinstance(what, dict):
        return sum(_num_bytes(each) for each in what.values())
    return 0
