"""`python -m tests.bench.rendered FILM.mp4`: render the default lesson, all of it; prints JSON."""

import contextlib
import io
import json
import os
import sys
import time
from pathlib import Path

from gui.recording.form import form_of
from gui.recording.render import Wanted, pictures_of, render
from gui.recording.source import load_render_source


def main(path: Path) -> None:
    wanted, began = Wanted(form_of(path, "1920x1080", 30)), time.perf_counter()
    source = load_render_source(None)
    count = pictures_of(source, wanted).num
    with contextlib.redirect_stderr(io.StringIO()):
        render(source, wanted)
    took = time.perf_counter() - began
    spent = os.times()  # of the engine and of ffmpeg too, which have ended
    cpu_secs = spent.user + spent.system + spent.children_user + spent.children_system
    print(json.dumps({"pictures_per_second": count / took, "cpu_msecs": 1000 * cpu_secs / count}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
