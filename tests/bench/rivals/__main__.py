"""`python -m tests.bench.rivals LIBRARY TARGET CHAINS`: chain-steps per second of its samplers, as JSON.

LIBRARY: `own`, or a name of settings.LIBRARIES.  TARGET: a name of settings.TARGETS; or `change`, for the seconds until
something that was changed takes effect. A process for each, so that no library disturbs another's threads.
"""

import importlib
import json
import os
import sys

import torch

from engine import devices
from tests.bench.child import cores
from tests.bench.rivals.settings import LIBRARIES


def main(library: str, target: str, num_chains: int) -> None:
    file = "own" if library == "own" else LIBRARIES[library][0]
    os.environ["JAX_PLATFORMS"] = "cpu"
    if file == "own":
        devices.set_up_cpu()
    # As many as the others take: all that this process may use.
    torch.set_num_threads(cores())
    module = importlib.import_module(f"tests.bench.rivals.{file}")
    print(json.dumps(module.change_secs(num_chains) if target == "change" else module.rates(target, num_chains)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
