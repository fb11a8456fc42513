"""Equations in terms: what is added up, what each term is for, and when it is at work.

Not covered: who writes them (engine/equations/), and which are at work now (gui/acting.py).
"""

from typing import Literal

import msgspec

from engine.knobs import Value

# By the name of a knob, the values meant.
Values = dict[str, tuple[Value, ...]]


class Term(msgspec.Struct, frozen=True):
    """One piece of an equation, in LaTeX with its sign, and a sentence for whoever sees it for the first time.

    role: "down" where it pushes the energy down at the data (the positive phase), "up" where it pushes it up.
    at: while one of these happens it is at work: names of the machine's boxes, or how names of a story's phases begin.
    trace: the trace that is its number: "loss", "energy_of_data" or "energy_of_samples" of Progress, or one of the
    terms of PictureProgress.  of: what that number is of, where it is not the term itself.
    needs: it is there only where each of these knobs has one of these values.
    rests: with one of these values it does nothing, such as a penalty of weight 0.
    """

    latex: str
    says: str
    role: Literal["", "down", "up"] = ""
    at: tuple[str, ...] = ()
    trace: str = ""
    of: str = ""
    needs: Values = {}
    rests: Values = {}


class Formula(msgspec.Struct, frozen=True):
    """An equation: what stands on the left, its terms, and what closes it on the right, such as a bracket.

    kind: what it is. The energy is the landscape; loss and step are what training, or a chain, does all the time.
    trace: the trace that is the number of the whole.
    needs, excludes: it is there only where each of these knobs has one of these values, and none of those.
    """

    kind: Literal["energy", "loss", "step"]
    left: str
    terms: tuple[Term, ...]
    right: str = ""
    trace: str = ""
    needs: Values = {}
    excludes: Values = {}
