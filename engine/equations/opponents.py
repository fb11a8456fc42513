"""The equations of networks that tell one thing from another: a discriminator, and a classifier."""

from engine.messages.formulas import Formula, Term, Values

_STILL: Values = {"turns": ("generator only",)}
_NOT_MAKING: Values = {"turns": ("discriminator only",)}
_NO_PENALTY: Values = {"penalty": (0.0,), **_STILL}
_GENTLE = Term(
    r"+ \frac{\gamma}{2} \mathbb{E}_{data} \| \nabla E(x) \|^2",
    "A regulariser (R1): the slope at the data stays gentle.",
    at=("loss",),
    rests=_NO_PENALTY,
)
_LENGTH_ONE = Term(
    r"+ \gamma \, \mathbb{E} (\| \nabla E(\hat{x}) \| - 1)^2",
    "A regulariser: between data and fakes the slope has length 1.",
    at=("loss",),
    rests=_NO_PENALTY,
)
_AT_DATA = "The discriminator lowers the energy of the data."
_AT_FAKES = "The discriminator raises the energy of generated points."
_FOOLS = "The generator moves its points to where the energy is lower."


def _game(loss: str, of_data: str, of_fakes: str, of_generator: str) -> tuple[Formula, Formula]:
    """Both players' losses."""
    needs: Values = {"loss": (loss,)}
    down = Term(of_data, _AT_DATA, "down", ("data",), "energy_of_data", "mean E", rests=_STILL)
    up = Term(of_fakes, _AT_FAKES, "up", ("samples",), "energy_of_samples", "mean E", rests=_STILL)
    penalty = _LENGTH_ONE if loss == "Wasserstein" else _GENTLE
    return (
        Formula("loss", "L_D =", (down, up, penalty), needs=needs),
        Formula("loss", "L_G =", (Term(of_generator, _FOOLS, "", ("generator",), rests=_NOT_MAKING),), needs=needs),
    )


GAN = (
    Formula(
        "energy",
        "E(x) =",
        (
            Term(
                r"- \log \frac{D(x)}{1 - D(x)}",
                "Minus the discriminator's log odds: low where it bets on data.",
                at=("energy",),
            ),
        ),
    ),
    *_game(
        "non-saturating",
        r"- \mathbb{E}_{data}[\log D(x)]",
        r"- \, \mathbb{E}_{noise}[\log(1 - D(G(z)))]",
        r"- \mathbb{E}_{noise}[\log D(G(z))]",
    ),
    *_game(
        "least squares",
        r"\mathbb{E}_{data}[(E(x) + 1)^2]",
        r"+ \, \mathbb{E}_{noise}[(E(G(z)) - 1)^2]",
        r"\mathbb{E}_{noise}[E(G(z))^2]",
    ),
    *_game(
        "Wasserstein",
        r"\mathbb{E}_{data}[E(x)]",
        r"- \, \mathbb{E}_{noise}[E(G(z))]",
        r"\mathbb{E}_{noise}[E(G(z))]",
    ),
    *_game(
        "hinge",
        r"\mathbb{E}_{data}[\max(0, 1 + E(x))]",
        r"+ \, \mathbb{E}_{noise}[\max(0, 1 - E(G(z)))]",
        r"\mathbb{E}_{noise}[E(G(z))]",
    ),
)

CLASSIFIER = (
    Formula(
        "energy",
        "E(x) =",
        (
            Term(
                r"- \log \sum_y e^{-E(x, y)}",
                "The classes summed out; E(x, y) is minus the network's number for class y.",
                at=("energy",),
                needs={"shown": ("all classes",)},
            ),
            Term(
                "- f_y(x)",
                "Minus the network's number for the class that is shown.",
                at=("classes",),
                needs={"shown": tuple(f"class {number}" for number in range(1, 5))},
            ),
        ),
    ),
    Formula(
        "loss",
        "L =",
        (
            Term(
                r"\mathbb{E}_{data}[E(x, y)]",
                "The energy of the point with its own label falls.",
                role="down",
                at=("classes", "label"),
            ),
            Term(
                r"- \, \mathbb{E}_{data}[E(x)]",
                "Those with other labels rise: with the term before it this is the cross-entropy.",
                role="up",
                at=("label",),
            ),
            Term(
                r"+ \, w \left( \mathbb{E}_{data}[E(x)] + \log \int e^{-E(x)} dx \right)",
                "The generative part: points of the data become likely, and all others pay for it.",
                at=("energy", "loss"),
                rests={"generative_weight": (0.0,)},
            ),
        ),
        trace="loss",
    ),
)
