"""A project as a file: what is read back is what was written, and older versions are brought to the present one."""

import dataclasses
import io
import zipfile
from pathlib import Path

import msgspec
import numpy as np
import pytest

from engine.notice import Notice
from engine.recipe import Data
from gui.edits import Sketch
from gui.projects import container, contents, migrations
from gui.projects.project import Landscape, Project
from tests.gui.projects.known_projects import on_own_points, project, sketch


def read_back(made: Project, folder: Path) -> Project:
    path = folder / "a.escape"
    path.write_bytes(contents.write(made))
    return contents.read(path)


def assert_same(one: Project, other: Project) -> None:
    for field in dataclasses.fields(Project):
        if field.name != "sketch":
            assert getattr(one, field.name) == getattr(other, field.name), field.name
    np.testing.assert_array_equal(one.sketch.points, other.sketch.points)
    np.testing.assert_array_equal(one.sketch.labels, other.sketch.labels)
    assert one.sketch.extent == other.sketch.extent
    assert one.sketch.truth == other.sketch.truth


def test_a_project_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    assert_same(read_back(project(), tmp_path), project())


def test_an_empty_project_is_read_back(tmp_path: Path) -> None:
    assert_same(read_back(Project(), tmp_path), Project())


def test_points_keep_every_bit_and_their_truth(tmp_path: Path) -> None:
    truth = Data(preset="two_moons", n=3, args={"noise": 0.1}, seed=4)
    points = np.array([[0.1 + 0.2, -1e-300], [5e-324, 1e12], [-0.0, np.pi]])
    drawn = Sketch(points, np.array([0, 3, 1], np.uint8), (-1e9, 1e12, -5.0, 5.0), truth)
    made = Project(sketch=drawn, landscape=Landscape(extent=drawn.extent, truth=truth))
    found = read_back(made, tmp_path).sketch
    assert found.points.tobytes() == points.tobytes()
    assert found.truth == truth


def test_chains_on_the_model_of_the_project_do_not_hold_the_points_twice(tmp_path: Path) -> None:
    made = dataclasses.replace(project(10_000), chains=on_own_points(project()))
    assert_same(read_back(made, tmp_path), made)
    assert len(contents.write(made)) < 10_000 * 17 + 5000


def test_the_same_project_makes_the_same_bytes() -> None:
    assert contents.write(project()) == contents.write(project())


def test_weights_of_a_pane_without_steps_are_not_taken_for_learnt(tmp_path: Path) -> None:
    made = dataclasses.replace(project(), landscape=dataclasses_without_steps(project()))
    assert read_back(made, tmp_path).weights == (b"", b"")


def dataclasses_without_steps(made: Project) -> Landscape:
    panes = tuple(msgspec.structs.replace(pane, step=0) for pane in made.landscape.panes)
    return msgspec.structs.replace(made.landscape, panes=panes)


def test_what_could_not_be_read_again_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(Notice, match="cannot be saved"):
        contents.write(Project(sketch=sketch(5000)))


# ---- versions


def as_version(version: int, parts: dict[str, bytes], path: Path) -> Path:
    """A file as an Energyscape of another version would have written it."""
    manifest = msgspec.json.encode({"kind": container.KIND, "version": version, "what we cannot know": 1})
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in {container.MANIFEST: manifest, **parts}.items():
            archive.writestr(name, content)
    path.write_bytes(stream.getvalue())
    return path


def parts_of(made: Project) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(contents.write(made))) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name != container.MANIFEST}


def test_an_older_version_is_brought_to_the_present_one_step_by_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made up: version -1 called the experiment otherwise, version 0 had no marks."""

    def rename(parts: migrations.Parts) -> migrations.Parts:
        return {name.replace("recipe", "experiment"): content for name, content in parts.items()}

    monkeypatch.setattr(migrations, "MIGRATIONS", {-1: rename, 0: lambda parts: {**parts, contents.MARKS: b"[]"}})
    parts = {name.replace("experiment", "recipe"): content for name, content in parts_of(project()).items()}
    del parts[contents.MARKS]
    found = contents.read(as_version(-1, parts, tmp_path / "old.escape"))
    assert_same(found, dataclasses.replace(project(), marks=(), origin=""))


@pytest.mark.parametrize(
    ("version", "words"), [(container.VERSION + 1, "newer Energyscape"), (0, "no version 0"), (-(10**15), "no version")]
)
def test_a_version_that_is_not_known_is_refused(tmp_path: Path, version: int, words: str) -> None:
    path = as_version(version, parts_of(project()), tmp_path / "a.escape")
    with pytest.raises(Notice, match=words):
        contents.read(path)
