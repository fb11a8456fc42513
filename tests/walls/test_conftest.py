"""The fixture that fails a test for what it leaves behind, tried on tests that do."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]
CONFTEST = Path(__file__).parents[1] / "conftest.py"
PRELUDE = """
import atexit, subprocess, sys, threading, time
from PySide6.QtCore import QThread, QTimer
from PySide6.QtWidgets import QWidget
kept = []
"""
LEAKS = {
    "thread thing": """
        threading.Thread(target=time.sleep, args=(3,), name="thing").start()""",
    "import time; time.sleep(3)": """
        kept.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3)"]))""",
    "nobody waited for it": """
        kept.append(subprocess.Popen([sys.executable, "-c", ""]))""",
    "QTimer 'thing'": """
        timer = QTimer(objectName="thing")
        timer.start(1000)
        kept.append(timer)""",
    "QThread 'thing'": """
        thread = QThread(objectName="thing")
        thread.start()
        atexit.register(thread.wait)
        atexit.register(thread.quit)""",
    "window": """
        kept.append(QWidget())
        kept[-1].show()""",
}
TIDY = """
        thread = threading.Thread(target=time.sleep, args=(0.1,))
        thread.start()
        subprocess.run([sys.executable, "-c", ""])
        timer = QTimer()
        timer.start(1000)
        window = QWidget()
        qtbot.addWidget(window)
        window.show()
        QTimer(window).start(1000)
        worker = QThread()
        worker.start()
        worker.quit()
        worker.wait()
        kept.append(worker)"""


@pytest.fixture
def verdicts(pytester):
    """Runs one test for each body, in a process of its own with our conftest.py, and gives pytest's result."""

    def run(bodies):
        pytester.makeconftest(CONFTEST.read_text() + "\nGRACE_SECS = 0.4\n")
        tests = [f"def test_{index}(qtbot):{body}\n" for index, body in enumerate(bodies)]
        pytester.makepyfile(PRELUDE + "\n".join(tests))
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", "-o", "qt_api=pyside6")

    return run


def test_a_test_that_leaves_something_behind_fails_and_the_next_one_does_not(verdicts):
    result = verdicts([*LEAKS.values(), TIDY])
    result.assert_outcomes(passed=len(LEAKS) + 1, errors=len(LEAKS))
    for what in LEAKS:
        result.stdout.fnmatch_lines([f"*left behind: *{what}*"])
