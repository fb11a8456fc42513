"""What a person is told when Qt lacks a system library, with an ldd that reports what we want."""

import subprocess
import sys

import pytest

from gui import doctor

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems bring what Qt needs")


@pytest.fixture
def ldd_says(tmp_path, monkeypatch):
    def put(listing):
        (tmp_path / "listing").write_text(listing)
        (tmp_path / "ldd").write_text(f"#!/bin/sh\ncat {tmp_path}/listing\n")
        (tmp_path / "ldd").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    return put


def test_missing_libraries_are_named_once_as_debian_packages(ldd_says, capsys, monkeypatch):
    monkeypatch.setattr(doctor, "has_fonts", lambda: True)
    ldd_says(
        "libqxcb.so:\n\tlibxcb-cursor.so.0 => not found\n\tlibEGL.so.1 => not found\n"
        "\tlibm.so.6 => /lib/libm.so.6 (0x0)\n"
        "libQt6Gui.so.6:\n\tlibEGL.so.1 => not found\n"
    )
    assert doctor.main([]) == 0
    assert capsys.readouterr().out == "libegl1 libxcb-cursor0\n"


def test_nothing_is_named_where_nothing_is_missing(ldd_says, capsys, monkeypatch):
    monkeypatch.setattr(doctor, "has_fonts", lambda: True)
    ldd_says("libqxcb.so:\n\tlibm.so.6 => /lib/libm.so.6 (0x0)\n")
    assert doctor.main([]) == 0
    assert capsys.readouterr().out.strip() == ""


def test_a_library_of_no_known_package_is_named_and_stops_the_set_up(ldd_says, capsys):
    ldd_says("libqxcb.so:\n\tlibnovel.so.7 => not found\n")
    assert doctor.main([]) == 1
    assert "libnovel.so.7" in capsys.readouterr().err


def test_without_any_font_the_font_packages_are_asked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(doctor, "FONT_FOLDERS", (str(tmp_path),))
    assert not doctor.has_fonts()
    assert doctor.packages_for([], doctor.has_fonts()) == ["fontconfig", "fonts-dejavu-core"]
    (tmp_path / "truetype").mkdir()
    (tmp_path / "truetype" / "Some.ttf").touch()
    assert doctor.has_fonts()


def test_qt_loads_here_and_has_a_font():
    done = subprocess.run([sys.executable, "-m", "gui.doctor", "--load"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_qt_that_cannot_load_is_reported_in_a_sentence(tmp_path):
    (tmp_path / "PySide6").mkdir()
    (tmp_path / "PySide6" / "__init__.py").write_text(
        "raise ImportError('libEGL.so.1: cannot open shared object file')"
    )
    code = "import sys; sys.path.insert(0, sys.argv[1]); from gui import doctor; sys.exit(doctor.main(['--load']))"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == "Qt cannot be loaded: libEGL.so.1: cannot open shared object file.\n"
