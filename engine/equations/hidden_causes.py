"""The equations of models with something that is not seen: an angle, units that are on or off, a code."""

from engine.messages.formulas import Formula, Term, Values

_SOFT: Values = {"latent": ("marginalised",)}
_HARD: Values = {"latent": ("minimised",)}

ELLIPSE = (
    Formula(
        "energy",
        "E(x, z) =",
        (
            Term(
                r"\frac{1}{2 \sigma^2} \| x - y(z) \|^2",
                "How far the point is from the place y(z) of angle z on the ellipse.",
                at=("decoder", "energy"),
            ),
            Term(r"+ \log 2 \pi \sigma^2", "What makes a density of it: wide noise is thin.", at=("energy",)),
        ),
    ),
    Formula(
        "energy",
        "F(x) =",
        (
            Term(
                r"- \frac{1}{\beta} \log \int e^{-\beta E(x, z)} \frac{dz}{2 \pi}",
                "The free energy: the angle is not seen, so all angles count.",
                at=("energy",),
                trace="energy_of_data",
                needs=_SOFT,
            ),
            Term(
                r"\min_z E(x, z)",
                "Only the best angle counts.",
                at=("energy",),
                trace="energy_of_data",
                needs=_HARD,
            ),
        ),
    ),
    Formula(
        "step",
        "",
        (
            Term(
                r"q(z) \propto e^{-\beta E(x, z)}",
                "Which angles each point may have, by what is believed now.",
                at=("angles",),
                needs=_SOFT,
            ),
            Term(
                r"z(x) \leftarrow \arg\min_z E(x, z)",
                "Which angle each point has, by what is believed now.",
                at=("angles",),
                needs=_HARD,
            ),
            Term(
                r"c, A \leftarrow \arg\min \sum_x \mathbb{E}_z \| x - c - A (\cos z, \sin z)^T \|^2",
                "The ellipse that suits these angles best.",
                role="down",
                at=("decoder", "loss"),
            ),
        ),
    ),
)

_PHASES_DOWN: Values = {"phases": ("negative only",)}
_PHASES_UP: Values = {"phases": ("positive only",)}

RBM = (
    Formula(
        "energy",
        "F(x) =",
        (
            Term(
                r"\frac{1}{2 \sigma^2} \| x - b \|^2",
                "One round valley in the middle b.",
                at=("energy",),
            ),
            Term(
                r"- \sum_j \log \left( 1 + e^{c_j + w_j \cdot x / \sigma^2} \right)",
                "Each hidden unit digs on its side of a line: on or off, both are summed out.",
                at=("hidden", "energy"),
            ),
        ),
    ),
    Formula(
        "loss",
        "L =",
        (
            Term(
                r"\mathbb{E}_{data}[F(x)]",
                "The positive phase: a step lowers the free energy of the data.",
                role="down",
                at=("data", "loss"),
                trace="energy_of_data",
                rests=_PHASES_DOWN,
            ),
            Term(
                r"+ \log \int e^{-F(x)} dx",
                "The negative phase, log Z: a step raises the free energy wherever the model itself has its mass.",
                role="up",
                at=("chains", "loss"),
                needs={"negative_phase": ("exact",)},
                rests=_PHASES_UP,
            ),
            Term(
                r"- \, \mathbb{E}_{chains}[F(\bar{x})]",
                "The negative phase: a step raises the free energy where the chains have walked.",
                role="up",
                at=("chains", "loss"),
                trace="energy_of_samples",
                of="mean F",
                needs={"negative_phase": ("cd", "pcd")},
                rests=_PHASES_UP,
            ),
        ),
        trace="loss",
    ),
)

_ONE_DRAW: Values = {"training_draws": (1,)}
_BETA: Values = {"beta": (0.0,)}
_REBUILT = "How well the point is rebuilt from its code."

VAE = (
    Formula(
        "energy",
        "E(x) =",
        (
            Term(r"\mathbb{E}_q[- \log p(x \mid z)]", _REBUILT, at=("rebuilt", "decoder")),
            Term(
                r"+ KL(q(z \mid x) \, \| \, p(z))", "How much the code says: in nats beyond the prior.", at=("encoder",)
            ),
        ),
        needs={"estimate": ("ELBO",)},
    ),
    Formula(
        "energy",
        r"E(x) = - \log \frac{1}{k} \sum_i",
        (
            Term(r"p(x \mid z_i)", "How likely the point is, given a guessed code.", at=("rebuilt", "decoder")),
            Term(
                r"\frac{p(z_i)}{q(z_i \mid x)}",
                "The guess weighed: by the prior, over how likely it was to be guessed.",
                at=("encoder", "z"),
            ),
        ),
        needs={"estimate": ("importance weighted",)},
    ),
    Formula(
        "loss",
        "L =",
        (
            Term(r"\mathbb{E}_q[- \log p(x \mid z)]", _REBUILT, role="down", at=("rebuilt", "decoder")),
            Term(
                r"+ \beta \, KL(q(z \mid x) \, \| \, p(z))",
                "The regulariser: codes must not stray from the prior. In the warm-up beta grows from 0.",
                at=("encoder", "z"),
                rests=_BETA,
            ),
        ),
        trace="loss",
        needs=_ONE_DRAW,
    ),
    Formula(
        "loss",
        r"L = - \log \frac{1}{k} \sum_i",
        (
            Term(r"p(x \mid z_i)", _REBUILT, role="down", at=("rebuilt", "decoder")),
            Term(
                r"\left( \frac{p(z_i)}{q(z_i \mid x)} \right)^\beta",
                "The regulariser: codes must not stray from the prior. In the warm-up beta grows from 0.",
                at=("encoder", "z"),
                rests=_BETA,
            ),
        ),
        trace="loss",
        excludes=_ONE_DRAW,
    ),
)
