"""`python -m tests.gui.projects.saves_for_ever PATH`: save one project after another over the same file."""

import itertools
import sys
from pathlib import Path

from gui.projects import saver
from gui.projects.thumbnail import Look
from tests.gui.projects.known_projects import project

SIZES = (100, 3000)


def main(path: Path) -> None:
    projects = [project(size, num_floats=200_000) for size in SIZES]
    for number, made in enumerate(itertools.cycle(projects)):
        saver.save(path, made, Look("#000000", ("#ffffff",)))
        if number == 0:
            print("saving", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
