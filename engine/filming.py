"""`python -m engine.filming`: an experiment picture by picture, off the clock, for a film that is rendered.

stdin has a recipe as JSON, then SetView and Skip as the window speaks them; each Skip makes so many steps and is
answered by what is to be seen after them. No clock is asked, so that the same recipe gives the same pictures.
An answer on stdout is the number of its messages, four bytes, and then the messages.
Not covered: drawing (gui/recording/render.py); the experiments that play in the window (loop.py).
"""

import json
import math
import os
import sys
import traceback
from collections.abc import Sequence
from typing import IO, Protocol

import msgspec
import torch

from engine import chains_headless, devices, exact, frames, recipe
from engine import data as datasets
from engine.chain_frames import Tally, frame, landscape_of, measured, truth_of
from engine.chains import Chains
from engine.frames import Mass
from engine.history import History
from engine.jobs import FEWEST_POINTS, Training, dataset
from engine.layers import layers_of
from engine.loop import ready
from engine.messages import (
    DataMade,
    Failed,
    Landscape,
    Message,
    Noticed,
    SetView,
    Skip,
    decode_for_engine,
    encode,
    read_frame,
)
from engine.notice import Notice
from engine.plane import Plane
from engine.recipe import ChainsRecipe, LatentRecipe, Recipe, Sampler

# Of so many pictures one is measured: numbers that change with each of them cannot be read.
_MEASURED_EVERY, _DIAGNOSED_EVERY = 5, 15


class Scene(Protocol):
    """What a film is made of."""

    def opening(self) -> Sequence[Message]:
        """What is known before the first picture."""
        ...

    def picture(self, view: SetView, steps: int) -> Sequence[Message]:
        """After so many more steps. Raises Notice where it cannot go on."""
        ...


class LandscapeScene:
    """A model learns from all points, as in the window."""

    def __init__(self, wanted: Recipe) -> None:
        device = devices.chosen(wanted.device)
        self._drawn = datasets.draw(wanted.data, wanted.seed)
        if len(self._drawn.points) < FEWEST_POINTS:
            raise Notice(f"A film needs at least {FEWEST_POINTS} points; the recipe's data has fewer.")
        drawn = self._drawn
        self._training = Training(wanted.model.name, wanted.model.params, wanted.seed, device)
        self._data = dataset(drawn.points, drawn.labels, drawn.extent, drawn.truth, device)
        self._steps = self._training.steps(self._data)
        # Not the run's own: looking must not change what is learnt.
        self._rng = torch.Generator(device).manual_seed(wanted.seed)
        self._mass, self._nll = Mass(math.nan, math.nan, math.nan), math.nan
        self._num_pictures = 0

    def opening(self) -> Sequence[Message]:
        drawn = self._drawn
        return [ready(), DataMade(0, drawn.points, drawn.labels, drawn.extent, drawn.truth, drawn.note)]

    def picture(self, view: SetView, steps: int) -> Sequence[Message]:
        training, data = self._training, self._data
        for _ in range(steps):
            next(self._steps)
        told = training.measure()
        if self._num_pictures % _MEASURED_EVERY == 0:
            self._mass = frames.mass(training, view.temperature, view.sea_share)
            self._nll = training.nll(data, self._mass.log_z) if training.model.is_density else math.nan
        self._num_pictures += 1
        landscape = frames.landscape(
            training,
            data,
            view,
            data_version=1,
            mass=self._mass,
            own_points=frames.own_points(training.model, self._rng),
            layers=layers_of(training, data, view, self._rng),
            steps_per_second=math.nan,
        )
        return [landscape, frames.progress(view.run, told, self._nll, data)]


class ChainsScene:
    """Samplers on one target, each a run of its own number."""

    def __init__(self, wanted: ChainsRecipe) -> None:
        device = devices.chosen(wanted.device)
        itself = chains_headless.made_place(wanted, device, lambda share, text: None)
        place = chains_headless.sharpened(itself, wanted.sharpness)
        self._target, self._device, self._plane = place.target, device, Plane.of(place.extent)
        self._truth = exact.exact(place.target, device)
        self._walks = []
        for index, sampler in enumerate(wanted.samplers):
            rng = torch.Generator(device).manual_seed(wanted.seed + index)
            x = chains_headless.starts_of(place, sampler.chains, wanted, rng)
            self._walks.append(_FilmedWalk(index, sampler, Chains(sampler.name, sampler.params, place.target, x, rng)))
        self._shown: tuple[SetView, Landscape] | None = None
        self._num_pictures = 0

    def opening(self) -> Sequence[Message]:
        return [ready(), *(truth_of(walk.number, self._truth, self._plane) for walk in self._walks)]

    def picture(self, view: SetView, steps: int) -> Sequence[Message]:
        found: list[Message] = []
        if self._shown is None or self._shown[0] != view:
            log_z = self._truth.log_z + self._plane.log_area
            self._shown = view, landscape_of(self._target, self._plane, view, log_z, 0, self._device)
            found = [msgspec.structs.replace(self._shown[1], run=walk.number) for walk in self._walks]
        for walk in self._walks:
            walk.go(steps)
            found.append(walk.frame(self._plane))
            if self._num_pictures % _DIAGNOSED_EVERY == 0 and len(walk.history) > 1:
                draws = walk.history.draws.transpose(0, 1).cpu().numpy()
                told = walk.tally.told()
                found.append(
                    measured(
                        *(walk.number, walk.chains.num_steps, draws, walk.history.every, self._truth, self._plane),
                        *(told, math.nan),
                    )
                )
        self._num_pictures += 1
        return found


class _FilmedWalk:
    """One sampler's chains: the warm-up first, then draws that count."""

    def __init__(self, number: int, sampler: Sampler, chains: Chains) -> None:
        self.number, self.chains = number, chains
        self._warm_up_left = sampler.warmup
        device = chains.x.device
        self.history, self.tally = History(len(chains.x), device), Tally(device)

    @torch.no_grad()
    def go(self, steps: int) -> None:
        for _ in range(steps):
            chains, before = self.chains, self.chains.x
            if self._warm_up_left > 0:
                chains.warm_up()
                self._warm_up_left -= 1
                if self._warm_up_left == 0:
                    chains.end_warm_up()
            else:
                info = chains.step()
                self.history.add(chains.x)
                self.tally.add(before, chains.x, info)
            self.tally.remember(chains.x)

    def frame(self, plane: Plane) -> Message:
        is_warming_up = self._warm_up_left > 0
        return frame(
            self.number, self.chains, self.tally, plane, is_warming_up=is_warming_up, steps_per_second=math.nan
        )


def scene_of(wanted: recipe.AnyRecipe) -> Scene:
    """Raises Notice for what cannot be filmed, or not be made."""
    if isinstance(wanted, LatentRecipe):
        raise Notice("Films are made of the landscape and the chains lab; this recipe is of the latent lab.")
    return ChainsScene(wanted) if isinstance(wanted, ChainsRecipe) else LandscapeScene(wanted)


def serve(read: IO[bytes], write: IO[bytes]) -> None:
    """Answer until stdin ends; what goes wrong is the last answer."""
    try:
        scene = scene_of(recipe.any_from_plain(json.loads(read_frame(read) or b"null")))
        _answer(write, scene.opening())
        view = SetView(0, (0.0, 1.0, 0.0, 1.0))
        while (body := read_frame(read)) is not None:
            message = decode_for_engine(body)
            if isinstance(message, SetView):
                view = message
            elif isinstance(message, Skip):
                _answer(write, scene.picture(view, message.steps))
            else:
                raise TypeError(f"a film has no use for {type(message).__name__}")
    except Notice as notice:
        _answer(write, [Noticed(str(notice))])
    except BrokenPipeError:
        return  # whoever wanted the film is gone
    except Exception as error:
        _answer(write, [Failed(f"{type(error).__name__}: {error}", traceback.format_exc())])


def _answer(write: IO[bytes], messages: Sequence[Message]) -> None:
    write.write(len(messages).to_bytes(4, "little") + b"".join(encode(message) for message in messages))
    write.flush()


def main() -> None:
    """As in __main__.py: stdout belongs to the answers alone, and torch's own teardown would take seconds."""
    stdout = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    devices.set_up_cpu()
    serve(sys.stdin.buffer, stdout)
    os._exit(0)


if __name__ == "__main__":
    main()
