"""Generate: what is asked for the wall of samples."""

from engine.messages import Sample
from gui.latent.generate_page import GeneratePage
from tests.gui.latent.fakes import ready


def test_a_prior_that_a_lesson_names_is_asked_for_once(opened, link, qtbot):
    page = GeneratePage(opened)
    qtbot.addWidget(page)
    page.show()
    opened.ready = ready(1)
    page.set_prior("mixture")
    assert page.prior.currentText() == "fitted mixture"
    assert link.of(Sample)[-1].prior == "mixture"
    count = len(link.of(Sample))
    page.set_prior("mixture")
    assert len(link.of(Sample)) == count
    page.set_prior("standard")
    assert link.of(Sample)[-1].prior == "standard"
