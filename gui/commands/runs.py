"""Menus Model and Sample: training, the way back through it, chains."""

from gui.commands.command import Command, Item, Submenu

TIMELINE = (
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

MODEL: tuple[Item, ...] = (
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
    Submenu("timeline", "Timeline", "Go back in a run, and on from there; give steps names.", TIMELINE),
    None,
    Command("restart_engine", "Restart the engine", "End the process that computes and start another."),
)

SAMPLE: tuple[Item, ...] = (
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
