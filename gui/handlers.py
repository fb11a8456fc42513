"""What each command does: the other half of the tables in commands/; actions.py checks that neither half lacks one."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWhatsThis

from gui import theme
from gui.edits import NUM_LABELS
from gui.heat import Mode

if TYPE_CHECKING:
    from gui.window import Window

# As in overlays.NAMES, which loads pyqtgraph.
LAYERS = ("push_down", "push_up", "field", "manifold", "parts", "surface", "balls", "machine", "sea")
_TOOLS = ("pen", "spray", "line", "ellipse", "eraser", "select")
# As in hand.TOOLS, which loads pyqtgraph.
_HAND_TOOLS = ("place_chains", "raise_land", "dig_land")
_MODES: tuple[Mode, ...] = ("energy", "density", "log_density")
_BRUSH_FACTOR = 1.25
_ZOOM_FACTOR = 0.8
_TYPE_FACTOR = 1.1


def handlers(window: "Window") -> dict[str, Callable[..., object]]:
    """By the commands' names. The window's parts are looked up when a command runs: most are made after this."""
    return {**_file(window), **_edit(window), **_view(window), **_model(window), **_lecture(window), **_help(window)}


def _file(window: "Window") -> dict[str, Callable[..., object]]:
    return {
        "new_project": lambda: window.projects.new(),
        "open": lambda: window.desk.open_any(),
        "save_project": lambda: window.projects.save(),
        "save_project_as": lambda: window.projects.save_as(),
        "revert": lambda: window.projects.revert(),
        "word": lambda: window.desk.type_word(),
        "import_points": lambda: window.desk.import_points(),
        "import_recipe": lambda: window.desk.import_recipe(),
        "export_recipe": lambda: window.desk.export_recipe(window.recipe),
        "export_script": lambda: window.desk.export_script(window.recipe),
        "export_points": lambda: window.desk.export_points(),
        "export_draws": lambda: window.chains.export_draws(),
        "save_screenshot": lambda: window.desk.save_screenshot(window.plane_page.canvas),
        "copy_screenshot": lambda: window.desk.copy_screenshot(window.plane_page.canvas),
        "save_window_picture": lambda: window.films.save_window_picture(),
        "copy_window_picture": lambda: window.films.copy_window_picture(),
        "record": lambda: window.films.toggle(),
        "export_landscape": lambda: window.desk.export_landscape(*window.plane_page.shown_landscape()),
        "preferences": window.show_preferences,
        "quit": window.close,
    }


def _edit(window: "Window") -> dict[str, Callable[..., object]]:
    return {
        "undo": lambda: window.history.undo(),
        "redo": lambda: window.history.redo(),
        "copy_recipe": lambda: window.desk.copy_recipe(window.recipe),
        "paste_recipe": lambda: _paste(window),
        "select_all": window.select_all,
        "delete": lambda: window.lab.canvas.delete_selection(),
        "clear": lambda: window.desk.clear(),
        **{name: partial(window.set_tool, name) for name in _TOOLS},
        **{f"label_{label + 1}": partial(window.set_label, label) for label in range(NUM_LABELS)},
        "brush_smaller": partial(window.scale_brush, 1 / _BRUSH_FACTOR),
        "brush_larger": partial(window.scale_brush, _BRUSH_FACTOR),
        **{name: partial(window.set_hand, name) for name in _HAND_TOOLS},
        "flatten": lambda: window.chains.hand_page.flatten(),
    }


def _view(window: "Window") -> dict[str, Callable[..., object]]:
    return {
        "lab_landscape": window.show_lab,
        "lab_chains": window.show_chains,
        "lab_latent": window.show_latent,
        **{mode: partial(window.set_mode, mode) for mode in _MODES},
        "contours": lambda is_on: window.lab.set_contours_visible(is_on),
        "data": lambda is_on: window.lab.set_data_visible(is_on),
        "samples": lambda is_on: window.lab.set_samples_visible(is_on),
        "reset_view": lambda: window.plane_page.canvas.reset_view(),
        "zoom_in": lambda: window.plane_page.canvas.zoom(_ZOOM_FACTOR),
        "zoom_out": lambda: window.plane_page.canvas.zoom(1 / _ZOOM_FACTOR),
        "side_panel": window.show_side_panel,
        "traces": partial(window.show_at_bottom, "traces"),
        "measures": partial(window.show_at_bottom, "measures"),
        "equations": lambda is_on: window.switch.show_equations(is_on),
        **{name: partial(window.set_layer, name) for name in LAYERS},
        **{f"theme_{name}": partial(_change_theme, window, name) for name in theme.NAMES},
        "larger_type": lambda: window.appearance.scale_type(_TYPE_FACTOR),
        "smaller_type": lambda: window.appearance.scale_type(1 / _TYPE_FACTOR),
        "full_screen": window.set_full_screen,
        "reset_layout": window.reset_layout,
        "command_palette": lambda: window.palette_of_commands.toggle(),
    }


def _model(window: "Window") -> dict[str, Callable[..., object]]:
    return {
        "play": window.play,
        "step": window.step_once,
        "reset": lambda: window.page.reset(),
        "faster": lambda: window.plane_page.transport.change_speed(1),
        "slower": lambda: window.plane_page.transport.change_speed(-1),
        "slow_motion": lambda is_on: window.chains.set_slow_motion(is_on),
        "step_back": lambda: window.plane_page.timeline.step_back(),
        "newest": lambda: window.plane_page.timeline.go_to_newest(),
        "previous_mark": lambda: window.plane_page.timeline.go_to_mark(-1),
        "next_mark": lambda: window.plane_page.timeline.go_to_mark(1),
        "add_mark": lambda: window.plane_page.timeline.add_mark(),
        "rename_mark": lambda: window.plane_page.timeline.rename_mark(),
        "remove_mark": lambda: window.plane_page.timeline.remove_mark(),
        "open_beside": lambda: window.lab.timeline.open_beside(),
        "add_pane": lambda: window.plane_page.add_pane(),
        "close_pane": lambda: window.plane_page.close_pane(),
        "restart_engine": window.restart_engine,
    }


def _lecture(window: "Window") -> dict[str, Callable[..., object]]:
    return {
        "lessons": window.show_lessons,
        "edit_lesson": window.edit_lesson,
        "lecture": lambda is_on: window.lecture.toggle(),
        "lecture_720": lambda: window.lecture.enter((1280, 720)),
        "lecture_1080": lambda: window.lecture.enter((1920, 1080)),
        "next_cue": lambda: window.lecture.next(),
        "previous_cue": lambda: window.lecture.previous(),
        "laser": lambda is_on: window.lecture.take("laser"),
        "lecture_pen": lambda is_on: window.lecture.take("pen"),
        "black_screen": lambda is_on: window.lecture.black(is_on),
    }


def _help(window: "Window") -> dict[str, Callable[..., object]]:
    return {
        "keys": window.show_keys,
        "proof": window.show_proof,
        "whats_this": QWhatsThis.enterWhatsThisMode,
        "welcome": window.show_welcome,
        "tour": window.start_tour,
        "about": window.show_about,
    }


def _change_theme(window: "Window", name: str) -> None:
    window.appearance.change(theme=name)


def _paste(window: "Window") -> None:
    """A picture belongs to the latent lab, while that is looked at; a text is a recipe."""
    if not (window.switch.is_latent and window.latent.paste_picture()):
        window.desk.paste_recipe()
