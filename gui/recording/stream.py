"""Raw pictures with their times, as ffmpeg reads them from a pipe: the least of Matroska that does.

Plain raw pictures have no times: one that is shown for long would have to be sent, scaled and encoded again and again.
Source: the Matroska specification, RFC 9559.
"""

_NANOSECONDS = 1_000_000_000
_UNKNOWN_SIZE = b"\x01" + 7 * b"\xff"
_SEGMENT, _CLUSTER = b"\x18\x53\x80\x67", b"\x1f\x43\xb6\x75"
_TIMESTAMP, _BLOCK = b"\xe7", b"\xa3"
# Track 1, at the time of its cluster, and a picture that needs no other.
_BLOCK_HEAD = b"\x81\x00\x00\x80"
# Blue, green, red and a byte that says nothing: as Qt has them in memory, on machines of our time.
_PIXELS = b"BGR\x00"


def head(width: int, height: int, rate: int) -> bytes:
    """What comes first. The times of pictures are whole numbers, of 1 / rate seconds each."""
    ebml = _element(b"\x42\x82", b"matroska") + _number(b"\x42\x87", 4) + _number(b"\x42\x85", 2)
    info = _number(b"\x2a\xd7\xb1", round(_NANOSECONDS / rate))
    info += _element(b"\x4d\x80", b"energyscape") + _element(b"\x57\x41", b"energyscape")
    video = _number(b"\xb0", width) + _number(b"\xba", height) + _element(b"\x2e\xb5\x24", _PIXELS)
    track = _number(b"\xd7", 1) + _number(b"\x73\xc5", 1) + _number(b"\x83", 1) + _number(b"\x9c", 0)
    track += _element(b"\x86", b"V_UNCOMPRESSED") + _element(b"\xe0", video)
    return (
        _element(b"\x1a\x45\xdf\xa3", ebml)
        + (_SEGMENT + _UNKNOWN_SIZE)
        + _element(b"\x15\x49\xa9\x66", info)
        + _element(b"\x16\x54\xae\x6b", _element(b"\xae", track))
    )


def head_of_picture(index: int, num_bytes: int) -> bytes:
    """What comes before the pixels of a picture that is shown from time `index` on."""
    timestamp = _number(_TIMESTAMP, index)
    block = _BLOCK + _size(len(_BLOCK_HEAD) + num_bytes) + _BLOCK_HEAD
    return _CLUSTER + _size(len(timestamp) + len(block) + num_bytes) + timestamp + block


def _element(name: bytes, content: bytes) -> bytes:
    return name + _size(len(content)) + content


def _number(name: bytes, value: int) -> bytes:
    return _element(name, value.to_bytes(8, "big"))


def _size(count: int) -> bytes:
    """A length in its longest form."""
    return b"\x01" + count.to_bytes(7, "big")
