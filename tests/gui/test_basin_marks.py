"""The numbers of basins on the canvas."""

import numpy as np
from PySide6.QtGui import QFont

from gui.basin_marks import DEPTH, BasinMarks
from gui.edits import Sketch
from gui.landscape_view import LandscapeView
from gui.theme import LIGHT
from tests.gui.test_walks import TRUTH, color_at


def test_each_floor_has_its_number_once_they_are_asked_for(qtbot):
    view = LandscapeView()
    qtbot.addWidget(view)
    view.set_sketch(Sketch(extent=(-1.0, 1.0, -1.0, 1.0)))
    marks = BasinMarks()
    marks.view = view
    view.canvas.add_layer(marks, DEPTH)
    view.resize(500, 500)
    view.show()
    qtbot.waitExposed(view)
    marks.set_theme(LIGHT, QFont(view.font()))
    floors = np.array([[0.5, 0.25], [-0.5, -0.5]])
    marks.show_truth(TRUTH.__class__(1, TRUTH.extent, 0.0, TRUTH.mean, TRUTH.covariance, TRUTH.marginal_x,
                                     TRUTH.marginal_y, floors, np.array([0.6, 0.4])))  # fmt: skip
    ground = color_at(marks, 0.47, 0.25).name()
    marks.setVisible(True)
    for x, y in floors.tolist():
        assert color_at(marks, x - 0.03, y).name() == LIGHT.plot
    assert ground != LIGHT.plot
