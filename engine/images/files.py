"""Pictures that a person brought: a folder of pictures, one picture, IDX files as MNIST has them, NPZ or NPY.

Kinds are told apart by the first bytes, not by the ending.
Not covered: the kinds themselves (reading/).
"""

from pathlib import Path

import numpy as np

from engine.data.files import shown_name
from engine.images import Pictures
from engine.images.reading import UNKNOWN, folder, idx, npz
from engine.notice import Notice

_NPY_MAGIC = b"\x93NUMPY"
_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")


def read_path(path: Path, side: int | None = None, grey: bool | None = None) -> Pictures:
    """The pictures at `path`, all square and of one side, with the classes and attributes that are there.

    side: in pixels, 8 to 128; None takes their own, or the most frequent in a folder, and 64 where that is above 128.
    grey: True makes them grey and False colour; None keeps what there is.
    Raises Notice, naming the file.
    """
    shown = shown_name(path.name)
    try:
        if path.is_dir():
            return _read_folder(path, side, grey)
        with path.open("rb") as stream:
            begin = stream.read(8)
    except OSError as error:
        raise Notice(f"{path} cannot be read: {error.strerror or 'the system gave no reason'}.") from None
    except ValueError:
        raise Notice(f"{str(path)!r} is not a possible file name.") from None
    if not begin:
        raise Notice(f"{shown} is empty.")
    if begin.startswith(_NPY_MAGIC):
        return npz.read_npy(path, side, grey)
    if begin.startswith(_ZIP_MAGIC):
        return npz.read_npz(path, side, grey)
    if begin.startswith((idx.GZIP_MAGIC, idx.IDX_MAGIC)):
        return idx.read(path, side, grey)
    if path.suffix.lower() in folder.ENDINGS:
        pixels = folder.read_files([path], [path.name], shown, side, grey).pixels
        return Pictures(shown, pixels, np.full(1, UNKNOWN, np.int64))
    raise Notice(
        f"{shown} is not of a kind that is read: a folder of pictures, IDX as MNIST has it, NPZ, or a picture."
    )


def _read_folder(path: Path, side: int | None, grey: bool | None) -> Pictures:
    images = idx.images_in(path)
    if images is not None:
        return idx.read(images, side, grey)._replace(title=shown_name(path.name))
    return folder.read(path, side, grey)
