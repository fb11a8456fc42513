"""What was measured to prove a sampler right, as one JSON file: the command writes it, the window shows it.

Not covered: how it is measured (proof.py).
"""

import math
import re
from pathlib import Path
from typing import Any, Literal

import msgspec

from engine.knobs import Value

FOLDER = Path(__file__).resolve().parent.parent / "assets" / "proof"
# Of standard errors: what chance alone does not exceed.
MOST_Z = 4.0


class Row(msgspec.Struct, frozen=True, array_like=True):
    """One expectation, in the user's numbers; `error` is the standard error of the estimate.

    Both are None where chains were lost: their places are no finite numbers.

    memory: the correlation of what each chain gave at its start and at its end. At 1 the chains have not moved, and
    the row proves little; at 0 they have forgotten where they began.
    """

    expectation: str
    exact: float
    is_closed_form: bool
    estimate: float | None
    error: float | None
    memory: float

    @property
    def z(self) -> float:
        """By how many standard errors the estimate is off; NaN where that is not known."""
        return (self.estimate - self.exact) / self.error if self.estimate is not None and self.error else math.nan


class Table(msgspec.Struct, frozen=True):
    """All of one target. start: "exact" draws of the target, or "wide", from a normal as wide as the home view.

    has_arrived: chains have forgotten their wide start. Where they have not, the rows say how far they are, no more.
    From exact starts: so have the copies that each chain has at other temperatures, if it has any.
    """

    target: str
    title: str
    start: Literal["exact", "wide"]
    chains: int
    steps: int
    has_arrived: bool
    params: dict[str, Value]
    rows: tuple[Row, ...]

    @property
    def is_within(self) -> bool:
        """Whether all rows are within MOST_Z standard errors."""
        return all(abs(row.z) <= MOST_Z for row in self.rows)


class Level(msgspec.Struct, frozen=True, array_like=True):
    """How large the bias of a variance is at one setting of a knob; theory: the closed form, where there is one."""

    value: float
    exact: float
    theory: float | None
    estimate: float | None
    error: float | None


class Bias(msgspec.Struct, frozen=True):
    """What a sampler that is not exact gets wrong on a standard normal, and how that depends on what is turned."""

    what: str
    levels: tuple[Level, ...]


class Proof(msgspec.Struct, frozen=True):
    """All that was measured of one sampler. knobs: those it had then, with their defaults."""

    sampler: str
    is_exact: bool
    knobs: dict[str, Value]
    seed: int
    seconds: float
    date: str
    command: str
    torch: str
    tables: tuple[Table, ...]
    bias: Bias | None = None


def path_of(sampler: str, folder: Path | None = None) -> Path:
    """Where a sampler's file is: in FOLDER, unless another one is named."""
    return (folder or FOLDER) / f"{sampler}.json"


def write(proof: Proof, folder: Path | None = None) -> None:
    """Numbers have six digits, and each row a line of its own."""
    path = path_of(proof.sampler, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = msgspec.json.format(msgspec.json.encode(_rounded(msgspec.to_builtins(proof))), indent=1).decode()
    # Short lists of numbers on one line.
    joined = re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda found: "[" + " ".join(found[1].split()) + "]", lines)
    path.write_text(joined + "\n", encoding="utf-8")


def read(sampler: str, folder: Path | None = None) -> Proof | None:
    """What was measured last, or None where nothing was. Raises msgspec.DecodeError for another kind of file."""
    path = path_of(sampler, folder)
    return msgspec.json.decode(path.read_bytes(), type=Proof) if path.exists() else None


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    if not isinstance(value, float):
        return value
    return float(f"{value:.6g}") if math.isfinite(value) else None
