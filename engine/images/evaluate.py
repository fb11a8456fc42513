"""What a recipe may ask of a trained model, by name: each gives numbers that stand in metrics.json and on the card.

Everything is measured on held-out pictures, and seeded.
Not covered: how each is measured (bounds.py, analogies.py, samples.py).
"""

from collections.abc import Callable
from typing import Any

import torch

from engine import recipe
from engine.images import analogies, bounds, catalogue, encoding, samples
from engine.images.analogies import Judging
from engine.images.classifier import Judge
from engine.images.models import Model, Stock
from engine.images.training import Data
from engine.notice import Notice

# What faces are asked to change; for other sources, all that a judge can be trusted with.
CHANGES = {"faces": ("glasses", "smile", "hat", "beard", "gender")}
_SEARCHED = 64
# How many people stand for A, and for B, in analogies of groups.
_GROUP = 16


class Evaluation:
    """Of one model on one set of pictures; judges are trained at the first question that needs them."""

    def __init__(
        self, model: Model, data: Data, names: tuple[str, ...], pictures: recipe.Pictures, device: torch.device
    ) -> None:
        """names: of the classes."""
        self.model, self.data, self._names, self._pictures, self._device = model, data, names, pictures, device
        self._judge: tuple[Judge, float] | None = None

    def measure(self, wanted: str, judging: Judging | None = None) -> Any:
        """The numbers of one of recipe.Evaluation. judging: of the factors, if it has been trained before.

        Raises Notice where the model or the pictures have no such thing.
        """
        measures: dict[str, Callable[[], Any]] = {
            "reconstruction_mse": lambda: reconstruction_mse(self.model, self.data.judged),
            "negative_elbo": lambda: self._bounds()["negative_elbo"],
            "iwae_bound": lambda: self._bounds()["iwae_bound"],
            "analogy_success": lambda: self._analogies(judging),
            "nearest_neighbours": lambda: samples.nearest_neighbours(self.model, self.data),
            "class_histogram": lambda: samples.class_histogram(self.model, self.data, self.judge),
            "interpolation": lambda: samples.interpolation(
                self.model, self.data, self.judge, samples.ends_of(self._names)
            ),
        }
        return measures[wanted]()

    @property
    def judge(self) -> tuple[Judge, float]:
        """Of the classes, and its accuracy."""
        if self._judge is None:
            self._judge = samples.judge_of(self.data, self.model.shape)
        return self._judge

    def _bounds(self) -> dict[str, float]:
        """In nats for a picture: of grey ones made black and white, of coloured ones as they are."""
        stock = self.data.judged
        batch = bounds.binarised(stock, 0) if self.model.shape.channels == 1 else stock.batch(slice(None))
        rng = torch.Generator(self._device).manual_seed(0)
        found = bounds.bounds(self.model, batch, rng)
        return {
            "negative_elbo": -float(found.elbo.mean()),
            "iwae_bound": -float(found.importance_weighted.mean()),
        }

    def _analogies(self, judging: Judging | None) -> dict[str, Any]:
        source = source_of(self._pictures)
        found = judging or analogies.judging(source, self.model.shape, self._device)
        names = CHANGES.get(self._pictures.source or "", tuple(found.accuracies))
        # Once with one person for A and for B, and once with the means of groups, as the cards of the lab allow.
        single, grouped = (
            analogies.success(self.model, source, found, names, people=people, device=self._device)
            for people in (1, _GROUP)
        )
        return {**single, "groups": {name: each for name, each in grouped.items() if not name.startswith("judges")}}


def source_of(pictures: recipe.Pictures) -> Any:
    """The module of a source that draws from factors. Raises Notice."""
    module = catalogue.source_module(pictures.source) if pictures.source else None
    if not getattr(module, "FACTORS", ()):
        raise Notice("Analogies with exact answers need pictures that are drawn from factors, such as faces.")
    return module


@torch.no_grad()
def reconstruction_mse(model: Model, stock: Stock) -> float:
    """The mean squared error of pictures that are encoded and decoded, for each number of them, from 0 to 1.

    Where codes are searched for, of the first few pictures.
    """
    total, count = 0.0, 0
    for each in stock.batches():
        batch = each if model.has_encoder else type(each)(each.x[:_SEARCHED], each.y[:_SEARCHED])
        told = batch.y if model.is_conditional else None
        rebuilt = model.decode(encoding.codes_of(model, batch.x, told), told)
        total += float((rebuilt - batch.x).square().flatten(1).mean(1).sum())
        count += len(batch.x)
        if not model.has_encoder:
            break
    return total / count
