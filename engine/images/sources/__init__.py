"""Where pictures come from, one file each: found by scanning this folder, so a new source is one new file.

A file has a docstring (first line: its title; then help, `Source:`), `Params` made of knobs (how many, and what else
may be chosen), and

    make(params, seed) -> Pictures

which gives the same pictures for the same knobs and seed, and raises Notice, with a sentence, where it cannot. A source
that draws its pictures from factors also has

    FACTORS                     a tuple of Factor
    draw_factors(count, rng)    (count, k) float64, a person or a letter in each row, as make draws them
    render(factors)             (n, k) -> (n, height, width, channels) uint8, deterministic: the exact picture

so that every change of a factor has an exact answer. Its attributes are these factors, under their names.
"""

from typing import NamedTuple


class Factor(NamedTuple):
    """One number that a picture is drawn from.

    choices: the names of the values 0, 1, ... of a factor that has kinds; empty for one that goes from low to high.
    """

    name: str
    help: str
    low: float = 0.0
    high: float = 1.0
    choices: tuple[str, ...] = ()
