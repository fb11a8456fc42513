"""Models of pictures as files: NAME.safetensors with numbers alone, and NAME.json, a card that says what they are.

Both may come from a stranger. The card is checked first, then the size and the header of the weights; memory for them
is taken only when all names, shapes and kinds are those of the model that the card tells of.
Source: safetensors, https://github.com/huggingface/safetensors, for the format of the header.
"""

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
import torch
from torch import Tensor

from engine import checkpoints
from engine.images import MAX_SIDE_PX, Shape, catalogue
from engine.images.models import Model
from engine.knobs import Value, make
from engine.notice import Notice

MAX_CARD_BYTES, MAX_HEADER_BYTES = 2**20, 2**20
MAX_WEIGHTS_BYTES = 256 * 2**20
MAX_CLASSES = 1000
_KINDS = {"F32": torch.float32, "F16": torch.float16}


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of some weights.

    shape: height, width and channels of a picture.  classes: their names.  data: what it learnt from, in a sentence,
    and `recipe`, what a recipe says of it.  command: what made it, in so many seconds.  measures: by name.
    sha256: of the file of the weights.
    """

    name: str
    model: str
    params: dict[str, Value]
    shape: tuple[int, int, int]
    sha256: str
    classes: tuple[str, ...] = ()
    data: str = ""
    recipe: dict[str, Any] = {}
    seed: int = 0
    command: str = ""
    steps: int = 0
    seconds: float = 0.0
    measures: dict[str, Any] = {}
    version: Literal[1] = 1


class Loaded(NamedTuple):
    card: Card
    model: Model


def contents(model: Model, card: Card, *, is_half: bool = False) -> dict[str, bytes]:
    """The two files by name; the card's checksum is filled in. is_half: numbers of 16 bits, half the size."""
    weights = {name: each.half() if is_half else each for name, each in model.tensors().items()}
    content = checkpoints.to_bytes(weights, {"model": card.model})
    card = msgspec.structs.replace(card, sha256=hashlib.sha256(content).hexdigest())
    text = json.dumps(msgspec.to_builtins(card), indent=2, ensure_ascii=False) + "\n"
    return {f"{card.name}.safetensors": content, f"{card.name}.json": text.encode()}


def save(folder: Path, model: Model, card: Card, *, is_half: bool = False) -> None:
    """Write NAME.safetensors, then NAME.json, each whole or not at all. Raises Notice where that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents(model, card, is_half=is_half).items():
            put_in_place(folder / name, content)
    except OSError as error:
        raise Notice(f"{folder} cannot be written: {error.strerror}.") from None


def load(path: Path, device: torch.device) -> Loaded:
    """The model of a card (NAME.json) with the weights that lie beside it.

    Raises Notice for a wrong card, and for weights that are cut off, of another model, or not what the card says.
    """
    card = read_card(path)
    module = catalogue.model_module(card.model)
    params = make(module.Params, card.params, f"{path.name}: params")
    model: Model = module.Model(
        params, Shape(*card.shape), len(card.classes), torch.Generator(device).manual_seed(0), device
    )
    content = _content(path.with_suffix(".safetensors"), card, model.tensors())
    model.load({name: each.float() for name, each in checkpoints.from_bytes(content).items()})
    return Loaded(card, model)


def read_card(path: Path) -> Card:
    """Raises Notice for what is no card, or tells of pictures or classes that there cannot be."""
    try:
        card = msgspec.json.decode(_bytes(path, MAX_CARD_BYTES), type=Card)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Notice(f"{path.name} is no card of a model: {error}.") from None
    height, width, channels = card.shape
    if not (1 <= height <= MAX_SIDE_PX and 1 <= width <= MAX_SIDE_PX and channels in (1, 3)):
        raise Notice(f"{path.name} tells of pictures of {height} x {width} x {channels}, which there are not.")
    if card.seed < 0:
        raise Notice(f"{path.name} tells of the seed {card.seed}, which there is not.")
    if len(card.classes) > MAX_CLASSES:
        raise Notice(f"{path.name} tells of {len(card.classes)} classes; {MAX_CLASSES} is the most.")
    return card


def _content(path: Path, card: Card, wanted: dict[str, Tensor]) -> bytes:
    """The file of the weights, once it is known to hold just the tensors that the model has."""
    numbers = sum(each.numel() for each in wanted.values())
    content = _bytes(path, min(MAX_WEIGHTS_BYTES, 4 * numbers + MAX_HEADER_BYTES))
    _check_header(path.name, content, wanted)
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise Notice(f"{path.name} is not the file that its card was written for: their checksums differ.")
    return content


def _check_header(name: str, content: bytes, wanted: dict[str, Tensor]) -> None:
    """Eight bytes of length, then so much JSON: {name: {dtype, shape, data_offsets}}, then the numbers."""
    size = int.from_bytes(content[:8], "little")
    if len(content) < 8 or size > min(MAX_HEADER_BYTES, len(content) - 8):
        raise Notice(f"{name} is no file of weights, or is cut off.")
    try:
        header = json.loads(content[8 : 8 + size])
    except (ValueError, RecursionError):
        raise Notice(f"{name} is no file of weights: its header cannot be read.") from None
    if not isinstance(header, dict) or not all(isinstance(each, dict) for each in header.values()):
        raise Notice(f"{name} is no file of weights: its header does not list tensors.")
    found = {key: each for key, each in header.items() if key != "__metadata__"}
    if found.keys() != wanted.keys():
        odd = sorted(found.keys() ^ wanted.keys())
        raise Notice(f"{name} has not the tensors of its model: {', '.join(map(str, odd[:3]))} is missing or too many.")
    length = 0
    for key, each in found.items():
        if each.get("dtype") not in _KINDS or each.get("shape") != list(wanted[key].shape):
            raise Notice(f"{name}: {key} is {each.get('dtype')} of {each.get('shape')}, not what its model has.")
        length += wanted[key].numel() * _KINDS[each["dtype"]].itemsize
    if len(content) != 8 + size + length:
        raise Notice(f"{name} is cut off or too long: {len(content)} bytes in the place of {8 + size + length}.")


def _bytes(path: Path, most: int) -> bytes:
    try:
        if path.stat().st_size > most:
            raise Notice(f"{path.name} has {path.stat().st_size} bytes; {most} is the most it can have.")
        return path.read_bytes()
    except OSError as error:
        raise Notice(f"{path} cannot be read: {error.strerror}.") from None


def put_in_place(path: Path, content: bytes) -> None:
    """Write beside it, then put it in its place."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            os.unlink(file.name)
            raise
    # A temporary file is its owner's alone; the umask cannot be asked without setting it.
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)
