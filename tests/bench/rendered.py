"""`python -m tests.bench.rendered FILM.mp4 SECONDS`: render so much of the default recipe; prints JSON."""

import contextlib
import io
import json
import os
import sys
import time
from pathlib import Path

from gui.recording.form import form_of
from gui.recording.render import Wanted, render
from gui.recording.source import load_render_source


def main(path: Path, seconds: float) -> None:
    rate, began = 30, time.perf_counter()
    with contextlib.redirect_stderr(io.StringIO()):
        render(load_render_source(None), Wanted(form_of(path, "1920x1080", rate), seconds))
    took, count = time.perf_counter() - began, rate * seconds
    spent = os.times()  # of the engine and of ffmpeg too, which have ended
    cpu_secs = spent.user + spent.system + spent.children_user + spent.children_system
    print(json.dumps({"pictures_per_second": count / took, "cpu_msecs": 1000 * cpu_secs / count}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
