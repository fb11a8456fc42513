"""Spoilt project files: bytes of the whole file, or of a part inside a zip that is right, changed at random.

A test opens some, a bench many: each must be opened, or refused in one sentence, soon and with little memory.
"""

import io
import random
import zipfile
from collections.abc import Callable

_WORDS = (b"1e999", b"-1", b"null", b"[]", b"{}", b'"x"', b"NaN", b"9" * 40, b"[" * 3000, b"true", b"0.5", b"../..")


def mutated(content: bytes, seed: int) -> bytes:
    """Another file for every seed."""
    rng = random.Random(seed)
    return rng.choice(_KINDS)(content, rng)


def _flip(content: bytes, rng: random.Random) -> bytes:
    """Some bytes are others."""
    spoilt = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 5, 50))):
        spoilt[rng.randrange(len(spoilt))] = rng.randrange(256)
    return bytes(spoilt)


def _flip_end(content: bytes, rng: random.Random) -> bytes:
    """Likewise, in the directory at the end, which says what is where and how large."""
    begin = content.rfind(b"PK\x01\x02", 0, -200)
    return content[:begin] + _flip(content[begin:], rng)


def _cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content))]


def _without_middle(content: bytes, rng: random.Random) -> bytes:
    begin, end = sorted(rng.randrange(len(content)) for _ in range(2))
    return content[:begin] + content[end:]


def _twice(content: bytes, rng: random.Random) -> bytes:
    begin = rng.randrange(len(content))
    return content[:begin] + content[begin // 2 :]


def _noise(content: bytes, rng: random.Random) -> bytes:
    return rng.randbytes(rng.randrange(2000))


def _spoil_part(content: bytes, rng: random.Random) -> bytes:
    """A zip in order, of which one part is not."""
    parts = _parts(content)
    name = rng.choice(list(parts))
    spoil = rng.choice((_flip, _cut, _twice, _word, _word, _word))
    parts[name] = spoil(parts[name] or b" ", rng)
    return _zipped(parts, rng)


def _word(content: bytes, rng: random.Random) -> bytes:
    """A value of a JSON text is another one."""
    places = [at for at, letter in enumerate(content) if letter in b":,[{"] or [0]
    begin = rng.choice(places) + 1
    end = min((at for at in (content.find(each, begin) for each in (b",", b"}", b"]")) if at >= 0), default=begin)
    return content[:begin] + rng.choice(_WORDS) + content[end:]


def _other_parts(content: bytes, rng: random.Random) -> bytes:
    """Parts are missing, exchanged, or there under other names."""
    parts = _parts(content)
    one, other = rng.choice(list(parts)), rng.choice(list(parts))
    match rng.randrange(3):
        case 0:
            del parts[one]
        case 1:
            parts[one], parts[other] = parts[other], parts[one]
        case _:
            parts[rng.choice(("../x.json", "/etc/x.json", "a.exe", "x" * 500 + ".json", "weights/9.safetensors"))] = (
                b"{}"
            )
    return _zipped(parts, rng)


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _zipped(parts: dict[str, bytes], rng: random.Random) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


_KINDS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(_flip, _flip_end, _cut, _without_middle, _twice, _noise),
    *(_spoil_part, _spoil_part, _spoil_part, _spoil_part, _other_parts),
)
