"""What the tour says, and at what each of its steps points.

Not covered: how a step looks and goes on to the next (tour.py).
"""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from gui.window import Window


def tour_steps(window: "Window") -> list[tuple[QWidget, str, str]]:
    """(what to point at, title, text): a first experiment, then the other labs, then where to find more."""
    lab, button = window.lab, window.switch.button
    return [
        (lab.canvas, "Sketch", "Draw points with the mouse, or choose a sample in the File menu."),
        (lab.transport, "Play", "Space trains and pauses; the point key makes a single step."),
        (lab.bottom, "Watch the gap", "The energy of data against that of samples: training closes the gap."),
        (lab.tabs, "Turn a knob", "It takes effect at the next step. Hover over a name to learn what it means."),
        (lab.panes, "Other families", "The name above the canvas is a menu of all families; A puts another beside it."),
        (
            button("lab_chains"),
            "The chains lab",
            "F3. Samplers walk on a landscape, with the exact answer beside them; Shift+S plays their steps slowly.",
        ),
        (
            button("lab_latent"),
            "The latent lab",
            "F4. Slide through trained models of pictures: what lies between two faces, and what a smile is.",
        ),
        (
            window.menuBar(),
            "Every key, every command",
            "? lists all keys, Ctrl+Shift+P finds a command by its name, and Shift+F1 explains what you click.",
        ),
    ]
