"""A real engine process, spoken to as the window does: what it answers, and how it ends.

Longer than other files, as one harness and one engine that has loaded torch serve all of it.
"""

import contextlib
import fcntl
import itertools
import os
import queue
import signal
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path

import msgspec
import numpy as np
import psutil
import pytest

from engine import catalogue
from engine.messages import (
    Began,
    Checkpoint,
    DataMade,
    Failed,
    Landscape,
    MakeData,
    Message,
    Noticed,
    Progress,
    ReadFile,
    Ready,
    Restore,
    SetClock,
    SetData,
    SetParams,
    SetView,
    StepOnce,
    Train,
    decode_for_window,
    encode,
    read_frame,
)
from engine.recipe import Data

ROOT = Path(__file__).parents[2]
ENGINE = [sys.executable, "-m", "engine"]
WAIT_SECS = 30.0  # for what must come; a busy machine may need long to load torch
EXTENT = (0.0, 4.0, -2.0, 2.0)
SMALL = {"width": 8, "depth": 1, "chains": 16, "langevin_steps": 2}
numbers = itertools.count(1)


class Session:
    """An engine process, everything it says in order, and its stderr."""

    def __init__(self, folder: Path, command: list[str] = ENGINE, is_read: bool = True) -> None:
        self.errors = folder / f"stderr-{next(numbers)}.txt"
        with self.errors.open("wb") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, cwd=ROOT
            )
        self.oldest_run = 0
        self.said: queue.Queue[Message | None] = queue.Queue()
        self._reader = threading.Thread(target=self.read, name="session-reader", daemon=True)
        if is_read:
            self._reader.start()

    def read(self) -> None:
        while (body := read_frame(self.process.stdout)) is not None:
            self.said.put(decode_for_window(body))
        self.said.put(None)

    def send(self, *messages: Message) -> None:
        for message in messages:
            self.process.stdin.write(encode(message))
        self.process.stdin.flush()

    def hear(self) -> Message | None:
        """The next message, unless it is of a run of an earlier test; None at the end."""
        while True:
            message = self.said.get(timeout=WAIT_SECS)
            if getattr(message, "run", 0) == 0 or message.run >= self.oldest_run:
                return message

    def until(self, kind: type, **wanted) -> list:
        """All messages up to the first of `kind` whose fields are as wanted, that one last."""
        heard = []
        while True:
            heard.append(self.hear())
            if isinstance(heard[-1], kind) and all(getattr(heard[-1], name) == wanted[name] for name in wanted):
                return heard
            assert heard[-1] is not None, f"the engine ended before {kind.__name__}: {self.errors.read_text()}"

    def first(self, kind: type, **wanted):
        return self.until(kind, **wanted)[-1]

    def settle(self, secs: float = 0.15) -> list:
        """All that is said until the engine has done what it was asked, and had some time for more."""
        time.sleep(secs)
        request = next(numbers)
        self.send(MakeData(request, Data(preset="line", n=2)))
        return self.until(DataMade, request=request)[:-1]

    def end(self) -> int:
        """Close its stdin, as a window that leaves; returns its exit status."""
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            return self.process.wait(WAIT_SECS)
        finally:
            self.process.kill()
            self.process.wait()
            if self._reader.ident is not None:
                self._reader.join(WAIT_SECS)
            self.process.stdout.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One engine for the tests that do it no harm; torch takes seconds to load."""
    session = Session(tmp_path_factory.mktemp("session"))
    session.ready = session.first(Ready)
    yield session
    assert session.end() == 0


@pytest.fixture
def run(shared):
    """The number of a run that no other test has; it is paused in the end."""
    number = shared.oldest_run = next(numbers)
    yield number
    shared.send(*(SetClock(each, False) for each in range(number, next(numbers))))
    shared.settle(secs=0.0)


@pytest.fixture
def start(tmp_path):
    """Starts engines of a test's own, and ends those that still live."""
    sessions = []

    def begin(command=ENGINE, is_read=True):
        sessions.append(Session(tmp_path, command, is_read))
        return sessions[-1]

    yield begin
    for session in sessions:
        session.process.kill()
        session.end()


def points(run, version=1, count=20, middle=(2.0, 0.0)) -> SetData:
    cloud = np.random.default_rng(0).normal(middle, 0.3, (count, 2))
    return SetData(run, version, cloud, np.zeros(count, np.uint8), EXTENT)


def train(run, seed=0, **params) -> Train:
    return Train(run, "energy_mlp", SMALL | params, seed, device="cpu")


def view(run, **changes) -> SetView:
    return msgspec.structs.replace(SetView(run, EXTENT, columns=16, rows=12), **changes)


def of(kind, messages):
    return [message for message in messages if isinstance(message, kind)]


def python(code: str) -> list[str]:
    """A Python that does something before it becomes an engine."""
    return [sys.executable, "-c", f"{code}\nfrom engine.__main__ import main\nmain()"]


# ---- ready -----------------------------------------------------------------------------------------


def test_ready_tells_all_there_is(shared):
    ready = shared.ready
    assert ready.pid == shared.process.pid
    assert ready.models == catalogue.entries(catalogue.model_modules())
    assert ready.samplers == catalogue.entries(catalogue.sampler_modules())
    assert ready.datasets == catalogue.entries(catalogue.dataset_modules())
    assert ready.device in ready.devices
    assert "cpu" in ready.devices
    assert ready.torch_version[0].isdigit()


# ---- training --------------------------------------------------------------------------------------


def test_playing_gives_landscapes_that_know_their_data(shared, run):
    shared.send(train(run), points(run, version=7), view(run), SetClock(run, True))
    began = shared.first(Began, run=run)
    assert began.parameters > 0
    assert began.device in shared.ready.devices
    seen = [shared.first(Landscape, run=run) for _ in range(4)]
    for landscape in seen:
        assert landscape.data_version == 7
        assert landscape.energy.shape == (12, 16)
        assert landscape.energy.dtype == np.float32
        assert landscape.extent == EXTENT
        assert landscape.lowest == landscape.energy.min()
        assert np.isfinite(landscape.log_z)
        assert landscape.offsets[-1] == len(landscape.contours)
    steps = [landscape.step for landscape in seen]
    assert sorted(set(steps)) == steps


def test_a_stroke_moves_the_landscape_and_the_network_stays(shared, run):
    shared.send(train(run), points(run, version=1), view(run), SetClock(run, True))
    before = shared.first(Landscape, run=run, data_version=1)
    shared.send(points(run, version=2, count=30))
    heard = shared.until(Landscape, run=run, data_version=2)
    assert heard[-1].step >= before.step
    later = shared.first(Landscape, run=run)
    assert later.data_version == 2
    assert later.step > before.step
    assert of(Began, heard) == []


def test_every_step_is_in_the_traces_once(shared, run):
    shared.send(train(run), points(run), view(run), SetClock(run, True))
    heard = list(itertools.chain(*(shared.until(Progress, run=run) for _ in range(5))))
    steps = np.concatenate([message.steps for message in of(Progress, heard)])
    assert steps.tolist() == list(range(1, len(steps) + 1))
    assert np.isfinite(np.concatenate([message.loss for message in of(Progress, heard)])).all()


def test_a_preset_is_judged_against_its_truth(shared, run):
    shared.send(MakeData(run, Data(preset="eight_gaussians", n=100)))
    made = shared.first(DataMade, request=run)
    assert made.points.shape == (100, 2)
    sketch = SetData(run, 1, made.points, made.labels, made.extent, made.truth)
    shared.send(train(run), sketch, view(run, extent=made.extent), StepOnce(run))
    progress = shared.first(Progress, run=run)
    assert progress.is_held_out
    assert progress.nll > progress.entropy - 0.1


def test_paused_a_new_view_gives_one_landscape_and_then_silence(shared, run):
    shared.send(train(run), points(run))
    assert of(Landscape, shared.settle()) == []
    shared.send(view(run))
    assert shared.first(Landscape, run=run).step == 0
    assert of(Landscape, shared.settle()) == []
    shared.send(view(run, temperature=2.0, columns=20, has_contours=False))
    heard = shared.until(Landscape, run=run) + shared.settle()
    [landscape] = of(Landscape, heard)
    assert landscape.energy.shape == (12, 20)
    assert landscape.temperature == 2.0
    assert len(landscape.contours) == 0
    assert of(Progress, heard) == []


def test_a_landscape_is_the_right_way_round(shared, run):
    """Data in the lower left corner of a view that is not square: that is where the energy is lowest."""
    corner = points(run, count=200, middle=(0.5, -1.5))
    shared.send(train(run, width=32, learning_rate=0.01), corner, view(run), SetClock(run, True))
    landscape = shared.first(Landscape, run=run)
    while landscape.step < 150:
        landscape = shared.first(Landscape, run=run)
    row, column = np.unravel_index(landscape.energy.argmin(), landscape.energy.shape)
    assert row < 4
    assert column < 5
    assert np.linalg.norm(landscape.samples.mean(0) - [0.5, -1.5]) < 0.8


def test_one_step_is_one_step(shared, run):
    shared.send(train(run), points(run), view(run))
    shared.first(Landscape, run=run, step=0)
    for number in range(1, 4):
        shared.send(StepOnce(run))
        heard = shared.until(Progress, run=run) + shared.settle()
        assert [landscape.step for landscape in of(Landscape, heard)] == [number]
        assert [progress.steps.tolist() for progress in of(Progress, heard)] == [[number]]


def test_steps_that_were_asked_for_quickly_are_all_done(shared, run):
    shared.send(train(run), points(run), view(run), *[StepOnce(run)] * 5)
    shared.first(Landscape, run=run, step=5)
    assert of(Landscape, shared.settle()) == []


def test_in_slow_motion_each_step_is_seen(shared, run):
    shared.send(train(run), points(run), view(run))
    shared.first(Landscape, run=run, step=0)
    shared.send(SetClock(run, True, steps_per_second=4.0))
    heard = list(itertools.chain(*(shared.until(Progress, run=run) for _ in range(4))))
    assert [progress.steps.tolist() for progress in of(Progress, heard)] == [[1], [2], [3], [4]]


def test_a_pause_ends_the_steps_and_brings_the_weights(shared, run):
    shared.send(train(run), points(run), view(run), SetClock(run, True))
    shared.first(Progress, run=run)
    shared.send(SetClock(run, False))
    heard = shared.settle(secs=0.5)
    assert of(Landscape, heard)[-1].step == of(Checkpoint, heard)[-1].step
    assert of(Landscape, shared.settle()) == []


def test_the_same_seed_gives_the_same_numbers(shared, run):
    losses = []
    for number, seed in ((run, 5), (next(numbers), 5), (next(numbers), 6)):
        shared.send(train(number, seed), points(number), view(number), *[StepOnce(number)] * 3)
        heard = shared.until(Checkpoint, run=number, step=3)
        losses.append(np.concatenate([progress.loss for progress in of(Progress, heard)]))
    assert np.array_equal(losses[0], losses[1])
    assert not np.array_equal(losses[0], losses[2])


def test_knobs_take_effect_while_it_plays_and_only_some_make_a_new_network(shared, run):
    shared.send(train(run), points(run), view(run), SetClock(run, True))
    shared.first(Progress, run=run)
    shared.send(SetParams(run, SMALL | {"learning_rate": 0.01}))
    assert of(Began, shared.settle()) == []
    shared.send(SetParams(run, SMALL | {"width": 9}))
    shared.first(Began, run=run)
    assert shared.first(Progress, run=run).steps[0] == 1


def test_weights_come_back_into_a_new_network(shared, run):
    shared.send(train(run), points(run), view(run), *[StepOnce(run)] * 3)
    heard = shared.until(Checkpoint, run=run, step=3)
    checkpoint, before = heard[-1], of(Landscape, heard)[-1]
    assert before.step == 3
    shared.send(train(run, seed=1))
    assert not np.array_equal(shared.first(Landscape, run=run, step=0).energy, before.energy)
    shared.send(Restore(run, checkpoint.step, checkpoint.content))
    after = shared.first(Landscape, run=run, step=3)
    assert np.array_equal(after.energy, before.energy)


def test_two_runs_go_on_side_by_side(shared, run):
    other = next(numbers)
    for number in (run, other):
        shared.send(train(number), points(number, version=number), view(number), SetClock(number, True))
    for number in (run, other, run, other):
        assert shared.first(Landscape, run=number).data_version == number
    shared.send(SetClock(other, False))
    shared.settle()
    heard = [shared.first(Landscape, run=run) for _ in range(3)]
    assert heard[-1].step > heard[0].step


# ---- what a person can mend ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "named"),
    [
        (MakeData(0, Data(preset="nine_gaussians")), "no preset 'nine_gaussians'"),
        (MakeData(0, Data(preset="line", args={"noise": -1.0})), "data.args.noise is -1.0"),
        (MakeData(0, Data(preset="line", args={"nose": 1.0})), "'nose'"),
        (ReadFile(0, "empty.csv", b""), "empty.csv"),
        (ReadFile(0, "points.csv", b"1,2\n3,nan\n"), "points.csv, row 2"),
        (ReadFile(0, "points.npy", b"\x93NUMPY garbage"), "points.npy"),
        (ReadFile(0, "picture.png", b"\x89PNG garbage"), "picture.png"),
    ],
)
def test_a_request_that_cannot_be_met_is_answered_with_a_notice_of_its_number(shared, message, named):
    request = next(numbers)
    shared.send(msgspec.structs.replace(message, request=request))
    notice = shared.first(Noticed, request=request)
    assert named in notice.text
    assert "\n" not in notice.text


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"model": "no_such_model"}, "no model 'no_such_model'"),
        ({"params": {"width": 0}}, "model.params.width is 0"),
        ({"params": {"wdith": 8}}, "'wdith'"),
        ({"device": "abacus"}, "no device 'abacus'"),
    ],
)
def test_a_network_that_cannot_be_made_is_a_notice_of_its_run(shared, run, changes, named):
    shared.send(msgspec.structs.replace(train(run), **changes))
    assert named in shared.first(Noticed, run=run).text


def test_a_knob_that_cannot_be_is_a_notice_that_pauses_the_run_and_it_keeps_its_knobs(shared, run):
    shared.send(train(run), points(run), view(run), StepOnce(run))
    shared.first(Landscape, run=run, step=1)
    shared.send(SetParams(run, SMALL | {"learning_rate": -1.0}))
    notice = shared.first(Noticed, run=run)
    shared.send(StepOnce(run))
    shared.first(Landscape, run=run, step=2)
    assert notice.run == run
    assert "learning_rate is -1.0" in notice.text


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_points_are_told_at_each_play_and_more_points_mend_it(shared, run, count):
    shared.send(train(run), points(run, count=count), view(run))
    for _ in range(3):
        shared.send(SetClock(run, True))
        [notice] = of(Noticed, shared.until(Noticed, run=run) + shared.settle(secs=0.0))
        assert "at least 2 points" in notice.text
    shared.send(points(run, version=2, count=2), SetClock(run, True))
    assert len(shared.first(Progress, run=run).steps) > 0


def test_playing_without_data_is_a_notice(shared, run):
    shared.send(train(run), SetClock(run, True))
    assert "at least 2 points" in shared.first(Noticed, run=run).text


CHAINS_RUN_AWAY = {"negative_phase": "cd", "learning_rate": 0.1, "step_size": 0.5, "is_adjusted": False, "detail": 50.0}
CHAINS_RUN_AWAY |= {"width": 64, "depth": 3, "confinement": 0.0, "weight_decay": 0.0}
# The decay multiplies the first layer by about -49 at each step.
WEIGHTS_RUN_AWAY = {
    "negative_phase": "exact",
    "has_waves": False,
    "detail": 50.0,
    "learning_rate": 0.1,
    "weight_decay": 10.0,
}


@pytest.mark.parametrize("wild", [CHAINS_RUN_AWAY, WEIGHTS_RUN_AWAY])
def test_energies_that_run_away_pause_the_run_and_the_sane_network_is_shown(shared, run, wild):
    shared.send(train(run, **wild), points(run, count=50), view(run), SetClock(run, True))
    notice = shared.first(Noticed, run=run)
    assert "learning rate" in notice.text
    assert np.abs(shared.first(Landscape, run=run).energy).max() < 1e7
    assert of(Progress, shared.settle()) == []


def test_far_from_zero_samples_and_contours_keep_their_places(shared, run):
    far = 1.7e9 + 1000 * np.random.default_rng(0).random((200, 2))
    extent = (1.7e9 - 100, 1.7e9 + 1100, 1.7e9 - 100, 1.7e9 + 1100)
    data = SetData(run, 1, far, np.zeros(200, np.uint8), extent)
    shared.send(train(run), data, SetView(run, extent), StepOnce(run))
    landscape = shared.first(Landscape, run=run, step=1)
    assert len(np.unique(landscape.samples[:, 0])) > len(landscape.samples) / 2
    steps = np.diff(landscape.contours[:, 0])
    assert 0 < np.median(np.abs(steps[steps != 0])) < 20


def test_weights_that_are_none_are_a_notice(shared, run):
    shared.send(train(run), Restore(run, 3, b"no weights"))
    assert "no weights" in shared.first(Noticed, run=run).text


# ---- bugs ------------------------------------------------------------------------------------------


def test_a_bug_stops_its_run_and_leaves_the_others_going(shared, run):
    other = next(numbers)
    for number in (run, other):
        shared.send(train(number), points(number), view(number), SetClock(number, True))
    # Three coordinates are nothing that the window would ever send.
    shared.send(SetData(run, 2, np.zeros((5, 3)), np.zeros(5, np.uint8), EXTENT))
    failed = shared.first(Failed, run=run)
    assert "Error" in failed.headline
    assert "Traceback" in failed.trace
    heard = [shared.first(Landscape, run=other) for _ in range(3)]
    assert heard[-1].step > heard[0].step
    shared.send(SetClock(other, False))
    assert [each for each in of(Landscape, shared.settle()) if each.run == run] == []
    # What it takes to go on is told, and works.
    shared.send(SetClock(run, True))
    assert "Reset" in shared.first(Noticed, run=run).text
    shared.send(points(run, version=3), train(run), SetClock(run, True))
    assert shared.first(Landscape, run=run).data_version == 3


# ---- the pipe --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [b"\xff\xff\xff\xff", b"\x01\x00\x00\x00\xc1", b"GET / HTTP/1.1\r\n\r\n", encode(Noticed("meant for the window"))],
    ids=["too long", "no msgpack", "a browser", "a message of the other side"],
)
def test_what_is_no_message_ends_the_engine_with_a_line_about_it(start, content):
    session = start()
    session.process.stdin.write(content)
    session.process.stdin.flush()
    assert session.process.wait(WAIT_SECS) == 1
    [line] = session.errors.read_text().splitlines()
    assert line.startswith("energyscape engine: the window's messages could not be read: ")


def test_stray_prints_do_not_break_the_stream(start):
    """From Python and from C, while the engine speaks; both land on stderr."""
    shout = """
import os, threading, time
def shout():
    while os.fstat(1).st_ino != os.fstat(2).st_ino:
        time.sleep(0.001)
    while True:
        os.write(1, b"stray from C\\n")
        print("stray from Python", flush=True)
        time.sleep(0.001)
threading.Thread(target=shout, daemon=True).start()
"""
    session = start(python(shout))
    session.first(Ready)
    session.send(train(1), points(1), view(1), SetClock(1, True))
    assert session.first(Landscape, run=1).energy.shape == (12, 16)
    assert session.end() == 0
    assert "stray from C" in session.errors.read_text()
    assert "stray from Python" in session.errors.read_text()


def test_torch_missing_is_told_and_not_only_an_exit_status(start):
    session = start(python("import sys; sys.modules['torch'] = None"))
    failed = session.first(Failed)
    assert "torch" in failed.headline
    assert "Traceback" in failed.trace
    assert session.hear() is None
    assert session.process.wait(WAIT_SECS) == 1


def bytes_waiting(stream) -> int:
    return int.from_bytes(fcntl.ioctl(stream, termios.FIONREAD, bytes(4)), sys.byteorder)


def test_frames_are_whole_when_nobody_read_for_a_while_and_the_machine_slept(start):
    """A signal in the midst of a write to a full pipe must not cost the rest of the message."""
    session = start(is_read=False)
    large = view(1, columns=512, rows=512)
    session.send(train(1), points(1), large, SetClock(1, True))
    deadline = time.monotonic() + WAIT_SECS
    while bytes_waiting(session.process.stdout) < 60_000:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    for _ in range(3):
        session.process.send_signal(signal.SIGSTOP)
        session.process.send_signal(signal.SIGCONT)
    kinds = [type(decode_for_window(read_frame(session.process.stdout))) for _ in range(8)]
    assert kinds[:2] == [Ready, Began]
    assert Landscape in kinds
    # Nobody reads: its goodbye cannot be written, and it leaves all the same.
    assert session.end() == 0


# ---- the end ---------------------------------------------------------------------------------------


def test_the_end_of_stdin_ends_an_engine_that_trains(start):
    session = start()
    session.send(train(1), points(1), view(1), SetClock(1, True))
    session.first(Landscape, run=1)
    assert session.end() == 0
    assert session.errors.read_text() == ""


def test_the_end_of_stdin_ends_an_engine_that_still_loads(start):
    session = start()
    assert session.end() == 0
    assert Ready not in map(type, session.said.queue)


def test_a_killed_engine_is_the_end_of_its_stream(start):
    session = start()
    session.process.kill()
    assert session.hear() is None
    assert session.process.wait(WAIT_SECS) == -signal.SIGKILL


def is_alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("is_ready", [False, True], ids=["while torch loads", "while it trains"])
def test_a_window_that_is_killed_leaves_no_engine(is_ready):
    window = f"""
import subprocess, sys, time
engine = subprocess.Popen({ENGINE!r}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
if {is_ready}:
    engine.stdin.write({b"".join(map(encode, (train(1), points(1), view(1), SetClock(1, True))))!r})
    engine.stdin.flush()
    engine.stdout.read(100_000)
print(engine.pid, flush=True)
time.sleep({WAIT_SECS})
"""
    process = subprocess.Popen([sys.executable, "-c", window], stdout=subprocess.PIPE, cwd=ROOT)
    pid = int(process.stdout.readline())
    assert is_alive(pid)
    process.kill()
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + WAIT_SECS
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    if is_alive(pid):
        os.kill(pid, signal.SIGKILL)
        pytest.fail("the engine outlived its window")
