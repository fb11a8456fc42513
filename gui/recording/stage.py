"""What is filmed of an experiment: the canvas in large type, with its name, its step, and the numbers that matter.

Lines, dots and type grow with the picture: the widget has always the same height, and is painted at a scale.
Not covered: where the pictures come from (engine/filming.py), and the film (render.py).
"""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine.messages import ChainMeasures, Chains, DataMade, Extent, Landscape, Message, Progress, Ready, SetView, Truth
from engine.notice import Notice
from engine.recipe import ChainsRecipe
from gui.chain_layer import ChainLayer
from gui.colorbar import ColorBar
from gui.edits import Sketch
from gui.landscape_view import LandscapeView
from gui.language import tr
from gui.recording.source import Scene
from gui.theme import Theme

# Of the widget, whatever the size of the film; one that is higher than wide has at least this width.
_HEIGHT_PX, _WIDTH_PX = 720, 960
_TITLE_SIZE, _PANE_TITLE_SIZE = 1.35, 1.05
_CHAINS_DEPTH = 5.0
_TRAIL = 40
_BESIDE_TITLE = 20.0  # room for the numbers at the right, in heights of the type
_SHAPES = {1: 1, 2: 2, 3: 3, 4: 2}
MOST_PANES = max(_SHAPES)
# Cells of the landscape along the longer side of one pane, by the number of panes.
_CELLS = {1: 136, 2: 104, 3: 88, 4: 88}


class Stage(QWidget):
    """One scene. `show_message` takes what the engine says; `picture` paints it."""

    def __init__(self, scene: Scene, theme: Theme, size: QSize) -> None:
        """Raises Notice for more samplers than there can be panes."""
        super().__init__()
        wanted, is_chains = scene.recipe, isinstance(scene.recipe, ChainsRecipe)
        samplers = wanted.samplers if isinstance(wanted, ChainsRecipe) else ()
        self._names = [each.name for each in samplers] or [wanted.model.name]
        if len(self._names) > MOST_PANES:
            raise Notice(f"A film shows up to {MOST_PANES} samplers; the recipe has {len(self._names)}.")
        self._scene, self._is_chains = scene, is_chains
        scale = min(size.height() / _HEIGHT_PX, size.width() / _WIDTH_PX)
        # One for all pictures: memory that is new to a process is slow.
        self._image = QImage(size, QImage.Format.Format_RGB32)
        self._image.setDevicePixelRatio(scale)
        self._panes = [_Pane(self, theme, is_chains=is_chains, is_alone=len(self._names) == 1) for _ in self._names]
        self._bar = ColorBar(self)
        self._bar.set_theme(theme)
        self._title, self._text, self._step, self._told = (QLabel(self) for _ in range(4))
        self._lay_out(theme)
        for pane in self._panes:
            pane.view.canvas.set_contour_width(max(1, int(scale)))
        self.resize(math.ceil(size.width() / scale), math.ceil(size.height() / scale))
        self.ensurePolished()
        # A first time, so that layout and axes have settled.
        self.grab()

    def views(self) -> list[SetView]:
        """What of the plane each pane shows, and how finely."""
        most = _CELLS[len(self._panes)]
        return [_view_of(index, pane.view.canvas.extent, most) for index, pane in enumerate(self._panes)]

    def open(self, messages: Sequence[Message]) -> None:
        """What is known before the first picture."""
        for message in messages:
            self.show_message(message)
        self._column.activate()
        self.grab()
        for pane in self._panes:
            pane.view.canvas.reset_view()
        self.grab()

    def show_message(self, message: Message) -> None:
        """One of an answer of engine/filming.py."""
        match message:
            case Ready():
                self._show_titles(message)
            case DataMade():
                self._panes[0].view.set_sketch(Sketch(message.points, message.labels, message.extent, message.truth))
            case Landscape():
                self._panes[message.run].view.show_landscape(message)
                self._panes[0].view.show_scale(self._bar)
                if not self._is_chains:
                    self._show_step(message.step)
            case Progress():
                self._show_progress(message)
            case Truth():
                self._panes[message.run].show_truth(message)
            case Chains():
                self._panes[message.run].show_chains(message)
                self._show_step(message.step)
            case ChainMeasures():
                self._panes[message.run].show_measures(message)
                self._told.setText(self._panes[0].says if len(self._panes) == 1 else "")

    def picture(self) -> bytes:
        """The pixels, rows from the top, four bytes each."""
        # By itself it would wait for an event loop.
        self._column.activate()
        painter = QPainter(self._image)
        self.render(painter, QPoint())
        painter.end()
        return bytes(self._image.constBits())

    def _lay_out(self, theme: Theme) -> None:
        self.setAutoFillBackground(True)
        palette = self.palette()
        palette.setColor(self.backgroundRole(), QColor(theme.plot))
        self.setPalette(palette)
        self._title.setFont(_sized(self.font(), _TITLE_SIZE, is_bold=True))
        self._step.setFont(_sized(self.font(), _TITLE_SIZE))
        for label in (self._text, self._told):
            label.setStyleSheet(f"color: {theme.dim_text};")
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        header = QHBoxLayout()
        header.setSpacing(18)
        header.addWidget(self._title)
        header.addWidget(self._text, 1)
        header.addWidget(self._told)
        header.addWidget(self._step)
        grid = QGridLayout()
        grid.setSpacing(10)
        columns = _SHAPES[len(self._panes)]
        for index, pane in enumerate(self._panes):
            grid.addWidget(pane, index // columns, index % columns)
            grid.setColumnStretch(index % columns, 1)
            grid.setRowStretch(index // columns, 1)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addLayout(grid, 1)
        row.addWidget(self._bar)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(24, 12, 16, 12)
        column.setSpacing(6)
        column.addLayout(header)
        column.addLayout(row, 1)

    def _show_titles(self, ready: Ready) -> None:
        entries = ready.samplers if self._is_chains else ready.models
        known = {entry.name: entry.title for entry in entries}
        titles = [known.get(name, name) for name in self._names]
        is_one = len(titles) == 1
        title = self._scene.title or (titles[0] if is_one else "Samplers side by side")
        room = self.width() - _BESIDE_TITLE * self._told.fontMetrics().height()
        width = min(self._title.fontMetrics().horizontalAdvance(tr(title)) + 4, max(room, self.width() // 3))
        self._title.setFixedWidth(round(width))
        self._title.setText(_cut(self._title, title, round(width)))
        self._text.setText(_cut(self._text, self._scene.text, round(room - width)))
        for pane, title in zip(self._panes, titles, strict=True):
            pane.set_title("" if is_one else title)

    def _show_step(self, step: int) -> None:
        self._step.setText(f"step {step:,}".replace(",", " "))
        # Wide enough for all that come, so that nothing beside it moves.
        self._step.setMinimumWidth(max(self._step.minimumWidth(), self._step.sizeHint().width()))

    def _show_progress(self, progress: Progress) -> None:
        if math.isnan(progress.nll):
            return
        gap = round(progress.nll - progress.entropy, 2) + 0.0  # no "−0.00"
        against = f", {gap:+.2f} from the truth".replace("-", "−") if progress.is_held_out else " on the data"
        self._told.setText(f"nll {progress.nll:.2f} nats{against}")


class _Pane(QWidget):
    """A landscape, under the name of its sampler where there are several, with R-hat and ESS."""

    def __init__(self, parent: QWidget, theme: Theme, *, is_chains: bool, is_alone: bool) -> None:
        super().__init__(parent)
        self.view = LandscapeView(self)
        self._title, self._says = QLabel(self), QLabel(self)
        self._title.setFont(_sized(self.font(), _PANE_TITLE_SIZE, is_bold=True))
        self._says.setStyleSheet(f"color: {theme.dim_text};")
        self._layer = ChainLayer()
        if is_chains:
            self.view.canvas.add_layer(self._layer, _CHAINS_DEPTH)
            self._layer.set_trail_length(_TRAIL)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for label in (self._title, self._says):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            column.addWidget(label)
            label.setVisible(not is_alone)
        column.addWidget(self.view, 1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.view.set_theme(theme)
        self._layer.set_colors(theme.text, theme.dot_outline, theme.samples, theme.truth)

    @property
    def says(self) -> str:
        return self._says.text()

    def set_title(self, title: str) -> None:
        self._title.setText(_cut(self._title, title, self.width()))

    def show_truth(self, truth: Truth) -> None:
        self.view.set_sketch(Sketch(extent=truth.extent))
        self._layer.show_truth(truth)

    def show_chains(self, chains: Chains) -> None:
        self._layer.show_chains(chains)
        if chains.is_warming_up:
            self._says.setText("warming up")

    def show_measures(self, measures: ChainMeasures) -> None:
        self._layer.show_measures(measures)
        r_hat, ess = float(max(measures.r_hat)), float(min(measures.ess_bulk))
        parts = [f"R-hat {r_hat:.2f}"] * math.isfinite(r_hat) + [f"ESS {ess:.0f}"] * math.isfinite(ess)
        self._says.setText("   ".join(parts))


def _view_of(run: int, extent: Extent, most: int) -> SetView:
    """Cells that are as wide as high, on the screen."""
    x0, x1, y0, y1 = extent
    longer = max(x1 - x0, y1 - y0)
    columns, rows = (max(16, round(most * side / longer)) for side in (x1 - x0, y1 - y0))
    return SetView(run, extent, columns=columns, rows=rows, layers=("manifold", "parts"))


def _cut(label: QLabel, text: str, width: int) -> str:
    return label.fontMetrics().elidedText(tr(text), Qt.TextElideMode.ElideRight, width)


def _sized(font: QFont, size: float, *, is_bold: bool = False) -> QFont:
    other = QFont(font)
    other.setPointSizeF(font.pointSizeF() * size)
    other.setBold(is_bold)
    return other
