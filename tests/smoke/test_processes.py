"""Windows and engines that die: nothing stays behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]


def wait_until(is_done, timeout_secs: float) -> bool:
    end = time.monotonic() + timeout_secs
    while time.monotonic() < end:
        if is_done():
            return True
        time.sleep(0.02)
    return is_done()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_killed_window_leaves_no_engine():
    window = subprocess.Popen([sys.executable, "main.py"], cwd=ROOT, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"})
    try:
        parent = psutil.Process(window.pid)
        assert wait_until(lambda: bool(parent.children()), 30)
        engine = parent.children()[0]
        assert "engine" in engine.cmdline()
        window.send_signal(signal.SIGKILL)
        window.wait()
        assert wait_until(lambda: not engine.is_running() or engine.status() == psutil.STATUS_ZOMBIE, 5)
    finally:
        window.kill()
        window.wait()
