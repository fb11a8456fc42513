"""Menus Lecture and Help."""

from PySide6.QtGui import QAction

from gui.commands.command import Command, Item, Standard

LECTURE: tuple[Item, ...] = (
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

HELP: tuple[Item, ...] = (
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
