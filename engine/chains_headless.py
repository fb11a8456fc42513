"""A recipe of the chains lab from start to end without a window: make the target, walk on it, measure, write.

Not covered: the landscape lab (headless.py), and the picture, which the window's own code draws from what is returned.
"""

import math
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import torch
from torch import Tensor

from engine import data as datasets
from engine import devices, draws_file, exact, headless, recipe, trap
from engine.chain_frames import landscape_of
from engine.chains import Chains
from engine.diagnostics import diagnose
from engine.exact import Exact
from engine.jobs import Training
from engine.messages import Landscape, SetData, SetView
from engine.places import Place, place_of, starts
from engine.plane import Plane
from engine.recipe import ChainsRecipe, Sampler
from engine.samplers import Target
from engine.sculpture import check_bumps, shaped
from engine.targets import Moments, Sharpened

_CELLS = 256
_SHOWN = 1000

OnProgress = Callable[[float, str], None]


class Walked(NamedTuple):
    """What one sampler did: draws (chains, draws, 2) on the plane, and what was counted on the way."""

    draws: np.ndarray
    seconds: float
    warm_up_seconds: float
    acceptance: float
    divergences: int
    evaluations: float
    step_size: float | None
    log_z: float | None


class _Counted(NamedTuple):
    """What is counted of each step, by the names of an Info: tensors that are looked at only at the end."""

    is_accepted: list[Tensor]
    acceptance: list[Tensor]
    is_divergent: list[Tensor]
    num_evaluations: list[Tensor]


def run(wanted: ChainsRecipe, out: Path, on_progress: OnProgress = lambda share, text: None) -> headless.Result:
    """Do what the recipe says and write metrics.json and samples.npz into `out`.

    Raises Notice for whatever the person who wrote the recipe can mend; then nothing was written.
    """
    headless.check_folder(out)
    if "netcdf" in wanted.export:
        draws_file.netcdf_library()
    devices.set_up_cpu()
    device = devices.chosen(wanted.device)
    share_of_training = 0.5 if wanted.data is not None else 0.0
    share_of_trap = 0.3 if wanted.sharpnesses else 0.0
    itself = made_place(wanted, device, _part(on_progress, 0.0, share_of_training))
    place = sharpened(itself, wanted.sharpness)
    truth = exact.exact(place.target, device)
    plane = Plane.of(place.extent)
    metrics: dict[str, Any] = {"exact": _exact_metrics(truth, plane, place.moments)}
    samples: dict[str, np.ndarray] = {}
    found: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    for index, sampler in enumerate(wanted.samplers):
        width = (1 - share_of_training - share_of_trap) / len(wanted.samplers)
        progress = _part(on_progress, share_of_training + width * index, width)
        rng = torch.Generator(device).manual_seed(wanted.seed + index)
        x = starts_of(place, sampler.chains, wanted, rng)
        walked = _walk(sampler, place.target, x, rng, progress)
        name = draws_file.free_name(sampler.name, list(samples))
        samples[name] = plane.to_user(torch.from_numpy(walked.draws))
        if wanted.export:
            on_plane = torch.from_numpy(walked.draws).to(device)
            drawn = draws_file.drawn_from(name, on_plane, sampler.every, place.target, plane)
            files |= {name + draws_file.ENDINGS[form]: draws_file.content_of([drawn], form) for form in wanted.export}
        found[name] = _metrics(walked, sampler, truth, plane)
    if wanted.sharpnesses:
        curves = _trap(wanted, itself.target, device, _part(on_progress, 1 - share_of_trap, share_of_trap))
        for metrics_of_one, curve in zip(found.values(), curves, strict=True):
            metrics_of_one["trap"] = curve
    metrics |= {"samplers": found, "device": str(device), "threads": torch.get_num_threads(), "seed": wanted.seed}
    metrics["recipe"] = recipe.to_plain(wanted)
    headless.write_files(out, _without_nan(metrics), {"samples": samples}, files)
    shown = next(iter(samples.values()))[:, -1]
    return headless.Result(_without_nan(metrics), *_picture(place, plane, truth, shown))


def made_place(wanted: ChainsRecipe, device: torch.device, on_progress: OnProgress) -> Place:
    """What a recipe's samplers walk on, at sharpness 1; a model is trained first."""
    if wanted.energy is not None:
        place = place_of(wanted.energy, device)
    else:
        assert wanted.data is not None
        training = Training(wanted.model.name, wanted.model.params, wanted.seed, device)
        drawn = datasets.draw(wanted.data, wanted.seed)
        data = headless.split(drawn, device, wanted.seed)
        for share in headless.train(training, data, wanted.stop):
            on_progress(share, f"training: step {training.num_steps}")
        place = Place(training.model, drawn.extent, None, data.points)
    if wanted.bumps:
        bumps = np.array(wanted.bumps).reshape(-1, 4)
        check_bumps(bumps, place.extent)
        # The moments of another target are others.
        target = shaped(place.target, bumps, 1.0, Plane.of(place.extent), device)
        place = place._replace(target=target, moments=None)
    return place


def sharpened(place: Place, sharpness: float) -> Place:
    """The moments of a sharper target are others."""
    return place if sharpness == 1 else place._replace(target=Sharpened(place.target, sharpness), moments=None)


def _trap(
    wanted: ChainsRecipe, target: Target, device: torch.device, on_progress: OnProgress
) -> list[list[dict[str, float]]]:
    """For each sampler its points, in the order of the recipe's sharpnesses."""
    curves: list[list[dict[str, float]]] = [[] for _ in wanted.samplers]
    total, done = len(wanted.samplers) * len(wanted.sharpnesses), 0
    at = partial(Sharpened, target)
    for point in trap.trap(at, wanted.samplers, wanted.sharpnesses, wanted.seed, device):
        if point is not None:
            done += 1
            on_progress(done / total, f"the trap: sharpness {point.sharpness:g}")
            curves[point.sampler].append(
                {
                    "sharpness": point.sharpness,
                    "mode_switches_per_1000": point.switches,
                    "standard_error": point.error,
                    "steps": point.num_steps,
                }
            )
    return curves


def starts_of(place: Place, count: int, wanted: ChainsRecipe, rng: torch.Generator) -> Tensor:
    """Where a recipe's chains begin, (count, 2), on the plane."""
    if wanted.places or not isinstance(wanted.start, str):
        named = Plane.of(place.extent).to_plane(np.array(wanted.places or [wanted.start]), rng.device)
        return named[torch.arange(count, device=rng.device) % len(named)]
    if wanted.start == "data":
        return place.data[torch.randint(len(place.data), (count,), generator=rng, device=rng.device)]
    return starts(place.target, count, rng)


@torch.no_grad()
def _walk(sampler: Sampler, target: Target, x: Tensor, rng: torch.Generator, on_progress: OnProgress) -> Walked:
    chains = Chains(sampler.name, sampler.params, target, x, rng)
    began = time.perf_counter()
    for step in range(sampler.warmup):
        chains.warm_up()
        if step % 50 == 0:
            on_progress(step / (sampler.warmup + sampler.draws), f"{sampler.name}: warm-up")
    chains.end_warm_up()
    warm = time.perf_counter()
    kept, counted, info = [], _Counted([], [], [], []), None
    for draw in range(sampler.draws):
        for _ in range(sampler.every):
            info = chains.step()
            for name, values in zip(_Counted._fields, counted, strict=True):
                if name in info._fields:
                    values.append(getattr(info, name))
        kept.append(chains.x)
        if draw % 50 == 0:
            on_progress((sampler.warmup + draw) / (sampler.warmup + sampler.draws), f"{sampler.name}: draw {draw}")
    draws = torch.stack(kept, 1).cpu().numpy()
    ended, steps = time.perf_counter(), len(x) * sampler.draws * sampler.every
    return Walked(
        draws=draws,
        seconds=max(ended - warm, 1e-9),
        warm_up_seconds=warm - began,
        acceptance=_mean(counted.is_accepted or counted.acceptance, math.nan),
        divergences=round(_mean(counted.is_divergent, 0.0) * steps),
        evaluations=_mean(counted.num_evaluations, 1.0),
        step_size=getattr(chains.params, "step_size", None),
        log_z=float(info.log_z) if info is not None and "log_z" in info._fields else None,
    )


def _mean(values: list[Tensor], otherwise: float) -> float:
    return float(torch.stack(values).double().mean()) if values else otherwise


def _part(on_progress: OnProgress, began: float, width: float) -> OnProgress:
    """The progress of one part, which begins at a share of the whole and is so wide."""
    return lambda share, text: on_progress(began + width * share, text)


def _metrics(walked: Walked, sampler: Sampler, truth: Exact, plane: Plane) -> dict[str, Any]:
    """Of one sampler, in the user's numbers; r_hat and effective sizes are of the worse coordinate."""
    found = diagnose(walked.draws)
    centre, half = np.array(plane.centre), np.array(plane.half)
    area = np.outer(half, half)
    ess_bulk = float(found.ess_bulk.min())
    steps = sampler.chains * sampler.draws * sampler.every
    x = walked.draws.reshape(-1, 2)
    return {
        "ess_bulk": ess_bulk,
        "ess_tail": float(found.ess_tail.min()),
        "ess_per_second": ess_bulk / walked.seconds,
        "ess_per_evaluation": ess_bulk / (steps * walked.evaluations),
        "r_hat": float(found.r_hat.max()),
        "acceptance_rate": walked.acceptance,
        "divergences": walked.divergences,
        "step_size": walked.step_size,
        "mean": (centre + half * found.mean).tolist(),
        "mean_standard_error": (half * found.mean_error).tolist(),
        "covariance": (area * found.covariance).tolist(),
        "covariance_standard_error": (area * found.covariance_error).tolist(),
        "mode_switches_per_1000": exact.switches_per_1000(walked.draws, truth, sampler.every),
        "basin_occupancy": exact.occupancy(walked.draws, truth).tolist(),
        "total_variation": exact.total_variation(x, truth),
        "kl_from_exact": exact.kl_divergence(x, truth),
        "log_z": None if walked.log_z is None else walked.log_z + plane.log_area,
        "steps_per_second": steps / walked.seconds,
        "seconds": walked.seconds,
        "warm_up_seconds": walked.warm_up_seconds,
        "chains": sampler.chains,
        "draws": sampler.draws,
    }


def _exact_metrics(truth: Exact, plane: Plane, moments: Moments | None) -> dict[str, Any]:
    """In the user's numbers; the closed form where there is one, else the grid's."""
    centre, half = np.array(plane.centre), np.array(plane.half)
    mean, covariance = centre + half * truth.mean, np.outer(half, half) * truth.covariance
    log_z = truth.log_z + plane.log_area
    if moments is not None:
        mean, covariance, log_z = moments.mean, moments.covariance, moments.log_z
    return {
        "is_closed_form": moments is not None,
        "mean": mean.tolist(),
        "covariance": covariance.tolist(),
        "log_z": log_z,
        "basin_masses": truth.basin_masses.tolist(),
    }


def _picture(place: Place, plane: Plane, truth: Exact, shown: np.ndarray) -> tuple[SetData, Landscape]:
    """The target's landscape over a wide picture, with the last draws of the first sampler."""
    view = SetView(0, headless.picture_extent(place.extent), columns=2 * _CELLS, rows=_CELLS)
    landscape = landscape_of(place.target, plane, view, truth.log_z + plane.log_area, 0, place.data.device)
    landscape = msgspec.structs.replace(landscape, samples=shown[:_SHOWN])
    return SetData(0, 1, np.zeros((0, 2)), np.zeros(0, np.uint8), place.extent, None), landscape


def _without_nan(value: Any) -> Any:
    """JSON knows neither NaN nor infinity."""
    if isinstance(value, dict):
        return {key: _without_nan(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
