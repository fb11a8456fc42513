"""Drawn pictures kept on disk, in the user's cache folder, so that a large set is drawn only once.

A file is the SHA-256 of the pixels and then the pixels; one that is damaged, or cannot be read or written, is as if it
were not there. Its name holds a digest of the drawing code, so that pictures of older code are never taken.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import platformdirs

# Sets smaller than this are drawn as fast as they are looked up.
_MIN_PICTURES = 500
# Older ones are deleted.
_MAX_FILES = 4
_DIGEST_BYTES = hashlib.sha256().digest_size


def cached(
    name: str,
    code: Path,
    shape: tuple[int, ...],
    factors: np.ndarray,
    render: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """What `render` makes of the factors (n, k), (n, *shape) uint8, from disk if it is there.

    name: says what the factors are.  code: the folder of the modules that draw.
    """
    if len(factors) < _MIN_PICTURES:
        return render(factors)
    version = hashlib.sha256(np.ascontiguousarray(factors).data)
    for file in sorted(code.glob("*.py")):
        version.update(file.read_bytes())
    file = folder() / f"{name}-{version.hexdigest()[:16]}.pixels"
    pixels = _loaded(file, (len(factors), *shape))
    if pixels is None:
        pixels = np.ascontiguousarray(render(factors))
        _save(file, pixels)
    return pixels


def folder() -> Path:
    return Path(platformdirs.user_cache_dir("energyscape", appauthor=False)) / "pictures"


def _loaded(file: Path, shape: tuple[int, ...]) -> np.ndarray | None:
    try:
        if file.stat().st_size != _DIGEST_BYTES + int(np.prod(shape)):
            return None
        content = np.fromfile(file, np.uint8)
    except OSError:
        return None
    digest, pixels = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    is_whole = hashlib.sha256(pixels.data).digest() == digest.tobytes() and pixels.size == np.prod(shape)
    return pixels.reshape(shape) if is_whole else None


def _save(file: Path, pixels: np.ndarray) -> None:
    """Written beside and then put in place, so that no one ever reads half a file."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, beside = tempfile.mkstemp(dir=file.parent, suffix=".part")
        try:
            with os.fdopen(descriptor, "wb") as out:
                out.write(hashlib.sha256(pixels.data).digest())
                out.write(pixels.data)
            Path(beside).replace(file)
        finally:
            Path(beside).unlink(missing_ok=True)
        newest_first = sorted(file.parent.glob("*.pixels"), key=lambda each: each.stat().st_mtime, reverse=True)
        for old in newest_first[_MAX_FILES:]:
            old.unlink(missing_ok=True)
    except OSError:
        return
