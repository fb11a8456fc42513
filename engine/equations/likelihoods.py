"""The equations of densities that are normalised by construction."""

from engine.messages.formulas import Formula, Term, Values

_NLL = Formula(
    "loss",
    "L =",
    (
        Term(
            r"\mathbb{E}_{data}[E(x)]",
            "Make the data likely. Nothing need be pushed up: the mass is 1 whatever is learnt.",
            role="down",
            at=("loss",),
        ),
    ),
    trace="loss",
)


def _chain_rule(first: str, second: str, order: Values) -> Formula:
    return Formula(
        "energy",
        "E(x, y) =",
        (
            Term(rf"- \log p({first})", f"How rare this {first} is, whatever the other.", at=("first",)),
            Term(
                rf"- \log p({second} \mid {first})",
                f"How rare this {second} is among points with this {first}: a network reads the mixture off {first}.",
                at=("second",),
            ),
        ),
        needs=order,
    )


AUTOREGRESSIVE = (
    _chain_rule("x", "y", {"order": ("x then y",)}),
    _chain_rule("y", "x", {"order": ("y then x",)}),
    Formula(
        "loss",
        "L =",
        (Term(r"\mathbb{E}_{data}[E(x, y)]", _NLL.terms[0].says, role="down", at=("loss",)),),
        trace="loss",
    ),
)

FLOW = (
    Formula(
        "energy",
        "E(x) =",
        (
            Term(r"- \log \mathcal{N}(f(x); 0, I)", "How far out the point lands on the normal.", at=("base",)),
            Term(
                r"- \log \left| \det \frac{\partial f(x)}{\partial x} \right|",
                "How much the layers stretch the area there: what is stretched is made likely.",
                at=("stretch", "half"),
            ),
        ),
    ),
    _NLL,
)

FLOW_MATCHING = (
    Formula(
        "energy",
        "E_t(x) =",
        (
            Term(r"- \log \mathcal{N}(x_0; 0, I)", "How far out the point began, carried back to time 0."),
            Term(
                r"+ \int_0^t \nabla \cdot v(x_s, s) \, ds",
                "What the flow has stretched on the way: stretched mass is thin.",
            ),
        ),
    ),
    Formula(
        "loss",
        r"L = \tfrac{1}{2} \mathbb{E} \, \|",
        (
            Term(r"v(x_t, t)", "The network's velocity at a place and a time.", at=("velocity",)),
            Term(
                r"- \, (x_1 - x_0)",
                "The straight way from the noise x_0 to its data point x_1.",
                role="down",
                at=("noise", "data", "between"),
            ),
        ),
        r"\|^2",
        "loss",
    ),
)
