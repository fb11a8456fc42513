"""From a question to open weights, or from a finished training, to a model that can be asked.

Not covered: the format of weights and cards (checkpoints.py), and how files of pictures are read (files.py).
"""

import json
import tempfile
from functools import partial
from pathlib import Path, PurePosixPath

import msgspec
import numpy as np

from engine import devices, recipe
from engine.images import Pictures, Shape, catalogue, checkpoints, files, shipped
from engine.images.held_out import in_words, split
from engine.images.latent import Latent
from engine.images.resize import resized
from engine.knobs import make
from engine.messages import LatentReady, OpenTrained, PictureData
from engine.notice import Notice

# So many pictures are looked at beside a model at once; to draw all that it learnt from would take long.
_AT_ONCE = 1000


def pictures_of(data: PictureData) -> Pictures:
    """Raises Notice for whatever is wrong with the data, in a sentence that names it."""
    if data.files:
        return _read(data)
    module = catalogue.source_module(data.source)
    pictures: Pictures = module.make(make(module.Params, data.params, "data.params"), data.seed)
    return pictures


def opened(asked: OpenTrained) -> Latent:
    """Shipped weights by name, or those in the message, with pictures of their kind. Raises Notice."""
    device = devices.chosen(asked.device)
    if not asked.content:
        loaded = checkpoints.load(shipped.path_of(asked.name), device)
    else:
        with tempfile.TemporaryDirectory() as folder:
            # Under its own name, which sentences about it tell.
            path = Path(folder) / f"{Path(asked.name).name}.json"
            path.write_bytes(asked.card)
            path.with_suffix(".safetensors").write_bytes(asked.content)
            loaded = checkpoints.load(path, device)
    card = loaded.card
    text = json.dumps(msgspec.to_builtins(card))
    found = None if asked.content else _shipped_with(card)
    if found is not None:
        whole = partial(_as_it_is, found)
        return Latent(loaded.model, card.model, _some(found), device, text, whole, True, card.seed)
    known = asked.data or _data_of(card)
    # Other pictures stand in for those that are not here.
    data = known or PictureData("digits" if card.shape[2] == 1 else "faces")
    few = _few(data)
    pictures = pictures_of(few)
    if tuple(pictures.shape) != card.shape:
        # Of a person's own pictures, which the card does not hold: others take their place.
        few, known = data, None
        pictures = _in_shape(pictures, Shape(*card.shape))
    if card.classes and pictures.class_names != card.classes:
        labels = np.where(pictures.labels < len(card.classes), pictures.labels, -1)
        pictures = pictures._replace(class_names=card.classes, labels=labels)
    make_all = None if few == data or known is None else partial(pictures_of, data)
    return Latent(loaded.model, card.model, pictures, device, text, make_all, known is not None, card.seed)


def described(run: int, latent: Latent) -> LatentReady:
    """What the window is told of it."""
    model, pictures, axes = latent.model, latent.pictures, latent.axes
    return LatentReady(
        run=run,
        model=latent.name,
        title=catalogue.title_of(latent.name),
        shape=(*latent.shape,),
        latents=model.latents,
        layers=model.layers,
        has_encoder=model.has_encoder,
        has_prior=model.has_prior,
        is_conditional=model.is_conditional,
        class_names=pictures.class_names,
        attribute_names=pictures.attribute_names,
        axes=axes.directions.numpy(),
        importance=axes.importance.numpy(),
        importance_unit=axes.unit,
        spread=axes.spread.numpy(),
        middle=axes.middle.numpy(),
        count=len(pictures.pixels),
        data_title=pictures.title,
        is_exact=catalogue.exact_source_of(pictures) is not None,
        card=latent.card,
        is_learnt=latent.is_learnt,
    )


def _in_shape(pictures: Pictures, shape: Shape) -> Pictures:
    """Another size or colour; what they were drawn from is not that of such pictures."""
    pixels = resized(pictures.pixels, shape)
    return pictures._replace(pixels=pixels, attributes=np.zeros((0, 0), np.float32), attribute_names=())


def _data_of(card: checkpoints.Card) -> PictureData | None:
    """What weights were trained on, None where that was files, which are not here. Raises Notice."""
    wanted = _told(card)
    if wanted.source in catalogue.source_modules():
        return PictureData(wanted.source, wanted.args, wanted.seed or 0)
    return None


def _shipped_with(card: checkpoints.Card) -> Pictures | None:
    """The files that shipped weights were trained on, where they lie on this machine as they were then.

    Their path on the card starts from the root of the project; that of a stranger's card is never followed.
    """
    wanted = _told(card)
    if wanted.file is None:
        return None
    try:
        pictures = files.read_path(shipped.FOLDER.parent / wanted.file, wanted.side, wanted.is_grey)
    except Notice:
        return None
    is_same = in_words(len(split(len(pictures.pixels), card.seed).kept), pictures) == card.data
    return pictures if is_same and tuple(pictures.shape) == card.shape else None


def _some(pictures: Pictures) -> Pictures:
    """As many as are looked at beside a model at once, from all over the set."""
    count = len(pictures.pixels)
    return pictures.chosen(np.linspace(0, count - 1, min(_AT_ONCE, count)).astype(np.int64))


def _as_it_is(pictures: Pictures) -> Pictures:
    return pictures


def _told(card: checkpoints.Card) -> recipe.Pictures:
    """What the card tells of the data, with a seed. Raises Notice."""
    told = card.recipe.get("data")
    try:
        wanted = msgspec.convert(told if isinstance(told, dict) else {}, recipe.Pictures)
        seed = msgspec.convert(card.recipe.get("seed", 0), int) if wanted.seed is None else wanted.seed
    except msgspec.ValidationError as error:
        raise Notice(f"The card of the weights tells of no data that there is: {error}.") from None
    return msgspec.structs.replace(wanted, seed=seed)


def _few(data: PictureData) -> PictureData:
    """So many of them as are soon there."""
    if data.files:
        return data
    module = catalogue.source_module(data.source)
    count = getattr(make(module.Params, data.params, "data.params"), "count", 0)
    return msgspec.structs.replace(data, params={**data.params, "count": _AT_ONCE}) if count > _AT_ONCE else data


def _read(data: PictureData) -> Pictures:
    """Files of the window, under their names in a folder of their own."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in data.files:
            relative = PurePosixPath(name)
            if relative.is_absolute() or ".." in relative.parts or not relative.parts or "\0" in name:
                raise Notice(f"{name!r} is not a possible name of a picture.")
            path = Path(folder, *relative.parts)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        names = {PurePosixPath(name).parts[0] for name, _ in data.files}
        whole = Path(folder)
        # One file, or one folder: its own name goes into the title.
        return files.read_path(whole / names.pop() if len(names) == 1 else whole, side=data.side)
