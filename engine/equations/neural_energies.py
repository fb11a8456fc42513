r"""The equations of networks that give every point its energy.

Notation: f is the network, data are x, points of the negative phase have a bar, blurred points a tilde.
"""

from engine.messages.formulas import Formula, Term, Values

_NO_DOWN: Values = {"phases": ("negative only",)}
_NO_UP: Values = {"phases": ("positive only",)}
_BOWL = Term(
    r"+ \tfrac{c}{2} \|x\|^2",
    "A bowl, of the knob confinement: far away is unlikely.",
    at=("energy",),
    rests={"confinement": (0.0,)},
)
_NETWORK = Term(r"f_\theta(x)", "The network's number for the point: it can take any shape.", at=("energy",))
_ENERGY = Formula("energy", "E(x) =", (_NETWORK, _BOWL))

_DOWN = Term(
    r"\mathbb{E}_{data}[E(x)]",
    "The positive phase: a step lowers the energy of the data.",
    role="down",
    at=("down",),
    trace="energy_of_data",
    rests=_NO_DOWN,
)
_UP_EXACT = Term(
    r"+ \log \int e^{-E(x)} dx",
    "The negative phase, log Z: a step raises the energy wherever the model itself has its mass.",
    role="up",
    at=("up",),
    needs={"negative_phase": ("exact",)},
    rests=_NO_UP,
)
_UP_CHAINS = Term(
    r"- \, \mathbb{E}_{chains}[E(\bar{x})]",
    "The negative phase: a step raises the energy where the chains have walked.",
    role="up",
    at=("up",),
    trace="energy_of_samples",
    of="mean E",
    needs={"negative_phase": ("cd", "pcd")},
    rests=_NO_UP,
)
_PULL = Term(
    r"+ \rho \left( \mathbb{E}_{data}[E^2] + \mathbb{E}_{model}[E^2] \right)",
    "A regulariser: it pulls all energies towards zero, so that the two phases cannot run away together.",
    at=("down", "up"),
    rests={"energy_regularisation": (0.0,)},
)

ENERGY_MLP = (_ENERGY, Formula("loss", "L =", (_DOWN, _UP_EXACT, _UP_CHAINS, _PULL), trace="loss"))


def _contrasted(loss: str, left: str, down: Term, *others: Term, right: str = "") -> Formula:
    return Formula("loss", left, (down, *others), right, "loss", {"loss": (loss,)})


_MARGIN = Term(r"\max(0, \; m", "The margin: with a gap of m nats the loss is content, and nothing is pushed.")
_OF_DATA = Term("E(x)", "A step lowers the energy of the data.", role="down", at=("down",), trace="energy_of_data")
_OF_OTHERS = Term(
    r"- \, E(\bar{x})",
    "A step raises the energy of a negative point.",
    role="up",
    at=("up",),
    trace="energy_of_samples",
    of="mean E",
)

CONTRASTIVE_LOSSES = (
    Formula(
        "energy",
        "E(x) =",
        (
            Term(
                r"\tfrac{1}{2} \left( f_\theta(x) + \sqrt{f_\theta(x)^2 + 4} \right)",
                "The network's number, bent so that no energy is below zero.",
                at=("energy",),
            ),
        ),
    ),
    Formula(
        "loss",
        r"L = \mathbb{E}",
        (
            _MARGIN,
            Term("+ \\, E(x)", _OF_DATA.says, role="down", at=("down",), trace="energy_of_data"),
            Term(r"- \, E(\bar{x}))", _OF_OTHERS.says, role="up", at=("up",), trace="energy_of_samples", of="mean E"),
        ),
        trace="loss",
        needs={"loss": ("hinge",)},
    ),
    _contrasted(
        "square-square",
        r"L = \mathbb{E}",
        Term(
            "[E(x)^2",
            "A step lowers the energy of the data.",
            role="down",
            at=("down",),
            trace="energy_of_data",
            of="mean E",
        ),
        Term(
            r"+ \max(0, m - E(\bar{x}))^2 ]",
            "A step raises the energy of a negative point that is below the margin m.",
            role="up",
            at=("up",),
            trace="energy_of_samples",
            of="mean E",
        ),
    ),
    _contrasted("log", r"L = \mathbb{E} \log(1 + e^g), \quad g =", _OF_DATA, _OF_OTHERS),
    _contrasted(
        "negative log-likelihood",
        "L =",
        Term(r"\mathbb{E}_{data}[E(x)]", _OF_DATA.says, role="down", at=("down",), trace="energy_of_data"),
        Term(
            r"+ \log \sum e^{-E(\bar{x})}",
            "A step raises the energies of negative points, those most that are lowest.",
            role="up",
            at=("up",),
            trace="energy_of_samples",
            of="mean E",
        ),
    ),
    _contrasted(
        "collapse",
        "L =",
        Term(
            r"\mathbb{E}_{data}[E(x)]",
            "The energy of the data is lowered and nothing is pushed up: zero everywhere will do.",
            role="down",
            at=("down",),
            trace="energy_of_data",
        ),
    ),
)

NOISE_CONTRASTIVE = (
    _ENERGY,
    Formula(
        "loss",
        "L =",
        (
            Term(
                r"- \mathbb{E}_{data}[\log h(x)]",
                "Be sure that data are data: their energy falls.",
                role="down",
                at=("is_data",),
                rests=_NO_DOWN,
            ),
            Term(
                r"- \, \nu \, \mathbb{E}_{noise}[\log(1 - h(x))]",
                "Be sure that noise is noise: its energy rises. There are nu noise points for each data point.",
                role="up",
                at=("is_noise",),
                rests=_NO_UP,
            ),
        ),
        trace="loss",
    ),
    Formula(
        "energy",
        r"\log \frac{h(x)}{1 - h(x)} =",
        (
            Term(
                r"- E(x) - \log Z",
                "The model's log density; log Z is one more number that is learnt.",
                at=("energy", "is_data", "is_noise"),
            ),
            Term(r"- \log(\nu \, q(x))", "The density q of the noise, which is known.", at=("noise",)),
        ),
    ),
)

_SLOPE = Term(r"\nabla E(\tilde{x})", "The slope of the energy at a blurred point: minus the score.", at=("slope",))

SCORE_MATCHING = (
    _ENERGY,
    Formula(
        "loss",
        r"L = \tfrac{\sigma^2}{2} \, \mathbb{E} \, \|",
        (
            _SLOPE,
            Term(
                r"+ \nabla \log k(\tilde{x} - x)",
                "The way back to the clean point, as the density k of the noise has it.",
                at=("noise", "loss"),
            ),
        ),
        r"\|^2",
        "loss",
        {"method": ("denoising",)},
    ),
    Formula(
        "loss",
        r"L = \sigma^2 \, \mathbb{E} [",
        (
            Term(
                r"\tfrac{1}{2} \| \nabla E(\tilde{x}) \|^2",
                "Gentle slopes at the blurred data: they lie in valleys or on tops.",
                at=("slope",),
            ),
            Term(
                r"- \, \Delta E(\tilde{x})",
                "How the slope bends, in all directions: valleys and no tops.",
                at=("loss",),
                needs={"method": ("exact",)},
            ),
            Term(
                r"- \, v^T \nabla^2 E(\tilde{x}) \, v",
                "How the slope bends in one direction v, drawn anew for each point: valleys and no tops.",
                at=("loss",),
                needs={"method": ("sliced",)},
            ),
        ),
        "]",
        "loss",
        {"method": ("exact", "sliced")},
    ),
)

SCORE_LEVELS = (
    Formula(
        "energy",
        r"E(x, \sigma) =",
        (
            Term(
                r"f_\theta(x, \log \sigma)",
                "The network's number for the point at this level of noise.",
                at=("energy",),
            ),
            Term(
                r"+ \frac{\|x\|^2}{2 (s^2 + \sigma^2)}",
                "One large round valley: at coarse levels little is left to learn.",
                at=("energy",),
            ),
        ),
    ),
    Formula(
        "loss",
        r"L = \tfrac{1}{2} \, \mathbb{E}_\sigma \, \mathbb{E} \, \|",
        (
            Term(
                r"\sigma \, \nabla E(x + \sigma \xi, \sigma)",
                "The slope of the energy at the blurred point, in units of the noise.",
                at=("energy", "cleaned"),
            ),
            Term(r"- \, \xi", "The noise that blurred it: the way up the slope is the way it went.", at=("levels",)),
        ),
        r"\|^2",
        "loss",
    ),
)
