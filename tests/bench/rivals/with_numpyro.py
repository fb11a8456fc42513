"""NumPyro: its kernels without MCMC's records around them, compiled with the loop; many chains are vectorised."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from numpyro.infer import HMC, NUTS

from tests.bench.rivals.jax_energies import energy_of
from tests.bench.rivals.settings import LEAPFROG_STEPS, MOST_DOUBLINGS, STEP_SIZE, best_rate, starts


def rates(target: str, num_chains: int) -> dict[str, float]:
    x = jnp.asarray(starts(target, num_chains))
    fixed = {"step_size": STEP_SIZE, "adapt_step_size": False, "adapt_mass_matrix": False}
    energy = energy_of(target)
    kernels = {
        "hmc": HMC(potential_fn=energy, num_steps=LEAPFROG_STEPS, trajectory_length=None, **fixed),
        "nuts": NUTS(potential_fn=energy, max_tree_depth=MOST_DOUBLINGS, **fixed),
    }
    return {name: best_rate(_loop(kernel, x), num_chains) for name, kernel in kernels.items()}


def _loop(kernel: Any, x: Any) -> Callable[[int], None]:
    key = jax.random.PRNGKey(0)
    state = kernel.init(key, 0, x[0]) if len(x) == 1 else kernel.init(jax.random.split(key, len(x)), 0, x)
    run = jax.jit(lambda count, state: jax.lax.fori_loop(0, count, lambda _, each: kernel.sample(each, (), {}), state))

    def advance(count: int) -> None:
        nonlocal state
        state = jax.block_until_ready(run(count, state))

    return advance
