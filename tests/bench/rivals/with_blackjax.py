"""blackjax: its kernels, compiled whole with the loop around them, and vmap over the chains."""

import time
from collections.abc import Callable
from typing import Any

import blackjax
import jax
import jax.numpy as jnp
import optax

from tests.bench.rivals.jax_energies import energy_of
from tests.bench.rivals.settings import (
    LEAPFROG_STEPS,
    MOST_DOUBLINGS,
    PARTICLES,
    STEP_SIZE,
    best_rate,
    starts,
)


def rates(target: str, num_chains: int) -> dict[str, float]:
    energy, x = energy_of(target), jnp.asarray(starts(target, num_chains))
    found = {name: best_rate(_loop(each, x), num_chains) for name, each in _algorithms(energy).items()}
    if num_chains == PARTICLES:
        found["svgd"] = best_rate(_svgd(energy, x), num_chains)
    return found


def change_secs(num_chains: int) -> dict[str, list[float]]:
    """Until one step on another target is done, to and fro: it has to be compiled, unless it is kept from before."""
    x, secs = jnp.asarray(starts("mlp", num_chains)), []
    for target in ("eight_gaussians", "mlp", "eight_gaussians", "mlp"):
        energy = energy_of(target)
        began = time.perf_counter()
        _loop(_algorithms(energy)["hmc"], x)(1)
        secs.append(time.perf_counter() - began)
    # The first also starts jax.
    return {"target": secs[1:]}


def _algorithms(energy: Callable[[Any], Any]) -> dict[str, Any]:
    def log_density(x: Any) -> Any:
        return -energy(x)

    mass = jnp.ones(2)
    # Its step size is what others call eps^2 / 2.
    small = STEP_SIZE**2 / 2
    langevin = blackjax.sgld(lambda x, _: jax.grad(log_density)(x))
    return {
        "random_walk": blackjax.additive_step_random_walk(
            log_density, blackjax.mcmc.random_walk.normal(jnp.full(2, STEP_SIZE))
        ),
        "langevin": blackjax.base.SamplingAlgorithm(langevin.init, lambda key, x: langevin.step(key, x, 0, small)),
        "mala": blackjax.mala(log_density, small),
        "hmc": blackjax.hmc(log_density, STEP_SIZE, mass, LEAPFROG_STEPS),
        "nuts": blackjax.nuts(log_density, STEP_SIZE, mass, max_num_doublings=MOST_DOUBLINGS),
    }


def _loop(algorithm: Any, x: Any) -> Callable[[int], None]:
    num_chains = len(x)
    key = jax.random.PRNGKey(0)
    state = jax.jit(algorithm.init)(x[0]) if num_chains == 1 else jax.jit(jax.vmap(algorithm.init))(x)

    def one(_: Any, carried: Any) -> Any:
        key, state = carried
        key, own = jax.random.split(key)
        stepped = (
            algorithm.step(own, state)
            if num_chains == 1
            else jax.vmap(algorithm.step)(jax.random.split(own, num_chains), state)
        )
        # All but SGLD give an Info too.
        return key, stepped[0] if isinstance(stepped, tuple) else stepped

    run = jax.jit(lambda count, carried: jax.lax.fori_loop(0, count, one, carried))

    def advance(count: int) -> None:
        nonlocal key, state
        key, state = jax.block_until_ready(run(count, (key, state)))

    return advance


def _svgd(energy: Callable[[Any], Any], x: Any) -> Callable[[int], None]:
    """With the median's rule at each step, as ours."""
    algorithm = blackjax.svgd(jax.grad(lambda x: -energy(x)), optax.adagrad(STEP_SIZE))
    state = algorithm.init(x)
    run = jax.jit(lambda count, state: jax.lax.fori_loop(0, count, lambda _, each: algorithm.step(each), state))

    def advance(count: int) -> None:
        nonlocal state
        state = jax.block_until_ready(run(count, state))

    return advance
