"""The present state of a window as a cue of a lesson.

What was learnt is not kept: a cue trains again, to the same step, from the same seed.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from engine.notice import Notice
from engine.recipe import ChainsRecipe, Recipe
from gui import recipe_text
from gui.latent.generate_page import GeneratePage
from gui.lecture.lesson import Camera, Cue, Look, Pictures, Play
from gui.projects.state import BOTTOM, CHECKED, MODES

if TYPE_CHECKING:
    from gui.window import Window

_USUAL = ("contours", "data", "samples")
_NEAR = 0.02  # of the width of the view: an extent that is no farther from home is home


def cue_of(window: "Window", title: str) -> Cue:
    """Raises Notice where the page that is looked at cannot be a cue."""
    if window.page is window.switch.made_latent:
        return _of_pictures(window, title)
    made = recipe_text.trimmed(window.recipe, window.experiment.catalogue)
    controls = tuple(window.lecture.marks.names)
    if isinstance(made, ChainsRecipe):
        looked = window.chains.look_panel.values()
        return Cue(title, recipe=_plain(made), look=Look(view=looked), camera=_camera(window), controls=controls)
    assert isinstance(made, Recipe)
    runs, active = window.experiment.runs, window.experiment.active
    beside = tuple(
        recipe_text.trimmed_model(run.model, window.experiment.catalogue) for run in runs if run is not active
    )
    steps = max((run.checkpoint.step for run in runs if run.checkpoint is not None), default=0)
    return Cue(
        title,
        recipe=_plain(made),
        beside=beside,
        look=_look(window),
        camera=_camera(window),
        play=Play(to=steps) if steps else None,
        controls=controls,
    )


def _of_pictures(window: "Window", title: str) -> Cue:
    kept = window.switch.session.kept
    if kept is None or kept.content:
        raise Notice("Only models that come with the app can be shown in a lesson's cue.")
    shown = window.latent.tabs.currentWidget()
    prior: Any = shown.prior.currentData() if isinstance(shown, GeneratePage) else "standard"
    return Cue(title, pictures=Pictures(kept.name, window.latent.page_title, prior=prior))


def _plain(made: Recipe | ChainsRecipe) -> dict[str, object]:
    plain: dict[str, object] = msgspec.json.decode(recipe_text.compact(made, None))
    return plain


def _look(window: "Window") -> Look:
    actions = window.actions_by_name
    is_on = {name: actions[name].isChecked() for name in (*CHECKED, *BOTTOM) if name != "side_panel"}
    return Look(
        mode=next(mode for mode in MODES if actions[mode].isChecked()),
        temperature=window.switch.temperature.value,
        shown=tuple(name for name, shown in is_on.items() if shown and name not in _USUAL),
        hidden=tuple(name for name in _USUAL if not is_on[name]),
        view=window.lab.view_params,
    )


def _camera(window: "Window") -> Camera | None:
    """None for the home view."""
    canvas = window.plane_page.canvas
    x0, x1, y0, y1 = canvas.extent
    h0, h1, v0, v1 = canvas.home
    edge = _NEAR * max(h1 - h0, v1 - v0)
    is_whole = x0 <= h0 + edge and x1 >= h1 - edge and y0 <= v0 + edge and y1 >= v1 - edge
    is_tight = min((x1 - x0) / (h1 - h0), (y1 - y0) / (v1 - v0)) <= 1 + 2 * _NEAR
    return None if is_whole and is_tight else Camera(extent=canvas.extent)
