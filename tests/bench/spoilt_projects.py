"""`python -m tests.bench.spoilt_projects COUNT`: open so many spoilt project files, and print what became of them."""

import json
import sys
import tempfile
import time
import traceback
from pathlib import Path

import psutil

from engine.notice import Notice
from gui.projects import contents
from tests.bench.child import peak_mb
from tests.gui.projects.known_projects import project
from tests.gui.projects.mutations import mutated

# Other seeds than the tests have.
_FIRST = 1_000_000


def main(count: int) -> None:
    good = contents.write(project(2000, num_floats=20_000))
    opened = raised = 0
    longest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gift.escape"
        for seed in range(_FIRST, _FIRST + count):
            path.write_bytes(mutated(good, seed))
            began = time.perf_counter()
            try:
                contents.read(path)
                opened += 1
            except Notice as notice:
                raised += "\n" in str(notice)
            except BaseException:
                traceback.print_exc()
                raised += 1
            longest = max(longest, time.perf_counter() - began)
    memory = peak_mb(psutil.Process())
    print(json.dumps({"opened": opened, "raised": raised, "longest": longest, "memory_mb": memory}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
