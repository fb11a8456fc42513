"""The weights that are shipped: their recipes, and the command that makes them all again.

    python main.py trained              all of them, one and a half to two hours on two cores
    python main.py trained faces-vae    one of them

What is finished waits in build/trained until all that was asked for is there; then it takes its place in trained/. So
a run that was interrupted goes on with the next model. A recipe that has changed is begun anew. One judge serves all
models of faces; it stays there, so that it is trained once for a drawing.
Digits are 8,000 real ones from the folder ../shared/data/mnist, or where it is not there scikit-learn's; the card says
which.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import torch

from engine import devices
from engine.images import catalogue, checkpoints, headless, judge_file
from engine.images.checkpoints import Card
from engine.knobs import Value
from engine.notice import Notice
from engine.recipe import Evaluation, LatentRecipe, Model, Pictures, Stop

_ROOT = Path(__file__).parents[2]
FOLDER, _WAITING = _ROOT / "trained", _ROOT / "build" / "trained"
DIGITS = Path("..") / "shared" / "data" / "mnist"
# Of the weights of one model.
MAX_BYTES = 6_000_000
_FACES = Pictures(source="faces", args={"count": 20_000})
_OF_FACES: tuple[Evaluation, ...] = ("reconstruction_mse", "analogy_success", "nearest_neighbours")
_OF_DIGITS: tuple[Evaluation, ...] = ("reconstruction_mse", "nearest_neighbours", "class_histogram", "interpolation")
_BOUNDS: tuple[Evaluation, ...] = ("negative_elbo", "iwae_bound")


class Shipped(NamedTuple):
    """model: the family and its knobs.  evaluate: what stands on the card."""

    data: Pictures
    model: Model
    steps: int
    evaluate: tuple[Evaluation, ...]


def recipes() -> dict[str, LatentRecipe]:
    """By the names of the files, in the order in which they are made."""
    return {
        name: LatentRecipe(each.data, model=each.model, stop=Stop(steps=each.steps), evaluate=each.evaluate)
        for name, each in {**_of_faces(), **_of_digits()}.items()
    }


def make(names: tuple[str, ...], on_progress: Callable[[str, float, str], None]) -> list[Card]:
    """Make the models of these names, all of them where there is none, and put them into trained/.

    on_progress: the model's name, the share of it that is done, and a line about it.
    Raises Notice for a name that there is not.
    """
    known = recipes()
    for name in names:
        if name not in known:
            raise Notice(f"No model {name!r} is shipped; there is: {', '.join(known)}.")
    _set_up_all_cores()
    wanted = names or tuple(known)
    for name in wanted:
        if _is_waiting(name, known[name]):
            on_progress(name, 1.0, "is there already")
            continue
        _make_one(name, known[name], on_progress)
    return [_put_in_place(name) for name in wanted]


def _of_faces() -> dict[str, Shipped]:
    # A slow warm-up first learns the details, then tidies the codes.
    small: dict[str, Value] = {"latents": 32, "width": 24, "batch_size": 32}
    slow: dict[str, Value] = {**small, "width": 32, "warm_up": 10_000, "learning_rate": 3e-3}
    gentle: dict[str, Value] = {**small, "penalty": 2.0, "discriminator_learning_rate": 4e-4}
    return {
        "faces-pca": Shipped(_FACES, Model("pca", {"latents": 32}), 1, _OF_FACES),
        "faces-vae": Shipped(_FACES, Model("vae", slow), 16_000, _OF_FACES),
        "faces-beta-vae": Shipped(
            _FACES, Model("beta_vae", {**slow, "beta": 2.0, "least_noise": 0.08}), 16_000, _OF_FACES
        ),
        "faces-gan": Shipped(_FACES, Model("gan", gentle), 8_000, ("nearest_neighbours",)),
        "faces-bigan": Shipped(_FACES, Model("bigan", gentle), 6_000, _OF_FACES),
    }


def _of_digits() -> dict[str, Shipped]:
    data = _digits()
    return {
        "digits-stacked-denoising": Shipped(data, Model("stacked_denoising", {"latents": 32}), 12_000, _OF_DIGITS),
        "digits-vae-2": Shipped(data, Model("vae", {"latents": 2, "binarise": True}), 8_000, (*_OF_DIGITS, *_BOUNDS)),
        "digits-vae-16": Shipped(
            data, Model("vae", {"latents": 16, "binarise": True}), 12_000, (*_OF_DIGITS, *_BOUNDS)
        ),
        "digits-conditional-vae": Shipped(
            data, Model("conditional_vae", {"latents": 16, "binarise": True}), 10_000, (*_OF_DIGITS, *_BOUNDS)
        ),
        "digits-gan": Shipped(data, Model("gan", {"latents": 32}), 12_000, _OF_DIGITS[1:3]),
    }


def _digits() -> Pictures:
    if (_ROOT / DIGITS).is_dir():
        return Pictures(file=str(DIGITS))
    return Pictures(source="digits")


def _make_one(name: str, wanted: LatentRecipe, on_progress: Callable[[str, float, str], None]) -> None:
    began = time.perf_counter()
    judging = None
    if "analogy_success" in wanted.evaluate:
        on_progress(name, 0.0, "the judge of faces")
        source = catalogue.source_module("faces")
        judging = judge_file.judging(_WAITING, source, headless.shape_of(wanted), devices.chosen(wanted.device))
    # The card keeps the path as it stands in the recipe; the pictures are found from the root of the project.
    made = headless.make_model(
        wanted,
        name,
        lambda share, text: on_progress(name, share, text),
        judging=judging,
        root=_ROOT,
    )
    card = msgspec.structs.replace(
        made.card,
        command=f"python main.py trained {name}",
        measures={**made.card.measures, "seconds_with_measuring": round(time.perf_counter() - began, 1)},
    )
    checkpoints.save(_WAITING, made.training.model, card, is_half=True)
    on_progress(name, 1.0, f"done in {time.perf_counter() - began:.0f} s")


def _is_waiting(name: str, wanted: LatentRecipe) -> bool:
    """Whether it was finished by this recipe before the command was interrupted."""
    path = _WAITING / f"{name}.json"
    if not path.exists():
        return False
    try:
        card = checkpoints.load(path, torch.device("cpu")).card
    except Notice:
        return False
    return card.recipe == headless.plain(wanted)


def _put_in_place(name: str) -> Card:
    card = checkpoints.read_card(_WAITING / f"{name}.json")
    FOLDER.mkdir(exist_ok=True)
    # The card last: without it the weights are not looked at.
    for ending in ("safetensors", "json"):
        os.replace(_WAITING / f"{name}.{ending}", FOLDER / f"{name}.{ending}")
    return card


def _set_up_all_cores() -> None:
    """No window is to stay fluid here, so no core is left free."""
    devices.set_up_cpu()
    torch.set_num_threads(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def summary(card: Card) -> str:
    """A line about one of them."""
    measures: dict[str, Any] = card.measures
    told = [f"error {measures['reconstruction_mse']:.5f}"] if "reconstruction_mse" in measures else []
    if "analogy_success" in measures:
        found = measures["analogy_success"]
        told.append(f"analogies {100 * found['success_rate']:.1f} %, error ratio {found['error_ratio']:.2f}")
    if "iwae_bound" in measures:
        told.append(f"-ELBO {measures['negative_elbo']:.2f}, -IW {measures['iwae_bound']:.2f} nats")
    return f"{card.name}: {card.steps} steps in {card.seconds:.0f} s; {', '.join(told)}"
