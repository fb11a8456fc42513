"""One run of the engine: a model of pictures that learns, and tells how it goes; in the end it can be asked.

The pictures are made in a thread of their own, so that other runs go on.
Not covered: whose turn it is (engine/loop.py), a step (training.py).
"""

import json
import math
import threading
import time
from collections.abc import Callable, Iterator

import msgspec
import numpy as np
import torch

from engine import devices
from engine.images import Pictures
from engine.images.keeping import card_of
from engine.images.latent import Latent, to_pixels
from engine.images.opening import pictures_of
from engine.images.picture_frames import Frames
from engine.images.picture_past import PicturePast
from engine.images.training import Progress, Training
from engine.messages import GoTo, LookBack, Message, Noticed, PictureProgress, SetClock, SetParams, TrainPictures
from engine.notice import Notice
from engine.past import Past
from engine.recipe import Stop
from engine.timeline import Budget

Send = Callable[[Message], None]
_SLICE_SECS = 0.03
# What is told may take this share of the time; so often it is told at most, and at least.
_TELL_SHARE, _LEAST_TELL_SECS, _TELL_SECS = 0.03, 0.1, 0.5
# Terms are means over so many steps.
_MEAN_STEPS = 50
# Of the pictures that are shown while it learns.
_SHOWN = 12


class PictureRun:
    """`on_done` gets the number and the model when the training has ended."""

    def __init__(
        self, message: TrainPictures, send: Send, on_done: Callable[[int, Latent], None], budget: Budget
    ) -> None:
        self.number, self.spent_secs = message.run, 0.0
        self._message, self._send, self._on_done = message, send, on_done
        self._budget, self._stop = budget, Stop(seconds=message.seconds)
        self._past: Past | None = None
        self._device = devices.chosen(message.device)
        self._is_playing, self._is_ended = False, False
        self._pictures: Pictures | Exception | None = None
        self._training: Training | None = None
        self._steps: Iterator[Progress] = iter(())
        self._progress = Progress(0, 0.0, 0.0, math.nan)
        self._told_at, self._told_step = 0.0, 0
        self._frames, self._tell_cost_secs = Frames(), 0.0
        self._said: dict[str, np.ndarray] = {}
        threading.Thread(target=self._make_pictures, name=f"pictures-{message.run}", daemon=True).start()

    # ---- what the loop asks

    @property
    def is_playing(self) -> bool:
        return self._is_playing and not self._is_ended

    def secs_until_work(self, now: float) -> float:
        if self._past is not None and self._past.is_going:
            return 0.0
        if not self.is_playing:
            return math.inf
        return 0.0 if self._pictures is not None else 0.05

    def work(self, now: float, num_sharing: int) -> None:
        """Some steps."""
        if self._past is not None and self._past.is_going:
            self._past.go_on()
            if not self._past.is_going:
                self._tell(time.perf_counter())
            return
        if self._training is None:
            self._begin()
        past = self._past
        assert past is not None
        until = now + _SLICE_SECS
        while True:
            past.before_step()
            step = next(self._steps, None)
            past.after_step()
            is_more = step is not None
            self._progress = step or self._progress
            if not is_more or time.perf_counter() >= until:
                break
        if not is_more:
            self._finish()
        elif now >= self._told_at + self._secs_between_tells:
            self._tell(now)

    def set_clock(self, message: SetClock) -> None:
        self._is_playing = message.is_playing
        if self._past is not None:
            self._past.is_looking &= not message.is_playing

    def set_params(self, message: SetParams) -> None:
        """Raises Notice for a knob that would need a new network."""
        if self._training is not None and self._past is not None:
            self._past.finish()
            before = self._training.params
            self._training.set_params(message.params)
            if self._training.params != before:
                self._past.turned(message)

    def look_back(self, message: LookBack) -> None:
        """Show what was seen, or the present again."""
        self._is_playing = False
        if self._past is not None:
            self._past.finish()
            if not self._past.look_back(message):
                self._tell(time.perf_counter())

    def go_to(self, message: GoTo) -> None:
        self._is_playing = False
        if self._past is not None:
            self._past.go_to(message)

    def pause(self) -> None:
        """Something cannot go on: what has been learnt so far is kept and used."""
        if self._training is not None and not self._is_ended:
            self._finish()
        self._is_ended = True

    def stop(self) -> None:
        self._is_ended = True

    def close(self) -> None:
        """It is gone."""
        if self._past is not None:
            self._past.close()

    def end(self) -> None:
        """The person has had enough: the best weights so far are used. Raises Notice where there are none yet."""
        if self._is_ended:
            return
        if self._past is not None:
            self._past.finish()
        self._is_ended = True
        if self._training is None or self._training.num_steps == 0:
            raise Notice("The training was stopped before its first step: there is nothing to use yet.")
        self._training.judge()
        self._training.keep_best()
        self._finish()

    # ---- private

    def _make_pictures(self) -> None:
        try:
            self._pictures = pictures_of(self._message.data)
        except Exception as error:  # it is raised again in the loop's thread, which tells it
            self._pictures = error

    def _begin(self) -> None:
        if isinstance(self._pictures, Exception):
            self._is_ended = True
            raise self._pictures
        assert self._pictures is not None
        message = self._message
        if self._pictures.left_out:
            # Of no run: the training goes on.
            self._send(Noticed(self._pictures.left_out))
        self._training = Training(message.model, message.params, self._pictures, message.seed, self._device)
        owner = PicturePast(self.number, self._training, self._on_moved, self._on_arrived)
        self._past = Past(owner, self._budget, self._send, self._secs_per_step)
        self._on_moved()

    def _on_moved(self) -> None:
        assert self._training is not None
        self._steps = self._training.steps(self._stop)
        self._progress = self._training.progress(self._stop)

    def _on_arrived(self) -> None:
        assert self._training is not None
        self._progress = self._training.progress(self._stop)
        self._told_at, self._told_step, self._said = 0.0, self._training.num_steps, {}

    def _secs_per_step(self) -> float:
        training = self._training
        return training.seconds / max(1, training.num_steps) if training is not None else 0.0

    @property
    def _secs_between_tells(self) -> float:
        return min(_TELL_SECS, max(_LEAST_TELL_SECS, self._tell_cost_secs / _TELL_SHARE))

    def _finish(self) -> None:
        training = self._training
        assert training is not None
        self._is_ended = True
        self._tell(time.perf_counter())
        assert isinstance(self._pictures, Pictures)
        card = json.dumps(msgspec.to_builtins(card_of(training, self._pictures, self._message)))
        latent = Latent(training.model, training.name, self._pictures, self._device, card, seed=training.seed)
        self._on_done(self.number, latent)

    @torch.no_grad()
    def _tell(self, now: float) -> None:
        training = self._training
        assert training is not None
        began, measured = time.perf_counter(), training.measure()
        for name, values in measured.traces.items():
            self._said[name] = np.concatenate([self._said.get(name, values[:0]), values])[-_MEAN_STEPS:]
        terms = {name: float(np.mean(values)) for name, values in self._said.items() if len(values)}
        secs = max(1e-9, now - self._told_at) if self._told_at else math.inf
        rate = (training.num_steps - self._told_step) / secs
        self._told_at, self._told_step = now, training.num_steps
        batch = training.data.judged.batch(slice(0, _SHOWN))
        model, rng = training.model, torch.Generator(self._device).manual_seed(0)
        y = batch.y.clamp(min=0) if model.is_conditional else None
        rebuilt = to_pixels(model.decode(model.encode(batch.x, y), y)) if model.has_encoder else None
        # Of a small set fewer are held out; their classes are those of the samples.
        count = _SHOWN if y is None else len(y)
        z = torch.randn(count, model.latents, generator=rng, device=self._device)
        empty = np.zeros((0, *training.shape), np.uint8)
        told = (
            PictureProgress(
                self.number, training.num_steps, self._progress.share, self._progress.seconds_left, rate, terms,
                measured.held_out_loss, to_pixels(batch.x) if rebuilt is not None else empty,
                rebuilt if rebuilt is not None else empty, to_pixels(model.decode(z, y)),
            )
        )  # fmt: skip
        self._send(told)
        if self._past is not None:
            self._past.keep_frame(told.step, *self._frames.small(told))
        self._tell_cost_secs = time.perf_counter() - began
