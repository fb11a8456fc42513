"""What a film holds, seen by decoding it."""

import subprocess
from pathlib import Path

import numpy as np

from gui.recording import encoder


def pictures_of(path: Path, width: int, height: int) -> np.ndarray:
    """All pictures, (n, height, width, 3) RGB; that they are of this size is checked."""
    done = subprocess.run(
        [encoder.ffmpeg(), "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"],
        stdin=subprocess.DEVNULL, capture_output=True, check=True,
    )  # fmt: skip
    return np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 3)


def told_of(path: Path) -> str:
    """What ffmpeg says of a file."""
    done = subprocess.run([encoder.ffmpeg(), "-hide_banner", "-i", str(path)], capture_output=True, check=False)
    return done.stderr.decode()
