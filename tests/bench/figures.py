"""What a bench measures, as rows of a table: the median of its repetitions, their spread, and the bar it must reach.

Not covered: how anything is measured (a file for each section).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Protocol

HEADING = f"  {'':52}{'median':>9}{'least':>9}{'most':>9}{'n':>5}  {'unit':<9}{'bar':<9}"


@dataclass(frozen=True)
class Figure:
    """One row. values: one of each repetition.  at_most, at_least: the bar; a row without one is only for reading."""

    name: str
    values: Sequence[float]
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def median(self) -> float:
        return median(self.values)

    def verdict(self) -> str:
        """met: by every repetition.  met by the median: not by all.  missed: not even by that. Empty without a bar."""
        if self.at_most is None and self.at_least is None:
            return ""
        if all(self._meets(value) for value in self.values):
            return "met"
        return "met by the median" if self._meets(self.median) else "MISSED"

    def row(self) -> str:
        numbers = (self.median, min(self.values), max(self.values))
        bar = f"<= {self.at_most:g}" if self.at_most is not None else ""
        bar = f">= {self.at_least:g}" if self.at_least is not None else bar
        shown = "".join(f" {_short(number):>8}" for number in numbers)
        return f"  {self.name:<52}{shown}{len(self.values):>5}  {self.unit:<9}{bar:<9}{self.verdict()}".rstrip()

    def plain(self) -> dict[str, Any]:
        """For a JSON file."""
        return {
            "name": self.name,
            "unit": self.unit,
            "median": self.median,
            "values": list(self.values),
            "at_most": self.at_most,
            "at_least": self.at_least,
            "verdict": self.verdict(),
        }

    def _meets(self, value: float) -> bool:
        """A NaN meets nothing."""
        return (self.at_most is None or value <= self.at_most) and (self.at_least is None or value >= self.at_least)


@dataclass(frozen=True)
class Options:
    """seconds: of training in each run of `quality`.  kills: how many in a row.

    family_seconds: of training in each run of `families`.
    only: rows whose name has this, of `chains`, `families`, `steps` and `walks`.
    """

    seconds: float = 60.0
    kills: int = 200
    family_seconds: float = 30.0
    only: str = ""


class Section(Protocol):
    """A file of this folder that measures one thing; rows come as they are known."""

    def figures(self, options: Options) -> Iterator[Figure]: ...


def _short(number: float) -> str:
    """Three significant digits, but no digits of a whole number lost."""
    if not math.isfinite(number):
        return str(number)
    return f"{number:.0f}" if abs(number) >= 100 or number == int(number) else f"{number:.3g}"
