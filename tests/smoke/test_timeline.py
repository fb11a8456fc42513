"""A person drags back in time, with a real engine: what was comes again, bit for bit."""

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

LEFT, NO = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
MSECS = 60_000


def test_dragged_back_a_run_goes_on_as_it_did_and_a_knob_makes_a_branch_that_opens_beside(window, qtbot):
    window.desk.choose_preset("two_moons")
    qtbot.waitUntil(lambda: window.document.sketch.num_points > 0, timeout=MSECS)
    experiment, bar = window.experiment, window.lab.timeline
    run, past = experiment.active, experiment.active.past
    seen = {}
    run.landscape_came.connect(lambda landscape: seen.update({landscape.step: landscape}))
    run.set_params({"width": 16, "depth": 1, "chains": 32})
    window.actions_by_name["play"].trigger()
    qtbot.waitUntil(lambda: past.step > 30, timeout=MSECS)
    window.actions_by_name["play"].trigger()
    # Paused, the landscape is shown in full.
    qtbot.waitUntil(lambda: past.step in seen and not experiment.is_playing, timeout=MSECS)
    qtbot.wait(300)
    last = past.step
    as_it_was = seen[last].energy

    with qtbot.waitSignal(past.went, timeout=MSECS):
        QTest.mousePress(bar, LEFT, NO, QPoint(bar.width() // 2, bar.height() - 10))
        QTest.mouseMove(bar, QPoint(bar.width() // 3, bar.height() - 10))
        assert past.looking is not None
        QTest.mouseRelease(bar, LEFT, NO, QPoint(bar.width() // 3, bar.height() - 10))
    assert 0 < past.step < last
    with qtbot.waitSignal(past.went, timeout=MSECS):
        past.go_to(1, last - 1)
    seen.clear()
    window.actions_by_name["step"].trigger()
    qtbot.waitUntil(lambda: last in seen, timeout=MSECS)
    qtbot.wait(300)
    assert np.array_equal(seen[last].energy, as_it_was)

    window.actions_by_name["add_mark"].trigger()
    bar._editor.finish(is_taken=True)
    with qtbot.waitSignal(past.went, timeout=MSECS):
        past.go_to(1, 5)
    run.set_params({**run.model.params, "learning_rate": 0.02})
    for _ in range(3):
        step = past.step
        window.actions_by_name["step"].trigger()
        qtbot.waitUntil(lambda step=step: past.step > step, timeout=MSECS)
    assert len(past.branches) == 2
    window.lab.open_beside(2, past.branches[2].tip)
    other = experiment.runs[-1]
    qtbot.waitUntil(lambda: other.past.step == past.branches[2].tip, timeout=MSECS)
    assert other.model.params["learning_rate"] == 0.02
    with qtbot.waitSignal(past.went, timeout=MSECS):
        past.go_to_mark(1)
    assert (past.step, "learning_rate" in run.model.params) == (last, False)
