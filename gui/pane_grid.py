"""Where one to four panes stand, in both labs that have them."""

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QWidget

# Rows and columns for so many panes.
_SHAPES = {1: (1, 1), 2: (1, 2), 3: (1, 3), 4: (2, 2)}
_MOST = max(max(shape) for shape in _SHAPES.values())


def num_rows(num_panes: int) -> int:
    return _SHAPES[num_panes][0]


def arrange(grid: QGridLayout, panes: Sequence[QWidget]) -> None:
    """Each in its place, all of one size."""
    rows, columns = _SHAPES[len(panes)]
    for index, pane in enumerate(panes):
        grid.addWidget(pane, index // columns, index % columns)
    for index in range(_MOST):
        grid.setRowStretch(index, int(index < rows))
        grid.setColumnStretch(index, int(index < columns))
