"""Denoising auto-encoder

Corrupt each point with a little Gaussian noise, and teach a network to undo it. No bottleneck is needed: copying its
input does not help, as the noise must go. The best guess r(x) is the mean of all clean points that x may come from, and
r(x) - x points to where the data are denser: over sigma squared it is the score of the data blurred by the noise. So
the arrows of a denoiser are the slope of an energy, learnt without log Z and without samples.

Where the corruption never leads, nothing is learnt: far from the data the arrows are what the network happens to say.
With the field "gradient of an energy" the network gives an energy, and its slope makes the reconstruction. With "free"
the network says the arrows themselves, which may then turn in circles that no energy has; shown is the reconstruction
error, zero wherever a point is left alone: on ridges and in the gaps between clumps as well as on the data.

Equation: r(x) - x = -\\sigma^2 \\nabla E(x), \\quad L = \\frac{1}{2 \\sigma^2} \\mathbb{E}
\\| r(x + \\sigma \\epsilon) - x \\|^2, \\quad E_{free}(x) = \\frac{1}{2 \\sigma^2} \\| r(x) - x \\|^2
Try: Train on two moons with the layer Field on, then raise sigma to 0.4: the arrows reach far, and lead to one clump.
Source: Vincent et al. (2008), ICML; Vincent (2011), Neural Computation 23(7), and Alain, Bengio (2014), JMLR 15, for
the score; Saremi, Hyvärinen (2019), JMLR 20, for walking on blurred data and jumping back.
"""

from typing import ClassVar, NamedTuple

import msgspec
import torch
from torch import Tensor, nn

from engine.knobs import knob
from engine.messages import Box, Machine
from engine.models import Batch, Drawing, Picture, Terms, Truth, no_energy
from engine.models import Model as Family
from engine.nets import ACTIVATIONS, Learner, chunked, cpu_rng, multilayer

# Those that bend everywhere: the slope of a kink does not bend at all.
_SMOOTH = tuple(name for name in ACTIVATIONS if name != "relu")
# A sample walks so many moves of so many sigma: small enough that valleys as narrow as the blur keep their width.
_WALK_MOVES, _MOVE_SIGMAS = 100, 0.6
# It starts anywhere in this square, which data usually fill: from further off it may be lost in what was never learnt.
_START_REACH = 0.8
# Unless the noise is about as wide as a cell of the truth's grid, the exact score is not known.
_LEAST_KNOWN_SIGMA = 0.01
_NUM_MEASURED, _NUM_DOTS, _NUM_BARS = 300, 200, 64


class Params(msgspec.Struct, frozen=True):
    field: str = knob(
        "gradient of an energy",
        choices=("gradient of an energy", "free"),
        makes_new_network=True,
        help="Whether the network gives an energy, whose slope is the way back, or the way back itself.",
    )
    sigma: float = knob(
        0.05,
        low=0.01,
        high=1.0,
        scale="log",
        unit="of half the home view",
        help="The standard deviation of the corruption. More reaches further from the data, and blurs them more.",
    )
    learning_rate: float = knob(2e-3, low=1e-5, high=0.1, scale="log", help="How far each step moves the weights.")
    batch_size: int = knob(
        256, low=1, high=8192, scale="log", help="How many points a step corrupts, each by a noise and its opposite."
    )
    weight_decay: float = knob(0.03, low=0.0, high=10.0, help="Pulls the weights to zero: a smoother landscape.")
    confinement: float = knob(
        1.0,
        low=0.0,
        high=20.0,
        unit="nats",
        help="A bowl added to the energy (not to a free field), so that far away is unlikely.",
    )
    averaging: int = knob(
        1000,
        low=1,
        high=10000,
        scale="log",
        unit="steps",
        help="The landscape shown is the mean over this many last steps.",
    )
    width: int = knob(128, low=2, high=1024, scale="log", makes_new_network=True, help="Units in each hidden layer.")
    depth: int = knob(
        2, low=1, high=6, makes_new_network=True, help="Hidden layers: more can bend more, and learn less evenly."
    )
    activation: str = knob("silu", choices=_SMOOTH, makes_new_network=True, help="What bends each unit.")
    detail: float = knob(
        4.0,
        low=0.1,
        high=50.0,
        scale="log",
        makes_new_network=True,
        help="How fine a structure the first layer, which is sines, starts with.",
    )


class _Step(NamedTuple):
    """A step's clean, corrupted and reconstructed points, (n, 2) each."""

    clean: Tensor
    corrupted: Tensor
    rebuilt: Tensor


class Model(Family):
    """The running mean of the network is what is shown."""

    kind = "Reconstruction"
    # A free field has no energy that it is the slope of; with an energy, exp(-E) is of the blurred data near them only.
    is_density = False
    layers = ("field", "cursor", "machine")
    machine: ClassVar = Machine(
        columns=(
            (Box("data", "data", "A batch of the points to learn from."),),
            (Box("corrupt", "corrupt", "The points with noise of standard deviation sigma."),),
            (Box("network", "network", "What it makes of them: its guess of the clean points."),),
            (Box("compare", "compare", "The squared distance of each guess from the clean point, in order."),),
            (Box("loss", "loss", "The mean of these distances over 2 sigma squared."),),
        ),
        arrows=(
            ("data", "corrupt"),
            ("corrupt", "network"),
            ("network", "compare"),
            ("data", "compare"),
            ("compare", "loss"),
        ),
        stages=(("data",), ("corrupt",), ("network",), ("compare",), ("loss",)),
    )

    def __init__(self, params: Params, rng: torch.Generator, device: torch.device) -> None:
        self.params = params
        self._has_energy = params.field != "free"
        sizes = [2, *[params.width] * params.depth, 1 if self._has_energy else 2]
        network = multilayer(sizes, params.activation, cpu_rng(rng), device, detail=params.detail)
        self._learner = Learner(network, first_pace=params.detail)
        nothing = torch.zeros(0, 2, device=device)
        self._last = _Step(nothing, nothing, nothing)

    def settle(self) -> None:
        self._learner.settle()

    def step(self, batch: Batch, rng: torch.Generator) -> Terms:
        """Corrupt the batch and undo it a little better."""
        params = self.params
        noise = params.sigma * torch.randn(batch.x.shape, generator=rng, device=batch.x.device)
        # With a noise comes its opposite: what the slope says of both cancels, and the loss is steadier.
        clean, corrupted = batch.x.repeat(2, 1), torch.cat([batch.x + noise, batch.x - noise])
        with torch.enable_grad():
            energy, rebuilt = self._energy_and_rebuilt(self._learner.network, corrupted, is_learning=True)
            loss = (rebuilt - clean).square().sum(1).mean() / (2 * params.sigma**2)
            self._learner.move(loss, params.learning_rate, averaging=params.averaging, weight_decay=params.weight_decay)
        self._last = _Step(clean, corrupted, rebuilt.detach())
        mean_energy = energy.detach().mean()
        return Terms(loss.detach(), mean_energy, no_energy(mean_energy))

    def energy(self, x: Tensor) -> Tensor:
        def of_piece(piece: Tensor) -> Tensor:
            if self._has_energy:
                return self._network_energy(self._learner.mean, piece)
            return self._energy_and_rebuilt(self._learner.mean, piece)[0]

        return chunked(of_piece, x)

    def rebuilt(self, x: Tensor) -> Tensor:
        """The guess of the clean point that x (n, 2) comes from, r(x), (n, 2)."""
        return chunked(lambda piece: self._energy_and_rebuilt(self._learner.mean, piece)[1].detach(), x)

    def field(self, x: Tensor) -> Tensor:
        """The way back, r(x) - x; over sigma squared it is the score."""
        return self.rebuilt(x) - x

    def samples(self, count: int, rng: torch.Generator) -> Tensor:
        """Walk on the blurred data by Langevin's moves, from anywhere, then jump to clean points they may come from."""
        x = _START_REACH * (2 * torch.rand(count, 2, generator=rng, device=rng.device) - 1)
        for _ in range(_WALK_MOVES):
            noise = torch.randn(x.shape, generator=rng, device=rng.device)
            x = x + _MOVE_SIGMAS**2 / 2 * self.field(x) + _MOVE_SIGMAS * self.params.sigma * noise
        return self._jumped(x, rng)

    def at_cursor(self, x: Tensor) -> tuple[Drawing, str]:
        """The arrow to the reconstruction, and the score that it stands for."""
        rebuilt = self.rebuilt(x)
        score = ((rebuilt - x) / self.params.sigma**2)[0].tolist()
        return Drawing(arrows=torch.cat([x, rebuilt], 1)), f"score = ({score[0]:.1f}, {score[1]:.1f})"

    def pictures(self, rng: torch.Generator) -> dict[str, Picture]:
        # Each point is there twice, with opposite noises: evenly chosen, a few are of both.
        chosen = slice(None, None, max(1, -(-len(self._last.clean) // _NUM_DOTS)))
        clean, corrupted, rebuilt = (each[chosen] for each in self._last)
        squared = (rebuilt - clean).square().sum(1)
        return {
            "data": Picture("dots", clean),
            "corrupt": Picture("dots", corrupted),
            "network": Picture("dots", rebuilt),
            "compare": Picture("bars", squared[:_NUM_BARS].sort().values),
        }

    def measures(self, truth: Truth | None, rng: torch.Generator) -> dict[str, float]:
        """(r(x) - x) / sigma^2 and the exact score, at corrupted draws of the truth: mean cosine, relative error."""
        sigma = self.params.sigma
        if truth is None or sigma < _LEAST_KNOWN_SIGMA:
            return {}
        # measures imports jobs, which finds the families, this one too.
        from engine.measures import smoothed_score

        cells = torch.multinomial(truth.log_masses.exp(), _NUM_MEASURED, replacement=True, generator=rng)
        noise = torch.randn(_NUM_MEASURED, 2, generator=rng, device=rng.device)
        x = truth.points[cells] + sigma * noise
        exact, own = smoothed_score(truth, x, sigma), self.field(x) / sigma**2
        cosine = nn.functional.cosine_similarity(own, exact).mean()
        return {"score cosine": float(cosine), "score error": float((own - exact).norm() / exact.norm())}

    def tensors(self) -> dict[str, Tensor]:
        return self._learner.tensors("network")

    def on_loaded(self) -> None:
        self._learner.restart()

    def _network_energy(self, network: nn.Module, x: Tensor) -> Tensor:
        energy: Tensor = network(x)[:, 0] + self.params.confinement / 2 * x.square().sum(1)
        return energy

    def _energy_and_rebuilt(self, network: nn.Module, x: Tensor, *, is_learning: bool = False) -> tuple[Tensor, Tensor]:
        """The energy (n,) and r(x) (n, 2). is_learning: r can be differentiated, by the weights too."""
        sigma = self.params.sigma
        if not self._has_energy:
            # In units of sigma, the way back is about as long as the weights' start.
            away = sigma * network(x)
            return away.square().sum(1) / (2 * sigma**2), x + away
        with torch.enable_grad():
            x = x if x.requires_grad else x.detach().requires_grad_()
            energy = self._network_energy(network, x)
            (slope,) = torch.autograd.grad(energy.sum(), x, create_graph=is_learning)
        return energy, x - sigma**2 * slope

    def _jumped(self, x: Tensor, rng: torch.Generator) -> Tensor:
        """Draws from the Gaussian nearest to the clean points behind x (n, 2): mean r(x), covariance sigma^2 dr/dx."""
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            rebuilt = self._energy_and_rebuilt(self._learner.mean, x, is_learning=True)[1]
            rows = [torch.autograd.grad(rebuilt[:, axis].sum(), x, retain_graph=axis == 0)[0] for axis in (0, 1)]
        slopes = torch.stack(rows, 1)
        variances, axes = torch.linalg.eigh((slopes + slopes.mT) / 2)
        # Where the network is not yet what it should be, a variance may come out negative or above the blur's own.
        sds = self.params.sigma * variances.clamp(0, 1).sqrt()
        noise = torch.randn(x.shape, generator=rng, device=rng.device)
        spread: Tensor = (axes @ (sds * noise)[:, :, None])[:, :, 0]
        return rebuilt.detach() + spread
