"""The two ends of a pipe, with a reader that is slow, that is dead, or that hears nonsense."""

import io
import os
import signal
import threading

import numpy as np
import pytest

from engine.messages import (
    Began,
    Checkpoint,
    Noticed,
    SetClock,
    SetData,
    SetParams,
    StepOnce,
    Train,
    Walk,
    decode_for_engine,
    decode_for_window,
    encode,
    read_frame,
)
from engine.pipe import Inbox, Outbox

WAIT_SECS = 10.0


def large(version: int) -> SetData:
    """A message of about 1.6 MB: no pipe takes it whole before someone reads."""
    return SetData(1, version, np.zeros((100_000, 2)), np.zeros(0, np.uint8), (0, 1, 0, 1))


@pytest.fixture(autouse=True)
def no_wait_is_for_ever():
    """Reading what never comes would hold up all tests after this one."""

    def give_up(*_):
        raise TimeoutError("a test waits for what does not come")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(3 * int(WAIT_SECS))
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def pipe():
    """The reading and the writing end of a pipe; whatever is still open is closed in the end."""
    read_end, write_end = os.pipe()
    reader, writer = os.fdopen(read_end, "rb"), os.fdopen(write_end, "wb")
    yield reader, writer
    reader.close()
    if not writer.closed:
        writer.close()


@pytest.fixture
def blocked(pipe):
    """The reading end, and an outbox whose thread is in the midst of writing, as nobody reads."""
    reader, writer = pipe
    outbox = Outbox(writer, name="test-outbox")
    outbox.send(large(0))
    # Its first bytes are there: from now on the thread is held up in this message.
    assert reader.peek(1)
    yield reader, outbox
    reader.close()
    outbox.close(WAIT_SECS)


def received(reader, count):
    return [decode_for_engine(read_frame(reader)) for _ in range(count)]


# ---- the outbox ------------------------------------------------------------------------------------


def test_messages_arrive_in_their_order(pipe):
    reader, writer = pipe
    outbox = Outbox(writer, name="test-outbox")
    sent = [StepOnce(1), SetClock(1, True), StepOnce(2)]
    for message in sent:
        outbox.send(message)
    assert received(reader, 3) == sent
    outbox.close(WAIT_SECS)


def test_of_many_states_only_the_newest_is_written(blocked):
    reader, outbox = blocked
    for version in range(1, 1000):
        outbox.send(large(version))
    outbox.send(StepOnce(1))
    first, second, third = received(reader, 3)
    assert (first.version, second.version, third) == (0, 999, StepOnce(1))


def test_states_of_different_runs_do_not_replace_each_other(blocked):
    reader, outbox = blocked
    sent = [SetClock(1, True), SetClock(2, True), SetParams(1, {})]
    for message in [SetClock(2, False), *sent]:
        outbox.send(message)
    assert sorted(map(str, received(reader, 4)[1:])) == sorted(map(str, sent))


def test_no_event_is_lost_and_their_order_is_kept(blocked):
    reader, outbox = blocked
    for number in range(500):
        outbox.send(Noticed(str(number)))
        outbox.send(SetClock(1, True, float(number)))
    read_frame(reader)
    bodies = [read_frame(reader) for _ in range(501)]
    events = [decode_for_window(body) for body in bodies if b"Noticed" in body]
    assert [event.text for event in events] == [str(number) for number in range(500)]


def test_knobs_turned_after_a_reset_are_not_lost_to_those_turned_before(blocked):
    """The new network is made with its own knobs; what was turned later must reach it, and not come before it."""
    reader, outbox = blocked
    reset = Train(1, "energy_mlp", {}, seed=0)
    outbox.send(SetParams(1, {"noise": 0.1}))
    outbox.send(reset)
    outbox.send(SetParams(1, {"noise": 0.2}))
    arrived = received(reader, 3)[1:]
    assert arrived == [reset, SetParams(1, {"noise": 0.2})]


def test_a_clock_that_is_started_after_a_walk_has_begun_anew_comes_after_it(blocked):
    reader, outbox = blocked
    sent = [Walk(2, "mala", {}), SetClock(2, False), Walk(2, "mala", {}, num_chains=8), SetClock(2, True)]
    for message in sent:
        outbox.send(message)
    arrived = received(reader, 4)[1:]
    assert [type(each) for each in arrived] == [Walk, Walk, SetClock]
    assert (arrived[1].num_chains, arrived[2]) == (8, sent[3])


def test_what_a_new_network_shows_does_not_come_before_it_began(blocked):
    reader, outbox = blocked
    old, new = Checkpoint(1, 9, b"old"), Checkpoint(1, 0, b"new")
    began = Began(1, parameters=5, device="cpu")
    for message in (old, began, new):
        outbox.send(message)
    bodies = [read_frame(reader) for _ in range(3)]
    assert [decode_for_window(body) for body in bodies[1:]] == [began, new]


def test_a_sender_is_never_held_up_by_a_reader_that_does_not_read(blocked):
    _, outbox = blocked
    sender = threading.Thread(target=lambda: [outbox.send(StepOnce(1)) for _ in range(1000)])
    sender.start()
    sender.join(WAIT_SECS)
    assert not sender.is_alive()


def test_sending_to_a_dead_reader_goes_nowhere_and_ends_the_thread(pipe):
    reader, writer = pipe
    before = threading.active_count()
    outbox = Outbox(writer, name="test-outbox")
    reader.close()
    outbox.send(StepOnce(1))
    outbox.flush(WAIT_SECS)
    outbox.close(WAIT_SECS)
    for _ in range(100):
        outbox.send(StepOnce(1))
    outbox.flush(WAIT_SECS)
    assert threading.active_count() == before
    assert writer.closed


def test_a_reader_that_dies_in_the_midst_of_a_message_ends_the_thread(blocked):
    reader, outbox = blocked
    reader.close()
    outbox.flush(WAIT_SECS)
    assert not [thread for thread in threading.enumerate() if thread.name == "test-outbox" and is_stuck(thread)]


def is_stuck(thread: threading.Thread) -> bool:
    thread.join(WAIT_SECS)
    return thread.is_alive()


def test_after_a_flush_all_is_written():
    read_end, write_end = os.pipe()
    outbox = Outbox(os.fdopen(write_end, "wb"), name="test-outbox")
    frames = [encode(StepOnce(number)) for number in range(50)]
    for number in range(50):
        outbox.send(StepOnce(number))
    outbox.flush(WAIT_SECS)
    assert os.read(read_end, 10_000) == b"".join(frames)
    outbox.close(WAIT_SECS)
    os.close(read_end)


def test_a_flush_gives_up_on_a_reader_that_does_not_read(blocked):
    reader, outbox = blocked
    outbox.send(StepOnce(1))
    outbox.flush(timeout_secs=0.01)
    assert len(received(reader, 2)) == 2  # nothing was lost by giving up


def test_closing_ends_the_thread_and_the_stream(pipe):
    reader, writer = pipe
    before = threading.active_count()
    outbox = Outbox(writer, name="test-outbox")
    outbox.close(WAIT_SECS)
    assert threading.active_count() == before
    assert reader.read() == b""


def test_after_closing_nothing_more_is_sent(pipe):
    reader, writer = pipe
    outbox = Outbox(writer, name="test-outbox")
    outbox.close(WAIT_SECS)
    outbox.send(StepOnce(1))
    outbox.close(WAIT_SECS)
    assert reader.read() == b""


# ---- the inbox -------------------------------------------------------------------------------------


class Listener:
    """An inbox over a stream, and what it said."""

    def __init__(self, stream) -> None:
        self.reasons: list[str] = []
        self.num_calls = 0
        self.inbox = Inbox(stream, decode_for_engine, on_message=self._on_message, on_end=self._on_end, name="inbox")

    def _on_message(self) -> None:
        self.num_calls += 1

    def _on_end(self, reason: str) -> None:
        self.reasons.append(reason)

    def all(self) -> list:
        """Everything that waits once the stream has ended."""
        self.inbox.join(WAIT_SECS)
        return self.inbox.take()


def stream_of(*messages) -> io.BytesIO:
    return io.BytesIO(b"".join(map(encode, messages)))


def test_the_inbox_keeps_events_in_order_and_the_newest_of_each_state():
    sent = [StepOnce(1), SetClock(1, False), StepOnce(2), SetClock(2, False), SetClock(1, True), StepOnce(1)]
    listener = Listener(stream_of(*sent))
    waiting = listener.all()
    assert [message for message in waiting if message.is_event] == [StepOnce(1), StepOnce(2), StepOnce(1)]
    assert [message for message in waiting if message.replaces == ("SetClock", 1)] == [SetClock(1, True)]
    assert len(waiting) == 5
    assert listener.num_calls == len(sent)


def test_what_was_taken_is_gone():
    listener = Listener(stream_of(StepOnce(1)))
    assert listener.all() == [StepOnce(1)]
    assert listener.inbox.take() == []
    assert listener.inbox.take(timeout_secs=0.01) == []


def test_a_clean_end_is_told_once_and_without_a_reason():
    listener = Listener(stream_of(StepOnce(1)))
    listener.all()
    assert listener.reasons == [""]


@pytest.mark.parametrize("rest", [b"\x01\x00\x00\x00\xc1", b"\xff\xff\xff\xff", b"Traceback (most recent call last)"])
def test_nonsense_ends_the_stream_with_a_reason_and_what_came_before_is_kept(rest):
    listener = Listener(io.BytesIO(encode(StepOnce(1)) + rest))
    assert listener.all() == [StepOnce(1)]
    [reason] = listener.reasons
    assert reason


def test_a_wait_ends_with_the_first_message(pipe):
    reader, writer = pipe
    listener = Listener(reader)
    taken = []
    waiter = threading.Thread(target=lambda: taken.extend(listener.inbox.take(timeout_secs=None)), daemon=True)
    waiter.start()
    writer.write(encode(StepOnce(3)))
    writer.flush()
    waiter.join(WAIT_SECS)
    assert taken == [StepOnce(3)]
    writer.close()
    assert listener.all() == []


def test_a_wait_without_a_message_ends_in_time(pipe):
    reader, writer = pipe
    listener = Listener(reader)
    assert listener.inbox.take(timeout_secs=0.01) == []
    writer.close()
    assert listener.all() == []
