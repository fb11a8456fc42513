"""One view's line to the engine: of its questions only the newest waits, and answers never go back in time.

Not covered: who sends and receives (session.py).
"""

from collections.abc import Callable
from typing import Any, Protocol

from engine.messages import Answer, Message, Question


class Asking(Protocol):
    """What a channel needs of its session. number: of the model that is asked."""

    number: int

    def next_serial(self) -> int: ...

    def send(self, message: Message) -> None: ...


class Channel:
    """`on_answer` gets answers; `on_refusal` why there is none, "" where that is of no interest."""

    def __init__(
        self,
        session: Asking,
        number: int,
        on_answer: Callable[[Any], object],
        on_refusal: Callable[[str], object] | None = None,
    ) -> None:
        self._session, self._number, self._on_answer, self._on_refusal = session, number, on_answer, on_refusal
        self._asked = self._heard = 0

    @property
    def is_waiting(self) -> bool:
        """Something was asked and not answered yet."""
        return self._heard < self._asked

    def ask(self, question: type[Question], **fields: Any) -> None:
        """Ask; `on_answer` gets the answer, unless a newer one has come before."""
        self._asked = self._session.next_serial()
        self._session.send(question(self._session.number, self._number, self._asked, **fields))

    def take(self, answer: Answer) -> None:
        if answer.serial > self._heard:
            self._heard = answer.serial
            self._on_answer(answer)

    def refuse(self, serial: int, text: str) -> None:
        """There is no answer to a question: the engine says why. Of a question that is not the newest it is no news."""
        if serial == self._asked and self.is_waiting:
            self.give_up(text)

    def give_up(self, text: str = "") -> None:
        """No answer will come to what was asked so far."""
        was_waiting, self._heard = self.is_waiting, self._asked
        if was_waiting and self._on_refusal is not None:
            self._on_refusal(text)
