"""The equations of models whose energy is what a reconstruction gets wrong."""

from engine.messages.formulas import Formula, Term, Values

_GRADIENT: Values = {"field": ("gradient of an energy",)}
_FREE: Values = {"field": ("free",)}
_COST: Values = {"penalty": (0.0,)}

PCA = (
    Formula(
        "energy",
        r"E(x) = \frac{1}{2 \sigma^2} \|",
        (
            Term("x", "The point.", at=("data",)),
            Term(r"- \, m", "The mean of the data.", at=("rebuilt",)),
            Term(r"- \, W^T W (x - m)", "What the components can say of the way from there.", at=("code", "rebuilt")),
        ),
        r"\|^2",
    ),
    Formula(
        "loss",
        "L =",
        (
            Term(
                r"\sum_{i > k} \lambda_i",
                "The variance along the directions that are left out: the least that any k can leave.",
                role="down",
                at=("spread",),
            ),
        ),
        trace="loss",
    ),
)

_CODE = Term("z = f(x)", "The encoder's short code: all that the decoder is told.", at=("code",))
_REBUILT = Term(r"\hat{x} = g(z)", "The decoder's point, on its curve or sheet.", at=("rebuilt",))

AUTOENCODER = (
    Formula(
        "energy",
        "E(x) =",
        (
            Term(
                r"\frac{1}{2 \sigma^2} \| x - g(f(x)) \|^2",
                "How far the point is from its reconstruction.",
                at=("compare",),
                trace="energy_of_data",
            ),
        ),
    ),
    Formula("loss", "", (_CODE, _REBUILT)),
    Formula(
        "loss",
        "L =",
        (
            Term(
                r"\mathbb{E}_{data} \| x - \hat{x} \|^2",
                "The data are rebuilt a little better. Nothing is pushed up: few points can be reached at all.",
                role="down",
                at=("compare", "loss"),
            ),
        ),
        trace="loss",
    ),
)

DENOISING_AUTOENCODER = (
    Formula(
        "energy",
        "E(x) =",
        (
            Term(r"f_\theta(x)", "The network's number for the point.", at=("network",)),
            Term(
                r"+ \tfrac{c}{2} \|x\|^2",
                "A bowl, of the knob confinement: far away is unlikely.",
                at=("network",),
                rests={"confinement": (0.0,)},
            ),
        ),
        needs=_GRADIENT,
    ),
    Formula(
        "energy",
        "r(x) =",
        (
            Term("x", "The point,", at=("corrupt",)),
            Term(r"- \, \sigma^2 \nabla E(x)", "moved down the slope of the energy.", at=("network",)),
        ),
        needs=_GRADIENT,
    ),
    Formula(
        "energy",
        "E(x) =",
        (Term(r"\frac{1}{2 \sigma^2} \| r(x) - x \|^2", "How far a point is moved.", at=("network",)),),
        needs=_FREE,
    ),
    Formula(
        "loss",
        r"L = \frac{1}{2 \sigma^2} \mathbb{E} \, \|",
        (
            Term(r"r(x + \sigma \epsilon)", "Where the network says a corrupted point came from.", at=("network",)),
            Term(r"- \, x", "Where it came from.", role="down", at=("compare", "loss")),
        ),
        r"\|^2",
        "loss",
    ),
)

_EXPLAINED = r"\frac{1}{2 \sigma^2} \| x - m - D z \|^2"
_PRICE = Term(
    r"+ \lambda \|z\|_1",
    "The regulariser: each unit of an atom costs lambda, so few are used.",
    at=("code",),
    rests=_COST,
)

SPARSE_CODING = (
    Formula(
        "energy",
        r"E(x) = \min_z",
        (
            Term(_EXPLAINED, "What the atoms in D do not explain.", at=("rebuilt", "energy")),
            _PRICE,
        ),
    ),
    Formula(
        "loss",
        r"L = \mathbb{E}_{data} \min_z",
        (
            Term(
                _EXPLAINED,
                "The atoms turn to where they explain the data better.",
                role="down",
                at=("atoms", "energy"),
            ),
            _PRICE,
        ),
        trace="loss",
    ),
)

SPARSE_AUTOENCODER = (
    Formula(
        "energy",
        "",
        (
            Term(
                r"z = \max(0, \; D^T (x - m) + f(x))",
                "The encoder's guess at a code, none below zero: no search.",
                at=("code",),
            ),
        ),
    ),
    Formula(
        "energy",
        "E(x) =",
        (Term(_EXPLAINED, "What the atoms in D do not explain.", at=("rebuilt", "compare")), _PRICE),
    ),
    Formula(
        "loss",
        "L =",
        (
            Term(
                r"\mathbb{E}_{data}[E(x)]",
                "Atoms and encoder change so that the data cost less, the charge on the code included.",
                role="down",
                at=("compare", "loss"),
            ),
        ),
        trace="loss",
    ),
)
