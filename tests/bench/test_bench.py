"""The bench's plain PCD step is the engine's, its plain samplers are right, and a verdict says what its numbers say.

No times, and none of the libraries that are compared.
"""

import math
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor

from engine.models import Batch
from engine.models.energy_mlp import Model, Params
from tests.bench import walks
from tests.bench.figures import Figure
from tests.bench.plain_pcd import PlainPcd
from tests.bench.rivals import settings, torch_energies
from tests.bench.rivals.own import target_on_plane
from tests.bench.rivals.plain_torch import State, evaluated, hmc, mala


@pytest.fixture
def double_precision() -> Iterator[None]:
    """So that no proposal and no move of Adam hangs on the last bits of a sum."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.usefixtures("double_precision")
@pytest.mark.parametrize("is_adjusted", [False, True])
def test_the_plain_version_takes_the_same_steps(is_adjusted: bool) -> None:
    params = Params(
        negative_phase="pcd", restart_rate=0.0, is_adjusted=is_adjusted, chains=48, width=32, averaging=2, step_size=0.1
    )
    rng = torch.Generator().manual_seed(3)
    model = Model(params, rng, torch.device("cpu"))
    plain = PlainPcd(model, model.weights()["chains"])
    batch = torch.randn(64, 2, generator=rng)
    before = model.weights()
    draws, plain_draws = (torch.Generator().manual_seed(4) for _ in range(2))
    for _ in range(12):  # the tenth widens the window of the mean
        with torch.no_grad():
            model.step(Batch(batch, torch.zeros(64, dtype=torch.int64)), draws)
        plain.step(batch, plain_draws)
    after = model.weights()
    torch.testing.assert_close(plain.chains, after["chains"])
    for kind, energy in (("network", plain.energy), ("network_mean", plain.mean_energy)):
        for index, parameter in enumerate(energy.parameters()):
            own = after[f"{kind}.{index}"]
            assert not torch.equal(own, before[f"{kind}.{index}"])
            torch.testing.assert_close(parameter.detach().reshape(own.shape), own)
    assert not torch.equal(after["network_mean.0"], after["network.0"])


def test_a_verdict_says_whether_all_repetitions_met_the_bar() -> None:
    assert Figure("", [1, 2, 3], at_most=3).verdict() == "met"
    assert Figure("", [1, 2, 4], at_most=3).verdict() == "met by the median"
    assert Figure("", [1, 4, 4], at_most=3).verdict() == "MISSED"
    assert Figure("", [1.4, 1.2, 1.5], at_least=1.3).verdict() == "met by the median"
    assert Figure("", [math.nan], at_most=3).verdict() == "MISSED"
    assert Figure("", [1]).verdict() == ""


@pytest.mark.parametrize("target", settings.TARGETS)
def test_the_libraries_are_given_the_energy_that_we_walk_on(target: str) -> None:
    own, plane = target_on_plane(target)
    x = settings.starts(target, 64)
    energy, score = own.energy_and_score(plane.to_plane(x, torch.device("cpu")))
    _, theirs, gradient = evaluated(torch.from_numpy(x), torch_energies.energy_of(target))
    torch.testing.assert_close(theirs, energy, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(gradient, -score / torch.tensor(plane.half), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("step", [mala, hmc])
def test_the_plain_samplers_keep_the_density(step: Callable[[State, torch_energies.Energy], State]) -> None:
    def energy(x: Tensor) -> Tensor:
        return (x**2).sum(1) / 2 / 0.2**2

    torch.manual_seed(0)
    state = evaluated(0.2 * torch.randn(20_000, 2), energy)
    for _ in range(10):
        state = step(state, energy)
    torch.testing.assert_close(state[0].std(0), torch.full((2,), 0.2), rtol=0.02, atol=0.0)
    torch.testing.assert_close(state[1].mean(), torch.tensor(1.0), rtol=0.03, atol=0.0)


def test_a_library_that_is_absent_is_said_to_be() -> None:
    assert set(walks.absent({"ours": ("own", "torch"), "theirs": ("with_theirs", "no_such_package")})) == {"theirs"}


def test_each_library_has_the_bar_of_the_issue() -> None:
    assert walks.bar("plain torch", "mlp", 1) == 3
    assert walks.bar("plain torch", "mlp", 64) is None
    assert walks.bar("blackjax", "eight_gaussians", 64) is None
    assert walks.bar("blackjax", "eight_gaussians", 1024) == 0.5
    assert walks.bar("blackjax", "mlp", 16384) == 0.8
    assert walks.bar("NumPyro", "eight_gaussians", 1) is None
    assert walks.bar("NumPyro", "eight_gaussians", 64) == 1
    assert walks.bar("Pyro", "mlp", 1) == 1
