"""`python -m tests.bench [NAME ...]`: the figures that the app must reach, measured here and now, beside their bars.

Each section runs in a process of its own. Nothing is asserted: the exit status is 1 only where a section broke.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench.child import ROOT, command, cores
from tests.bench.figures import Options

# The long ones last.
SECTIONS = {
    "pcd": "a PCD step against plain autograd",
    "training": "training with the window open against a bare loop",
    "strokes": "drawing on a full canvas, and how soon the landscape knows",
    "start": "until the window is visible; a paused window",
    "sizes": "memory",
    "steps": "each family's step in the engine against a bare loop",
    "walks": "chain-steps against blackjax, NumPyro, emcee, Pyro, TorchEBM and plain torch",
    "chains": "chains drawn in the window while they walk",
    "gan": "a GAN of GAN Lab's size with the window open",
    "latent": "the latent lab: slider to picture, and a map of 256",
    "panes": "four panes at once",
    "language": "the window in German while it trains",
    "projects": "saving and opening, spoilt files, kill -9 while saving",
    "record": "a film rendered, and the window while it is recorded",
    "timeline": "what a run's past costs, and dragging through 5,000 steps of it",
    "kills": "the engine and the window are killed",
    "quality": "KL divergence from the truth after training",
    "families": "each family on five data sets",
}


def main() -> int:
    arguments = _parser().parse_args()
    machine = _machine()
    print(", ".join(f"{name} {value}" for name, value in machine.items()))
    with tempfile.TemporaryDirectory(prefix="energyscape-bench-") as folder:
        options = Options(arguments.seconds, arguments.kills, arguments.family_seconds, arguments.only)
        results = {name: _measure(name, Path(folder), options) for name in arguments.names or SECTIONS}
    broken = [name for name, result in results.items() if result is None]
    if broken:
        print(f"\nbroke: {', '.join(broken)}", file=sys.stderr)
    if arguments.json is not None:
        report = {"machine": machine, "options": vars(options), "sections": results}
        arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 1 if broken else 0


def _parser() -> argparse.ArgumentParser:
    sections = "\n".join(f"  {name:<10}{text}" for name, text in SECTIONS.items())
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=f"Measure, and print figures beside their bars.\n\nsections (all, unless named):\n{sections}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # No `choices`: argparse would hold the empty list against them.
    parser.add_argument("names", nargs="*", metavar="NAME", type=_section)
    parser.add_argument("--seconds", type=float, default=Options.seconds, help="of training in each run of quality")
    parser.add_argument("--kills", type=int, default=Options.kills, help="how many in a row")
    parser.add_argument(
        "--family-seconds", type=float, default=Options.family_seconds, help="of training in each run of families"
    )
    parser.add_argument(
        "--only", default="", metavar="TEXT", help="rows of chains, families, steps and walks whose name has this"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there too")
    return parser


def _section(name: str) -> str:
    if name not in SECTIONS:
        raise argparse.ArgumentTypeError(f"there is no section {name}; there are {', '.join(SECTIONS)}")
    return name


def _measure(name: str, folder: Path, options: Options) -> dict[str, Any] | None:
    """The section's result; None if it broke, whose trace is then on stderr."""
    result = folder / f"{name}.json"
    run = command("one", name, result, json.dumps(vars(options)))
    subprocess.run(run, cwd=ROOT, env=_environment(folder), check=False)
    if not result.exists():
        return None
    measured: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return measured


def _environment(folder: Path) -> dict[str, str]:
    """Settings and logs of its own, and a screen that is not there if there is none."""
    places = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
    environment = {**os.environ, **dict.fromkeys(places, str(folder))}
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    return environment


def _machine() -> dict[str, Any]:
    """What the figures were measured on."""
    screen = os.environ.get("QT_QPA_PLATFORM") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return {
        "cores": cores(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        **{name: version(name) for name in ("torch", "PySide6-Essentials", "pyqtgraph")},
        "screen": screen or ("none" if sys.platform == "linux" else "the system's"),
    }


if __name__ == "__main__":
    sys.exit(main())
