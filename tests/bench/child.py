"""Measurements in processes of their own, so that none inherits another's torch, Qt or memory."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[2]


def measured(module: str, *arguments: object) -> dict[str, Any]:
    """What `python -m tests.bench.MODULE` prints as JSON on its last line."""
    done = subprocess.run(command(module, *arguments), cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def command(module: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", f"tests.bench.{module}", *map(str, arguments)]


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cpu_secs(process: psutil.Process) -> float:
    """Time on any core since its start."""
    times = process.cpu_times()
    return float(times.user + times.system)


def peak_mb(process: psutil.Process) -> float:
    """The most memory that a process has held, in MB; where the system does not keep that, what it holds now."""
    status = Path(f"/proc/{process.pid}/status")
    if status.exists():
        line = next(each for each in status.read_text().splitlines() if each.startswith("VmHWM:"))
        return float(line.split()[1]) * 1024 / 1e6
    return float(process.memory_info().rss) / 1e6
