"""`python -m tests.bench.one SECTION RESULT.json OPTIONS`: measure one section, and print rows as they come."""

import importlib
import json
import sys
import time
from pathlib import Path
from typing import cast

import psutil

from tests.bench.figures import HEADING, Options, Section


def main(name: str, result: Path, options: Options) -> None:
    section = cast(Section, importlib.import_module(f"tests.bench.{name}"))
    load, began = psutil.getloadavg()[0], time.monotonic()
    print(f"\n{name}  (load {load:.1f} before)\n{HEADING}", flush=True)
    rows = []
    for figure in section.figures(options):
        rows.append(figure.plain())
        print(figure.row(), flush=True)
    report = {"load_before": load, "seconds": round(time.monotonic() - began, 1), "figures": rows}
    result.write_text(json.dumps(report), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Options(**json.loads(sys.argv[3])))
