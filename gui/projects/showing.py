"""From a project to a window: all is checked against what the engine has before anything of the window is changed.

Not covered: a window to a project (state.py).
"""

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from engine.knobs import make
from engine.messages import Ready
from engine.notice import Notice
from engine.recipe import ChainsRecipe, Energy, Sampler
from gui.chains_opening import Opened, opened
from gui.landscape_view import ViewParams
from gui.latent.kept_directions import KeptDirections
from gui.projects import marks
from gui.projects.project import Chains, Latent, Project
from gui.projects.state import BOTTOM, CHECKED
from gui.recipe_checks import check_known, check_latent, check_model
from gui.target_page import FIRST_TARGET
from gui.transport import SPEEDS
from gui.walks import FIRST_SAMPLER, FIRST_SPEED

if TYPE_CHECKING:
    from gui.window import Window

_ALL_CHECKED = (*CHECKED, *BOTTOM)


class Checked(NamedTuple):
    """A project that can be shown. note: what of it cannot be, as a sentence."""

    project: Project
    chains: Opened | None
    note: str


def check(project: Project, ready: Ready) -> Checked:
    """Raise a Notice for names and knobs that this engine has not."""
    landscape = project.landscape
    for pane in landscape.panes:
        check_model(pane.model, ready)
    if landscape.truth is not None:
        check_known(landscape.truth.preset or "", landscape.truth.args, ready.datasets, "preset", "its truth")
    make(ViewParams, project.layout.view, "view")
    if wrong := sorted(project.layout.checked.keys() - set(_ALL_CHECKED)):
        raise Notice(f"there is no command {wrong[0]!r} to be on or off")
    chains, note = None, ""
    if project.chains is not None:
        chains = opened(project.chains.recipe, ready)
        note = chains.note
    if project.latent is not None:
        note = " ".join(filter(None, (note, _check_latent(project.latent, project.latent_weights, ready))))
    return Checked(project, chains, note)


def with_defaults(window: "Window", found: Checked) -> Checked:
    """Labs that have been looked at, and of which the project tells nothing, begin anew."""
    project, ready = found.project, window.experiment.catalogue
    if ready is not None and project.chains is None and window.switch.made_chains is not None:
        recipe = ChainsRecipe((Sampler(FIRST_SAMPLER, warmup=200),), Energy(analytic=FIRST_TARGET))
        project = dataclasses.replace(project, chains=Chains(recipe, FIRST_SPEED))
        found = found._replace(project=project, chains=opened(recipe, ready))
    if ready is not None and project.latent is None and window.switch.made_latent is not None and ready.trained:
        found = found._replace(project=dataclasses.replace(project, latent=Latent(shipped=ready.trained[0].name)))
    return found


def show(window: "Window", shown: Checked) -> None:
    """The landscape lab with all that is shared; other labs are filled when they are looked at."""
    project, landscape = shown.project, shown.project.landscape
    window.switch.walks.play(False)
    # Before the points, so that the engine has the weights when these come, and learns nothing from the start.
    kept = zip(landscape.panes, project.weights, strict=True)
    window.experiment.take_over(
        [(pane.model, pane.seed, pane.step, weights) for pane, weights in kept], landscape.active
    )
    marks.show(window, project.marks, "landscape")
    window.document.begin_anew(project.sketch)
    window.switch.temperature.set_value(landscape.temperature)
    window.lab.transport.set_speed(_speed(landscape.steps_per_second))
    window.show_lab()
    _show_layout(window, project)


def show_chains(window: "Window", shown: Checked) -> None:
    """The chains lab, which is there by now."""
    assert shown.chains is not None
    assert shown.project.chains is not None
    lab = window.chains
    lab.sculpting.forget()
    lab.open_recipe(shown.chains._replace(note=""))
    lab.set_speed(_speed(shown.project.chains.steps_per_second))
    marks.show(window, shown.project.marks, "chains")


def show_latent(window: "Window", project: Project) -> None:
    """The latent lab, which is there by now."""
    lab, session, latent, weights = window.latent, window.switch.session, project.latent, project.latent_weights
    assert latent is not None
    KeptDirections(window.store).add(latent.card, latent.directions)
    names = [kind.name for kind in session.kinds]
    if weights:
        session.open_file("weights", weights, latent.card.encode())
    elif latent.shipped in names:
        session.open(latent.shipped)
    if latent.train is not None:
        lab.open_recipe(latent.train, may_read_files=False)
    if latent.page in lab.pages:
        page = lab.pages[latent.page]
        lab.tabs.setCurrentWidget(page)  # type: ignore[arg-type]


def _show_layout(window: "Window", project: Project) -> None:
    layout, actions = project.layout, window.actions_by_name
    window.lab.set_view_params(msgspec.structs.asdict(make(ViewParams, layout.view, "view")))
    actions[layout.mode].trigger()
    for name in _ALL_CHECKED:
        if layout.checked.get(name, actions[name].isChecked()) != actions[name].isChecked():
            actions[name].trigger()
    if layout.lab != "landscape":
        actions[f"lab_{layout.lab}"].trigger()


def _check_latent(latent: Latent, weights: bytes, ready: Ready) -> str:
    """What is missing here, as a sentence: the rest of a project is of use without it."""
    if latent.train is not None:
        check_latent(latent.train, ready)
    names = [kind.name for kind in ready.trained]
    if not weights and latent.shipped and latent.shipped not in names:
        return f"The weights {latent.shipped!r} of its latent lab are not here."
    return ""


def _speed(steps_per_second: float | None) -> float | None:
    """The speed that the window has which is nearest."""
    if steps_per_second is None:
        return None
    return min((each for each in SPEEDS if each is not None), key=lambda each: abs(each - steps_per_second))
