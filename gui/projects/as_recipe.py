"""What a project would run without a window: the recipe of the lab that was looked at when it was saved."""

import msgspec

from engine.recipe import AnyRecipe
from gui import files
from gui.projects.project import Project


def recipe_of(project: Project) -> AnyRecipe:
    """That of the active pane, of the chains, or of the page Train; with the points spelled out."""
    pane = project.landscape.panes[project.landscape.active]
    landscape = files.recipe_of(project.sketch, pane.model, pane.seed, None)
    if project.layout.lab == "chains" and project.chains is not None:
        chains = project.chains.recipe
        if chains.data is None:
            return chains
        return msgspec.structs.replace(chains, data=landscape.data, model=landscape.model, stop=landscape.stop)
    if project.layout.lab == "latent" and project.latent is not None and project.latent.train is not None:
        return project.latent.train
    return landscape
