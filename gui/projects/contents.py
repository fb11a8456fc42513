"""A project as the parts of its file, and back: every number of a file is checked before a window sees it.

Not covered: the file itself (container.py); names of models and knobs, which the engine knows (showing.py).
"""

import math
from collections import Counter
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

from engine import recipe
from engine.messages import Extent
from engine.notice import Notice
from engine.recipe import MAX_POINTS, ChainsRecipe, LatentRecipe
from gui.edits import NUM_LABELS, Sketch
from gui.named_steps import LONGEST_NAME, MOST_MARKS
from gui.projects import container, npy, tensors
from gui.projects.project import OWN_POINTS, Chains, Landscape, Latent, Layout, Mark, Pane, Project

EXPERIMENT, LAYOUT, MARKS, THUMBNAIL = "experiment.json", "layout.json", "marks.json", "thumbnail.png"
POINTS, LABELS = "points.npy", "labels.npy"
LATENT_WEIGHTS = "weights/latent.safetensors"
MOST_PANES = 4
_MAX_MAGNITUDE = 1e12  # as engine/data/points.py
_PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
_MAX_SIDE_PX = 1024

T = TypeVar("T")


class _Chains(msgspec.Struct, forbid_unknown_fields=True):
    recipe: dict[str, Any]
    steps_per_second: float | None = None


class _Latent(msgspec.Struct, forbid_unknown_fields=True):
    """As Latent, but what is a recipe is not looked at yet."""

    train: dict[str, Any] | None = None
    shipped: str = ""
    page: str = ""
    card: str = ""
    directions: str = ""


class _Experiment(msgspec.Struct, forbid_unknown_fields=True):
    landscape: Landscape
    chains: _Chains | None = None
    latent: _Latent | None = None


def write(project: Project) -> bytes:
    """The project as the content of a file. Raises Notice where it is too large."""
    plain = {"landscape": project.landscape, "chains": project.chains, "latent": project.latent}
    parts = {
        EXPERIMENT: msgspec.json.format(msgspec.json.encode(plain), indent=1),
        LAYOUT: msgspec.json.encode(project.layout),
        MARKS: msgspec.json.encode(project.marks),
        POINTS: npy.packed(project.sketch.points),
        LABELS: npy.packed(project.sketch.labels),
    }
    parts |= {_weights_name(index): each for index, each in enumerate(project.weights) if each}
    if project.latent_weights:
        parts[LATENT_WEIGHTS] = project.latent_weights
    if project.thumbnail:
        parts[THUMBNAIL] = project.thumbnail
    return container.pack(parts, project.origin)


def read(path: Path) -> Project:
    """The project in a file. Raises Notice, in one sentence that names the file, for whatever is wrong with it."""
    parts, origin = container.unpack(path)
    try:
        return _project(parts, origin)
    except Notice as notice:
        raise Notice(f"{path.name} cannot be opened: {str(notice).rstrip('.')}.") from None


def _project(parts: dict[str, bytes], origin: str) -> Project:
    told = _decoded(parts, EXPERIMENT, _Experiment)
    landscape = _checked_landscape(told.landscape)
    if len(origin) > 4096 or "\0" in origin:
        raise Notice("its origin is no file")
    weights = tuple(_weights(parts, index, pane) for index, pane in enumerate(landscape.panes))
    return Project(
        sketch=_sketch(parts, landscape),
        landscape=landscape,
        weights=weights,
        chains=None if told.chains is None else _chains(told.chains),
        latent=None if told.latent is None else _latent(told.latent),
        latent_weights=_checked_weights(parts, LATENT_WEIGHTS),
        layout=_decoded(parts, LAYOUT, Layout),
        marks=_marks(parts),
        origin=origin,
        thumbnail=_thumbnail(parts.get(THUMBNAIL, b"")),
    )


def _decoded(parts: dict[str, bytes], name: str, kind: type[T]) -> T:
    if name not in parts:
        raise Notice(f"its {name} is missing")
    try:
        return msgspec.json.decode(parts[name], type=kind)
    except msgspec.ValidationError as error:
        raise Notice(f"its {name} is not right: {recipe.in_words(str(error))}") from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Notice(f"its {name} cannot be read") from None


def _checked_landscape(landscape: Landscape) -> Landscape:
    if not 1 <= len(landscape.panes) <= MOST_PANES or not 0 <= landscape.active < len(landscape.panes):
        raise Notice(f"it has {len(landscape.panes)} panes, of which {landscape.active} is active")
    for pane in landscape.panes:
        if not (0 <= pane.seed < 2**63 and 0 <= pane.step < 2**53):
            raise Notice(f"its seed {pane.seed} or its step {pane.step} is none")
    if landscape.truth is not None:
        recipe.from_plain({"data": msgspec.to_builtins(landscape.truth)})
        if landscape.truth.preset is None:
            raise Notice("its truth is no preset")
    _check_extent(landscape.extent)
    _check_speed(landscape.steps_per_second)
    if not 0 < landscape.temperature < math.inf:
        raise Notice(f"its temperature is {landscape.temperature:g}")
    return landscape


def _check_extent(extent: Extent) -> None:
    x0, x1, y0, y1 = extent
    if not (all(math.isfinite(each) for each in extent) and x0 < x1 and y0 < y1):
        raise Notice("its home view is none")


def _check_speed(steps_per_second: float | None) -> None:
    if steps_per_second is not None and not 0 < steps_per_second < math.inf:
        raise Notice(f"its speed is {steps_per_second:g}")


def _sketch(parts: dict[str, bytes], landscape: Landscape) -> Sketch:
    for name in (POINTS, LABELS):
        if name not in parts:
            raise Notice(f"its {name} is missing")
    points = npy.unpacked(POINTS, parts[POINTS], "<f8", 2)
    labels = npy.unpacked(LABELS, parts[LABELS], "|u1", None)
    if len(points) != len(labels) or len(points) > MAX_POINTS:
        raise Notice(f"it has {len(points):,} points and {len(labels):,} labels; {MAX_POINTS:,} is the most")
    # NaN is not smaller than anything.
    if len(points) and not (np.abs(points) <= _MAX_MAGNITUDE).all():
        raise Notice("a point of it is not finite, or too far away")
    if len(labels) and labels.max() >= NUM_LABELS:
        raise Notice(f"a label of it is {labels.max()}; labels go from 0 to {NUM_LABELS - 1}")
    return Sketch(points, labels, landscape.extent, landscape.truth)


def _weights_name(index: int) -> str:
    return f"weights/{index + 1}.safetensors"


def _weights(parts: dict[str, bytes], index: int, pane: Pane) -> bytes:
    return _checked_weights(parts, _weights_name(index)) if pane.step else b""


def _checked_weights(parts: dict[str, bytes], name: str) -> bytes:
    content = parts.get(name, b"")
    if content:
        tensors.check(name, content)
    return content


def _chains(told: _Chains) -> Chains:
    made = recipe.any_from_plain(told.recipe)
    if not isinstance(made, ChainsRecipe):
        raise Notice("its chains are of another lab")
    if made.data not in (None, OWN_POINTS):
        raise Notice("its chains walk on data that are not its own")
    _check_speed(told.steps_per_second)
    return Chains(made, told.steps_per_second)


def _latent(told: _Latent) -> Latent:
    train = None if told.train is None else recipe.any_from_plain(told.train)
    if not isinstance(train, LatentRecipe | None):
        raise Notice("its latent lab trains for another lab")
    return Latent(train, told.shipped, told.page, told.card, told.directions)


def _marks(parts: dict[str, bytes]) -> tuple[Mark, ...]:
    marks = _decoded(parts, MARKS, tuple[Mark, ...])
    counts = Counter((each.lab, each.pane) for each in marks)
    if len(counts) > 2 * MOST_PANES or max(counts.values(), default=0) > MOST_MARKS:
        raise Notice(f"it has {len(marks):,} marks; {MOST_MARKS} of each pane is the most")
    for each in marks:
        is_there = each.lab != "latent" and 0 <= each.pane < MOST_PANES
        if not (is_there and 0 <= each.step < 2**53 and each.name.strip() and len(each.name) <= LONGEST_NAME):
            raise Notice(f"its mark {each.name[:LONGEST_NAME]!r} at step {each.step} is not right")
    return marks


def _thumbnail(content: bytes) -> bytes:
    """Left out where it is no small PNG: nothing depends on it."""
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    is_small = 0 < width <= _MAX_SIDE_PX and 0 < height <= _MAX_SIDE_PX
    return content if content.startswith(_PNG_MAGIC) and content[12:16] == b"IHDR" and is_small else b""
