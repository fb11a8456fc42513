"""The command that measures the proof of samplers and writes it where the window finds it.

Not covered: how one of them is measured (proof.py, proof_bias.py).
"""

import math
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import torch

from engine import proof_file
from engine.catalogue import sampler_module
from engine.knobs import knobs_of
from engine.proof import is_exact, prove
from engine.proof_bias import BLURRED, bias_of, with_denoiser
from engine.proof_cases import Case, case, names
from engine.proof_file import Proof, Table

NUM_CHAINS, SEED = 4096, 20_241
# Of the sampler that needs a denoising auto-encoder.
_DENOISING = "denoising_chain"


def prove_all(samplers: list[str], folder: Path, tell: Callable[[str], None]) -> None:
    """Measure each sampler and write its file. Raises Notice for a name that there is not."""
    for name in samplers:
        sampler_module(name)
    for name in samplers:
        proof_file.write(proof_of(name, NUM_CHAINS, SEED, tell), folder)


def proof_of(sampler: str, num_chains: int, seed: int, tell: Callable[[str], None] = lambda text: None) -> Proof:
    """All tables of one sampler; each case has a seed of its own, so that it can be repeated alone."""
    began = time.perf_counter()
    tables = []
    for index, known in enumerate(cases_for(sampler)):
        found = prove(sampler, known, num_chains, seed + index, has_wide=is_exact(sampler))
        tables += found
        tell(f"{sampler}: {known.name}: {', '.join(_summary(table) for table in found)}")
    bias = bias_of(sampler, 8 * num_chains, seed)
    return Proof(
        sampler=sampler,
        is_exact=is_exact(sampler),
        knobs={each.name: each.default for each in knobs_of(sampler_module(sampler).Params)},
        seed=seed,
        seconds=time.perf_counter() - began,
        date=date.today().isoformat(),
        command=f"python main.py prove {sampler}",
        torch=str(torch.__version__),
        tables=tuple(tables),
        bias=bias,
    )


def cases_for(sampler: str) -> list[Case]:
    """Those on which it can walk."""
    if sampler == _DENOISING:
        return [with_denoiser(case(name)) for name in BLURRED]
    return [case(name) for name in names()]


def _summary(table: Table) -> str:
    worst = max((abs(row.z) for row in table.rows), key=lambda z: -1.0 if math.isnan(z) else z)
    arrived = "" if table.has_arrived else ", not arrived"
    return f"{table.start} starts of {table.chains} chains: largest |z| {worst:.2f}{arrived}"


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
