"""What is filmed of an experiment: its words, and that all of it grows with the picture."""

import math

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QSize

from engine.messages import DataMade, Entry, Landscape, Progress, Ready
from engine.notice import Notice
from engine.recipe import ChainsRecipe, Data, Energy, Recipe, Sampler
from gui.recording.source import Scene
from gui.recording.stage import Stage
from gui.theme import DARK, LIGHT
from tests.gui.test_walks import TRUTH

SIZES = [(1280, 720), (1920, 1080), (3840, 2160), (640, 640), (1080, 1920)]


def entry(name, title):
    return Entry(name=name, title=title, help="", equation="", source="", knobs=())


READY = Ready(
    pid=1, torch_version="", device="cpu", devices=(), datasets=(), targets=(),
    models=(entry("energy_mlp", "Neural energy"),),
    samplers=(entry("mala", "Langevin dynamics, Metropolis-adjusted"), entry("nuts", "No-U-Turn sampler")),
)  # fmt: skip
MADE = DataMade(0, np.array([[0.0, 0.0], [1.0, 1.0]]), np.zeros(2, np.uint8), (-2.0, 2.0, -2.0, 2.0), None, "")
LEARNING = Scene(Recipe(Data(preset="rings")), text="rings")


def landscape(step=1234):
    energy = np.add.outer(np.linspace(-3, 3, 32) ** 2, np.linspace(-3, 3, 48) ** 2).astype(np.float32)
    return Landscape(
        run=0, step=step, data_version=1, energy=energy, extent=(-3.0, 3.0, -2.0, 2.0), temperature=1.0, log_z=0.0,
        lowest=0.0, samples=np.zeros((0, 2)), contours=np.zeros((0, 2)), offsets=np.zeros(1, np.int32),
        steps_per_second=math.nan,
    )  # fmt: skip


def staged(qtbot, scene=LEARNING, size=(1280, 720), theme=DARK):
    stage = Stage(scene, theme, QSize(*size))
    qtbot.addWidget(stage)
    is_chains = isinstance(scene.recipe, ChainsRecipe)
    stage.open([READY, *([msgspec.structs.replace(TRUTH, run=0)] if is_chains else [MADE])])
    return stage


def words(stage):
    return [each.text() for each in (stage._title, stage._text, stage._told, stage._step)]


def test_the_header_says_what_learns_from_what_and_how_far_it_is(qtbot):
    stage = staged(qtbot)
    stage.show_message(landscape())
    values = np.zeros(1, np.float32)
    stage.show_message(
        Progress(0, np.array([1234]), values, values, values, nll=1.704, is_held_out=True, entropy=1.706)
    )
    assert words(stage) == ["Neural energy", "rings", "nll 1.70 nats, +0.00 from the truth", "step 1 234"]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_picture_has_the_wanted_size_and_nothing_overlaps(qtbot, size):
    stage = staged(qtbot, size=size)
    stage.show_message(landscape())
    pixels = np.frombuffer(stage.picture(), np.uint8)
    assert pixels.size == 4 * size[0] * size[1]
    places = [QRect(each.mapTo(stage, QPoint()), each.size()) for each in (stage._title, stage._step, stage._bar)]
    assert all(stage.rect().contains(place) for place in places)
    assert not places[0].intersects(places[1])


def test_all_of_it_grows_with_the_picture(qtbot):
    """Seen from so far that both look alike."""
    shown = []
    for width, height in ((960, 540), (1920, 1080)):
        stage = staged(qtbot, size=(width, height))
        stage.show_message(landscape())
        image = np.frombuffer(stage.picture(), np.uint8).reshape(height, width, 4)[:, :, :3].astype(float)
        blocks = image.reshape(27, height // 27, 48, width // 48, 3)
        shown.append(blocks.mean((1, 3)))
    assert np.abs(shown[0] - shown[1]).mean() < 3


def test_the_same_messages_make_the_same_picture(qtbot):
    first, second = (staged(qtbot, theme=LIGHT) for _ in range(2))
    for stage in (first, second):
        stage.show_message(landscape())
    assert first.picture() == second.picture()
    second.show_message(landscape(step=1235))
    assert first.picture() != second.picture()


def test_each_sampler_has_a_pane_with_its_name(qtbot):
    wanted = ChainsRecipe((Sampler("mala"), Sampler("nuts")), energy=Energy(formula="x**2 + y**2"))
    stage = Stage(Scene(wanted), DARK, QSize(1280, 720))
    qtbot.addWidget(stage)
    stage.open([READY, *(msgspec.structs.replace(TRUTH, run=run) for run in (0, 1))])
    assert [pane._title.text() for pane in stage._panes][1] == "No-U-Turn sampler"
    widths = {pane.width() for pane in stage._panes}
    assert max(widths) - min(widths) <= 1
    assert len(stage.views()) == 2


def test_a_single_samplers_numbers_stand_in_the_header(qtbot):
    wanted = ChainsRecipe((Sampler("mala"),), energy=Energy(formula="x**2 + y**2"))
    stage = staged(qtbot, Scene(wanted, title="A title of the lesson", text="and a line"))
    assert words(stage)[:2] == ["A title of the lesson", "and a line"]


def test_more_samplers_than_there_is_room_for_are_refused(qtbot):
    wanted = ChainsRecipe(tuple(Sampler("mala") for _ in range(5)), energy=Energy(formula="x**2 + y**2"))
    with pytest.raises(Notice, match="up to 4"):
        Stage(Scene(wanted), DARK, QSize(1280, 720))
