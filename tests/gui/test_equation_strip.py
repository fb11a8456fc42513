"""The equation panel: which terms are at work, and that they are drawn."""

import math

import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine import catalogue, equations
from engine.messages import Formula, Term
from gui import equation_scene
from gui.acting import Moment, Work, formulas_of, present, work_of
from gui.equation import typeset, warm_up
from gui.equation_strip import EquationStrip
from gui.theme import DARK, LIGHT

ENERGY_MLP = catalogue.entry_of("energy_mlp", catalogue.model_module("energy_mlp"))
GAN = catalogue.entry_of("gan", catalogue.model_module("gan"))


def params_of(entry, **changes):
    return {**{knob.name: knob.default for knob in entry.knobs}, **changes}


def works(entry, moment, **changes):
    """What each term does, by the beginning of its sentence."""
    params = params_of(entry, **changes)
    return {
        term.says.partition(":")[0]: work_of(term, formula, params, moment)
        for formula in present(entry.formulas, params)
        for term in formula.terms
    }


PLAYING = Moment(is_playing=True)


def test_while_it_plays_both_phases_are_at_work_and_the_energy_is_only_shown():
    found = works(ENERGY_MLP, PLAYING)
    assert found["The positive phase"] is found["The negative phase, log Z"] is Work.ACTS
    assert found["The network's number for the point"] is Work.READY
    assert found["A regulariser"] is Work.RESTS  # its weight is 0


def test_a_phase_that_is_switched_off_rests():
    assert works(ENERGY_MLP, PLAYING, phases="positive only")["The negative phase, log Z"] is Work.RESTS
    assert works(ENERGY_MLP, PLAYING, phases="negative only")["The positive phase"] is Work.RESTS


def test_paused_nothing_is_at_work():
    assert Work.ACTS not in works(ENERGY_MLP, Moment()).values()


def test_in_slow_motion_the_terms_of_the_lit_boxes_are_at_work():
    found = works(ENERGY_MLP, Moment(is_playing=True, at=("down",)))
    assert found["The positive phase"] is Work.ACTS
    assert found["The negative phase, log Z"] is Work.READY


def test_a_term_whose_trace_has_no_number_rests():
    moment = Moment(is_playing=True, numbers={"energy_of_samples": math.nan})
    assert works(ENERGY_MLP, moment, negative_phase="cd")["The negative phase"] is Work.RESTS


def test_the_chosen_kind_of_negative_phase_changes_the_equation():
    exact, chains = (
        present(ENERGY_MLP.formulas, params_of(ENERGY_MLP, negative_phase=each)) for each in ("exact", "pcd")
    )
    assert [term.latex for term in exact[1].terms] != [term.latex for term in chains[1].terms]


def test_each_player_rests_while_only_the_other_learns():
    found = works(GAN, PLAYING, turns="discriminator only")
    assert found["The generator moves its points to where the energy is lower."] is Work.RESTS
    found = works(GAN, PLAYING, turns="generator only")
    assert found["The discriminator lowers the energy of the data."] is Work.RESTS


def test_an_equation_without_terms_is_shown_as_one():
    entry = catalogue.entry_of("funnel", catalogue.target_module("funnel"))
    [formula] = formulas_of(entry)
    assert formula.terms[0].latex == entry.equation


def all_pieces():
    places = [place for places in equations._PLACES.values() for place in places]
    formulas = [
        each
        for place in places
        for name, value in vars(place).items()
        if name.isupper() and isinstance(value, tuple)
        for each in value
        if isinstance(each, Formula)
    ]
    pieces = {text for each in formulas for text in (each.left, each.right, *(term.latex for term in each.terms))}
    return sorted(pieces - {""})


@pytest.mark.parametrize("latex", all_pieces())
def test_every_piece_can_be_typeset(latex):
    assert typeset(latex, "#000000") is not None


@pytest.fixture
def strip(qtbot):
    warm_up()  # the typesetter takes its time to load where the machine is busy
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(900, 600)
    column = QVBoxLayout(page)
    widget = EquationStrip(page)
    column.addWidget(widget)
    column.addStretch(1)
    page.show()
    yield widget  # the page must stay until then
    page.close()


def show(strip, qtbot, entry, **changes):
    strip.show_entries((entry,), params_of(entry, **changes))
    qtbot.waitUntil(lambda: strip._page._formulas == strip.formulas and strip.height() > 0, timeout=60_000)


def test_it_is_as_high_as_its_rows_and_higher_where_it_is_narrow(strip, qtbot):
    show(strip, qtbot, ENERGY_MLP)
    wide = strip._page.heightForWidth(1200)
    assert 50 < wide < strip._page.heightForWidth(500)


@pytest.mark.parametrize("is_beside", [True, False])
@pytest.mark.parametrize("width", [1200, 700, 400])
def test_sentences_stand_beside_or_below_their_terms_and_over_nothing(strip, qtbot, is_beside, width):
    show(strip, qtbot, ENERGY_MLP)
    pieces, sizes = strip._page._pieces, strip._page._sizes()
    way = equation_scene._Way(14 * sizes.type.height(), is_beside)
    found, height = equation_scene._placed(pieces, width, sizes, way)
    assert equation_scene.placed(pieces, width, sizes)[1] <= height
    for each in found:
        assert each.cell.adjusted(-1, -1, 1, 1).contains(each.words)
        assert not each.words.intersects(each.middle)
        assert not each.piece.term.trace or not each.number.intersects(each.words)
    if is_beside and width == 1200:
        assert all(each.words.left() >= each.middle.right() for each in found)


def colors_in(widget):
    image = widget.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}


def test_what_is_at_work_has_a_frame_in_the_colour_of_its_push(strip, qtbot):
    show(strip, qtbot, ENERGY_MLP)
    for theme in (DARK, LIGHT):
        strip.set_theme(theme)
        strip.set_moment(Moment())
        assert not {theme.push_down, theme.push_up} & colors_in(strip._page)
        strip.set_moment(PLAYING)
        assert {theme.push_down, theme.push_up} <= colors_in(strip._page)


def test_a_bad_equation_is_written_out(strip, qtbot):
    strip._formulas = (Formula("loss", "L =", (Term(r"\nonsense{", "A sentence."),)),)
    strip._typeset()
    qtbot.waitUntil(lambda: strip._page._formulas == strip._formulas, timeout=60_000)
    strip._page.grab()
    assert strip.height() > 0


def test_the_words_can_be_read_by_a_machine_too(strip, qtbot):
    show(strip, qtbot, ENERGY_MLP)
    assert "The positive phase" in strip._page.accessibleName()
