"""The pages of the latent lab, in the order of their tabs: a new page is one new file and a line here."""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtWidgets import QWidget

from gui.latent.algebra_page import AlgebraPage
from gui.latent.direction_page import DirectionPage
from gui.latent.draw_page import DrawPage
from gui.latent.generate_page import GeneratePage
from gui.latent.interpolate_page import InterpolatePage
from gui.latent.landscape_page import LandscapePage
from gui.latent.map_page import MapPage
from gui.latent.memory_page import MemoryPage
from gui.latent.session import LatentSession
from gui.latent.slide_page import SlidePage
from gui.latent.train_page import TrainPage
from gui.theme import Theme


class Page(Protocol):
    """A widget with a title, made of the session and its parent."""

    title: str

    def __init__(self, session: LatentSession, parent: QWidget | None = None) -> None: ...

    def set_theme(self, theme: Theme) -> None: ...


PAGES: tuple[Callable[[LatentSession, QWidget | None], Page], ...] = (
    SlidePage,
    MapPage,
    InterpolatePage,
    AlgebraPage,
    DirectionPage,
    GeneratePage,
    MemoryPage,
    DrawPage,
    LandscapePage,
    TrainPage,
)
