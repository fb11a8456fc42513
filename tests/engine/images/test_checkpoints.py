"""Files of models: what was saved comes back, and what is not right is refused with a sentence."""

import hashlib
import json
import struct

import pytest
import safetensors.torch
import torch

from engine.images import Shape, catalogue, checkpoints
from engine.images.checkpoints import Card
from engine.notice import Notice

CPU = torch.device("cpu")
PARAMS = {"latents": 2, "width": 4}


def model(seed=0, name="vae"):
    module = catalogue.model_module(name)
    return module.Model(module.Params(**PARAMS), Shape(8, 8, 1), 0, torch.Generator().manual_seed(seed), CPU)


def card(**changes) -> Card:
    return Card(**{"name": "small", "model": "vae", "params": PARAMS, "shape": (8, 8, 1), "sha256": "", **changes})


@pytest.fixture
def saved(tmp_path):
    checkpoints.save(tmp_path, model(), card(measures={"mse": 0.5}, seed=7))
    return tmp_path / "small.json"


def resign(path, content: bytes) -> None:
    """Put other weights there, with a card that knows their checksum."""
    path.with_suffix(".safetensors").write_bytes(content)
    plain = json.loads(path.read_text())
    path.write_text(json.dumps(plain | {"sha256": hashlib.sha256(content).hexdigest()}))


def change(path, **keys) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | keys))


def refused(path, words: str) -> None:
    with pytest.raises(Notice, match=words):
        checkpoints.load(path, CPU)


def test_what_was_saved_comes_back(saved):
    loaded = checkpoints.load(saved, CPU)
    z = torch.randn(3, 2, generator=torch.Generator().manual_seed(1))
    assert torch.equal(loaded.model.decode(z), model().decode(z))
    assert loaded.card.measures == {"mse": 0.5}
    assert loaded.card.seed == 7
    assert not list(saved.parent.glob(".new-*"))


def test_half_the_size_is_nearly_the_same(tmp_path):
    checkpoints.save(tmp_path, model(), card(), is_half=True)
    loaded = checkpoints.load(tmp_path / "small.json", CPU)
    z = torch.randn(3, 2, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(loaded.model.decode(z), model().decode(z), atol=0.01, rtol=0)
    assert all(each.dtype == torch.float32 for each in loaded.model.tensors().values())


def test_a_missing_file_is_named(saved, tmp_path):
    refused(tmp_path / "other.json", r"other\.json cannot be read")
    saved.with_suffix(".safetensors").unlink()
    refused(saved, r"small\.safetensors cannot be read")


def test_a_file_that_is_cut_off_is_refused(saved):
    weights = saved.with_suffix(".safetensors")
    content = weights.read_bytes()
    for length in (0, 5, 40, len(content) // 2, len(content) - 1):
        weights.write_bytes(content[:length])
        refused(saved, "cut off|cannot be read")


def test_other_weights_of_the_same_shape_are_refused(saved, tmp_path):
    other = tmp_path / "other"
    checkpoints.save(other, model(seed=1), card())
    saved.with_suffix(".safetensors").write_bytes((other / "small.safetensors").read_bytes())
    refused(saved, "checksums differ")


def test_foreign_tensors_are_refused(saved):
    weights = {name: each.contiguous() for name, each in model().tensors().items()}
    resign(saved, safetensors.torch.save({**weights, "foreign": torch.zeros(3)}))
    refused(saved, "foreign is missing or too many")
    name = next(iter(weights))
    resign(saved, safetensors.torch.save({key: each for key, each in weights.items() if key != name}))
    refused(saved, "missing or too many")
    resign(saved, safetensors.torch.save(weights | {name: torch.zeros(1)}))
    refused(saved, "not what its model has")
    resign(saved, safetensors.torch.save(weights | {name: weights[name].double()}))
    refused(saved, "not what its model has")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a file of weights",
        struct.pack("<Q", 2**60) + b"{}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 9) + b'{"a": 17}',
        struct.pack("<Q", 60_000) + b"[" * 60_000,
    ],
)
def test_what_is_no_file_of_weights_is_refused(saved, content):
    resign(saved, content)
    refused(saved, "no file of weights|cut off|cannot be read")


def test_a_header_that_claims_too_much_is_refused_before_memory_is_taken(saved):
    weights = {name: each.contiguous() for name, each in model().tensors().items()}
    content = safetensors.torch.save(weights)
    size = int.from_bytes(content[:8], "little")
    header = json.loads(content[8 : 8 + size])
    name = next(each for each in header if each != "__metadata__")
    header[name]["shape"] = [2**40]
    text = json.dumps(header).encode()
    resign(saved, struct.pack("<Q", len(text)) + text + content[8 + size :])
    refused(saved, "not what its model has")


def test_a_huge_file_is_not_read(saved):
    with saved.with_suffix(".safetensors").open("ab") as file:
        file.truncate(2**33)
    refused(saved, "is the most it can have")
    with saved.open("ab") as file:
        file.truncate(2**33)
    refused(saved, "is the most it can have")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"model": "nothing"}, "no model of pictures 'nothing'"),
        ({"params": {"latents": 10**9}}, r"params\.latents is 1000000000"),
        ({"params": {"width": 5000}}, "params.width is 5000"),
        ({"params": {"other": 1}}, "has no 'other'"),
        ({"shape": [10_000, 10_000, 3]}, "which there are not"),
        ({"shape": [8, 8, 2]}, "which there are not"),
        ({"shape": [4, 4, 1]}, "sides of 8 to 128"),
        ({"shape": "large"}, "no card of a model"),
        ({"classes": ["a"] * 5000}, "5000 classes"),
        ({"version": 2}, "no card of a model"),
        ({"more": 1}, "no card of a model"),
        ({"params": {"latents": 3, "width": 4}}, "not what its model has"),
    ],
)
def test_a_wrong_card_is_refused(saved, keys, words):
    change(saved, **keys)
    refused(saved, words)


@pytest.mark.parametrize("text", ["", "{", "[]", "nothing", "[" * 100_000, '{"name": 1}'])
def test_what_is_no_card_is_refused(saved, text):
    saved.write_text(text)
    refused(saved, "no card of a model")


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Notice, match="cannot be written"):
        checkpoints.save(tmp_path / "file", model(), card())
