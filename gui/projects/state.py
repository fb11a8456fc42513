"""From a window to a project: a quick look at what there is. Arrays and weights are shared, since nobody changes them.

Not covered: a project into a window (showing.py), and what becomes of it in a file (contents.py).
"""

from typing import TYPE_CHECKING, Any

from engine.messages import Ready
from engine.recipe import Model, Recipe
from gui.heat import Mode
from gui.latent.kept_directions import KeptDirections
from gui.projects import marks
from gui.projects.project import OWN_POINTS, Chains, LabName, Landscape, Latent, Layout, Pane, Project
from gui.projects.thumbnail import Look
from gui.recipe_text import trimmed_chains, trimmed_model

if TYPE_CHECKING:
    from gui.window import Window

MODES: tuple[Mode, ...] = ("energy", "density", "log_density")
# Commands that are on or off, and are kept so; those of the bottom of the landscape lab come last.
CHECKED = (
    *("contours", "data", "samples", "side_panel"),
    *("push_down", "push_up", "field", "manifold", "parts", "surface", "balls", "sea"),
)
BOTTOM = ("machine", "measures", "traces")


def project_of(window: "Window", ready: Ready | None, opened: Project | None = None, **more: Any) -> Project:
    """All that a project holds of a window.

    ready: knows the defaults of knobs, which are not kept.
    opened: labs that have not been looked at since this project was opened are as it has them.
    more: fields of a Project that the window knows nothing of.
    """
    runs = window.experiment.runs
    kept = window.switch.session.kept
    chains, latent = _chains(window, ready), _latent(window)
    weights = b"" if latent is None or kept is None else kept.content
    if latent is None and opened is not None:
        latent, weights = opened.latent, opened.latent_weights
    return Project(
        sketch=window.document.sketch,
        landscape=_landscape(window, ready),
        weights=tuple(run.checkpoint.content if run.checkpoint is not None else b"" for run in runs),
        chains=chains if chains is not None or opened is None else opened.chains,
        latent=latent,
        latent_weights=weights,
        layout=_layout(window),
        marks=marks.of_window(window, opened.marks if opened is not None else ()),
        **more,
    )


def look_of(window: "Window") -> Look:
    """What its thumbnail is drawn from."""
    theme, shown = window.appearance.theme, window.lab.panes.active.landscape
    rgba = window.lab.panes.active.view.rgba
    if rgba is None or shown is None:
        return Look(theme.plot, theme.labels)
    return Look(theme.plot, theme.labels, rgba, shown.extent)


def essence(project: Project) -> dict[str, object]:
    """What a change of makes a project another one, by lab; points are left out, whose history knows it better."""
    landscape, latent = project.landscape, project.latent
    return {
        "landscape": landscape.panes,
        "chains": project.chains and project.chains.recipe,
        "latent": latent and _essence_of(latent),
        "marks": project.marks,
    }


def _essence_of(latent: Latent) -> object:
    """None while a shipped model is still being opened: its directions are not known yet."""
    if latent.shipped and not latent.card:
        return None
    return latent.train, latent.shipped or latent.card, latent.directions


def _landscape(window: "Window", ready: Ready | None) -> Landscape:
    experiment, sketch = window.experiment, window.document.sketch
    panes = tuple(
        Pane(
            trimmed_model(run.model, ready),
            run.seed,
            run.checkpoint.step if run.checkpoint is not None else 0,
        )
        for run in experiment.runs
    )
    return Landscape(
        panes=panes,
        extent=sketch.extent,
        truth=sketch.truth,
        active=experiment.runs.index(experiment.active),
        temperature=window.switch.temperature.value,
        steps_per_second=experiment.steps_per_second,
    )


def _chains(window: "Window", ready: Ready | None) -> Chains | None:
    """None where the lab has not been looked at, or knows no targets yet."""
    lab = window.switch.made_chains
    if lab is None or not lab.target_page.has_targets:
        return None
    made = trimmed_chains(lab.recipe(Recipe(OWN_POINTS, model=Model())), ready)
    return Chains(made, lab.usual_speed)


def _latent(window: "Window") -> Latent | None:
    """None where the lab has not been looked at. Without a card: the model is still being opened, or there is none."""
    lab, session = window.switch.made_latent, window.switch.session
    if lab is None:
        return None
    train, page = lab.recipe(), lab.page_title
    kept, ready = session.kept, session.ready
    if kept is None:
        return Latent(train, page=page)
    card = kept.card.decode(errors="replace")
    if not card and ready is not None and ready.run == kept.run:
        card = ready.card
    directions = KeptDirections(window.store).text(card) if card else ""
    return Latent(train, "" if kept.content else kept.name, page, card, directions)


def _layout(window: "Window") -> Layout:
    actions = window.actions_by_name
    page: LabName = "landscape"
    if window.page is window.switch.made_chains:
        page = "chains"
    elif window.page is window.switch.made_latent:
        page = "latent"
    checked = {name: actions[name].isChecked() for name in CHECKED}
    return Layout(
        lab=page,
        mode=next(mode for mode in MODES if actions[mode].isChecked()),
        checked=checked | window.switch.commands.bottom_checks,
        view=window.lab.view_params,
    )
