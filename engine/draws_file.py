"""Draws as the content of a file: CSV, NPZ, or a NetCDF file that ArviZ opens.

Not covered: where they come from, and who writes the file.
Source: the InferenceData schema of ArviZ, version 1 (groups `posterior` and `sample_stats`, dimensions chain and draw).
"""

import importlib
import io
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.notice import Notice
from engine.plane import Plane
from engine.samplers import Target

ENDINGS = {"csv": ".csv", "npz": ".npz", "netcdf": ".nc"}
_ROWS_AT_ONCE = 20_000
_PIECE = 16_384


class Drawn(NamedTuple):
    """What a sampler, by its name, has drawn after the warm-up, in the user's numbers.

    draws: (chains, draws, 2) float64, one `every` so many steps.  energy: (chains, draws) float32, nats.
    """

    name: str
    draws: np.ndarray
    energy: np.ndarray
    every: int = 1


class Kept(NamedTuple):
    """Draws (draws, chains, 2) on the plane, one `every` so many steps, and what they are of."""

    draws: Tensor
    every: int
    target: Target
    plane: Plane


def content_of(drawn: Sequence[Drawn], form: str) -> bytes:
    """A file of the form "csv", "npz" or "netcdf". Raises Notice: what that form cannot hold, or what it lacks."""
    return {"csv": as_csv, "npz": as_npz, "netcdf": as_netcdf}[form](drawn)


def as_csv(drawn: Sequence[Drawn]) -> bytes:
    """chain, draw, x, y, energy, one draw a row, all digits; with several samplers their name comes first."""
    has_names = len(drawn) > 1
    parts = [("sampler," if has_names else "") + "chain,draw,x,y,energy\n"]
    for each in drawn:
        chains, draws = each.energy.shape
        index = np.stack(np.meshgrid(np.arange(chains), np.arange(draws), indexing="ij"), -1).reshape(-1, 2)
        places, energy = each.draws.reshape(-1, 2), each.energy.reshape(-1)
        front = f"{each.name}," if has_names else ""
        for start in range(0, len(places), _ROWS_AT_ONCE):
            piece = slice(start, start + _ROWS_AT_ONCE)
            rows = zip(index[piece].tolist(), places[piece].tolist(), energy[piece].tolist(), strict=True)
            parts.append(
                "".join(f"{front}{chain},{draw},{x!r},{y!r},{nats:.9g}\n" for (chain, draw), (x, y), nats in rows)
            )
    return "".join(parts).encode()


def as_npz(drawn: Sequence[Drawn]) -> bytes:
    """An array (chains, draws, 2) for each sampler under its name, as samples.npz of a recipe."""
    file = io.BytesIO()
    np.savez_compressed(file, **{each.name: each.draws for each in drawn})  # type: ignore[arg-type]
    return file.getvalue()


def as_netcdf(drawn: Sequence[Drawn]) -> bytes:
    """One sampler as ArviZ has it: x and y in the group posterior, lp, minus the energy, in sample_stats."""
    h5netcdf = netcdf_library()
    if len(drawn) != 1:
        raise Notice(f"A NetCDF file holds one sampler; there are {len(drawn)}. Export as CSV or NPZ, or one by one.")
    [one] = drawn
    chains, draws = one.energy.shape
    file = io.BytesIO()
    with h5netcdf.File(file, "w") as whole:
        values = {"posterior": {"x": one.draws[..., 0], "y": one.draws[..., 1]}, "sample_stats": {"lp": -one.energy}}
        for name, variables in values.items():
            group = whole.create_group(name)
            group.attrs["inference_library"] = "energyscape"
            group.attrs["sampler"] = one.name
            group.attrs["steps_per_draw"] = one.every
            group.dimensions = {"chain": chains, "draw": draws}
            group.create_variable("chain", ("chain",), data=np.arange(chains))
            group.create_variable("draw", ("draw",), data=np.arange(draws))
            for variable, each in variables.items():
                group.create_variable(variable, ("chain", "draw"), data=np.ascontiguousarray(each))
    return file.getvalue()


def netcdf_library() -> Any:
    """h5netcdf, which comes with the extra [arviz] alone. Raises Notice where it is missing."""
    try:
        return importlib.import_module("h5netcdf")
    except ImportError:
        raise Notice(
            "NetCDF files need h5netcdf where the engine runs. Install it there with: pip install -e '.[arviz]'; "
            "or export as CSV or NPZ."
        ) from None


@torch.no_grad()
def drawn_from(name: str, x: Tensor, every: int, target: Target, plane: Plane) -> Drawn:
    """x: (chains, draws, 2) on the plane. The energy is evaluated anew, in pieces."""
    flat = x.reshape(-1, 2)
    energy = torch.cat([target.energy(piece) for piece in torch.split(flat, _PIECE)])
    return Drawn(name, plane.to_user(flat).reshape(x.shape), energy.float().cpu().numpy().reshape(x.shape[:2]), every)


def free_name(name: str, taken: Sequence[str]) -> str:
    """The name itself, or with a number where it is taken."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free
