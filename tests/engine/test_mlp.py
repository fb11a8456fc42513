"""The closed-form gradients of the network, held against autograd, and its products against torch's own."""

import pytest
import torch
from torch.nn import functional

from engine.mlp import ACTIVATIONS, CHUNK, Mlp, linear

CPU = torch.device("cpu")
# By other names and functions than the network's own, so that both cannot be wrong alike.
REFERENCE = {
    "silu": lambda a: a / (1 + torch.exp(-a)),
    "gelu": lambda a: a * (1 + torch.erf(a / 2**0.5)) / 2,
    "softplus": lambda a: torch.logaddexp(a, torch.zeros_like(a)),
    "tanh": lambda a: 1 - 2 / (torch.exp(2 * a) + 1),
    "relu": lambda a: a.clamp(min=0),
    "sine": lambda a: torch.cos(a - torch.pi / 2),
}
LAYERS = [[name] * depth for name in ACTIVATIONS for depth in (1, 2, 3)] + [["sine", "silu"], ["relu", "tanh", "gelu"]]
each_network = pytest.mark.parametrize("names", LAYERS, ids="-".join)


def network_of(names, *, width=7, dtype=torch.float64, seed=0) -> Mlp:
    rng = torch.Generator().manual_seed(seed)
    network = Mlp(width, names, detail=1.5, rng=rng, device=CPU)
    # Fresh networks have a zero last bias and zero hidden biases, which would hide a bias that is forgotten.
    network.parameters = [(p + 0.3 * torch.randn(p.shape, generator=rng)).to(dtype) for p in network.parameters]
    return network


def points(count, dtype=torch.float64) -> torch.Tensor:
    return torch.randn(count, 2, generator=torch.Generator().manual_seed(1)).to(dtype)


def reference_energy(network, names, x):
    *hidden, last, offset = network.parameters
    for layer, name in enumerate(names):
        x = REFERENCE[name](x @ hidden[2 * layer].T + hidden[2 * layer + 1])
    return x @ last + offset


@each_network
def test_the_energy_is_that_of_the_formula(names):
    network, x = network_of(names), points(11)
    expected = reference_energy(network, names, x)
    for energy in (network.energy(x), network.forward(x)[0], network.energy_and_input_gradient(x)[0]):
        torch.testing.assert_close(energy, expected, rtol=1e-10, atol=1e-10)


@each_network
def test_the_gradient_of_the_input_is_autograds(names):
    network, x = network_of(names), points(11).requires_grad_()
    [expected] = torch.autograd.grad(reference_energy(network, names, x).sum(), x)
    for gradient in (network.input_gradient(x.detach()), network.energy_and_input_gradient(x.detach())[1]):
        torch.testing.assert_close(gradient, expected, rtol=1e-9, atol=1e-9)


@each_network
def test_the_gradient_of_the_parameters_is_autograds(names):
    network, x = network_of(names), points(11)
    coefficients = torch.linspace(-1, 2, 11, dtype=torch.float64)
    for parameter in network.parameters:
        parameter.requires_grad_()
    expected = torch.autograd.grad(coefficients @ reference_energy(network, names, x), network.parameters)
    with torch.no_grad():
        gradients = network.parameter_gradient(network.forward(x)[1], coefficients)
    assert len(gradients) == len(expected)
    for gradient, exact in zip(gradients, expected, strict=True):
        torch.testing.assert_close(gradient, exact, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_gradients_in_single_precision_are_those_in_double(name):
    """The products that training uses are oneDNN's, and those are in single precision only."""
    names = [name, name]
    single, double = network_of(names, width=64, dtype=torch.float32), network_of(names, width=64)
    double.parameters = [parameter.double() for parameter in single.parameters]
    x = points(300, torch.float32)
    torch.testing.assert_close(single.energy(x).double(), double.energy(x.double()), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(
        single.input_gradient(x).double(), double.input_gradient(x.double()), rtol=1e-4, atol=1e-4
    )
    ones = torch.full((300,), 1 / 300)
    in_single = single.parameter_gradient(single.forward(x)[1], ones)
    in_double = double.parameter_gradient(double.forward(x.double())[1], ones.double())
    for gradient, exact in zip(in_single, in_double, strict=True):
        torch.testing.assert_close(gradient.double(), exact, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("has_bias", [True, False])
@pytest.mark.parametrize(("rows", "inputs", "outputs"), [(1, 2, 1), (5, 2, 3), (600, 2, 128), (600, 128, 128)])
def test_the_product_is_torchs_own(rows, inputs, outputs, has_bias):
    rng = torch.Generator().manual_seed(2)
    x, weights = torch.randn(rows, inputs, generator=rng), torch.randn(outputs, inputs, generator=rng)
    biases = torch.randn(outputs, generator=rng) if has_bias else None
    expected = functional.linear(x, weights, biases)
    torch.testing.assert_close(linear(x, weights, biases), expected, rtol=1e-5, atol=1e-4)


def test_the_product_of_transposed_arrays_is_torchs_own():
    """The way back multiplies views that do not lie in order in memory."""
    rng = torch.Generator().manual_seed(3)
    x, weights = torch.randn(30, 20, generator=rng), torch.randn(20, 10, generator=rng)
    torch.testing.assert_close(linear(x, weights.t()), x @ weights, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(
        linear(x.t(), weights.t()[:, :1].expand(-1, 30)), x.t() @ weights.t()[:, :1].expand(-1, 30).t()
    )


@pytest.mark.parametrize("count", [1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 3])
def test_a_long_list_of_points_is_split_without_a_seam(count):
    network, x = network_of(["silu", "silu"]), points(count)
    torch.testing.assert_close(network.energy(x), reference_energy(network, ["silu"] * 2, x), rtol=1e-10, atol=1e-10)
    pieces = torch.cat([network.input_gradient(piece) for piece in torch.tensor_split(x, 5) if len(piece)])
    torch.testing.assert_close(network.input_gradient(x), pieces, rtol=1e-10, atol=1e-10)


def test_no_points_have_no_energies():
    network = network_of(["silu", "silu"], dtype=torch.float32)
    assert network.energy(torch.zeros(0, 2)).shape == (0,)
    assert network.input_gradient(torch.zeros(0, 2)).shape == (0, 2)


def test_the_same_seed_gives_the_same_network_and_another_seed_another():
    first, same, other = (
        Mlp(8, ["tanh"], detail=1.0, rng=torch.Generator().manual_seed(seed), device=CPU) for seed in (0, 0, 1)
    )
    assert all(map(torch.equal, first.parameters, same.parameters))
    assert not torch.equal(first.parameters[0], other.parameters[0])


def test_detail_multiplies_the_first_layer_and_nothing_else():
    plain, fine = (
        Mlp(8, ["tanh"] * 2, detail=detail, rng=torch.Generator().manual_seed(0), device=CPU) for detail in (1.0, 3.0)
    )
    for index, (a, b) in enumerate(zip(plain.parameters, fine.parameters, strict=True)):
        torch.testing.assert_close(b, a * (3.0 if index < 2 else 1.0))


def test_an_untrained_network_tells_points_apart():
    energy = network_of(["silu", "silu"], width=64).energy(points(50))
    assert energy.std() > 1e-3
