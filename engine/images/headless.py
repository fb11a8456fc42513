"""A recipe of the latent lab from start to end without a window: pictures, training, measures, files.

Not covered: the other labs (engine/headless.py, engine/chains_headless.py).
"""

import math
import shlex
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import torch

from engine import devices, headless, recipe
from engine.images import Pictures, Shape, catalogue, checkpoints, files, samples, sheets
from engine.images.analogies import Judging
from engine.images.checkpoints import Card
from engine.images.evaluate import Evaluation
from engine.images.held_out import in_words
from engine.images.training import Training
from engine.knobs import make
from engine.recipe import LatentRecipe

_SAMPLES, _COLUMNS = 100, 10
_INTERPOLATED, _FRAMES = 7, 10
_REPORT_EVERY_SECONDS = 0.5

OnProgress = Callable[[float, str], None]


class Made(NamedTuple):
    """A trained model with all that is known of it, and its two sheets as PNG."""

    training: Training
    card: Card
    metrics: dict[str, Any]
    samples_png: bytes
    interpolation_png: bytes


def run(wanted: LatentRecipe, out: Path, on_progress: OnProgress = lambda share, text: None) -> headless.Result:
    """Do what the recipe says; write metrics.json, samples.png, interpolation.png and the weights with their card.

    Raises Notice for whatever the person who wrote the recipe can mend; then nothing was written.
    """
    headless.check_folder(out)
    devices.set_up_cpu()
    made = make_model(wanted, "weights", on_progress)
    more = {"samples.png": made.samples_png, "interpolation.png": made.interpolation_png}
    more |= checkpoints.contents(made.training.model, made.card)
    headless.write_files(out, made.metrics, {}, more)
    return headless.Result(made.metrics, None, None)


def make_model(
    wanted: LatentRecipe,
    name: str,
    on_progress: OnProgress = lambda share, text: None,
    *,
    judging: Judging | None = None,
    root: Path = Path(),
) -> Made:
    """Train and measure.

    name: of the card.  judging: of the source's factors, if there is one already.  root: what a relative path of the
    recipe starts from.
    """
    device = devices.chosen(wanted.device)
    on_progress(0.0, "pictures")
    pictures = pictures_of(wanted, root)
    if pictures.left_out:
        on_progress(0.0, pictures.left_out)
    training = Training(wanted.model.name, wanted.model.params, pictures, wanted.seed, device)
    _train(training, wanted.stop, on_progress)
    evaluation = Evaluation(training.model, training.data, pictures.class_names, wanted.data, device)
    measures: dict[str, Any] = {}
    for each in wanted.evaluate:
        on_progress(1.0, f"measuring {each.replace('_', ' ')}")
        measures[each] = evaluation.measure(each, judging)
    card = Card(
        name=name,
        model=wanted.model.name,
        params=wanted.model.params,
        shape=(training.shape.height, training.shape.width, training.shape.channels),
        sha256="",
        classes=class_names(pictures, training.data.num_classes),
        data=in_words(len(training.data.kept), pictures),
        recipe=plain(wanted),
        seed=wanted.seed,
        command=shlex.join(["python", *sys.argv]) if sys.argv[0] else "",
        steps=training.num_steps,
        seconds=round(training.seconds, 1),
        measures=_without_nan(measures),
    )
    return Made(training, card, _metrics(training, card), *_sheets(training))


def pictures_of(wanted: LatentRecipe, root: Path = Path()) -> Pictures:
    """What the recipe's data says; a relative path starts from `root`. Raises Notice."""
    data = wanted.data
    seed = wanted.seed if data.seed is None else data.seed
    if data.file is not None:
        return files.read_path(root / data.file, data.side, data.is_grey)
    module = catalogue.source_module(data.source or "")
    pictures: Pictures = module.make(make(module.Params, data.args, "data.args"), seed)
    return pictures


def plain(wanted: LatentRecipe) -> dict[str, Any]:
    """The recipe as it stands in a file."""
    read: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(wanted))
    return read


def shape_of(wanted: LatentRecipe) -> Shape:
    """Of the pictures of a source. Raises Notice."""
    args = {**wanted.data.args, "count": 16}
    return pictures_of(msgspec.structs.replace(wanted, data=recipe.Pictures(wanted.data.source, args=args))).shape


def class_names(pictures: Pictures, count: int) -> tuple[str, ...]:
    """A name for each class: its number, where it has none."""
    return tuple(pictures.class_names[:count]) + tuple(map(str, range(len(pictures.class_names), count)))


def _train(training: Training, stop: recipe.Stop, on_progress: OnProgress) -> None:
    last = -math.inf
    for progress in training.steps(stop):
        if time.perf_counter() - last > _REPORT_EVERY_SECONDS or progress.share >= 1:
            last = time.perf_counter()
            traces = training.measure().traces
            loss = f", loss {float(traces['loss'].mean()):.4g}" if traces else ""
            on_progress(progress.share, f"step {progress.step}, {progress.step / progress.seconds:.0f} steps/s{loss}")


def _metrics(training: Training, card: Card) -> dict[str, Any]:
    parameters = sum(each.numel() for each in training.model.tensors().values())
    return {
        "steps": card.steps,
        "seconds": card.seconds,
        "steps_per_second": round(card.steps / max(1e-9, training.seconds), 2),
        "held_out_loss": None if not math.isfinite(training.best_loss) else training.best_loss,
        "held_out_pictures": training.data.judged.size,
        **card.measures,
        "parameters": parameters,
        "device": str(training.device),
        "threads": torch.get_num_threads(),
        "seed": card.seed,
        "recipe": card.recipe,
    }


def _sheets(training: Training) -> tuple[bytes, bytes]:
    """Samples, and held-out pictures with the ways between them."""
    model, data = training.model, training.data
    batch = data.judged.batch(slice(0, _INTERPOLATED))
    between = samples.frames(model, batch.x, batch.y, _FRAMES)
    return sheets.png(samples.drawn(model, data, _SAMPLES, 0).x, _COLUMNS), sheets.png(between, _FRAMES)


def _without_nan(value: Any) -> Any:
    """JSON knows neither NaN nor infinity."""
    if isinstance(value, dict):
        return {key: _without_nan(each) for key, each in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value
