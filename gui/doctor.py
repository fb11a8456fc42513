"""Can Qt load here? If not: which Debian packages it lacks. `make setup` asks before anything is drawn.

    python -m gui.doctor           prints the missing packages, nothing where none is missing
    python -m gui.doctor --load    loads Qt without a screen; a sentence and status 1 where that or all fonts fail

Not covered: other systems than Linux, where PySide6 brings all that it needs; and installing (see the Makefile).
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

# The library that the loader asks for, and the Debian and Ubuntu package that has it.
PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xinput.so.0": "libxcb-xinput0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
# What the window loads: the widgets, OpenGL for the surface, and what Qt opens by itself on X11 and in the tests.
_LOADED = (
    "lib/libQt6Gui.so.6",
    "lib/libQt6Widgets.so.6",
    "lib/libQt6Svg.so.6",
    "lib/libQt6OpenGLWidgets.so.6",
    "plugins/platforms/libqxcb.so",
    "plugins/platforms/libqoffscreen.so",
    "plugins/xcbglintegrations/*.so",
)
# Without a font package text is drawn as boxes, or not at all.
FONT_PACKAGES = ("fontconfig", "fonts-dejavu-core")
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")


def main(arguments: list[str]) -> int:
    """The command line; returns the exit status."""
    if arguments == ["--load"]:
        trouble = why_qt_cannot_load()
        if trouble:
            print(trouble, file=sys.stderr)
        return 1 if trouble else 0
    libraries = missing_libraries()
    unknown = [library for library in libraries if library not in PACKAGES]
    if unknown:
        print(f"Qt needs {', '.join(unknown)}; find out which package has it and install that.", file=sys.stderr)
        return 1
    print(" ".join(packages_for(libraries, has_fonts())))
    return 0


def missing_libraries() -> list[str]:
    """The system libraries that Qt would look for in vain, in order; none on other systems than Linux."""
    if sys.platform != "linux":
        return []
    files = [str(file) for pattern in _LOADED for file in sorted((_pyside_folder() / "Qt").glob(pattern))]
    # ldd reads the files without running them, and names all that is missing, where the loader stops at the first.
    listing = subprocess.run(["ldd", *files], capture_output=True, text=True).stdout
    return sorted({line.split()[0] for line in listing.splitlines() if line.endswith("not found")})


def packages_for(libraries: list[str], is_font_there: bool) -> list[str]:
    """The Debian packages that bring these libraries, and fonts where there are none."""
    fonts = () if is_font_there else FONT_PACKAGES
    return sorted({PACKAGES[library] for library in libraries} | set(fonts))


def has_fonts() -> bool:
    """Whether there is any font; other systems than Linux come with theirs."""
    if sys.platform != "linux":
        return True
    folders = [Path(folder).expanduser() for folder in FONT_FOLDERS]
    return any(file.suffix in (".ttf", ".otf", ".ttc") for folder in folders for file in folder.rglob("*"))


def why_qt_cannot_load() -> str:
    """What goes wrong when Qt starts without a screen, in a sentence; empty if nothing does."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        from PySide6.QtGui import QFontDatabase  # here, because to fail is what it is tried for
        from PySide6.QtWidgets import QApplication
    except ImportError as error:
        return f"Qt cannot be loaded: {error}."
    app = QApplication([])
    families = QFontDatabase.families()
    app.shutdown()
    return "" if families else f"Qt finds no font; install one, such as {FONT_PACKAGES[-1]}."


def _pyside_folder() -> Path:
    """Where PySide6 is installed, found without loading it."""
    found = importlib.util.find_spec("PySide6")
    if found is None or found.origin is None:
        raise SystemExit("PySide6 is not installed in this Python; make setup installs it.")
    return Path(found.origin).parent


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
