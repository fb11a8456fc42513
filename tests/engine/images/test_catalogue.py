"""The sources and models of pictures are found by scanning."""

import pytest

from engine.images.catalogue import model_module, model_modules, source_module, source_modules
from engine.notice import Notice


def test_every_file_of_a_folder_is_found_under_its_name():
    for modules in (source_modules(), model_modules()):
        assert all(module.__name__.rpartition(".")[2] == name for name, module in modules.items())


def test_an_unknown_name_is_answered_with_those_there_are():
    with pytest.raises(Notice, match="There is no source of pictures 'ghosts'"):
        source_module("ghosts")
    with pytest.raises(Notice, match="There is no model of pictures 'ghosts'"):
        model_module("ghosts")
