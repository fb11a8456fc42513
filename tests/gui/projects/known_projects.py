"""Projects that tests and benches save, open and spoil."""

from typing import Any

import msgspec
import numpy as np

from engine.recipe import ChainsRecipe, Energy, LatentRecipe, Model, Sampler
from gui.edits import Sketch
from gui.projects.project import OWN_POINTS, Chains, Landscape, Latent, Layout, Mark, Pane, Project


def weights(num_floats: int = 6, **about: Any) -> bytes:
    """As safetensors writes them: one tensor."""
    told = {"w": {"dtype": "F32", "shape": [num_floats], "data_offsets": [0, 4 * num_floats], **about}}
    header = msgspec.json.encode(told)
    return len(header).to_bytes(8, "little") + header + np.arange(num_floats, dtype="<f4").tobytes()


def sketch(count: int = 50, seed: int = 0) -> Sketch:
    rng = np.random.default_rng(seed)
    return Sketch(rng.normal(size=(count, 2)), rng.integers(0, 4, count).astype(np.uint8), (-3.0, 3.0, -2.0, 4.0))


def project(count: int = 50, seed: int = 0, num_floats: int = 6) -> Project:
    """Something in every part."""
    drawn = sketch(count, seed)
    panes = (Pane(Model("kmeans", {"centres": 5}), 3), Pane(Model(), seed, step=70))
    samplers = (Sampler("nuts", {"step_size": 0.3}), Sampler("mala"))
    bumps = ((0.5, 1.0, -2.0, 0.3),)
    return Project(
        sketch=drawn,
        landscape=Landscape(panes, drawn.extent, active=1, temperature=2.0, steps_per_second=20),
        weights=(b"", weights(num_floats)),
        chains=Chains(ChainsRecipe(samplers, Energy(analytic="banana"), sharpness=2.0, bumps=bumps), 5),
        latent=Latent(LatentRecipe(), "", "Map", '{"name": "weights"}', "[]"),
        latent_weights=weights(9),
        layout=Layout("chains", "density", {"contours": False}, {"span": 5.0}),
        marks=(Mark(50, "before it collapsed"), Mark(7, "warm", "chains", 1)),
        origin="/home/somebody/two moons.escape",
    )


def on_own_points(project: Project) -> Chains:
    """Chains on the model of the landscape lab."""
    assert project.chains is not None
    return Chains(ChainsRecipe(project.chains.recipe.samplers, data=OWN_POINTS, start="data"))
