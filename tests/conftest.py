"""What every test runs under: no screen, one thread of arithmetic, settings of its own, and nothing left behind.

Not seen by the last: QTimer.singleShot, and processes whose parent has died (the session tests look for those).
"""

import gc
import os
import sys
import tempfile
import threading
import time

import psutil
import pytest
from hypothesis import HealthCheck, settings

# All of this before the first import of Qt or torch, which read it only then.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")
# No test reads or writes the settings, autosaves and recent files of whoever runs it.
_own_settings = tempfile.TemporaryDirectory(prefix="energyscape-tests-")
for _place in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
    os.environ[_place] = _own_settings.name

# Machines are shared: no test may fail because this one was slow.
settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")

GRACE_SECS = 2.0


@pytest.fixture(autouse=True, scope="module")
def what_was_imported_is_not_searched():
    """Libraries hold 300,000 objects; to look through them all before and after each test took half of the time."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def nothing_is_left_behind():
    """Fails the test that leaves a thread, a running timer, a visible window, a process or a held button behind."""
    before = _alive()
    yield
    deadline = time.monotonic() + GRACE_SECS
    while (left := _alive().keys() - before) and time.monotonic() < deadline:
        _let_go()
        time.sleep(0.02)
    if left:
        alive = _alive()
        pytest.fail("left behind: " + "; ".join(sorted(alive[key] for key in left & alive.keys())), pytrace=False)


def _alive() -> dict[tuple[str, int], str]:
    """All that could be left behind, by what tells it apart, in words."""
    return {**_threads(), **_processes(), **_qt_objects()}


def _threads() -> dict[tuple[str, int], str]:
    # A dummy stands for a foreign thread that once called into Python, for ever; tqdm keeps its monitor on purpose.
    return {
        ("thread", id(thread)): f"thread {thread.name}"
        for thread in threading.enumerate()
        if not isinstance(thread, threading._DummyThread) and type(thread).__name__ != "TMonitor"
    }


def _processes() -> dict[tuple[str, int], str]:
    found = {}
    for child in psutil.Process().children(recursive=True):
        try:
            command = " ".join(child.cmdline())[:200]
        except psutil.ZombieProcess:
            command = "(ended, but nobody waited for it)"
        except psutil.NoSuchProcess:
            continue
        found["process", child.pid] = f"process {child.pid} {command}"
    return found


def _qt_objects() -> dict[tuple[str, int], str]:
    """Running timers and QThreads that Python made, and visible windows; none where there is no QApplication."""
    widgets, core = sys.modules.get("PySide6.QtWidgets"), sys.modules.get("PySide6.QtCore")
    if widgets is None or core is None or widgets.QApplication.instance() is None:
        return {}
    import shiboken6  # here, so that a test without Qt stays without it

    found = {}
    main_thread = widgets.QApplication.instance().thread()
    # By type() and not isinstance: the latter runs code of lazy modules, which may warn.
    for item in gc.get_objects():
        is_timer = issubclass(type(item), core.QTimer)
        if not (is_timer or issubclass(type(item), core.QThread)) or not shiboken6.isValid(item):
            continue
        if item.isActive() if is_timer else item.isRunning() and item is not main_thread:
            found[("object", id(item))] = f"{type(item).__name__} {item.objectName()!r} of {item.parent()}"
    if widgets.QApplication.mouseButtons() != core.Qt.MouseButton.NoButton:
        found["mouse", 0] = f"held {widgets.QApplication.mouseButtons()}"
    for window in widgets.QApplication.topLevelWidgets():
        if window.isVisible():
            found[("window", shiboken6.getCppPointer(window)[0])] = f"window {window}"
    return found


def _let_go() -> None:
    """What the event loop and the garbage collector would do in time."""
    gc.collect()
    if core := sys.modules.get("PySide6.QtCore"):
        core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)
        core.QCoreApplication.processEvents()
