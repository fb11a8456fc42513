"""The bench's plain PCD step is the engine's, and a verdict says what its numbers say. No times."""

import math
from collections.abc import Iterator

import pytest
import torch

from engine.models import Batch
from engine.models.energy_mlp import Model, Params
from tests.bench.figures import Figure
from tests.bench.plain_pcd import PlainPcd


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
