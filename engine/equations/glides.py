r"""The equations of samplers that follow the slope of the energy.

Notation as in walks.py; p is a momentum, H the energy with that of motion.
"""

from engine.equations.walks import metropolis, step
from engine.messages.formulas import Formula, Term, Values

_DRIFT = r"- \frac{\varepsilon^2}{2} \nabla E(x)"
_MOMENTUM = Term(r"p \sim N(0, I)", "A random push.", at=("draw a momentum",))
_H = r"H = E(x) + \tfrac{1}{2} |p|^2"
_UNTESTED = Term(r"x \leftarrow x'", "Every move is believed.", at=("move", "reject"), needs={"is_adjusted": (False,)})
_KEPT = r"\alpha = \min \left( 1, \; e^{H(x, p) - H(x', p')} \right)"

LANGEVIN = (
    Formula(
        "step",
        "x' = x",
        (
            Term(_DRIFT, "Downhill, the further the steeper it is.", at=("downhill",)),
            Term(
                r"+ \, \varepsilon \, \eta \, \xi",
                "A shake of the step size; without it this is gradient descent.",
                at=("shake",),
                rests={"noise": (0.0,)},
            ),
        ),
    ),
)

MALA = (
    Formula(
        "step",
        "x' = x",
        (
            Term("+ \\, D(x)", "Downhill, by at most a step size.", at=("downhill",)),
            Term(r"+ \, \varepsilon \, \eta \, \xi", "A shake of the step size.", at=("shake",)),
        ),
    ),
    *step(
        *metropolis(
            r"\alpha = \min \left( 1, \; \frac{p(x') \, q(x \mid x')}{p(x) \, q(x' \mid x)} \right)",
            "How likely the new place is, and how likely the way back over the way there.",
        )
    ),
)


def _adjusted(alpha: str, says: str, stay: str) -> tuple[Term, ...]:
    """The test, where there is one, or that there is none."""
    needs: Values = {"is_adjusted": (True,)}
    both = metropolis(alpha, says, stay)
    return (*(Term(each.latex, each.says, at=each.at, needs=needs) for each in both), _UNTESTED)


UNDERDAMPED_LANGEVIN = step(
    Term(
        r"p \leftarrow c \, p + \sqrt{1 - c^2} \, \xi, \; c = e^{-\gamma \varepsilon}",
        "Friction wears the momentum away, and noise renews it.",
        at=("friction and noise",),
    ),
    Term(
        r"p - \tfrac{\varepsilon}{2} \nabla E, \; x + \varepsilon p, \; p - \tfrac{\varepsilon}{2} \nabla E",
        "Half a push by the slope, a leap, half a push.",
        at=("half a push",),
    ),
    *_adjusted(_KEPT, "A glide keeps H; what the leap gets wrong is tested.", "else turn back"),
)

HMC = step(
    _MOMENTUM,
    Term(
        r"p - \tfrac{\varepsilon}{2} \nabla E, \; x + \varepsilon p, \; p - \tfrac{\varepsilon}{2} \nabla E",
        "A glide without friction, leap by leap: half a push, a leap, half a push.",
        at=("leapfrog",),
    ),
    *metropolis(f"{_KEPT}, \\; {_H}", "A glide keeps H; what long leaps get wrong is tested."),
)

NUTS = step(
    _MOMENTUM,
    Term(
        r"z_{-} \leftarrow z_i \rightarrow z_{+}",
        "The glide is doubled, forwards or backwards at random.",
        at=("doubling",),
    ),
    Term(
        r"\text{until } \rho \cdot p_{-} \le 0 \text{ or } \rho \cdot p_{+} \le 0, \; \rho = \sum_i p_i",
        "Until its two ends begin to come closer again.",
        at=("stop",),
    ),
    Term(
        rf"P(z_i) \propto e^{{-H(z_i)}}, \; {_H}",
        "One of the places on the way, the likelier the lower its H, and rather a far one.",
        at=("choose",),
    ),
)

MICROCANONICAL = step(
    Term(r"|u| = 1", "A direction; the speed never changes.", at=("draw a direction", "keep the direction")),
    Term(
        r"\dot{x} = u, \quad \dot{u} = - (I - u u^T) \nabla E(x) / (d - 1)",
        "The chain moves on, and the slope only turns it, towards downhill. Here d is 2.",
        at=("leap",),
    ),
    *_adjusted(
        r"\alpha = \min \left( 1, \; e^{-\Delta (E + K)} \right)",
        "A glide keeps E + K; what long leaps get wrong is tested.",
        "else stay",
    ),
)

SVGD = (
    Formula(
        "step",
        r"\phi(x) = \frac{1}{n} \sum_j [",
        (
            Term(
                r"- k(x_j, x) \nabla E(x_j)",
                "Attraction: the slopes at all particles near by pull downhill.",
                at=("attraction",),
            ),
            Term(r"+ \nabla_{x_j} k(x_j, x)", "Repulsion: the particles push one another apart.", at=("repulsion",)),
        ),
        "]",
    ),
    *step(
        Term(
            r"x' = x + \varepsilon \, \phi(x) / r",
            "The move by both; r is how large such moves were of late, for each coordinate.",
            at=("move",),
            needs={"step_rule": ("adagrad",)},
        ),
        Term(
            r"x' = x + \varepsilon^2 \phi(x)",
            "The move by both, by at most a step size.",
            at=("move",),
            needs={"step_rule": ("plain",)},
        ),
    ),
)
