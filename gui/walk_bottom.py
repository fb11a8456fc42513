"""What lies under the panes of the chains lab, one page at a time, each one click away.

Not covered: what is on a page (walk_traces.py, correlation_plot.py, walk_table.py, basins_plot.py, trap_page.py).
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from engine.messages import Truth
from gui.basins_plot import BasinsPlot
from gui.correlation_plot import CorrelationPlot
from gui.growing import scrolled
from gui.theme import Theme
from gui.trap_page import TrapPage
from gui.walk_table import Row, WalkTable
from gui.walk_traces import WalkTraces
from gui.walks import Walks
from gui.wrapped_tabs import WrappedTabBar

_WIDEST = 16_777_215  # Qt's own: no limit


class WalkBottom(QWidget):
    """A bar of tabs that is always there, and the page of the chosen one. `page_changed` when another is chosen."""

    page_changed = Signal()
    noticed = Signal(str)

    def __init__(self, walks: Walks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.traces, self.table = WalkTraces(self), WalkTable(self)
        self.correlation, self.basins = CorrelationPlot(self), BasinsPlot(self)
        self.trap = TrapPage(walks, self)
        self._bar, self._stack = WrappedTabBar(self), QStackedWidget(self)
        self._bar.setAccessibleName("Pages under the chains")
        self._bar.setDrawBase(False)
        self._names: list[str] = []
        self._away = ""  # the page that was put away
        for name, title, page in (
            ("traces", "Traces", self.traces),
            ("correlation", "Autocorrelation", self.correlation),
            ("measures", "Measures", self.table),
            ("basins", "Basins", self.basins),
            ("trap", "Trap", self.trap),
        ):
            self._names.append(name)
            # Its controls need more room than a low window has at large type.
            self._stack.addWidget(scrolled(page, self) if page is self.trap else page)
            self._bar.addTab(title)
            self._bar.setTabToolTip(self._bar.count() - 1, page.toolTip())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self._stack, 1)
        self._bar.currentChanged.connect(lambda index: self.show_page(self._names[index]))
        self.table.copied.connect(self.noticed)
        self.trap.copied.connect(self.noticed)
        # A click on the tab that is chosen already opens what was closed.
        self._bar.tabBarClicked.connect(lambda index: self.show_page(self._names[index]) if index >= 0 else None)

    @property
    def page(self) -> str:
        """The name of the page that is shown; empty where only the tabs are."""
        return "" if self._stack.isHidden() else self._names[self._stack.currentIndex()]

    def show_page(self, name: str) -> None:
        """One of the pages by its name; with an empty name only the tabs stay."""
        self._away = ""
        if name == self.page:
            return
        self._stack.setVisible(bool(name))
        self.setMaximumHeight(_WIDEST if name else self._bar.sizeHint().height())
        if name:
            self._stack.setCurrentIndex(self._names.index(name))
            self._bar.setCurrentIndex(self._names.index(name))
        self.page_changed.emit()

    def event(self, event: QEvent) -> bool:
        # The tabs have another height at another size of type, or wrap.
        if event.type() == QEvent.Type.LayoutRequest and not self.page:
            self.setMaximumHeight(self._bar.sizeHint().height())
        return super().event(event)

    def give_way(self, is_away: bool) -> None:
        """Put away what is shown, or show it again where it is still away; the tabs stay."""
        away, name = (self.page, "") if is_away else ("", self._away)
        if is_away or name:
            self.show_page(name)
        self._away = away

    def set_theme(self, theme: Theme) -> None:
        for page in (self.traces, self.correlation, self.basins, self.trap):
            page.set_theme(theme)

    def show_rows(self, rows: Sequence[Row], truth: Truth | None) -> None:
        """One row a pane. truth: of the target that all have in common."""
        self.table.show_rows(rows)
        self.correlation.show_rows(rows)
        self.basins.show_rows(rows, truth)
