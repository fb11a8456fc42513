"""Writing a file: whole or not at all, and readable by those who may read other files."""

import os
from pathlib import Path

import pytest

from engine.notice import Notice
from gui import files


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failed_save_keeps_the_old_file_and_leaves_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    target = tmp_path / "points.csv"
    target.write_text("old")
    monkeypatch.setattr(os, step, fail)
    with pytest.raises(Notice, match=r"points\.csv cannot be written: No space left on device"):
        files.write(str(target), "new")
    assert [each.name for each in tmp_path.iterdir()] == ["points.csv"]
    assert target.read_text() == "old"


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_a_saved_file_has_the_mode_that_the_umask_gives(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        files.write(str(tmp_path / "points.csv"), "text")
    finally:
        os.umask(before)
    assert (tmp_path / "points.csv").stat().st_mode & 0o777 == 0o644
