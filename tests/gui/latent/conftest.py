"""A session of the latent lab, with a link that has no engine."""

import itertools
from collections.abc import Iterator

import pytest

from engine.messages import OpenTrained
from gui.latent.session import LatentSession
from tests.gui.latent.fakes import FakeLink, catalogue, ready


@pytest.fixture
def link(qapp) -> Iterator[FakeLink]:
    link = FakeLink()
    yield link
    link.deleteLater()


@pytest.fixture
def session(link: FakeLink) -> LatentSession:
    """Shown, with a catalogue; what it has asked for first is not there yet."""
    numbers = itertools.count(1)
    session = LatentSession(link, "cpu", lambda: next(numbers), link)
    session.show()
    link.received.emit(catalogue())
    return session


@pytest.fixture
def opened(session: LatentSession, link: FakeLink) -> LatentSession:
    """With a model that can be asked."""
    link.received.emit(ready(link.of(OpenTrained)[-1].run))
    return session
