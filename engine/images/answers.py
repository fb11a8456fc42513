"""The threads that answer what views ask of trained models, while the loop trains: the slider never waits for a step.

One thread decodes and does nothing else, a second one does what may take longer, a third one what takes seconds. Each
takes only the newest question of a view. Errors are told as the loop tells them: Notice, or Failed with a trace.
Not covered: what is computed (looking.py, ways.py, algebra.py, ...).
"""

import threading
import traceback
from collections.abc import Callable
from functools import partial

from engine import clock
from engine.images.lanes import FAST, SLOW, SLOWEST
from engine.images.latent import Latent
from engine.images.opening import described, opened
from engine.images.questions import answer
from engine.messages import Failed, Message, Noticed, OpenTrained, Question, ToEngine
from engine.notice import Notice
from engine.pipe import Inbox


class Answers:
    """The models that can be asked about, by run; each is put there whole and never changed."""

    def __init__(self, inbox: Inbox[ToEngine], send: Callable[[Message], None]) -> None:
        self._inbox, self._send = inbox, send
        self._latents: dict[int, Latent] = {}

    def start(self) -> None:
        """Begin to answer."""
        for lane, name in ((FAST, "engine-decoding"), (SLOW, "engine-answers"), (SLOWEST, "engine-fits")):
            threading.Thread(target=self._serve, args=(lane,), name=name, daemon=True).start()

    def put(self, run: int, latent: Latent) -> None:
        """From now on it can be asked; the window is told, by the thread that has time."""
        _apart(partial(self._guarded, run, 0, partial(self._tell, run, latent)))

    def latent(self, run: int) -> Latent | None:
        """The model of a run, if it can be asked."""
        return self._latents.get(run)

    def drop(self, run: int) -> None:
        self._latents.pop(run, None)

    def _tell(self, run: int, latent: Latent) -> None:
        ready = described(run, latent)
        self._latents[run] = latent
        self._send(ready)

    def _open(self, asked: OpenTrained) -> None:
        self._tell(asked.run, opened(asked))

    def _serve(self, lane: int) -> None:
        while True:
            for message in self._inbox.take(None, lane):
                self.take(message)

    def take(self, message: ToEngine) -> None:
        """Answer one message, in the thread of whoever calls."""
        if isinstance(message, OpenTrained):
            self._guarded(message.run, 0, partial(self._open, message))
        elif isinstance(message, Question) and (latent := self._latents.get(message.run)) is not None:
            self._guarded(message.run, message.serial, partial(self._answer, message, latent))

    def _answer(self, question: Question, latent: Latent) -> None:
        self._send(answer(question, latent))

    def _guarded(self, run: int, request: int, do: Callable[[], None]) -> None:
        try:
            do()
        except Notice as notice:
            self._send(Noticed(str(notice), run, request))
        except Exception as error:
            headline = f"{type(error).__name__}: {error}"
            self._send(Failed(headline, traceback.format_exc(), run, request))


def _apart(do: Callable[[], None]) -> None:
    """In a thread of its own; in a film at once, since when a thread is done is the machine's affair."""
    if clock.is_filmed():
        do()
    else:
        threading.Thread(target=do, daemon=True).start()
