"""How near `main.py run` comes to the truth with default knobs."""

import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.knobs import Value
from tests.bench.child import ROOT
from tests.bench.figures import Figure, Options

_DATA = {
    "eight_gaussians": {"radius": 2.0, "noise": 0.2},
    "two_moons": {"noise": 0.1},
    "checkerboard": {},
    "rings": {},
}
# In nats, in the order of the data.
_BARS = {"exact": (0.05, 0.05, 0.20, 0.20), "pcd": (0.20, 0.20, 0.35, 0.35)}


def figures(options: Options) -> Iterator[Figure]:
    for phase, bars in _BARS.items():
        for (preset, args), bar in zip(_DATA.items(), bars, strict=True):
            metrics = run_recipe("energy_mlp", {"negative_phase": phase}, preset, args, options.seconds)
            steps = f"{metrics['steps']} steps in {metrics['seconds']:.0f} s"
            kl = metrics["kl_from_truth"]
            value = math.nan if kl is None else kl
            yield Figure(f"{preset}, {phase}: {steps}", [value], "nats", at_most=bar)


def run_recipe(
    model: str, params: dict[str, Value], preset: str, args: dict[str, float], seconds: float
) -> dict[str, Any]:
    """metrics.json of a recipe that names nothing but the data, the model and the time."""
    wanted = {
        "version": 1,
        "seed": 0,
        "data": {"preset": preset, "n": 2000, "args": args},
        "model": {"name": model, "params": params},
        "stop": {"seconds": seconds},
    }
    with tempfile.TemporaryDirectory(prefix="energyscape-quality-") as folder:
        recipe, out = Path(folder) / "recipe.json", Path(folder) / "out"
        recipe.write_text(json.dumps(wanted))
        run = [sys.executable, "main.py", "run", str(recipe), "--out", str(out)]
        done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{preset}, {model}: {done.stderr[-2000:]}")
        metrics: dict[str, Any] = json.loads((out / "metrics.json").read_text())
        return metrics
