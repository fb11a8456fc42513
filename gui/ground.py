"""A landscape as ground in space: corners, triangles, shading, and points that lie on it.

x runs to the right, y to the back and z up, about the middle of the floor; the longer side of an extent is 2 long.
Not covered: OpenGL (surface_scene.py). No Qt.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.messages import Extent

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

HEIGHT = 0.65  # of the highest ground over the floor, where a side is 2 long
_SHORTEST_SIDE = 0.5  # of the longer one: axes of other units must not make a thread
_LIGHT = np.array([-0.45, 0.30, 0.84], np.float32)  # from the left, the back and above
# Level ground keeps the colour of the heat map; a slope goes so far towards white, or black.
_BRIGHTER, _DARKER = 0.22, 0.34
_SIDE_DARKER = 0.15  # the walls to the left and right, against those to the front and back


def sides(extent: Extent) -> tuple[float, float]:
    """How long the floor is along x and along y; the longer side is 2."""
    x0, x1, y0, y1 = extent
    width, depth = x1 - x0, y1 - y0
    longest = max(width, depth)
    return 2 * max(width / longest, _SHORTEST_SIDE), 2 * max(depth / longest, _SHORTEST_SIDE)


def vertices(heights: Floats, extent: Extent) -> Floats:
    """The middles of the cells in space, (rows, columns, 3).

    heights: (rows, columns), 0 to 1; rows from the lowest y, columns from the lowest x.
    """
    rows, columns = heights.shape
    width, depth = sides(extent)
    corners = np.empty((rows, columns, 3), np.float32)
    corners[:, :, 0] = ((np.arange(columns) + 0.5) / columns - 0.5) * width
    corners[:, :, 1] = (((np.arange(rows) + 0.5) / rows - 0.5) * depth)[:, None]
    corners[:, :, 2] = heights * np.float32(HEIGHT)
    return corners


def on_ground(points: NDArray[Any], heights: Floats, extent: Extent) -> tuple[Floats, NDArray[np.bool_]]:
    """Points (n, 2) in the user's numbers laid on the ground: (k, 3) in space, and which of them are within, (n,)."""
    x0, x1, y0, y1 = extent
    share = (np.asarray(points, float) - (x0, y0)) / (x1 - x0, y1 - y0)
    is_within = np.all((share >= 0) & (share <= 1), axis=1)
    share = share[is_within]
    rows, columns = heights.shape
    across = np.clip(share[:, 0] * columns - 0.5, 0, columns - 1)
    up = np.clip(share[:, 1] * rows - 0.5, 0, rows - 1)
    left, low = across.astype(np.intp), up.astype(np.intp)
    right, high = np.minimum(left + 1, columns - 1), np.minimum(low + 1, rows - 1)
    across, up = across - left, up - low
    below = heights[low, left] * (1 - across) + heights[low, right] * across
    above = heights[high, left] * (1 - across) + heights[high, right] * across
    width, depth = sides(extent)
    height = HEIGHT * (below * (1 - up) + above * up)
    laid = np.column_stack([(share[:, 0] - 0.5) * width, (share[:, 1] - 0.5) * depth, height])
    return laid.astype(np.float32), is_within


def shaded(rgba: Bytes, corners: Floats) -> Bytes:
    """The colours of the ground in light from the left and the back, (rows, columns, 4); level ground keeps its own.

    rgba: (rows, columns, 4).  corners: (rows, columns, 3), see `vertices`.
    """
    z = corners[:, :, 2]
    step_x = max(float(corners[0, -1, 0] - corners[0, 0, 0]) / max(1, z.shape[1] - 1), 1e-6)
    step_y = max(float(corners[-1, 0, 1] - corners[0, 0, 1]) / max(1, z.shape[0] - 1), 1e-6)
    slope_x = np.gradient(z, step_x, axis=1) if z.shape[1] > 1 else np.zeros_like(z)
    slope_y = np.gradient(z, step_y, axis=0) if z.shape[0] > 1 else np.zeros_like(z)
    towards_light = (_LIGHT[2] - slope_x * _LIGHT[0] - slope_y * _LIGHT[1]) / np.sqrt(1 + slope_x**2 + slope_y**2)
    gain = np.clip(towards_light / _LIGHT[2] - 1, -1, 1)[:, :, None]  # 0 on level ground
    color = rgba[:, :, :3].astype(np.float32)
    brighter = color + (255 - color) * (_BRIGHTER * np.maximum(gain, 0))
    lit = rgba.copy()
    lit[:, :, :3] = np.round(brighter * (1 + _DARKER * np.minimum(gain, 0)))
    return lit


def block(corners: Floats, rgba: Bytes, wall: tuple[int, int, int]) -> tuple[Floats, Bytes]:
    """The corners and colours of the ground and of the walls around it: (n, 3) and (n, 4); see `block_faces`.

    wall: the red, green and blue of the walls.
    """
    rows, columns = corners.shape[:2]
    edge = _edge(rows, columns)
    flat, colors = corners.reshape(-1, 3), rgba.reshape(-1, 4)
    foot = flat[edge] * np.array([1, 1, 0], np.float32)
    paint = np.full((len(edge), 4), 255, np.uint8)
    paint[:, :3] = wall
    is_side = np.repeat([False, True, False, True], [columns - 1, rows - 1, columns - 1, rows - 1])
    paint[is_side, :3] = np.array(wall) * (1 - _SIDE_DARKER)
    return np.concatenate([flat, flat[edge], foot]), np.concatenate([colors, paint, paint])


def block_faces(rows: int, columns: int) -> NDArray[np.uint32]:
    """The triangles of a block, (k, 3), as indices of its corners."""
    index = np.arange(rows * columns, dtype=np.uint32).reshape(rows, columns)
    ground = _two_triangles(index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1])
    num_edge = len(_edge(rows, columns))
    top = rows * columns + np.arange(num_edge, dtype=np.uint32)
    foot = top + num_edge
    walls = _two_triangles(top, np.roll(top, -1), np.roll(foot, -1), foot)
    return np.concatenate([ground, walls])


def mesh_lines(rows: int, columns: int, step: int) -> NDArray[np.intp]:
    """Pairs of indices of corners, (k,), that make lines along every `step`-th row and column, and along the edge."""
    index = np.arange(rows * columns).reshape(rows, columns)
    along = [index[at] for at in _every(rows, step)] + [index[:, at] for at in _every(columns, step)]
    return np.concatenate([np.repeat(line, 2)[1:-1] for line in along])


def floor_edge(extent: Extent) -> Floats:
    """The edge of the floor, as pairs of points, (8, 3)."""
    width, depth = sides(extent)
    around = np.array([(-1, -1, 0), (1, -1, 0), (1, 1, 0), (-1, 1, 0), (-1, -1, 0)], np.float32)
    return np.repeat(around * np.array([width / 2, depth / 2, 0], np.float32), 2, axis=0)[1:-1]


def _every(count: int, step: int) -> list[int]:
    """0, step, 2 step, ... and the last."""
    return sorted({*range(0, count, step), count - 1})


def _edge(rows: int, columns: int) -> NDArray[np.intp]:
    """The corners around the ground, once around."""
    index = np.arange(rows * columns).reshape(rows, columns)
    return np.concatenate([index[0, :-1], index[:-1, -1], index[-1, :0:-1], index[:0:-1, 0]])


def _two_triangles(a: NDArray[Any], b: NDArray[Any], c: NDArray[Any], d: NDArray[Any]) -> NDArray[np.uint32]:
    """Of quadrilaterals, corner by corner."""
    quads = [np.ravel(each) for each in (a, b, c, a, c, d)]
    return np.column_stack(quads).reshape(-1, 3).astype(np.uint32)
