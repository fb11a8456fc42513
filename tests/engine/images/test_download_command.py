"""`main.py download`: a bar, the place, and a sentence where it fails; no network is asked."""

import hashlib
import sys

import pytest

import main
from engine.images import download
from engine.images.download import File, Source


@pytest.fixture
def call(monkeypatch, capfd):
    """Runs the command line in this process: the exit status, and what is on stdout and stderr."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["main.py", *map(str, arguments)])
        try:
            status = main.main()
        except SystemExit as leave:
            status = leave.code
        return status, *capfd.readouterr()

    return run


def test_a_set_that_is_there_is_said_to_be_there(call, monkeypatch, tmp_path):
    (tmp_path / "a.gz").write_bytes(b"letters")
    source = Source("Letters", (), (File("a.gz", 7, hashlib.sha256(b"letters").hexdigest()),))
    monkeypatch.setitem(download.SOURCES, "mnist", source)
    status, said, complained = call("download", "mnist", "--to", tmp_path)
    assert (status, said) == (0, f"See {tmp_path}\n")
    assert "Letters" in complained


def test_a_set_that_cannot_be_fetched_is_one_sentence(call, monkeypatch):
    source = Source("Letters", ("http://127.0.0.1:9/",), (File("a.gz", 7, "0" * 64),))
    monkeypatch.setitem(download.SOURCES, "fashion-mnist", source)
    status, said, complained = call("download", "fashion-mnist")
    assert (status, said) == (2, "")
    assert complained.endswith(
        "energyscape: Letters, a.gz could not be downloaded (127.0.0.1:9: Connection refused).\n"
    )


def test_a_set_that_is_not_known_is_refused(call):
    status, _, complained = call("download", "imagenet")
    assert status == 2
    assert "invalid choice" in complained


def test_the_command_knows_every_set(call):
    _, said, _ = call("download", "--help")
    assert all(name in said for name in download.SOURCES)
