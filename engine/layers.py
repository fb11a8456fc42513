"""What is shown of a model besides its energy: arrows, pushes, drawings and the boxes' pictures, as messages have them.

Not covered: when frames are made (frames.py), and how layers are painted (gui/).
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine import fields
from engine.jobs import Dataset, Training
from engine.messages import AtCursor, Figure, SetView, Thumb
from engine.models import Drawing, Model, Picture
from engine.plane import Plane

# Arrows of the field across the longer side of the view.
_ARROWS_ACROSS = 26
# The change by a push is smooth, so that a coarse grid does.
_PUSH_CELLS = 64
_MOST_POINTS = 400


@torch.no_grad()
def layers_of(training: Training, data: Dataset, view: SetView, rng: torch.Generator) -> dict[str, Any]:
    """The fields of a Landscape that the view's layers ask for."""
    model, plane = training.model, data.plane
    found: dict[str, Any] = {"remark": model.remark(), "lit": model.lit()}
    wanted = [name for name in view.layers if name in model.layers]
    if "phases" in wanted:
        found |= _phases(model, data, view, rng)
    if "field" in wanted:
        found["field"] = _field(model, data, view)
    found["figures"] = {name: figure(getattr(model, name)(), plane) for name in ("manifold", "parts") if name in wanted}
    if "machine" in wanted:
        found["thumbs"] = {name: _thumb(each) for name, each in model.pictures(rng).items()}
    return found


@torch.no_grad()
def at_cursor(training: Training, data: Dataset, run: int, at: tuple[float, float]) -> AtCursor:
    """What the model makes of a point in the user's numbers."""
    x = data.plane.to_plane(np.array([at]), training.device)
    drawing, text = training.model.at_cursor(x)
    return AtCursor(run, figure(drawing, data.plane), text)


def figure(drawing: Drawing, plane: Plane) -> Figure:
    """A model's drawing in the user's numbers."""
    lines = [line for line in drawing.lines if len(line)]
    offsets = np.cumsum([0, *(len(line) for line in lines)]).astype(np.int32)
    arrows = np.zeros((0, 4))
    if drawing.arrows is not None:
        arrows = np.concatenate([plane.to_user(drawing.arrows[:, :2]), plane.to_user(drawing.arrows[:, 2:])], 1)
    return Figure(
        lines=plane.to_user(torch.cat(lines)) if lines else np.zeros((0, 2)),
        offsets=offsets,
        arrows=arrows,
        dots=np.zeros((0, 2)) if drawing.dots is None else plane.to_user(drawing.dots),
    )


def _phases(model: Model, data: Dataset, view: SetView, rng: torch.Generator) -> dict[str, Any]:
    down = model.phases(rng).down[:_MOST_POINTS]
    grid = fields.view_grid(data.plane.extent_on_plane(view.extent), _PUSH_CELLS, _PUSH_CELLS, down.device)
    pushes = model.pushes(grid.points)
    found: dict[str, Any] = {"data": data.plane.to_user(down)}
    if pushes is not None:
        for name, each in zip(("pushed_down", "pushed_up"), pushes, strict=True):
            found[name] = each.reshape(grid.shape).float().cpu().numpy()
    return found


def _field(model: Model, data: Dataset, view: SetView) -> np.ndarray:
    x0, x1, y0, y1 = view.extent
    # As far from one another in x as in y, on the screen.
    longer = max(x1 - x0, y1 - y0)
    columns, rows = (max(4, round(_ARROWS_ACROSS * side / longer)) for side in (x1 - x0, y1 - y0))
    grid = fields.view_grid(data.plane.extent_on_plane(view.extent), columns, rows, data.points.device)
    arrows = (model.score if view.is_slope else model.field)(grid.points).double().cpu().numpy() * data.plane.half
    return np.concatenate([data.plane.to_user(grid.points), arrows], 1)


def _thumb(picture: Picture) -> Thumb:
    values: Tensor = picture.values.detach().float().cpu()
    return Thumb(picture.kind, np.ascontiguousarray(values.numpy()))  # type: ignore[arg-type]
