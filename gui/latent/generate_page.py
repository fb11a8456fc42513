"""Generate: a wall of new pictures from a prior over codes: N(0, I), or one that is fitted to the codes."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget

from engine.messages import LatentReady, Sample, Sampled
from gui.latent.class_choice import ClassChoice
from gui.latent.item import Item
from gui.latent.picture_grid import PictureGrid
from gui.latent.session import LatentSession
from gui.theme import Theme, set_role

_COUNT, _TICKS, _MOST = 48, 20, 3.0
_TOLD = "A click looks at a sample: see Memorised? for the pictures nearest to it."
PRIORS = (
    ("N(0, I)", "standard", "The standard normal distribution."),
    ("fitted Gaussian", "gaussian", "A Gaussian with the mean and covariance of the codes."),
    ("fitted mixture", "mixture", "Ten Gaussians, fitted to the codes by EM."),
    ("aggregated posterior", "posterior", "The mean of the encoder's posteriors over the pictures."),
)


class GeneratePage(QWidget):
    """The page."""

    title = "Generate"

    def __init__(self, session: LatentSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asking = session.channel(self._on_sampled, self._on_refused)
        self._seed, self._is_due = 0, False
        self.wall = PictureGrid(parent=self)
        self.prior, self._class = QComboBox(), ClassChoice(self, has_every=True)
        for text, name, tip in PRIORS:
            self.prior.addItem(text, name)
            self.prior.setItemData(self.prior.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.prior.setAccessibleName("Prior")
        self._truncation = QSlider(Qt.Orientation.Horizontal)
        self._truncation.setRange(1, round(_MOST * _TICKS))
        self._truncation.setValue(round(_MOST * _TICKS))
        self._truncation.setAccessibleName("Truncation")
        self._truncation.setToolTip(
            "N(0, I): no latent beyond this many standard deviations. Fitted priors: only the likeliest draws are "
            "kept. Less gives better and more alike pictures."
        )
        self._number = QLabel()
        self._again = QPushButton("New samples")
        self._told = QLabel(_TOLD)
        set_role(self._told, "dim")
        self._lay_out()
        self.prior.activated.connect(lambda _: self.ask())
        self._class.chosen.connect(lambda _: self.ask())
        self._truncation.valueChanged.connect(self._on_truncation)
        self._again.clicked.connect(self.again)
        self.wall.clicked.connect(lambda index: session.look_at(self.wall.items[index]))
        session.ready_came.connect(self._on_ready)
        self._show_number()

    def set_theme(self, theme: Theme) -> None:
        self.wall.set_theme(theme)

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        if self._is_due:
            self.ask()

    def again(self) -> None:
        """Other samples: the next seed."""
        self._seed += 1
        self.ask()

    def set_prior(self, name: str) -> None:
        """One of PRIORS, by its name."""
        index = self.prior.findData(name)
        if index != self.prior.currentIndex():
            self.prior.setCurrentIndex(index)
            self.ask()

    def ask(self) -> None:
        """Nothing is computed for a page that nobody looks at."""
        self._is_due = not self.isVisible()
        if self._session.ready is None or self._is_due:
            return
        if self.prior.currentData() != "standard":
            self._told.setText("The prior is being fitted to the codes.")
        self._asking.ask(
            Sample,
            prior=self.prior.currentData(),
            count=_COUNT,
            seed=self._seed,
            truncation=self._truncation.value() / _TICKS,
            label=self._class.label,
        )

    # ---- private

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        for part, stretch in (
            (QLabel("Codes from"), 0),
            (self.prior, 0),
            (self._class, 0),
            (QLabel("Truncation"), 0),
            (self._truncation, 1),
            (self._number, 0),
            (self._again, 0),
        ):
            head.addWidget(part, stretch)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 2)
        column.addLayout(head)
        column.addWidget(self.wall, 1)
        column.addWidget(self._told)

    def _on_ready(self, ready: LatentReady) -> None:
        self._class.show_ready(ready)
        # What it was trained with; a model without a prior shows at first why it needs one.
        for index in range(1, self.prior.count()):
            self.prior.model().item(index).setEnabled(ready.has_encoder)  # type: ignore[attr-defined]
        self.prior.setCurrentIndex(0)
        self._is_due = True
        self.ask()

    def _on_truncation(self, tick: int) -> None:
        self._show_number()
        self.ask()

    def _show_number(self) -> None:
        self._number.setText(f"{self._truncation.value() / _TICKS:.2f}")

    def _on_refused(self, text: str) -> None:
        self.wall.show_items([])
        self.wall.hint = text
        self._told.setText(_TOLD)

    def _on_sampled(self, sampled: Sampled) -> None:
        self._told.setText(_TOLD)
        label = self._class.label
        self.wall.show_items(
            [Item(picture, code, label, title="a sample") for picture, code in
             zip(sampled.pictures, sampled.codes, strict=True)]
        )  # fmt: skip
