"""Pictures of a cue: the model is opened, the page is turned to, and each place gets its pictures, one after another.

Not covered: cues of the other labs (stage.py).
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.messages import LatentReady, Look, Sample, Sampled, Seen
from gui.latent.algebra_page import AlgebraPage
from gui.latent.generate_page import GeneratePage
from gui.latent.interpolate_page import InterpolatePage
from gui.latent.item import Item, items_of
from gui.latent.slot import Slot
from gui.lecture.lesson import Pick, Pictures

if TYPE_CHECKING:
    from gui.window import Window

LOOKED_AT = "looked at"


class PictureStage(QObject):
    """`came` when all is in its place, `refused` with a sentence where something is not there."""

    came = Signal()
    refused = Signal(str)

    def __init__(self, window: "Window", parent: QObject) -> None:
        super().__init__(parent)
        self._window, self._session = window, window.switch.session
        self._wanted: Pictures | None = None
        self._left: list[tuple[str, Pick]] = []
        self._looking = self._session.channel(self._on_seen, self._refuse)
        self._sampling = self._session.channel(self._on_sampled, self._refuse)
        self._session.ready_came.connect(self._on_ready)

    def bring(self, wanted: Pictures) -> None:
        window, session = self._window, self._session
        names = [kind.name for kind in session.kinds]
        if wanted.model not in names:
            self._wanted = None
            self.refused.emit(f"This cue needs the weights {wanted.model}, which are not in this copy of the app.")
            return
        self._wanted = wanted
        kept, ready = session.kept, session.ready
        is_open = kept is not None and not kept.content and kept.name == wanted.model
        if not is_open:
            # Before the lab is shown, which would open another one first.
            session.open(wanted.model)
        window.show_latent()
        pages = window.latent.pages
        if wanted.page not in pages:
            self._wanted = None
            self.refused.emit(f"This cue turns to the page {wanted.page!r}, which there is not.")
            return
        window.latent.tabs.setCurrentWidget(pages[wanted.page])  # type: ignore[arg-type]
        if is_open and ready is not None and kept is not None and ready.run == kept.run:
            self._begin()

    def forget(self) -> None:
        """What was wanted is wanted no longer."""
        self._wanted, self._left = None, []

    def _on_ready(self, ready: LatentReady) -> None:
        kept = self._session.kept
        if self._wanted is not None and kept is not None and kept.run == ready.run and kept.name == self._wanted.model:
            self._begin()

    def _begin(self) -> None:
        assert self._wanted is not None
        page = self._window.latent.tabs.currentWidget()
        if isinstance(page, GeneratePage):
            page.set_prior(self._wanted.prior)
        self._left = list(self._wanted.places.items())
        self._ask()

    def _ask(self) -> None:
        if not self._left:
            self._wanted = None
            self.came.emit()
            return
        assert self._wanted is not None
        pick = self._left[0][1]
        if pick.sample:
            self._sampling.ask(
                Sample, prior=self._wanted.prior, count=pick.count, seed=pick.seed, truncation=3.0, label=pick.label
            )
        else:
            self._looking.ask(Look, count=pick.count, seed=pick.seed, label=pick.label, attribute=pick.attribute)

    def _on_seen(self, seen: Seen) -> None:
        self._take(items_of(seen))

    def _on_sampled(self, sampled: Sampled) -> None:
        pairs = zip(sampled.pictures, sampled.codes, strict=True)
        self._take([Item(picture, code, title="a sample") for picture, code in pairs])

    def _take(self, items: list[Item]) -> None:
        if not self._left:
            return
        place, _ = self._left.pop(0)
        slot = self._slots().get(place)
        if place == LOOKED_AT and items:
            self._session.look_at(items[0])
        elif slot is not None:
            slot.set_items(items)
        else:
            self._refuse(f"The page has no place {place!r}.")
            return
        self._ask()

    def _refuse(self, text: str) -> None:
        if self._wanted is not None and text:
            self.forget()
            self.refused.emit(text)

    def _slots(self) -> dict[str, Slot]:
        """Of the page that is looked at, by their names."""
        page = self._window.latent.tabs.currentWidget()
        if isinstance(page, InterpolatePage):
            return {"A": page.a, "B": page.b}
        if isinstance(page, AlgebraPage):
            return dict(zip(("A", "B", "C", "E"), page.slots, strict=True))
        return {}
