"""Messages as bytes: what arrives is what was sent, and bytes of a stranger do no harm."""

import contextlib
import io
import math
import tracemalloc
import typing
from collections.abc import Iterator

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine import messages
from engine.knobs import Knob, Value
from engine.messages import (
    MAX_FRAME_BYTES,
    Answer,
    Entry,
    Figure,
    FromEngine,
    Landscape,
    Mark,
    Message,
    Phase,
    PictureData,
    PictureKind,
    Progress,
    Question,
    Row,
    SetClock,
    SetData,
    SetParams,
    StepOnce,
    Story,
    Thumb,
    ToEngine,
    decode_for_engine,
    decode_for_window,
    encode,
    read_frame,
)
from engine.recipe import Data, Energy, Sampler

FLOATS = st.floats()
TEXT = st.text(max_size=8)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
DTYPES = st.sampled_from([np.dtype(name) for name in ("<f4", "<f8", "|u1", "<i4", "<i8")])
ARRAYS = hnp.arrays(DTYPES, hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4))
PARAMS = st.dictionaries(TEXT, st.booleans() | INTEGERS | FLOATS | TEXT, max_size=3)
TRUTHS = st.none() | st.builds(Data, preset=TEXT, n=INTEGERS, args=PARAMS)
KNOBS = st.builds(Knob, default=st.booleans() | INTEGERS | FLOATS | TEXT, help=TEXT, choices=st.tuples(TEXT), name=TEXT)
ENTRIES = st.builds(Entry, *[TEXT] * 5, knobs=st.lists(KNOBS, max_size=2).map(tuple))
FIGURES = st.builds(Figure, *[ARRAYS] * 4)
THUMBS = st.builds(Thumb, st.sampled_from(["dots", "bars", "heat"]), ARRAYS)
MARKS = st.builds(Mark, TEXT, ARRAYS, ARRAYS, INTEGERS, INTEGERS, TEXT, ARRAYS, TEXT, INTEGERS, INTEGERS, st.booleans())
PHASES = st.builds(Phase, TEXT, TEXT, ARRAYS, FLOATS)
STORIES = st.builds(Story, st.lists(PHASES, max_size=2).map(tuple), st.lists(MARKS, max_size=2).map(tuple), ARRAYS)
PICTURES = st.builds(
    PictureData,
    source=TEXT,
    params=PARAMS,
    seed=INTEGERS,
    files=st.lists(st.tuples(TEXT, st.binary(max_size=40)), max_size=2).map(tuple),
    side=st.none() | INTEGERS,
)
EXTENTS = st.tuples(FLOATS, FLOATS, FLOATS, FLOATS)
PLANES = st.builds(messages.LatentPlane, INTEGERS, TEXT, ARRAYS, ARRAYS, EXTENTS, st.booleans())
ROWS = st.builds(Row, TEXT, *[ARRAYS] * 5)
BY_TYPE = {
    Story: STORIES,
    PictureData: PICTURES,
    PictureData | None: st.none() | PICTURES,
    messages.LatentPlane | None: st.none() | PLANES,
    messages.Against: st.builds(messages.Against, INTEGERS, TEXT, st.booleans(), st.booleans(), st.booleans()),
    tuple[Row, ...]: st.lists(ROWS, max_size=2).map(tuple),
    tuple[PictureKind, ...]: st.lists(st.builds(PictureKind, *[TEXT] * 4), max_size=2).map(tuple),
    tuple[messages.Branch, ...]: st.lists(st.builds(messages.Branch, *[INTEGERS] * 4), max_size=2).map(tuple),
    SetData | None: st.none() | st.builds(SetData, INTEGERS, INTEGERS, ARRAYS, ARRAYS, EXTENTS, TRUTHS),
    messages.SetTarget | None: st.none() | st.builds(messages.SetTarget, INTEGERS, FLOATS, ARRAYS),
    tuple[int, int]: st.tuples(INTEGERS, INTEGERS),
    tuple[int, int, int]: st.tuples(INTEGERS, INTEGERS, INTEGERS),
    tuple[float, float]: st.tuples(FLOATS, FLOATS),
    Figure: FIGURES,
    dict[str, Figure]: st.dictionaries(TEXT, FIGURES, max_size=2),
    dict[str, Thumb]: st.dictionaries(TEXT, THUMBS, max_size=2),
    dict[str, float]: st.dictionaries(TEXT, FLOATS, max_size=2),
    tuple[float, float] | None: st.none() | st.tuples(FLOATS, FLOATS),
    int: INTEGERS,
    float: FLOATS,
    str: TEXT,
    bool: st.booleans(),
    bytes: st.binary(max_size=40),
    np.ndarray: ARRAYS,
    messages.Extent: st.tuples(FLOATS, FLOATS, FLOATS, FLOATS),
    float | None: st.none() | FLOATS,
    Data: TRUTHS.filter(bool),
    Data | None: TRUTHS,
    dict[str, Value]: PARAMS,
    Energy | None: st.none() | st.builds(Energy, formula=TEXT, params=PARAMS),
    tuple[int, ...]: st.lists(INTEGERS, max_size=3).map(tuple),
    typing.Literal["csv", "npz", "netcdf"]: st.sampled_from(["csv", "npz", "netcdf"]),
    tuple[float, ...]: st.lists(FLOATS, max_size=3).map(tuple),
    tuple[Sampler, ...]: st.lists(st.builds(Sampler, name=TEXT, params=PARAMS, chains=INTEGERS), max_size=2).map(tuple),
    tuple[str, ...]: st.lists(TEXT, max_size=3).map(tuple),
    tuple[Entry, ...]: st.lists(ENTRIES, max_size=2).map(tuple),
}


def any_message(kind: type[Message]) -> st.SearchStrategy[Message]:
    return st.builds(kind, **{name: BY_TYPE[hint] for name, hint in typing.get_type_hints(kind).items()})


def is_same(a: object, b: object) -> bool:
    """Equal in value and kind; NaN equals NaN."""
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, msgspec.Struct):
        return type(a) is type(b) and all(is_same(getattr(a, key), getattr(b, key)) for key in a.__struct_fields__)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(is_same(a[key], b[key]) for key in a)
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(is_same, a, b))
    return type(a) is type(b) and (a == b or (a != a and b != b))


def hostile(array: object) -> bytes:
    """The body of a SetData whose points are `array` as a stranger may send it."""
    sane = {"run": 1, "version": 1, "labels": ("|u1", (0,), b""), "extent": (0, 1, 0, 1)}
    return msgspec.msgpack.encode({"type": "SetData", "points": array, **sane})


@contextlib.contextmanager
def takes_at_most(limit_bytes: int) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < limit_bytes


GOOD = hostile(("<f8", (1, 2), bytes(16)))


# ---- round trips -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", typing.get_args(ToEngine), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_what_the_window_sends_arrives_as_it_was(kind, data):
    sent = data.draw(any_message(kind))
    assert is_same(decode_for_engine(read_frame(io.BytesIO(encode(sent)))), sent)


@pytest.mark.parametrize("kind", typing.get_args(FromEngine), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_what_the_engine_sends_arrives_as_it_was(kind, data):
    sent = data.draw(any_message(kind))
    assert is_same(decode_for_window(read_frame(io.BytesIO(encode(sent)))), sent)


def progress_of(steps: np.ndarray) -> Progress:
    return Progress(1, steps, *[np.zeros(0, np.float32)] * 3)


@pytest.mark.parametrize(
    "array",
    [np.arange(12.0).reshape(3, 4).T, np.arange(10)[::-2], np.broadcast_to(np.float32(2), (3, 2))],
    ids=["transposed", "backwards", "broadcast"],
)
def test_an_array_that_is_not_contiguous_arrives_in_its_own_order(array):
    assert np.array_equal(decode_for_window(encode(progress_of(array))[4:]).steps, array)


def test_arrays_that_arrive_cannot_be_written_to():
    arrived = decode_for_window(encode(progress_of(np.arange(3)))[4:])
    with pytest.raises(ValueError, match="read-only"):
        arrived.steps[0] = 7


def test_messages_cannot_be_changed():
    with pytest.raises(AttributeError):
        StepOnce(1).run = 2


@pytest.mark.parametrize("value", [np.zeros(2, complex), np.array(["a"]), np.zeros(2, ">f8"), np.zeros(2, bool)])
def test_an_array_that_is_no_part_of_the_protocol_does_not_arrive_as_something_else(value):
    with pytest.raises((ValueError, TypeError)):
        decode_for_window(encode(progress_of(value))[4:])


@pytest.mark.parametrize("value", [object(), 1j, np.float32(1)])
def test_what_is_neither_builtin_nor_an_array_is_not_sent(value):
    with pytest.raises(TypeError):
        encode(SetParams(1, {"x": value}))


def test_frames_follow_one_another_and_then_end():
    stream = io.BytesIO(encode(StepOnce(1)) + encode(StepOnce(2)))
    assert [decode_for_engine(read_frame(stream)) for _ in range(2)] == [StepOnce(1), StepOnce(2)]
    assert read_frame(stream) is None


# ---- what replaces what ----------------------------------------------------------------------------


def test_a_message_replaces_only_those_of_its_kind_and_run():
    assert SetClock(1, True).replaces == SetClock(1, False).replaces
    assert SetClock(1, True).replaces != SetClock(2, True).replaces
    assert SetClock(1, True).replaces != SetParams(1, {}).replaces


@pytest.mark.parametrize("kind", [*typing.get_args(ToEngine), *typing.get_args(FromEngine)])
def test_only_messages_that_hold_a_whole_state_may_be_replaced(kind):
    holds_a_whole_state = {
        *("SetData", "SetParams", "SetClock", "SetView", "SetCursor", "SetTarget"),
        *("Landscape", "AtCursor", "Measures", "Checkpoint", "Chains", "Truth", "ChainMeasures"),
        *("PictureProgress", "LookBack", "Timeline", "Going"),
    }
    # Of the questions of a view only the newest matters, and of the answers to it.
    holds_a_whole_state |= {each.__name__ for base in (Question, Answer) for each in base.__subclasses__()}
    assert kind.is_event.fget(None) is (kind.__name__ not in holds_a_whole_state)


# ---- strangers -------------------------------------------------------------------------------------


def test_the_frame_that_the_hostile_ones_are_made_from_is_right():
    assert decode_for_engine(GOOD).points.shape == (1, 2)


@pytest.mark.parametrize(
    "array",
    [
        ("<c16", (1, 2), bytes(32)),
        ("|O", (2,), bytes(16)),
        (">f8", (1, 2), bytes(16)),
        (["<f8"], (1, 2), bytes(16)),
        (8, (1, 2), bytes(16)),
        ("<f8", (2, 2), bytes(16)),
        ("<f8", (1, 2), bytes(15)),
        ("<f8", (-1, -2), bytes(16)),
        ("<f8", (-1, 0), b""),
        ("<f8", (2**62, 4), b""),
        ("<f8", (2**32, 2**32), b""),
        ("<f8", (2**63, 0), b""),
        ("<f8", (1.0, 2.0), bytes(16)),
        ("<f8", ("1", 2), bytes(16)),
        ("<f8", (1,) * 99 + (2,), bytes(16)),
        ("<f8", 2, bytes(16)),
        ("<f8", (1, 2), "0" * 16),
        ("|u1", (3,), [1, 2, 3]),
        ("<f8", (1, 2)),
        "abc",
        None,
        7,
    ],
)
def test_an_array_that_cannot_be_is_refused_and_takes_no_memory(array):
    body = hostile(array)
    with takes_at_most(2**20), pytest.raises(ValueError):  # noqa: PT011  # that it is of this kind is what matters
        decode_for_engine(body)


@pytest.mark.parametrize("cut", range(len(GOOD)))
def test_a_body_that_was_cut_off_is_refused(cut):
    with pytest.raises(ValueError):  # noqa: PT011
        decode_for_engine(GOOD[:cut])


@pytest.mark.parametrize(
    "body",
    [
        GOOD + b"\x00",
        b"\xc1",
        b"\x93\x01\x02\x03",
        msgspec.msgpack.encode({"type": "Explode"}),
        msgspec.msgpack.encode({"run": 1}),
        msgspec.msgpack.encode({"type": "StepOnce"}),
        msgspec.msgpack.encode({"type": "StepOnce", "run": "1"}),
        encode(progress_of(np.zeros(0)))[4:],
        GOOD.replace(b"\xc4\x10", b"\xc6\xff\xff\xff\xff", 1),
        GOOD.replace(b"\x93\xa3<f8", b"\xdd\xff\xff\xff\xff", 1),
        GOOD.replace(b"\x93\xa3<f8", b"\xdf\xff\xff\xff\xff", 1),
        GOOD.replace(b"\x93\xa3<f8", b"\x91" * 200_000, 1),
    ],
    ids=[
        *("more bytes", "no msgpack", "an array", "unknown tag", "no tag", "a field is missing", "a field is wrong"),
        *("meant for the window", "4 GiB of bytes", "4 billion entries", "4 billion keys", "nested"),
    ],
)
def test_a_body_that_is_no_message_is_refused_and_takes_no_memory(body):
    with takes_at_most(2**20), pytest.raises(ValueError):  # noqa: PT011
        decode_for_engine(body)


@given(st.binary(max_size=200))
def test_bytes_at_random_are_a_message_or_a_value_error(body):
    with contextlib.suppress(ValueError):
        assert isinstance(decode_for_engine(body), Message)


@given(st.data())
def test_a_message_with_a_changed_byte_is_a_message_or_a_value_error(data):
    body = bytearray(GOOD)
    body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ValueError):
        assert isinstance(decode_for_engine(bytes(body)), SetData)


def test_a_length_over_the_limit_is_refused_before_anything_is_read():
    stream = io.BytesIO((MAX_FRAME_BYTES + 1).to_bytes(4, "little") + b"rest")
    with pytest.raises(ValueError, match="not our protocol"):
        read_frame(stream)
    assert stream.read() == b"rest"


@pytest.mark.parametrize("content", [b"", b"\x05\x00\x00", b"\x05\x00\x00\x00abcd"])
def test_a_stream_that_ends_within_a_frame_has_ended(content):
    assert read_frame(io.BytesIO(content)) is None


def test_infinities_and_nan_of_a_landscape_arrive():
    nothing = np.zeros((0, 2), np.float32)
    sent = Landscape(
        1, 0, 0, np.full((2, 2), np.inf, np.float32), (0.0, 1.0, 0.0, 1.0), 1.0, math.nan, -math.inf,
        nothing, nothing, np.zeros(1, np.int32), math.inf,
    )  # fmt: skip
    assert is_same(decode_for_window(encode(sent)[4:]), sent)
