"""The equations of samplers with many temperatures, and of the chain of a denoising auto-encoder."""

from engine.equations.walks import step
from engine.messages.formulas import Formula, Term

PARALLEL_TEMPERING = (
    *step(
        Term(
            r"p_r(x) \propto e^{-\beta_r E(x)}, \quad \beta_r = T^{-r / (R - 1)}",
            "Every rung has a flatter landscape than the one below.",
        ),
        Term(
            r"x_r \leftarrow \text{kernel}_r(x_r)",
            "All copies move at once, the hot ones further; the cold one is what counts.",
            at=("move on every rung", "accept", "reject"),
        ),
        Term(
            r"\alpha = \min \left( 1, \; e^{(\beta_r - \beta_s)(E(x_r) - E(x_s))} \right)",
            "Neighbours trade places with this probability: what the hot ones find comes down.",
            at=("neighbours",),
        ),
    ),
)

ANNEALED_IMPORTANCE = (
    *step(
        Term(r"x_0 \sim e^{-E_0}", "Points drawn from a wide normal, with energy E_0.", at=("draw from",)),
        Term(
            r"E_k = (1 - \beta_k) E_0 + \beta_k E",
            "Level by level the energy becomes the target's, with a few moves at each.",
            at=("level",),
        ),
    ),
    Formula(
        "step",
        r"\log w =",
        (
            Term(
                r"\sum_k (\beta_k - \beta_{k-1}) (E_0 - E)(x_{k-1})",
                "Each level comes a little too soon: the weight makes up for it.",
                at=("level", "weigh"),
            ),
        ),
    ),
    *step(
        Term(
            r"Z \approx Z_0 \, \tfrac{1}{n} \sum_i w_i",
            "The mean weight gives log Z; a pass with a lower one may be dropped as a whole.",
            at=("weigh", "compare passes", "take by weight", "drop the pass"),
        ),
    ),
)

DENOISING_CHAIN = (
    *step(
        Term(r"\tilde{x} = x + \sigma \, \xi", "Corrupt: by the noise that the network undoes.", at=("corrupt",)),
    ),
    Formula(
        "step",
        "x' =",
        (
            Term(r"r(\tilde{x})", "Reconstruct: where the network says that it came from.", at=("reconstruct",)),
            Term(
                r"+ \, \rho \, \sigma \, \xi'",
                "Shake: by the noise of the reconstruction.",
                at=("shake",),
                rests={"reconstruction_noise": (0.0,)},
            ),
        ),
    ),
)
