r"""The equations of samplers that ask for the energy alone.

Notation: x is where a chain is, x' where it wants to go, u is drawn evenly from 0 to 1, \xi from a standard normal.
"""

from engine.messages.formulas import Formula, Term

_TESTED = ("compare energies",)
_DECIDED = ("draw u", "accept", "reject")
FALLS = r"\alpha = \min \left( 1, \; e^{E(x) - E(x')} \right)"


def metropolis(alpha: str, says: str, stay: str = "else stay") -> tuple[Term, Term]:
    """Metropolis' test: how probable it is that the proposal is accepted, and the decision."""
    return (
        Term(alpha, says, at=_TESTED),
        Term(rf"x \leftarrow x' \text{{ if }} u < \alpha, \text{{ {stay}}}", "A throw of dice decides.", at=_DECIDED),
    )


def step(*terms: Term) -> tuple[Formula]:
    """One step, its parts one after another."""
    return (Formula("step", "", terms),)


_DOWNHILL = "Downhill is always accepted, uphill the rarer the higher it goes."

RANDOM_WALK = step(
    Term(r"x' = x + \varepsilon \, \xi", "A jump of the step size, in any direction.", at=("propose",)),
    *metropolis(FALLS, _DOWNHILL),
)

ADAPTIVE_METROPOLIS = step(
    Term(
        r"\Sigma \leftarrow \Sigma + \gamma_t \left( (x - \mu)(x - \mu)^T - \Sigma \right)",
        "The shape of what all chains have seen, learnt a little less at each step.",
        at=("what was learnt",),
        rests={"fixed_share": (1.0,)},
    ),
    Term(
        r"x' = x + \tfrac{2.38}{\sqrt{2}} \, \Sigma^{1/2} \xi",
        "A jump of that shape; now and then one of a fixed size.",
        at=("propose",),
        rests={"fixed_share": (1.0,)},
    ),
    *metropolis(FALLS, _DOWNHILL),
)

GIBBS = step(
    Term(r"x' \sim p(x \mid y)", "x is drawn anew along its line, y held fixed.", at=("x given y", "draw x")),
    Term(r"y' \sim p(y \mid x')", "Then y, x held fixed.", at=("y given x", "draw y")),
    Term(
        r"\alpha = \min \left( 1, \; \frac{p(x' \mid y) \, q(x)}{p(x \mid y) \, q(x')} \right)",
        "What the grid's density q gets wrong is put right by accepting or rejecting; for y likewise.",
        at=("draw x", "draw y"),
    ),
)

SLICE = step(
    Term(r"y = E(x) - \log u", "A level, a little above the energy here.", at=("draw a level",)),
    Term(
        r"I \ni x, \; \text{widened while } E < y \text{ at its ends}",
        "An interval on a random line.",
        at=("lay an interval",),
    ),
    Term(
        r"x' \in I: \; E(x') \le y",
        "Random places in it are tried until one is below the level; each that fails cuts it.",
        at=("try", "move", "stay"),
    ),
)

DIFFERENTIAL_EVOLUTION = step(
    Term(
        r"x' = x + \gamma \, (x_a - x_b) + \nu \, \xi",
        "A move by the difference of two other chains, and a little noise.",
        at=("take two others", "propose"),
    ),
    *metropolis(FALLS, _DOWNHILL),
)

STRETCH = step(
    Term(
        r"x' = x_j + z \, (x - x_j)",
        "A move on the line through another chain, towards it or away.",
        at=("pick another chain", "propose"),
        rests={"walks": (1.0,)},
    ),
    *metropolis(
        r"\alpha = \min \left( 1, \; z \, e^{E(x) - E(x')} \right)",
        "The factor z makes up for moves away having more room; a move that is a plain random walk has none.",
    ),
)
