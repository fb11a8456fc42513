"""Every command of the app in one table; the menus, tool bars, command palette and keys page are all built from it.

So no key is written twice, and a command without a handler (or a handler without a command) stops the start.
The digits 1 to 9 are the layers of the view; class labels are Alt+1 to Alt+4, one hand beside the pen.
Not covered: what the commands do (handlers.py); which keys a focused control keeps (key_guard.py).
"""

from collections.abc import Callable, Iterable, Mapping

import msgspec
from PySide6.QtGui import QAction, QActionGroup, QIcon, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

Standard = QKeySequence.StandardKey


class Command(msgspec.Struct, frozen=True):
    """One command. `help` is a sentence for the status line, the tool tip and What's this.

    is_checkable: it is on or off.  group: of those with the same group exactly one is on.
    repeats: it runs again while its key is held.  icon: the name of a picture; empty where the text says more.
    role: where macOS puts it.
    """

    name: str
    text: str
    help: str
    keys: tuple[str | Standard, ...] = ()
    icon: str = ""
    is_checkable: bool = False
    is_on: bool = False
    group: str = ""
    repeats: bool = False
    role: QAction.MenuRole = QAction.MenuRole.NoRole


class Submenu(msgspec.Struct, frozen=True):
    """A menu inside a menu. Without commands its entries come while the app runs (see `fill`)."""

    name: str
    text: str
    help: str
    commands: tuple[Command, ...] = ()


Item = Command | Submenu | None

# None is a line between two parts of a menu.
_FILE: tuple[Item, ...] = (
    Command("new_project", "New", "An empty canvas, and every lab as at the start.", (Standard.New,), "new"),
    Command("open", "Open…", "A project; also a recipe, points, or a picture.", (Standard.Open,), "open"),
    Submenu("recent", "Recent files", "Files opened lately."),
    None,
    Command("save_project", "Save", "Points, models, weights and chains of every lab in one file.", (Standard.Save,)),
    Command("save_project_as", "Save as…", "The project under another name.", (Standard.SaveAs, "Ctrl+Shift+S")),
    Command("revert", "Revert…", "Back to the project as it was saved."),
    None,
    Submenu("presets", "Samples", "Points from a known distribution."),
    Submenu("shipped", "Experiments", "Data, model and knobs that show one thing well."),
    Command("word", "Type a word…", "Points along the letters of a word.", ("Ctrl+T",), "word"),
    None,
    Command("import_points", "Import points…", "From a CSV, NPY or NPZ file, or from a picture.", ("Ctrl+I",)),
    Command("import_recipe", "Import recipe…", "Data, model and knobs of an experiment.", ("Ctrl+Shift+O",)),
    Command("export_recipe", "Export recipe…", "This experiment as a file that also runs without a window."),
    Command("export_script", "Export as Python script…", "This experiment as a short program that uses the engine."),
    Command("export_points", "Export points as CSV…", "The points and their classes, one point a line.", ("Ctrl+E",)),
    Command(
        "export_draws",
        "Export draws…",
        "What the chains have drawn, as CSV, NPZ or NetCDF.",
        ("Ctrl+Shift+E",),
    ),
    None,
    Command("save_screenshot", "Save picture of canvas…", "The canvas as a PNG, SVG or PDF file.", ("Ctrl+Alt+S",)),
    Command("copy_screenshot", "Copy picture of canvas", "The canvas to the clipboard.", ("Ctrl+Shift+C",)),
    Command("save_window_picture", "Save picture of window…", "The whole window as a PNG file.", ("Alt+Shift+S",)),
    Command("copy_window_picture", "Copy picture of window", "The whole window to the clipboard.", ("Alt+Shift+C",)),
    Command("record", "Record a film…", "The canvas or the window as MP4 or GIF; again to stop.", ("Ctrl+Shift+R",)),
    Command("export_landscape", "Export landscape as NPZ…", "The energy on its grid, with its extent and temperature."),
    None,
    Command(
        "preferences",
        "Preferences…",
        "Theme, colours, size of type, autosave, and where the engine runs.",
        ("Ctrl+,",),
        role=QAction.MenuRole.PreferencesRole,
    ),
    Command("quit", "Quit", "Close the app.", (Standard.Quit, "Ctrl+Q"), role=QAction.MenuRole.QuitRole),
)

_EDIT: tuple[Item, ...] = (
    Command(
        "undo",
        "Undo",
        "Take back the last edit of the points, or of the landscape.",
        (Standard.Undo,),
        "undo",
        repeats=True,
    ),
    Command(
        "redo", "Redo", "Do again what was taken back.", (Standard.Redo, "Ctrl+Shift+Z", "Ctrl+Y"), "redo", repeats=True
    ),
    None,
    Command("copy_recipe", "Copy recipe", "This experiment as a short text.", (Standard.Copy,)),
    Command(
        "paste_recipe",
        "Paste recipe",
        "The experiment of a text that was copied; in the latent lab a picture, onto the pad.",
        (Standard.Paste,),
    ),
    None,
    Command("select_all", "Select all", "Select every point.", (Standard.SelectAll,)),
    Command("delete", "Delete", "Remove the selected points.", ("Del", "Backspace")),
    Command("clear", "Clear", "Remove every point; Undo brings them back.", ("Ctrl+Del", "Ctrl+Backspace"), "clear"),
    None,
    Command("pen", "Pen", "Draw points along a stroke.", ("P",), "pen", is_on=True, group="tool"),
    Command(
        "spray", "Spray", "Scatter points around the cursor while the button is down.", ("B",), "spray", group="tool"
    ),
    Command("line", "Line", "Drag a straight line of points.", ("L",), "line", group="tool"),
    Command("ellipse", "Ellipse", "Drag the box of an ellipse of points.", ("O",), "ellipse", group="tool"),
    Command("eraser", "Eraser", "Remove the points under the cursor.", ("E",), "eraser", group="tool"),
    Command("select", "Select and move", "Drag a box around points, then drag them.", ("V",), "select", group="tool"),
    None,
    Command("label_1", "Class 1", "New points are of class 1.", ("Alt+1",), is_on=True, group="label"),
    Command("label_2", "Class 2", "New points are of class 2.", ("Alt+2",), group="label"),
    Command("label_3", "Class 3", "New points are of class 3.", ("Alt+3",), group="label"),
    Command("label_4", "Class 4", "New points are of class 4.", ("Alt+4",), group="label"),
    None,
    Command("brush_smaller", "Smaller brush", "Work in a smaller circle.", ("[",), repeats=True),
    Command("brush_larger", "Larger brush", "Work in a larger circle.", ("]",), repeats=True),
    None,
    Command(
        "place_chains",
        "Place chains",
        "A click starts all chains there, a stroke spreads them along it.",
        ("W",),
        "place_chains",
        is_on=True,
        group="hand",
    ),
    Command(
        "raise_land",
        "Raise",
        "Raise the landscape under the chains; Shift digs.",
        ("R",),
        "raise_land",
        group="hand",
    ),
    Command("dig_land", "Dig", "Dig the landscape under the chains; Shift raises.", ("G",), "dig_land", group="hand"),
    Command("flatten", "Flatten", "Remove what was raised and dug on this target.", (), "flatten"),
)

_LAYERS = (
    Command(
        "push_down",
        "Push down",
        "Where the last step pushed the energy down: the positive phase, at the data.",
        ("1",),
        "push_down",
        is_checkable=True,
    ),
    Command(
        "push_up",
        "Push up",
        "Where the last step pushed the energy up: the negative phase, at the samples.",
        ("2",),
        "push_up",
        is_checkable=True,
    ),
    Command("field", "Field", "Arrows to where it is likelier.", ("3",), "field", is_checkable=True),
    Command(
        "manifold",
        "Manifold",
        "The decoder's curve or warped grid.",
        ("4",),
        "manifold",
        is_checkable=True,
        is_on=True,
    ),
    Command(
        "parts",
        "Parts",
        "What the model is made of: centres, ellipses, atoms, half-planes.",
        ("5",),
        "parts",
        is_checkable=True,
        is_on=True,
    ),
    Command("surface", "3-D surface", "The landscape as ground; drag turns it.", ("6",), "surface", is_checkable=True),
    Command(
        "balls",
        "Balls",
        "Click to drop a ball that rolls down the energy, Shift-click to drop many: inference by minimisation.",
        ("7",),
        "balls",
        is_checkable=True,
    ),
    Command(
        "machine",
        "Machine",
        "The model as boxes and arrows, with what is in each now.",
        ("8",),
        "machine",
        is_checkable=True,
    ),
    Command(
        "sea",
        "Sea level",
        "Flood the landscape up to the level below which most of the probability lies.",
        ("9",),
        "sea",
        is_checkable=True,
    ),
)

_VIEW: tuple[Item, ...] = (
    Command(
        "lab_landscape",
        "Landscape lab",
        "Sketch data, and watch models learn.",
        ("F2",),
        "lab_landscape",
        is_on=True,
        group="lab",
    ),
    Command(
        "lab_chains",
        "Chains lab",
        "Samplers walk on a landscape, with the truth beside them.",
        ("F3",),
        "lab_chains",
        group="lab",
    ),
    Command(
        "lab_latent",
        "Latent lab",
        "Slide through the latent spaces of trained models of pictures.",
        ("F4",),
        "lab_latent",
        group="lab",
    ),
    None,
    Command(
        "energy", "Energy", "Colour by energy in nats: low is likely.", ("Ctrl+1",), "energy", is_on=True, group="view"
    ),
    Command(
        "density", "Density", "Colour by density: how many points to expect.", ("Ctrl+2",), "density", group="view"
    ),
    Command(
        "log_density",
        "Log density",
        "Colour by the logarithm of the density, which shows the tails.",
        ("Ctrl+3",),
        "log_density",
        group="view",
    ),
    None,
    Command("contours", "Contours", "Lines of equal energy.", ("C",), "contours", is_checkable=True, is_on=True),
    Command("data", "Data", "Show the points to learn from.", ("D",), "data", is_checkable=True, is_on=True),
    Submenu("layers", "Layers", "What more is drawn over the landscape; the digits are their keys.", _LAYERS),
    None,
    Command("reset_view", "Reset view", "Show the whole sketch again.", ("Home", "Ctrl+0"), "reset_view"),
    Command("zoom_in", "Zoom in", "A smaller part of the plane.", (Standard.ZoomIn, "Ctrl+="), repeats=True),
    Command("zoom_out", "Zoom out", "A larger part of the plane.", (Standard.ZoomOut,), repeats=True),
    None,
    Command("side_panel", "Side panel", "Show the knobs.", ("F9",), "panel", is_checkable=True, is_on=True),
    Command("traces", "Traces", "Show the curves over the steps.", ("T",), "traces", is_checkable=True, is_on=True),
    Command("measures", "Measures", "Show how good each model is, as a table.", ("M",), "measures", is_checkable=True),
    Command(
        "equations",
        "Equations",
        "Loss and energy in large type above the picture; the terms that are at work now are marked.",
        ("Q",),
        "equations",
        is_checkable=True,
    ),
    None,
    Command("theme_system", "Theme of the system", "Light or dark as the system is.", is_on=True, group="theme"),
    Command("theme_light", "Light theme", "Dark on white, for projectors.", group="theme"),
    Command("theme_dark", "Dark theme", "White on dark, for dim rooms.", group="theme"),
    # Not Ctrl+Shift+=: on a US keyboard that is Ctrl++, which zooms.
    Command("larger_type", "Larger type", "All text larger.", ("Alt+=", "Alt++"), repeats=True),
    Command("smaller_type", "Smaller type", "All text smaller.", ("Alt+-",), repeats=True),
    None,
    Command("full_screen", "Full screen", "Only this window.", (Standard.FullScreen, "F11"), is_checkable=True),
    Command("reset_layout", "Reset layout", "Panels and sizes as at the first start."),
    Command("command_palette", "Command palette", "Find any command by a few letters.", ("Ctrl+Shift+P",)),
)

_TIMELINE = (
    Command("step_back", "One step back", "The run is where it was before the last step.", (",",), repeats=True),
    Command("newest", "Newest step", "To the end of the branch that the run is on.", ("End",)),
    Command("previous_mark", "Mark before", "Go back to the mark before this step.", ("Alt+Left",)),
    Command("next_mark", "Next mark", "Go on to the next mark.", ("Alt+Right",)),
    Command("add_mark", "Mark this step", "Give this step of the run a name, to come back to it.", ("K",)),
    Command("rename_mark", "Rename the mark…", "Another name for the mark at this step, or the last before it."),
    Command("remove_mark", "Remove the mark", "Remove the mark at this step, or the last before it.", ("Shift+K",)),
    Command(
        "open_beside",
        "Compare: open this step beside",
        "What the run is now, or was where you look, as a pane of its own.",
        ("Ctrl+B",),
    ),
)

_MODEL: tuple[Item, ...] = (
    Submenu("family", "Family", "What kind of model learns in the active pane."),
    None,
    Command("play", "Play", "Train, or pause.", ("Space",), "play", is_checkable=True),
    Command("step", "Single step", "One training step, then pause.", (".",), "step", repeats=True),
    Command("reset", "Reset", "A new network; the points stay.", ("Ctrl+R",), "reset"),
    None,
    Command("faster", "Faster", "More steps a second, up to full speed.", (">",), repeats=True),
    Command("slower", "Slower", "Fewer steps a second, down to one.", ("<",), repeats=True),
    Command(
        "slow_motion",
        "Slow motion",
        "Chains: each step is played in its phases, one by one, and a single step is a single phase.",
        ("Shift+S",),
        is_checkable=True,
    ),
    None,
    Command(
        "add_pane", "Compare: add a pane", "Another family beside this one, on the same sketch.", ("A",), "add_pane"
    ),
    Command("close_pane", "Close the pane", "End the run of the active pane.", ("Shift+A",)),
    None,
    Submenu("timeline", "Timeline", "Go back in a run, and on from there; give steps names.", _TIMELINE),
    None,
    Command("restart_engine", "Restart the engine", "End the process that computes and start another."),
)

_SAMPLE: tuple[Item, ...] = (
    Command(
        "samples",
        "Show negative samples",
        "The model's own points (the negative phase), whose energy each step pushes up.",
        ("S",),
        "samples",
        is_checkable=True,
        is_on=True,
    ),
)

_LECTURE: tuple[Item, ...] = (
    Command("lessons", "Lessons…", "Short lessons, each on one point, played step by step.", ("Ctrl+L",)),
    Command("edit_lesson", "Lesson editor…", "Make a lesson of what the window shows, cue by cue."),
    None,
    Command("next_cue", "Next", "The next step of the lesson.", ("PgDown",)),
    Command("previous_cue", "Previous", "The step of the lesson before, as it was left.", ("PgUp",)),
    None,
    Command(
        "lecture",
        "Lecture mode",
        "Full screen, larger type, and only the controls that are shown in lectures: right click one to choose it.",
        ("F5",),
        is_checkable=True,
    ),
    Command("lecture_720", "Lecture in a window, 1280 × 720", "Lecture mode in a window of this size, to be recorded."),
    Command("lecture_1080", "Lecture in a window, 1920 × 1080", "The same for larger screens."),
    None,
    Command("laser", "Laser pointer", "A red dot in the place of the pointer.", ("Ctrl+Shift+L",), is_checkable=True),
    Command("lecture_pen", "Draw on top", "A pen over everything; Esc wipes it.", ("Ctrl+P",), is_checkable=True),
    Command("black_screen", "Black screen", "In lecture mode also by B; B or Esc ends it.", is_checkable=True),
)

_HELP: tuple[Item, ...] = (
    Command("keys", "Keys and gestures", "Every key on one page.", ("?", "F1")),
    Command(
        "whats_this", "What's this?", "Then click a control to have it explained.", (Standard.WhatsThis, "Shift+F1")
    ),
    Command("proof", "Samplers: the proof", "What each sampler was measured to get right, with standard errors."),
    None,
    Command("welcome", "Welcome page", "Ways to begin."),
    Command("tour", "Tour", "Eight steps: a first experiment, the other labs, and where to find more."),
    None,
    Command("about", "About Energyscape", "Version and licence.", role=QAction.MenuRole.AboutRole),
)

MENUS: dict[str, tuple[Item, ...]] = {
    "File": _FILE,
    "Edit": _EDIT,
    "View": _VIEW,
    "Model": _MODEL,
    "Sample": _SAMPLE,
    "Lecture": _LECTURE,
    "Help": _HELP,
}


def commands_of(title: str) -> list[Command]:
    """The commands of a menu and of the menus inside it, as they stand there."""
    listed: list[Command] = []
    for item in MENUS[title]:
        listed += [item] if isinstance(item, Command) else item.commands if item is not None else ()
    return listed


COMMANDS: dict[str, Command] = {each.name: each for title in MENUS for each in commands_of(title)}


def build(parent: QWidget, handlers: Mapping[str, Callable[..., object]]) -> dict[str, QAction]:
    """An action of `parent` for every command, by name; only what a person does calls a handler, not setChecked.

    A handler takes nothing, but that of a checkable command without a group takes `is_on: bool`.
    Raises ValueError where commands and handlers do not match one to one.
    """
    if wrong := sorted(COMMANDS.keys() ^ handlers.keys()):
        raise ValueError(f"each command needs one handler and each handler one command; see {', '.join(wrong)}")
    groups = {command.group: QActionGroup(parent) for command in COMMANDS.values() if command.group}
    actions = {}
    for name, command in COMMANDS.items():
        action = _action(command, parent, handlers[name])
        if command.group:
            groups[command.group].addAction(action)
        # Of the window too: the shortcuts of a menu bar that full screen hides would be dead.
        parent.addAction(action)
        actions[name] = action
    return actions


def build_menus(bar: QMenuBar, actions: Mapping[str, QAction]) -> dict[str, QMenu]:
    """Fill a menu bar. Returns by name the submenus to be filled, each with a line that says it is empty."""
    submenus = {}
    for title, items in MENUS.items():
        menu = bar.addMenu(f"&{title}")
        for item in items:
            if item is None:
                menu.addSeparator()
            elif isinstance(item, Command):
                menu.addAction(actions[item.name])
            else:
                submenu = menu.addMenu(item.text)
                submenu.menuAction().setStatusTip(item.help)
                for command in item.commands:
                    submenu.addAction(actions[command.name])
                if not item.commands:
                    fill(submenu, (), "Nothing here yet")
                    submenus[item.name] = submenu
    return submenus


def fill(menu: QMenu, entries: Iterable[tuple[str, str, Callable[[], object]]], if_empty: str) -> None:
    """Replace a submenu's entries by (text, help, handler); where there are none, `if_empty` stands there, grey."""
    for old in menu.actions():
        menu.removeAction(old)
        # Later, because its own handler may have brought us here: opening a recent file changes the list of them.
        old.deleteLater()
    for text, help_text, handler in entries:
        # An ampersand in a file's name is no mnemonic.
        action = menu.addAction(text.replace("&", "&&"))
        action.setStatusTip(help_text)
        action.triggered.connect(_without_argument(handler))
    if menu.isEmpty():
        menu.addAction(if_empty).setEnabled(False)


def set_icons(actions: Mapping[str, QAction], icon_of: Callable[[str], QIcon]) -> None:
    """Give each action that has a picture its icon: at the start, and again in another theme's colour."""
    for name, action in actions.items():
        if COMMANDS[name].icon:
            action.setIcon(icon_of(COMMANDS[name].icon))


def sequences(command: Command) -> list[QKeySequence]:
    """All the keys of a command on this system."""
    return _without_doubles(each for key in command.keys for each in _bindings(key))


def shown_keys(command: Command) -> list[str]:
    """The keys as they are to be read, one for each of the table: not Qt's old synonyms and media keys."""
    first = _without_doubles(each for key in command.keys for each in _bindings(key)[:1])
    return [each.toString(QKeySequence.SequenceFormat.NativeText) for each in first]


def _action(command: Command, parent: QWidget, handler: Callable[..., object]) -> QAction:
    action = QAction(command.text, parent)
    action.setObjectName(command.name)
    action.setMenuRole(command.role)
    action.setCheckable(command.is_checkable or bool(command.group))
    action.setChecked(command.is_on)
    action.setAutoRepeat(command.repeats)
    action.setShortcuts(sequences(command))
    keys = shown_keys(command)
    shown = f" ({keys[0]})" if keys else ""
    action.setToolTip(f"{command.text.rstrip('…')}{shown}\n{command.help}")
    action.setStatusTip(command.help)
    action.setWhatsThis(f"<b>{command.text.rstrip('…')}</b>{shown}<br>{command.help}")
    # `triggered` and not `toggled`: showing a state must not start what it shows.
    action.triggered.connect(_with_argument(handler) if command.is_checkable else _without_argument(handler))
    return action


def _bindings(key: str | Standard) -> list[QKeySequence]:
    return QKeySequence.keyBindings(key) if isinstance(key, Standard) else [QKeySequence(key)]


def _without_doubles(keys: Iterable[QKeySequence]) -> list[QKeySequence]:
    found: list[QKeySequence] = []
    for each in keys:
        if each not in found:
            found.append(each)
    return found


def _with_argument(handler: Callable[..., object]) -> Callable[[bool], None]:
    """PySide guesses from a callable's signature what to pass it, and guesses wrong for partial functions."""

    def run(is_on: bool) -> None:
        handler(is_on)

    return run


def _without_argument(handler: Callable[..., object]) -> Callable[[bool], None]:
    """Qt tells each handler whether the action is on; most do not want to know."""

    def run(is_on: bool) -> None:
        handler()

    return run
