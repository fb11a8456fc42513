"""The file of a project: a zip of JSON, arrays, weights and a small picture, written whole and read with suspicion.

A file may come from a stranger. Its directory is looked at first; nothing is unpacked that is not expected or is larger
than it may be, nothing is unpickled, and nothing is ever written to where a name in it points.
Not covered: what the parts mean (contents.py), older versions (migrations.py), disks (saver.py).
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import msgspec

from engine.notice import Notice
from gui.projects import migrations

ENDING = ".escape"
KIND = "energyscape project"
VERSION = 1
MANIFEST = "manifest.json"
MAX_FILE_BYTES = MAX_UNPACKED_BYTES = 192 * 2**20
_MAX_DIRECTORY_BYTES, _MAX_MEMBERS = 2**16, 64
# Of one part, by its ending.
_MAX_BYTES = {".json": 8 * 2**20, ".npy": 17 * 2**20, ".safetensors": 128 * 2**20, ".png": 2**20}
# What is hardly smaller for it is not compressed: numbers of weights, and pictures.
_STORED = (".safetensors", ".png")
_END, _END_BYTES = b"PK\x05\x06", 22
_LONG_END, _LONG_END_BYTES = b"PK\x06\x07", 20
_IS_ENCRYPTED = 0x1
_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError, RuntimeError),
    *(ValueError, OverflowError, UnicodeDecodeError),
)


class Manifest(msgspec.Struct, frozen=True):
    """What the file is. Only this part keeps its meaning in all versions; a newer one may say more in it."""

    kind: str
    version: int
    origin: str = ""


def pack(parts: Mapping[str, bytes], origin: str = "") -> bytes:
    """The parts by their names as a file. Raises Notice for more than could be read again."""
    manifest = msgspec.json.encode(Manifest(KIND, VERSION, origin))
    total = 0
    for name, content in parts.items():
        total += len(content)
        if len(content) > _MAX_BYTES[Path(name).suffix] or total > MAX_UNPACKED_BYTES:
            raise Notice(f"The project cannot be saved: its {name} is too large.")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in {MANIFEST: manifest, **parts}.items():
            member = zipfile.ZipInfo(name)
            is_stored = Path(name).suffix in _STORED
            member.compress_type = zipfile.ZIP_STORED if is_stored else zipfile.ZIP_DEFLATED
            archive.writestr(member, content, compresslevel=3)
    return stream.getvalue()


def unpack(path: Path) -> tuple[dict[str, bytes], str]:
    """The parts of a file by their names, as the present version has them, and its origin.

    Raises Notice, in one sentence that names the file.
    """
    try:
        if not path.is_file():
            raise Notice("it is not a file")
        with path.open("rb") as file:
            _check_end(file)
            with zipfile.ZipFile(file) as archive:
                parts = _unpacked(archive)
        return _in_present_version(parts)
    except Notice as notice:
        raise Notice(f"{path.name} cannot be opened: {notice}.") from None
    except MemoryError:
        raise Notice(f"{path.name} cannot be opened: there is too little memory.") from None
    except OSError as error:
        raise Notice(f"{path.name} cannot be opened: {error.strerror or 'it cannot be read'}.") from None
    except _ERRORS:
        raise Notice(f"{path.name} cannot be opened: it is damaged or cut off.") from None


def _check_end(file: BinaryIO) -> None:
    """The end of a zip says how large its directory is, all of which would be read at once."""
    size = file.seek(0, io.SEEK_END)
    if size > MAX_FILE_BYTES:
        raise Notice(f"it has {size >> 20} MiB, and {MAX_FILE_BYTES >> 20} MiB is the most")
    file.seek(max(0, size - _END_BYTES - _LONG_END_BYTES))
    tail = file.read()
    end = tail[-_END_BYTES:]
    if len(end) < _END_BYTES or not end.startswith(_END):
        raise Notice("it is no project, or is cut off")
    _, disk, first_disk, _, count, length, begin, comment = struct.unpack("<4s4H2LH", end)
    if tail.startswith(_LONG_END) or disk or first_disk or comment or length > _MAX_DIRECTORY_BYTES:
        raise Notice("it is no project")
    if count > _MAX_MEMBERS or begin + length + _END_BYTES != size:
        raise Notice("it is no project, or is damaged")
    file.seek(0)


def _unpacked(archive: zipfile.ZipFile) -> dict[str, bytes]:
    members = archive.infolist()
    names = [each.filename for each in members]
    if len(members) > _MAX_MEMBERS or len(set(names)) != len(names):
        raise Notice("it is damaged: it holds a part twice, or too many")
    if MANIFEST not in names:
        raise Notice("it is no project")
    for each in members:
        _check_member(each)
    if sum(each.file_size for each in members) > MAX_UNPACKED_BYTES:
        raise Notice("it would unpack to more than a project can hold")
    return {each.filename: _content(archive, each) for each in members}


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Not by `ZipFile.read`, which unpacks whatever is there before it looks at what was promised."""
    with archive.open(member) as stream:
        return stream.read(max(1, member.file_size))


def _check_member(member: zipfile.ZipInfo) -> None:
    """Raise Notice for a name that leads elsewhere, a kind that there is not, and what is too large."""
    name = member.filename
    parts = name.split("/")
    is_plain = name.isascii() and name.isprintable() and "\\" not in name and ":" not in name
    if not is_plain or any(part in ("", ".", "..") for part in parts):
        raise Notice("it holds a name that leads out of it")
    most = _MAX_BYTES.get(Path(name).suffix)
    if most is None:
        raise Notice(f"it holds {name[:40]}, which no project has")
    if member.file_size > most:
        raise Notice(f"its {name[:40]} would unpack to {member.file_size >> 20} MiB, more than it can have")
    # The other kinds of packing unpack without a limit.
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or member.flag_bits & _IS_ENCRYPTED:
        raise Notice("it is packed in a way that projects are not")


def _in_present_version(parts: dict[str, bytes]) -> tuple[dict[str, bytes], str]:
    try:
        manifest = msgspec.json.decode(parts.pop(MANIFEST), type=Manifest)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Notice("its manifest cannot be read") from None
    if manifest.kind != KIND:
        raise Notice("it is no project")
    if manifest.version > VERSION:
        raise Notice("a newer Energyscape has saved it; update this one to open it")
    return migrations.migrated(parts, manifest.version, VERSION), manifest.origin
