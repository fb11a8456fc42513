"""The equations of centres, mixtures and kernels."""

from engine.messages.formulas import Formula, Term, Values

_SOFT: Values = {"latent": ("marginalised",)}
_HARD: Values = {"latent": ("minimised",)}

KMEANS = (
    Formula(
        "energy",
        "E(x) =",
        (
            Term(r"\min_z", "Of all centres the nearest one counts: the code z is its number.", at=("assign",)),
            Term(
                r"\frac{1}{2 \sigma^2} \| x - c_z \|^2",
                "The squared distance to it, in units of sigma.",
                at=("energy",),
                trace="energy_of_data",
            ),
        ),
    ),
    Formula(
        "step",
        "",
        (
            Term(
                r"z(x) \leftarrow \arg\min_z \| x - c_z \|", "Every point goes to its nearest centre.", at=("assign",)
            ),
            Term(
                r"c_z \leftarrow \frac{1}{|S_z|} \sum_{x \in S_z} x",
                "Every centre goes to the mean of its points.",
                role="down",
                at=("centres",),
            ),
        ),
    ),
)

GAUSSIAN_MIXTURE = (
    Formula(
        "energy",
        "E(x, z) =",
        (
            Term(r"- \log \pi_z", "The weight of Gaussian z: what is rare costs more.", at=("energy",)),
            Term(
                r"- \log \mathcal{N}(x; \mu_z, \Sigma_z)",
                "How far the point is from its mean, in its own spread.",
                at=("energy",),
            ),
        ),
    ),
    Formula(
        "energy",
        "F(x) =",
        (
            Term(
                r"- \frac{1}{\beta} \log \sum_z e^{-\beta E(x, z)}",
                "The free energy: z is not seen, so all z are summed out.",
                at=("energy", "loss"),
                trace="energy_of_data",
                needs=_SOFT,
            ),
            Term(
                r"\min_z E(x, z)",
                "Only the best z counts: the hard end.",
                at=("energy", "loss"),
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
                r"r_z(x) \leftarrow e^{\beta (F(x) - E(x, z))}",
                "E-step: how much each Gaussian is responsible for each point.",
                at=("shares",),
                needs=_SOFT,
            ),
            Term(
                r"r_z(x) \leftarrow 1 \text{ for the best } z, \text{ else } 0",
                "E-step: the best Gaussian has the whole point.",
                at=("shares",),
                needs=_HARD,
            ),
            Term(
                r"\mu_z \leftarrow \frac{\sum_x r_z(x) \, x}{\sum_x r_z(x)}",
                "M-step: each moves to the weighted mean of its points; weight and spread follow likewise.",
                role="down",
                at=("gaussians",),
            ),
        ),
    ),
)

KERNEL_DENSITY = (
    Formula(
        "energy",
        "E(x) =",
        (
            Term(
                r"- \log \frac{1}{n} \sum_{i=1}^n \mathcal{N}(x; x_i, h^2 I)",
                "Minus the log of the mean of all kernels, one on each point.",
                at=("kernels", "energy"),
            ),
        ),
    ),
    Formula(
        "loss",
        "L =",
        (
            Term(
                r"- \frac{1}{n} \sum_i \log p_{-i}(x_i)",
                "How surprising each point is, by the kernels of all the others.",
                role="down",
                at=("others",),
                trace="energy_of_data",
            ),
        ),
        trace="loss",
    ),
    Formula(
        "step",
        "",
        (
            Term(
                r"h^2 \leftarrow \frac{1}{2 n} \sum_i \sum_{j \ne i} r_{ij} \| x_i - x_j \|^2",
                "The width that suits this better: r says how much kernel j answers for point i.",
                at=("bandwidth",),
            ),
        ),
        needs={"rule": ("leave one out",)},
    ),
    Formula(
        "step",
        "",
        (
            Term(
                r"h \leftarrow s \, n^{-1/6}",
                "Scott's rule: the width by the spread s and the number of points alone.",
                at=("bandwidth",),
            ),
        ),
        needs={"rule": ("Scott",)},
    ),
)
