"""A landscape as a NumPy file: the energy on its grid, with all that is needed to plot it or to go on computing.

Read it with numpy.load(path); `about` is JSON as text, so that nothing in the file needs pickle.
"""

import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.messages import Landscape

_MEANING = (
    "energy in nats, lower is likelier; rows from the lowest y, columns from the lowest x; x and y are the middles of "
    "the cells; the density per unit of area is exp(-energy / temperature - log_z)"
)


def content_of(landscape: Landscape, of: Mapping[str, Any]) -> bytes:
    """The file's bytes. of: what the landscape is of, as JSON can hold it.

    Arrays: energy (rows, columns), x (columns,), y (rows,), extent (4,), temperature, log_z, samples (m, 2).
    """
    rows, columns = landscape.energy.shape
    x0, x1, y0, y1 = landscape.extent
    about = {"what": _MEANING, "step": landscape.step, **of}
    file = io.BytesIO()
    np.savez_compressed(
        file,
        energy=landscape.energy,
        x=_middles(x0, x1, columns),
        y=_middles(y0, y1, rows),
        extent=np.array(landscape.extent),
        temperature=np.array(landscape.temperature),
        log_z=np.array(landscape.log_z),
        samples=landscape.samples,
        about=np.array(json.dumps(about, indent=2)),
    )
    return file.getvalue()


def _middles(low: float, high: float, cells: int) -> np.ndarray:
    return low + (np.arange(cells) + 0.5) * (high - low) / cells
