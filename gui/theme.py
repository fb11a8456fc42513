"""The two themes: every colour of the window, and the palette and style sheet made of them.

Nothing is told apart by red against green. The class labels, the data and the samples stay apart for the three kinds
of colour blindness too (a test simulates them), and shapes tell them apart as well (dots.py).
A widget says what it is by the property `role`: title, heading, dim, quiet (a button without a frame), plot.
Not covered: the colours of a landscape (heat.py, named here only).
Source of the hues: Okabe, Ito (2008), Color Universal Design.
"""

import sys
from string import Template

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from gui.icons import FOLDER

# macOS counts 72 points to 96 of the others' pixels, so that the same number is smaller there.
BASE_POINTS = 14.0 if sys.platform == "darwin" else 11.0
NAMES = ("system", "light", "dark")
# Seen on dark and on light ground, and no red that only means something beside green.
WARNING = "#e8890c"


class Theme(msgspec.Struct, frozen=True):
    """Colours as Qt reads them: "#rrggbb" or "#aarrggbb".

    window, panel, raised: three levels of ground, from the back to the front.  field: under typed text.
    plot, grid: the ground and the lines of every plot.  data, samples: what is pushed down, what is pushed up.
    labels: the dots of the four classes.  heat_map: its name in heat.COLOR_MAPS.  field_arrows to sea: the layers.
    """

    name: str
    window: str
    panel: str
    raised: str
    field: str
    border: str
    text: str
    dim_text: str
    accent: str
    accent_text: str
    focus: str
    plot: str
    grid: str
    data: str
    samples: str
    truth: str
    labels: tuple[str, str, str, str]
    dot_outline: str
    contour: str
    selection: str
    heat_map: str
    field_arrows: str
    push_down: str
    push_up: str
    manifold: str
    parts: str
    cursor_mark: str
    ball: str
    sea: str


DARK = Theme(
    name="dark",
    window="#14161c",
    panel="#1c1f27",
    raised="#282c36",
    field="#12141a",
    border="#3b414e",
    text="#e8eaf0",
    dim_text="#a3abba",
    accent="#2f6fe4",
    accent_text="#ffffff",
    focus="#6ea4ff",
    plot="#0d0f14",
    grid="#2b2f3a",
    data="#56b4e9",
    samples="#f08c00",
    truth="#e8eaf0",
    labels=("#56b4e9", "#fafafc", "#0ca678", "#f0e442"),
    dot_outline="#101116",
    contour="#59ffffff",
    selection="#ffffff",
    heat_map="dusk",
    field_arrows="#d8dce8",
    push_down="#35c8ff",
    push_up="#ff9d2e",
    manifold="#5ef2c0",
    parts="#ffffff",
    cursor_mark="#ffe45e",
    ball="#c9ced9",
    sea="#2a86d8",
)
LIGHT = Theme(
    name="light",
    window="#eef0f4",
    panel="#f8f9fb",
    raised="#ffffff",
    field="#ffffff",
    border="#c3c8d2",
    text="#16181d",
    dim_text="#555d6b",
    accent="#2462d6",
    accent_text="#ffffff",
    focus="#2462d6",
    plot="#fcfafc",
    grid="#dcdfe6",
    data="#0068b5",
    samples="#d05a00",
    truth="#16181d",
    labels=("#0068b5", "#101014", "#00997a", "#7a1f68"),
    dot_outline="#ffffff",
    contour="#66301040",
    selection="#16181d",
    heat_map="paper",
    field_arrows="#30343f",
    push_down="#007bd1",
    push_up="#d95f02",
    manifold="#00795c",
    parts="#16181d",
    cursor_mark="#a8004f",
    ball="#343a46",
    sea="#4aa3e8",
)


def theme_named(name: str) -> Theme:
    """The theme of one of `NAMES`; "system" is light where the system says so, otherwise dark."""
    if name == "system":
        is_light = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light
        return LIGHT if is_light else DARK
    return {"light": LIGHT, "dark": DARK}[name]


def apply(app: QApplication, theme: Theme, font_scale: float = 1.0) -> None:
    """Give the whole app a theme and a size of type; 1.0 is 11 points."""
    if not app.styleSheet():  # the first time: under a style sheet the style has no name to ask for
        app.setStyle("Fusion")
    apply_type(app, font_scale)
    app.setPalette(_palette(theme))
    app.setStyleSheet(_style_sheet(theme, font_scale))


def apply_type(app: QApplication, font_scale: float) -> None:
    """The type alone. A window that is made before it keeps the system's in its menus until the next change."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPointSizeF(BASE_POINTS * font_scale)
    app.setFont(font)


def set_role(widget: QWidget, role: str) -> None:
    """Say what a widget is, for the style sheet: title, heading, section (of a menu), dim, quiet or plot."""
    widget.setProperty("role", role)


def blended(front: str, back: str, share: float) -> str:
    """A colour between two: `share` of the front one."""
    over, under = QColor(front), QColor(back)
    return QColor.fromRgbF(
        share * over.redF() + (1 - share) * under.redF(),
        share * over.greenF() + (1 - share) * under.greenF(),
        share * over.blueF() + (1 - share) * under.blueF(),
    ).name()


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    colors = {
        role.Window: theme.panel,
        role.WindowText: theme.text,
        role.Base: theme.field,
        role.AlternateBase: theme.panel,
        role.Text: theme.text,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.accent_text,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.dim_text,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.accent_text,
        role.Accent: theme.accent,
        role.Link: theme.focus,
        role.LinkVisited: theme.focus,
        role.Light: theme.raised,
        role.Mid: theme.border,
        role.Dark: theme.border,
        role.Shadow: theme.window,
    }
    palette = QPalette()
    for each, color in colors.items():
        palette.setColor(each, QColor(color))
    for each in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        faded = QColor(theme.dim_text)
        faded.setAlphaF(0.55)
        palette.setColor(QPalette.ColorGroup.Disabled, each, faded)
    return palette


def _style_sheet(theme: Theme, font_scale: float) -> str:
    """The style sheet; lengths grow with the type."""
    colors = {name: getattr(theme, name) for name in ("window", "panel", "raised", "field", "border", "text")}
    colors |= {name: getattr(theme, name) for name in ("dim_text", "accent", "accent_text", "focus", "plot")}
    colors["faint"] = blended(theme.dim_text, theme.panel, 0.55)
    colors["hover"] = blended(theme.text, theme.raised, 0.08)
    colors["chosen"] = blended(theme.accent, theme.panel, 0.35)
    lengths = {f"px{n}": f"{round(n * font_scale)}px" for n in (2, 3, 4, 5, 6, 8, 10, 16, 18, 20, 24)}
    sizes = {
        "title_pt": f"{1.2 * BASE_POINTS * font_scale:.1f}pt",
        "small_pt": f"{0.9 * BASE_POINTS * font_scale:.1f}pt",
    }
    # A circle needs half its side as a whole number of pixels.
    knob_half = round(8 * font_scale)
    circle = {"knob": f"{2 * knob_half - 2}px", "knob_half": f"{knob_half}px", "knob_out": f"{-(knob_half - 2)}px"}
    return _SHEET.substitute(colors | lengths | sizes | circle, icons=FOLDER.as_posix())


_SHEET = Template("""
QMainWindow, QDialog { background: $window; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: $px6; }
QMainWindow::separator { background: $window; width: $px5; height: $px5; }
QSplitter::handle { background: $window; }
QStatusBar { background: $window; color: $dim_text; }
QStatusBar::item { border: none; }
QToolBar { background: $window; border: none; spacing: 2px; padding: 3px; }
QToolBar::separator { background: $border; width: 1px; height: 1px; margin: 5px; }
QScrollArea { background: $panel; border: none; }
QScrollArea:focus { border: 2px solid $focus; }

QLabel[role="title"] { font-size: $title_pt; font-weight: 600; }
QLabel[role="heading"] { font-weight: 600; color: $dim_text; }
QLabel[role="section"] { font-size: $small_pt; font-weight: 600; color: $dim_text; padding: $px2 $px8 0 $px8; }
QLabel[role="dim"] { font-size: $small_pt; color: $dim_text; }
QTableView QHeaderView { font-size: $small_pt; }
QWidget[role="plot"] { background: $plot; }

QMenuBar { background: $window; }
QMenuBar::item { padding: $px4 $px8; background: transparent; border-radius: $px4; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $raised; }
QMenu { background: $raised; border: 1px solid $border; padding: $px4; }
QMenu::item { padding: $px5 $px24 $px5 $px24; border-radius: $px4; }
QMenu#families::item { padding-top: $px2; padding-bottom: $px2; }
QMenu::item:selected { background: $accent; color: $accent_text; }
QMenu::item:disabled { color: $faint; background: transparent; }
QMenu::separator { height: 1px; background: $border; margin: $px4 $px6; }
QMenu::icon { padding-left: $px6; }
QMenu::indicator { width: $px16; height: $px16; padding-left: $px4; }
QMenu::indicator:checked { image: url("$icons/style_menu_check.svg"); }

QPushButton, QToolButton { background: $raised; border: 1px solid $border; border-radius: $px5; padding: $px4 $px10; }
QToolButton { padding: $px4; }
/* Their pictures do not grow with the type. */
QToolBar QToolButton { padding: 4px; }
QToolBar QToolButton, QToolButton[role="quiet"] { background: transparent; border-color: transparent; }
QPushButton:hover, QToolButton:hover, QToolBar QToolButton:hover { background: $hover; border-color: $border; }
QPushButton:pressed, QToolButton:pressed { background: $border; }
QPushButton:disabled, QToolButton:disabled { color: $faint; }
QToolButton[role="quiet"]:disabled { background: transparent; border-color: transparent; }
QPushButton:default { background: $accent; border-color: $accent; color: $accent_text; }
QToolButton:checked, QToolBar QToolButton:checked { background: $chosen; border-color: $accent; }
QToolBar QToolButton:checked:disabled { background: transparent; border-color: transparent; }
QPushButton:focus, QToolButton:focus, QToolBar QToolButton:focus { border: 2px solid $focus; }
QPushButton:default:focus { border-color: $text; }
QPushButton:focus { padding: $px3 $px8; }
QToolButton:focus { padding: $px3; }
QToolBar QToolButton:focus { padding: 3px; }
QToolButton[popupMode="2"]::menu-indicator { image: none; }

QLineEdit, QAbstractSpinBox, QComboBox, QPlainTextEdit, QTextEdit, QListView {
    background: $field; border: 1px solid $border; border-radius: $px5; padding: $px3 $px5;
    selection-background-color: $accent; selection-color: $accent_text;
}
QLineEdit:hover, QAbstractSpinBox:hover, QComboBox:hover { border-color: $dim_text; }
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus, QPlainTextEdit:focus, QTextEdit:focus, QListView:focus {
    border: 2px solid $focus; padding: $px2 $px4;
}
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $faint; }
QComboBox::drop-down { width: $px24; border: none; }
QComboBox::down-arrow { image: url("$icons/style_down.svg"); width: $px10; height: $px10; }
QComboBox QAbstractItemView, QComboBox QAbstractItemView:focus {
    background: $raised; border: 1px solid $border; border-radius: 0; padding: 0;
}
/* Qt takes this padding for the list too, before it has the focus: with another one the last row is cut. */
QComboBox:focus { padding-top: $px3; }
QAbstractSpinBox QLineEdit { border: none; padding: 0 $px3; background: transparent; }
QSpinBox::up-button, QSpinBox::down-button { width: $px18; border: none; background: transparent; }
QDoubleSpinBox::up-button, QDoubleSpinBox::down-button { width: 0; border: none; }
QSpinBox::up-arrow { image: url("$icons/style_up.svg"); width: $px8; height: $px8; }
QSpinBox::down-arrow { image: url("$icons/style_down.svg"); width: $px8; height: $px8; }

QCheckBox { spacing: $px8; }
QCheckBox::indicator {
    width: $px16; height: $px16; border: 1px solid $dim_text; border-radius: $px4; background: $field;
}
QCheckBox::indicator:checked { background: $accent; border-color: $accent; image: url("$icons/style_check.svg"); }
QCheckBox::indicator:disabled { border-color: $border; }
QCheckBox::indicator:focus { border: 2px solid $focus; }

QSlider { min-height: $px20; }
QSlider::groove:horizontal { height: $px4; background: $border; border-radius: $px2; }
QSlider::sub-page:horizontal { background: $accent; border-radius: $px2; }
QSlider::sub-page:horizontal:disabled { background: $border; }
QSlider::handle:horizontal {
    width: $knob; height: $knob; margin: $knob_out 0; border-radius: $knob_half;
    background: $text; border: 1px solid $panel;
}
QSlider::handle:horizontal:hover { background: $focus; }
QSlider::handle:horizontal:disabled { background: $faint; }
QSlider::handle:horizontal:focus { border: 3px solid $focus; }

QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: $px10; }
QScrollBar:horizontal { height: $px10; }
QScrollBar::handle { background: $border; border-radius: $px3; margin: $px2; }
QScrollBar::handle:vertical { min-height: $px24; }
QScrollBar::handle:horizontal { min-width: $px24; }
QScrollBar::handle:hover { background: $dim_text; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar { background: $field; border: 1px solid $border; border-radius: $px5; text-align: center; }
QProgressBar::chunk { background: $accent; border-radius: $px4; }
""")
