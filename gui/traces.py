"""The curves over the steps: the loss, the energies of data and samples with the gap between, and the likelihood.

The gap is the lesson: training pushes the energy of the data down and that of the samples up until they agree.
"""

import math

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from engine.messages import Progress
from gui.theme import DARK, Theme
from gui.trace_line import Kept
from gui.trace_plot import TracePlot

HEIGHT_PX = 150
_REDRAW_MS = 80  # three plots take 10 ms to paint: the landscape needs that time more often than they do


class Traces(QWidget):
    """Three plots side by side, fed by Progress, drawn at most twelve times a second and only while they show."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loss_plot = TracePlot("loss", "Loss", "What training makes small: the faint line is each step.")
        self._energy_plot = TracePlot(
            "mean_energy",
            "Mean energy, nats",
            "Of the data, which is pushed down, and of the samples, which are pushed up. Where the two agree, "
            "the model believes in the data.",
            brief="Energy, nats",
        )
        self._nll_plot = TracePlot(
            "negative_log_likelihood",
            "Negative log-likelihood, nats",
            "How surprised the model is by points: lower is better. On fresh points of a known truth it cannot fall "
            "below that truth's entropy, the dashed line.",
            brief="nll, nats",
        )
        self._loss = self._loss_plot.add_line("", "text", is_noisy=True)
        self._data = self._energy_plot.add_line("data", "data", is_noisy=True)
        self._samples = self._energy_plot.add_line("samples", "samples", is_noisy=True)
        self._energy_plot.shade_between(self._data, self._samples)
        self._nll = self._nll_plot.add_line("model", "text", is_noisy=False)
        # By branch, the last step and the curves up to it, as they were when it was left.
        self._kept_of: dict[int, tuple[int, list[list[Kept]]]] = {}
        self._branch, self._last_step = 1, 0
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for plot in self.plots:
            row.addWidget(plot, 1)
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(_REDRAW_MS)
        self._redraw.timeout.connect(self._draw)
        self.set_theme(DARK)

    @property
    def plots(self) -> tuple[TracePlot, ...]:
        """Loss, mean energy and negative log-likelihood."""
        return self._loss_plot, self._energy_plot, self._nll_plot

    def extend(self, progress: Progress) -> None:
        """Add the steps since the last Progress."""
        self._last_step = int(progress.steps[-1]) if len(progress.steps) else self._last_step
        self._loss.add(progress.steps, progress.loss)
        self._data.add(progress.steps, progress.energy_of_data)
        self._samples.add(progress.steps, progress.energy_of_samples)
        self._nll.add(progress.steps[-1:], [progress.nll] * len(progress.steps[-1:]))
        self._nll.rename("fresh points" if progress.is_held_out else "data")
        self._nll_plot.set_truth(progress.entropy if progress.is_held_out else math.nan, "entropy")
        if self.isVisible() and not self._redraw.isActive():
            self._redraw.start()

    def set_now(self, step: int | None) -> None:
        """The step that is looked at, where that is not the last one."""
        for plot in self.plots:
            plot.set_now(step)

    def go_to(self, branch: int, step: int) -> None:
        """The curves of another place of the past; what is left is kept for when one comes back."""
        before = self._kept_of.get(self._branch)
        if before is None or self._last_step >= before[0]:
            self._kept_of[self._branch] = self._last_step, [plot.kept() for plot in self.plots]
        _, kept = self._kept_of.get(branch) or self._kept_of[self._branch]
        self._branch, self._last_step = branch, step
        for plot, each in zip(self.plots, kept, strict=True):
            plot.put(each, step)

    def copy(self, other: "Traces", branch: int, step: int) -> None:
        """Be what another one was at a step of a branch."""
        _, kept = other._kept_of.get(branch) or (0, [plot.kept() for plot in other.plots])
        if branch == other._branch:
            kept = [plot.kept() for plot in other.plots]
        self._last_step = step
        for plot, each in zip(self.plots, kept, strict=True):
            plot.put(each, step)

    def nll_at(self, step: int) -> float:
        """The negative log-likelihood at a step, in nats; NaN where there is none."""
        return self._nll.value_at(step)

    def set_branch(self, branch: int) -> None:
        """What comes from now on is of this one, which has begun where the curves end."""
        self._branch = branch

    def clear(self) -> None:
        """Forget everything, for a new network."""
        self._kept_of.clear()
        self._branch, self._last_step = 1, 0
        for plot in self.plots:
            plot.clear()

    def set_likelihood_visible(self, is_visible: bool) -> None:
        """A family that is no density has none."""
        self._nll_plot.setVisible(is_visible)

    def set_theme(self, theme: Theme) -> None:
        for plot in self.plots:
            plot.set_theme(theme)

    def sizeHint(self) -> QSize:
        return QSize(900, HEIGHT_PX)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._redraw.stop()

    def _draw(self) -> None:
        for plot in self.plots:
            plot.draw()
