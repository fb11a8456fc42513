"""A link without an engine, and what an engine would say."""

from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.messages import Entry, LatentReady, Message, PictureKind, Ready
from gui.latent.item import Item

LATENTS = 3
SHAPE = (4, 4, 1)


class FakeLink(QObject):
    received = Signal(object)
    died = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Message] = []

    def send(self, message: Message) -> None:
        self.sent.append(message)

    def of(self, kind: type) -> list[Any]:
        return [each for each in self.sent if isinstance(each, kind)]


def ready(run: int, **more: object) -> LatentReady:
    return LatentReady(
        **{
            "run": run, "model": "pca", "title": "PCA", "shape": SHAPE, "latents": LATENTS, "layers": ("latent",),
            "has_encoder": True, "has_prior": False, "is_conditional": False, "class_names": (), "attribute_names": (),
            "axes": np.eye(LATENTS, dtype=np.float32), "importance": np.ones(LATENTS, np.float32),
            "importance_unit": "nats", "spread": np.ones(LATENTS, np.float32),
            "middle": np.zeros(LATENTS, np.float32), "count": 10, "data_title": "Some", "is_exact": False, **more,
        }
    )  # fmt: skip


def catalogue() -> Ready:
    entry = Entry("vae", "VAE", "Learns.", "", "", ())
    kinds = (PictureKind("a", "A", "faces", "pca"), PictureKind("b", "B", "faces", "pca"))
    return Ready(1, "2", "cpu", ("cpu",), (), (), (), picture_sources=(entry,), picture_models=(entry,), trained=kinds)


def item(value: int = 7, code: object = (1.0, 2.0, 3.0)) -> Item:
    return Item(np.full(SHAPE, value, np.uint8), np.array(code, np.float32))
