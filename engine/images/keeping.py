"""A model that was trained in the window as files, so that it can be opened again, here or elsewhere.

Not covered: the format (checkpoints.py), and what is measured for a card (headless.py).
"""

from typing import Any

import msgspec

from engine.images import Pictures, checkpoints
from engine.images.checkpoints import Card
from engine.images.held_out import in_words
from engine.images.latent import Latent
from engine.images.training import Training
from engine.messages import AskForWeights, TrainPictures, Weights
from engine.notice import Notice


def card_of(training: Training, pictures: Pictures, asked: TrainPictures) -> Card:
    """What is known when a training in the window has ended."""
    classes = training.data.num_classes
    names = pictures.class_names
    return Card(
        name="weights",
        model=training.name,
        params=asked.params,
        shape=(training.shape.height, training.shape.width, training.shape.channels),
        sha256="",
        classes=tuple(names[:classes]) + tuple(map(str, range(len(names), classes))),
        data=in_words(len(training.data.kept), pictures),
        recipe={"data": _data_of(asked), "seed": asked.seed},
        seed=asked.seed,
        command="trained in the window",
        steps=training.num_steps,
        seconds=round(training.seconds, 1),
    )


def weights(asked: AskForWeights, latent: Latent) -> Weights:
    """Raises Notice where nothing is known of the model."""
    if not latent.card:
        raise Notice("Nothing is known of this model, so that it cannot be saved.")
    card = msgspec.json.decode(latent.card.encode(), type=Card)
    named = msgspec.structs.replace(card, name=asked.name)
    files = checkpoints.contents(latent.model, named)
    return Weights(
        asked.run, asked.channel, asked.serial, asked.name, files[f"{asked.name}.safetensors"],
        files[f"{asked.name}.json"],
    )  # fmt: skip


def _data_of(asked: TrainPictures) -> dict[str, Any]:
    """As a recipe tells of a source; files of a person's own are not in it."""
    return {} if asked.data.files else {"source": asked.data.source, "args": asked.data.params, "seed": asked.data.seed}
