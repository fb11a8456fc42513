"""Fetch the full MNIST and Fashion-MNIST into the user's data folder, each file checked by its SHA-256.

A download that is broken off goes on where it stopped. A file is under its own name only once it is whole and right.
Not covered: reading them (files.py).
Source: LeCun, Cortes, Burges (MNIST, CC BY-SA 3.0); Xiao, Rasul, Vollgraf (2017), arXiv:1708.07747 (MIT licence).
"""

import hashlib
import http.client
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import platformdirs

from engine.notice import Notice

TIMEOUT_SECS = 30.0
_CHUNK_BYTES = 2**16


class File(NamedTuple):
    """One file of a set: its name, size, and the SHA-256 of its content."""

    name: str
    num_bytes: int
    sha256: str


class Source(NamedTuple):
    """A set that can be downloaded. mirrors: where its files lie; the next is asked where one fails."""

    title: str
    mirrors: tuple[str, ...]
    files: tuple[File, ...]


class Progress(NamedTuple):
    """Of the whole set, in bytes; and the file that is being fetched."""

    done: int
    total: int
    file: str


# The checksums are those that torchvision (prototype datasets) and TensorFlow Datasets publish.
SOURCES = {
    "mnist": Source(
        "MNIST",
        ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"),
        (
            File(
                "train-images-idx3-ubyte.gz",
                9_912_422,
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
            ),
            File(
                "train-labels-idx1-ubyte.gz",
                28_881,
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
            ),
            File(
                "t10k-images-idx3-ubyte.gz",
                1_648_877,
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
            ),
            File(
                "t10k-labels-idx1-ubyte.gz",
                4_542,
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
            ),
        ),
    ),
    "fashion-mnist": Source(
        "Fashion-MNIST",
        (
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        ),
        (
            File(
                "train-images-idx3-ubyte.gz",
                26_421_880,
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            ),
            File(
                "train-labels-idx1-ubyte.gz",
                29_515,
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            ),
            File(
                "t10k-images-idx3-ubyte.gz",
                4_422_102,
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            ),
            File(
                "t10k-labels-idx1-ubyte.gz",
                5_148,
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
            ),
        ),
    ),
}


class _Unreachable(Exception):
    """A mirror did not give a file; its text says why, as the end of a sentence."""


def data_folder(name: str) -> Path:
    """Where a set of SOURCES is kept on this system."""
    return Path(platformdirs.user_data_dir("energyscape")) / "pictures" / name


def steps(source: Source, folder: Path, timeout_secs: float = TIMEOUT_SECS) -> Iterator[Progress]:
    """Fetch what is missing of a set into `folder`; yields after every piece, so that closing it cancels.

    What is there already, whole and right, is not fetched again. Raises Notice.
    """
    total, done = sum(file.num_bytes for file in source.files), 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in source.files:
            yield Progress(done, total, file.name)
            if not _is_right(folder / file.name, file):
                for so_far in _fetched(source, file, folder, timeout_secs):
                    yield Progress(done + so_far, total, file.name)
            done += file.num_bytes
    except OSError as error:
        raise Notice(f"{folder} cannot be written to: {error.strerror or 'the system gave no reason'}.") from None
    yield Progress(total, total, "")


def _fetched(source: Source, file: File, folder: Path, timeout_secs: float) -> Iterator[int]:
    """Fetch one file from the first mirror that gives it; yields how many bytes are there."""
    part, reasons = folder / f"{file.name}.part", list[str]()
    for mirror in source.mirrors:
        host, url, is_continued = mirror.split("/")[2], mirror + file.name, part.exists()
        try:
            yield from _from_mirror(url, part, file, timeout_secs)
            if is_continued and not _is_right(part, file):
                # What is wrong may have been there before, from another mirror.
                part.unlink()
                yield from _from_mirror(url, part, file, timeout_secs)
        except _Unreachable as reason:
            reasons.append(f"{host}: {reason}")
            continue
        if _is_right(part, file):
            os.replace(part, folder / file.name)
            return
        part.unlink()
        reasons.append(f"{host}: its checksum is wrong, so it was removed")
    raise Notice(f"{source.title}, {file.name} could not be downloaded ({'; '.join(reasons)}).")


def _from_mirror(url: str, part: Path, file: File, timeout_secs: float) -> Iterator[int]:
    """Bring the partial file to its full size. Raises _Unreachable; what came until then is kept."""
    there = part.stat().st_size if part.exists() else 0
    if there > file.num_bytes:
        part.unlink()
        there = 0
    if there == file.num_bytes:
        return
    headers = {"User-Agent": "energyscape", "Accept-Encoding": "identity"}
    if there:
        headers["Range"] = f"bytes={there}-"
    with _opened(urllib.request.Request(url, headers=headers), timeout_secs) as answer:
        # A server that knows no ranges sends all of it.
        goes_on = answer.status == 206 and answer.headers.get("Content-Range", "").startswith(f"bytes {there}-")
        there = there if goes_on else 0
        # Such as the page by which a hotel's network asks for a password.
        if answer.length is not None and answer.length != file.num_bytes - there:
            raise _Unreachable(f"it offers {there + answer.length:,} instead of {file.num_bytes:,} bytes")
        with part.open("ab" if goes_on else "wb") as stream:
            while piece := _piece(answer):
                there += len(piece)
                if there > file.num_bytes:
                    raise _Unreachable(f"it sends more than the {file.num_bytes:,} bytes of this file")
                stream.write(piece)
                yield there
    if there < file.num_bytes:
        raise _Unreachable(f"it ended after {there:,} of {file.num_bytes:,} bytes")


def _opened(request: urllib.request.Request, timeout_secs: float) -> http.client.HTTPResponse:
    try:
        answer: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=timeout_secs)
        return answer
    except urllib.error.HTTPError as error:
        with error:
            raise _Unreachable(f"it answers {error.code} {error.reason}") from None
    except urllib.error.URLError as error:
        raise _Unreachable(_in_words(error.reason)) from None
    except (OSError, http.client.HTTPException) as error:
        raise _Unreachable(_in_words(error)) from None


def _piece(answer: http.client.HTTPResponse) -> bytes:
    """What has come, without waiting for more than the first of it; empty at the end."""
    try:
        return answer.read1(_CHUNK_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise _Unreachable(_in_words(error)) from None


def _in_words(reason: object) -> str:
    if isinstance(reason, TimeoutError):
        return "it does not answer in time"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return str(reason) or "the connection broke off"


def _is_right(path: Path, file: File) -> bool:
    """Whether a file is there with the right size and checksum."""
    if not path.is_file() or path.stat().st_size != file.num_bytes:
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256
