"""One pane: a run's landscape under the name of its family, with what the model says of itself in a corner.

Not covered: panes side by side (panes.py).
"""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from engine.messages import AtCursor, Began, Entry, Landscape, Measures
from gui import family_menu, icons
from gui.landscape_view import LandscapeView
from gui.language import tr
from gui.run import Run
from gui.theme import DARK, Theme, set_role

OPACITY = 0.85  # of the ground under words that lie over the landscape
_MARGIN_PX = 10
_MOST_REMARK = 0.4  # of the height of the canvas
_ICON_PX = 14
_BESIDE_TITLE = 2.6  # room for all but the name in the header, in heights of the type, beside the button that closes


class Pane(QWidget):
    """Shows what comes from its run. `activated` when the person turns to it."""

    activated = Signal()
    close_asked = Signal()
    family_chosen = Signal(str)

    def __init__(self, run: Run, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.run = run
        self.measures: Measures | None = None
        self.landscape: Landscape | None = None
        self.view = LandscapeView(self)
        self._family = QToolButton(self)
        self._menu = QMenu(self._family)
        self._number = QLabel(self)
        self._close = QToolButton(self)
        self._says = QLabel(self.view.canvas)
        self.is_density = True
        self._title, self._remark, self._at_cursor = "", "", ""
        self._set_up_header()
        self._lay_out()
        run.landscape_came.connect(self._on_landscape)
        run.at_cursor_came.connect(self._on_at_cursor)
        run.measures_came.connect(self._on_measures)
        run.network_began.connect(self._on_network_began)
        self.view.canvas.viewport().installEventFilter(self)
        self.set_theme(DARK)

    def set_families(self, entries: tuple[Entry, ...]) -> None:
        family_menu.fill(self._menu, entries, self.family_chosen.emit)

    def show_entry(self, entry: Entry | None) -> None:
        """The family's name on the header."""
        self.is_density = entry is None or entry.is_density
        self._title = entry.title if entry is not None else self.run.model.name
        self._show_title()

    def set_theme(self, theme: Theme) -> None:
        self.view.set_theme(theme)
        self._close.setIcon(icons.icon("close_pane", theme.dim_text))
        self._says.setStyleSheet(
            f"background: {_see_through(theme.panel)}; color: {theme.text}; border-radius: 6px; padding: 5px 8px;"
        )

    def set_layers(self, is_on: Mapping[str, bool]) -> None:
        self.view.set_layers(is_on)

    def set_look(self, is_active: bool, is_alone: bool) -> None:
        """One of several is marked as the one whose knobs are in the panel, and each can be closed."""
        set_role(self._family, "title" if is_active else "quiet")
        self._family.style().unpolish(self._family)
        self._family.style().polish(self._family)
        self._close.setVisible(not is_alone)
        self._show_title()

    def set_cursor(self, at: tuple[float, float] | None, is_mine: bool) -> None:
        self.view.set_cursor(at, is_mine)
        self.run.set_cursor(at)
        if at is None:
            self._at_cursor = ""
        self._show_at_cursor()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonPress:
            self.activated.emit()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.activated.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_title()
        self._tell()

    def _set_up_header(self) -> None:
        self._menu.aboutToShow.connect(lambda: family_menu.mark(self._menu, self.run.model.name))
        self._family.setMenu(self._menu)
        self._family.setMinimumWidth(1)
        self._menu.setObjectName("families")
        self._family.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._family.setWhatsThis("Which family of models learns here. All of them are energies on the same sketch.")
        self._family.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_role(self._family, "title")
        set_role(self._number, "dim")
        self._number.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._close.setToolTip("Close this pane")
        self._close.setIconSize(QSize(_ICON_PX, _ICON_PX))
        self._close.setAutoRaise(True)
        self._close.clicked.connect(self.close_asked)
        self._says.setWordWrap(True)
        self._says.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._says.setTextFormat(Qt.TextFormat.PlainText)
        self._says.hide()

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setContentsMargins(6, 2, 6, 2)
        header.setSpacing(10)
        header.addWidget(self._family)
        header.addWidget(self._number, 1)
        header.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(header)
        column.addWidget(self.view, 1)

    def _show_title(self) -> None:
        """Cut where the pane is narrow, so that a long name makes no pane wider than the others."""
        beside = 0 if self._close.isHidden() else self._close.sizeHint().width()
        room = self.width() - beside - _BESIDE_TITLE * self.fontMetrics().height()
        text = self._family.fontMetrics().elidedText(tr(self._title), Qt.TextElideMode.ElideRight, max(0, int(room)))
        self._family.setText(f"{text} ▾")
        self._family.setToolTip(f"{self._title}: choose another family of models")

    def _on_landscape(self, landscape: Landscape) -> None:
        self.landscape = landscape
        self.view.show_landscape(landscape)
        self._remark = landscape.remark
        self._tell()
        self._show_at_cursor()

    def _on_at_cursor(self, told: AtCursor) -> None:
        self.view.show_at_cursor(told)
        self._at_cursor = told.text
        self._show_at_cursor()

    def _on_measures(self, measures: Measures) -> None:
        self.measures = measures

    def _on_network_began(self, began: Began) -> None:
        self.measures = self.landscape = None
        self._remark = self._at_cursor = ""
        self.view.clear()
        self._tell()

    def _show_at_cursor(self) -> None:
        """What the model makes of the point under the linked cursor; of a pane by itself the status bar says E."""
        above = self.view.energy_at_cursor
        energy = f"E {above:.2f} nats" if above == above and not self._close.isHidden() else ""
        remark = self._remark if self._says.isHidden() else ""
        text = "   ".join(each for each in (self._at_cursor, energy, remark) if each)
        self._number.setText(text)
        self._number.setToolTip(text)

    def _tell(self) -> None:
        """A remark of the model, in the lower left corner of the canvas."""
        text = tr(self._remark)
        self._says.setText(text)
        self._says.setVisible(bool(text))
        if not text:
            return
        canvas = self.view.canvas
        widest = max(120, canvas.width() - 90)
        width = min(widest, self._says.fontMetrics().boundingRect(0, 0, widest, 400, 0, text).width() + 24)
        # adjustSize would take the height of a narrower label, which covers half of a small pane.
        height = self._says.heightForWidth(width)
        if height > _MOST_REMARK * canvas.height():
            # It would hide the landscape: then the header says it, as far as it has room, and its tool tip.
            self._says.hide()
            self._show_at_cursor()
            return
        self._says.resize(width, height)
        left = canvas.getPlotItem().getAxis("left").width() + _MARGIN_PX
        bottom = canvas.height() - canvas.getPlotItem().getAxis("bottom").height() - _MARGIN_PX
        self._says.move(int(left), int(bottom - self._says.height()))


def _see_through(color: str) -> str:
    return f"#{round(255 * OPACITY):02x}{color.lstrip('#')}"
