r"""The equations of models of pictures.

Notation: x is a picture, z its code, \ell the error of a rebuilt picture for each number of it: cross-entropy where
pictures are grey, the absolute error where they are in colour.
"""

from engine.messages.formulas import Formula, Term, Values

_CYCLED: Values = {"picture_cycle": (0.0,)}
_CODES_CYCLED: Values = {"code_cycle": (0.0,)}

PCA = (
    Formula(
        "energy",
        r"\hat{x} =",
        (
            Term("m", "The mean picture."),
            Term(
                r"+ \sum_i z_i \, s_i \, w_i",
                "So much of each component w, in standard deviations s.",
            ),
        ),
    ),
    Formula(
        "loss",
        "L =",
        (
            Term(
                r"\mathbb{E}_{data} \| x - \hat{x} \|^2 / d",
                "What the components leave, for each of the d numbers: known at once, nothing is trained.",
            ),
        ),
        trace="loss",
    ),
)


def _coded(seen: str, *before: Term) -> tuple[Formula, ...]:
    """An auto-encoder whose encoder sees this."""
    return (
        Formula("loss", "", (*before, Term(rf"z = E({seen})", "The encoder's code: a few numbers."))),
        Formula(
            "loss",
            "L =",
            (
                Term(
                    r"\mathbb{E}_{data}[\ell(x, D(z))]",
                    "The decoder rebuilds the picture from the code alone.",
                    role="down",
                    trace="reconstruction",
                ),
            ),
            trace="loss",
        ),
    )


AUTOENCODER = _coded("x")
DENOISING_AUTOENCODER = _coded(
    r"\tilde{x}", Term(r"\tilde{x} \sim C(\tilde{x} \mid x)", "The picture, spoilt.", rests={"amount": (0.0,)})
)

SPARSE_AUTOENCODER = (
    Formula("loss", "", (Term(r"z = \max(0, \; W (x - b) + c)", "How much of each atom: never below none."),)),
    Formula(
        "loss",
        "L =",
        (
            Term(
                r"\| x - b - \sum_i z_i a_i \|^2",
                "What the atoms do not explain.",
                role="down",
                trace="reconstruction",
            ),
            Term(
                r"+ \lambda \sum_i z_i",
                "The regulariser: each amount costs, so most are nothing.",
                rests={"penalty": (0.0,)},
            ),
        ),
        trace="loss",
    ),
)

STACKED_DENOISING = (
    Formula(
        "loss",
        "L_k =",
        (
            Term(
                r"\| h_{k-1} - D_k(E_k(\tilde{h}_{k-1})) \|, \quad h_k = E_k(h_{k-1}), \; h_0 = x",
                "Each layer in turn mends the spoilt code of the layer below; at the end all rebuild the picture.",
                role="down",
            ),
        ),
        trace="loss",
    ),
)


def _bound(given: str, *costs: Term) -> tuple[Formula]:
    """Minus the ELBO, with what the codes cost."""
    rebuilt = Term(
        rf"\mathbb{{E}}_q[- \log p(x \mid z{given})]",
        "The reconstruction: how surprising the picture is, given a code drawn from its posterior q.",
        role="down",
        trace="reconstruction",
    )
    return (Formula("loss", "L =", (rebuilt, *costs), trace="loss"),)


_NEAR_PRIOR = "The regulariser: posteriors stay near the prior. In the warm-up its weight w grows from 0."

VAE = _bound("", Term(r"+ w \, KL(q(z \mid x) \, \| \, p(z))", _NEAR_PRIOR, trace="KL", of="KL"))
CONDITIONAL_VAE = _bound(", y", Term(r"+ w \, KL(q(z \mid x, y) \, \| \, p(z))", _NEAR_PRIOR, trace="KL", of="KL"))
_KL = r"KL(q(z \mid x) \, \| \, p(z))"
BETA_VAE = (
    *(
        Formula("loss", each.left, each.terms, trace="loss", needs={"capacity": (0.0,)})
        for each in _bound(
            "", Term(rf"+ w \beta \, {_KL}", f"{_NEAR_PRIOR[:-1]}, and beta makes it dear.", trace="KL", of="KL")
        )
    ),
    *(
        Formula("loss", each.left, each.terms, trace="loss", excludes={"capacity": (0.0,)})
        for each in _bound(
            "",
            Term(
                rf"+ \beta \, | {_KL} - w C |",
                "The regulariser: so many nats of code are asked for; in the warm-up w C grows from 0 to C.",
                trace="KL",
                of="KL",
                rests={"beta": (0.0,)},
            ),
        )
    ),
)

_GENTLE = Term(
    r"+ \tfrac{\gamma}{2} \mathbb{E}_{data} \| \nabla_x \log \tfrac{D}{1 - D} \|^2",
    "A regulariser (R1), at one step in 16: the judge's slopes stay gentle.",
    rests={"penalty": (0.0,)},
)

GAN = (
    Formula(
        "loss",
        "L_D =",
        (
            Term(
                r"- \mathbb{E}_{data}[\log D(x)]",
                "The discriminator should call data data,",
                role="down",
            ),
            Term(r"- \, \mathbb{E}_{noise}[\log(1 - D(G(z)))]", "and generated pictures false.", role="up"),
            _GENTLE,
        ),
        trace="loss",
    ),
    Formula(
        "loss",
        "L_G =",
        (
            Term(
                r"- \mathbb{E}_{noise}[\log D(G(z))]",
                "The generator should be taken for data.",
                trace="generator loss",
            ),
        ),
    ),
)

BIGAN = (
    Formula(
        "loss",
        "L_D =",
        (
            Term(
                r"- \mathbb{E}_{data}[\log D(x, E(x))]",
                "The judge should know pairs of a picture and its code,",
                role="down",
            ),
            Term(
                r"- \, \mathbb{E}_{noise}[\log(1 - D(G(z), z))]",
                "from pairs of a generated picture and its noise.",
                role="up",
            ),
            _GENTLE,
        ),
        trace="loss",
    ),
    Formula(
        "loss",
        "L_{E,G} =",
        (
            Term(
                r"- \mathbb{E}[\log D(G(z), z)] - \mathbb{E}[\log(1 - D(x, E(x)))]",
                "Encoder and generator want each kind of pair taken for the other.",
                trace="generator loss",
            ),
            Term(
                r"+ \lambda_x \mathbb{E}_{data} |x - G(E(x))|",
                "What is lost of a picture that goes to a code and back.",
                trace="reconstruction",
                rests=_CYCLED,
            ),
            Term(
                r"+ \lambda_z \mathbb{E}_{noise} (z - E(G(z)))^2",
                "What is lost of a code that goes to a picture and back.",
                rests=_CODES_CYCLED,
            ),
        ),
    ),
)
