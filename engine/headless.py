"""One recipe from start to end without a window: train, measure, write the results into a folder.

Nothing is written before the training has ended, and then whole files take the place of old ones.
Not covered: `frame.png`, which the window's own code draws (gui/picture.py) from the messages returned here.
"""

import json
import math
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import torch

from engine import checkpoints, devices, fields, frames, recipe
from engine import data as datasets
from engine.jobs import FEWEST_POINTS, Dataset, Training, dataset
from engine.layers import layers_of
from engine.measures import Judge
from engine.messages import Extent, Landscape, SetData, SetView
from engine.notice import Notice
from engine.recipe import Recipe

# Share of a user's own points that is kept from training, to judge by.
_HELD_OUT_SHARE = 0.2
_CELLS = 256
_FINE_CELLS, _FINE_OUTER_CELLS = 384, 32
_NUM_SAMPLES = 2000
# How much wider and higher than the home view the picture of 16:9 shows.
_PICTURE_REACH = (1.9, 1.06)
_CHECK_EVERY_STEPS = 50


class Result(NamedTuple):
    """What a run gave: `metrics` as they stand in the file, and what frame.png is drawn from, if anything."""

    metrics: dict[str, Any]
    sketch: SetData | None
    landscape: Landscape | None


def run(wanted: Recipe, out: Path, on_progress: Callable[[float, str], None] = lambda share, text: None) -> Result:
    """Do what the recipe says and write metrics.json, energy.npz, samples.npz and weights.safetensors into `out`.

    on_progress: called now and then with the share that is done, 0 to 1, and a line about it.
    Raises Notice for whatever the person who wrote the recipe can mend; then nothing was written.
    """
    check_folder(out)
    devices.set_up_cpu()
    device = devices.chosen(wanted.device)
    training = Training(wanted.model.name, wanted.model.params, wanted.seed, device)
    drawn = datasets.draw(wanted.data, wanted.seed)
    if len(drawn.points) < FEWEST_POINTS:
        raise Notice(f"Training needs at least {FEWEST_POINTS} points; the recipe's data has {len(drawn.points)}.")
    data = split(drawn, device, wanted.seed)
    began = time.perf_counter()
    for share in train(training, data, wanted.stop):
        on_progress(share, _line(training, began))
    seconds = time.perf_counter() - began
    metrics, arrays = _results(wanted, training, data, drawn, seconds)
    picture = _picture(training, data, drawn)
    about = {"model": wanted.model.name, "params": msgspec.json.encode(training.params).decode()}
    weights = checkpoints.to_bytes(training.model.weights(), about)
    write_files(out, metrics, arrays, {"weights.safetensors": weights})
    sketch = SetData(0, 1, drawn.points, drawn.labels, drawn.extent, drawn.truth)
    return Result(metrics, sketch, picture)


def check_folder(out: Path) -> None:
    """Raise a Notice now, not after the training, if `out` can be no folder to write into."""
    existing = next(each for each in (out, *out.absolute().parents) if each.exists())
    if not existing.is_dir():
        raise Notice(f"{existing} is a file; --out needs a folder.")
    if not os.access(existing, os.W_OK):
        raise Notice(f"{out} cannot be written: no permission.")


def split(drawn: datasets.Draw, device: torch.device, seed: int) -> Dataset:
    """All points of a preset, judged by fresh ones; of a user's own points, a part is held out."""
    data = dataset(drawn.points, drawn.labels, drawn.extent, drawn.truth, device)
    held_out = int(_HELD_OUT_SHARE * len(drawn.points))
    if data.has_truth or len(drawn.points) - held_out < FEWEST_POINTS or held_out == 0:
        return data
    order = torch.randperm(len(drawn.points), generator=torch.Generator().manual_seed(seed)).to(device)
    kept = order[held_out:]
    return data._replace(points=data.points[kept], labels=data.labels[kept], held_out=data.points[order[:held_out]])


def train(training: Training, data: Dataset, stop: recipe.Stop) -> Iterator[float]:
    """Train until the stop; yields the share that is done now and then."""
    began, share = time.perf_counter(), 0.0
    steps = training.steps(data)
    while share < 1:
        next(steps)
        elapsed = time.perf_counter() - began
        share = elapsed / stop.seconds if stop.seconds is not None else training.num_steps / (stop.steps or 1)
        if training.num_steps % _CHECK_EVERY_STEPS == 0 or share >= 1:
            training.measure()
            yield min(1.0, share)


def _line(training: Training, began: float) -> str:
    rate = training.num_steps / max(1e-9, time.perf_counter() - began)
    return f"step {training.num_steps}, {rate:.0f} steps/s"


@torch.no_grad()
def _results(
    wanted: Recipe, training: Training, data: Dataset, drawn: datasets.Draw, seconds: float
) -> tuple[dict[str, Any], dict[str, dict[str, np.ndarray]]]:
    """The metrics, and the arrays of energy.npz and samples.npz."""
    log_z = training.log_z(inner=_FINE_CELLS, outer=_FINE_OUTER_CELLS)
    nll = training.nll(data, log_z)
    is_density = training.model.is_density
    rng = torch.Generator(training.device).manual_seed(wanted.seed)
    measured = Judge(data).measure(training, rng)
    metrics = {
        "steps": training.num_steps,
        "seconds": round(seconds, 3),
        "steps_per_second": round(training.num_steps / seconds, 2),
        "log_z": log_z + data.plane.log_area,
        "nll": nll if is_density else None,
        "held_out_points": len(data.held_out),
        "entropy_of_truth": data.entropy if data.has_truth else None,
        "kl_from_truth": _kl_from_truth(training, data, drawn, log_z) if data.has_truth and is_density else None,
        "is_density": is_density,
        "energy_distance": measured.energy_distance,
        "energy_distance_of_truth": measured.energy_distance_of_truth,
        "mmd": measured.mmd,
        "coverage": measured.coverage,
        **measured.more,
        "parameters": training.num_parameters,
        "device": str(training.device),
        "threads": torch.get_num_threads(),
        "seed": wanted.seed,
        "recipe": recipe.to_plain(wanted),
    }
    # JSON knows no NaN.
    metrics = {name: None if each != each else each for name, each in metrics.items()}
    samples = training.samples(_NUM_SAMPLES, rng)
    arrays = {
        "energy": {"energy": _energy_on(training, data, drawn.extent, _CELLS), "extent": np.array(drawn.extent)},
        "samples": {"samples": data.plane.to_user(samples)},
    }
    return metrics, arrays


def _energy_on(training: Training, data: Dataset, extent: Extent, cells: int) -> np.ndarray:
    grid = fields.view_grid(data.plane.extent_on_plane(extent), cells, cells, training.device)
    return training.model.energy(grid.points).reshape(grid.shape).cpu().numpy()


def _kl_from_truth(training: Training, data: Dataset, drawn: datasets.Draw, log_z: float) -> float:
    """KL(truth || model) in nats over the home view, on twice the cells of the stored energy."""
    assert drawn.density is not None
    cells = 2 * _CELLS
    grid = fields.view_grid(data.plane.extent_on_plane(drawn.extent), cells, cells, training.device)
    log_p = drawn.density.log_prob(data.plane.to_user(grid.points)) + data.plane.log_area
    log_q = -training.model.energy(grid.points).double().cpu().numpy() - log_z
    return fields.kl_divergence(log_p, log_q)


def _picture(training: Training, data: Dataset, drawn: datasets.Draw) -> Landscape:
    """The landscape of a wide picture around the home view."""
    extent = picture_extent(drawn.extent)
    rng = torch.Generator(training.device).manual_seed(0)
    view = SetView(0, extent, columns=2 * _CELLS, rows=_CELLS, layers=("manifold", "parts"))
    return frames.landscape(
        training,
        data,
        view,
        data_version=1,
        mass=frames.mass(training, temperature=1.0, sea_share=0.0),
        own_points=frames.own_points(training.model, rng),
        layers=layers_of(training, data, view, rng),
        steps_per_second=math.nan,
    )


def picture_extent(home: Extent) -> Extent:
    """What the picture shows around the home view."""
    x0, x1, y0, y1 = home
    (wide, high), middle_x, middle_y = _PICTURE_REACH, (x0 + x1) / 2, (y0 + y1) / 2
    half_x, half_y = wide * (x1 - x0) / 2, high * (y1 - y0) / 2
    return middle_x - half_x, middle_x + half_x, middle_y - half_y, middle_y + half_y


def write_files(
    out: Path, metrics: dict[str, Any], arrays: dict[str, dict[str, np.ndarray]], more: Mapping[str, bytes] = {}
) -> None:
    """metrics.json, an NPZ of each of `arrays`, and `more` by name: into a new folder in `out`, then each in its place.

    Raises Notice where that is not possible.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out, prefix=".new-") as folder:
            new = Path(folder)
            for name, each in arrays.items():
                np.savez_compressed(new / f"{name}.npz", **each)  # type: ignore[arg-type]
            for name, content in more.items():
                (new / name).write_bytes(content)
            (new / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
            for file in sorted(new.iterdir()):
                os.replace(file, out / file.name)
    except OSError as error:
        raise Notice(f"{out} cannot be written: {error.strerror}.") from None
