"""What is seen of the chains, as knobs: sharpness, what lies under them, trails, marginals.

Not covered: who draws it (walk_pane.py).
"""

import msgspec

from engine.knobs import knob, knobs_of
from engine.messages import Entry
from gui.density_view import KINDS, LANDSCAPE


class LookParams(msgspec.Struct, frozen=True):
    """What is seen of the chains."""

    sharpness: float = knob(
        1.0,
        low=0.1,
        high=20.0,
        scale="log",
        help="The inverse temperature: it multiplies the energy. Sharper valleys trap chains.",
    )
    shown: str = knob(
        LANDSCAPE,
        choices=KINDS,
        help="Under the chains: the landscape, or densities averaged over the same small discs: the exact one, that of "
        "the draws, or by how much there are too many (orange) or too few draws (blue).",
    )
    trail: int = knob(50, low=0, high=200, unit="steps", help="How long the way stays that a chain came.")
    has_marginals: bool = knob(True, help="Along the edges: bars for the draws, a line for the truth.")


LOOK = Entry("look", "Landscape and view", "The chains walk on.", "", "", knobs_of(LookParams))
