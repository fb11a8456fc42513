"""Marks: steps of a run that a person has given names, as plain data for a file too. No Qt."""

from collections.abc import Iterable
from typing import Any

import msgspec

from engine.notice import Notice
from gui.language import tr

MOST_MARKS, LONGEST_NAME = 500, 80


class NamedStep(msgspec.Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """A step of a branch and its name."""

    step: int
    name: str
    branch: int = 1


def next_name(marks: Iterable[NamedStep]) -> str:
    """ "Mark 3" where there are two of those."""
    taken = {each.name for each in marks}
    names = (tr(f"Mark {number}") for number in range(1, MOST_MARKS + 2))
    return next(name for name in names if name not in taken)


def to_plain(marks: Iterable[NamedStep]) -> list[dict[str, Any]]:
    """As lists, dicts, strings and numbers; `from_plain` takes them."""
    plain: list[dict[str, Any]] = msgspec.to_builtins(list(marks))
    return plain


def from_plain(plain: Any) -> tuple[NamedStep, ...]:
    """Marks from a file that may be anybody's. Raises Notice for what are none."""
    try:
        marks = msgspec.convert(plain, tuple[NamedStep, ...])
    except msgspec.ValidationError as error:
        raise Notice(f"The marks are not right: {error}.") from None
    if len(marks) > MOST_MARKS:
        raise Notice(f"There are {len(marks)} marks; {MOST_MARKS} is the most.")
    for each in marks:
        if not (0 <= each.step < 2**53 and 1 <= each.branch < 2**31 and 0 < len(each.name) <= LONGEST_NAME):
            raise Notice(f"The mark {each.name[:LONGEST_NAME]!r} at step {each.step} is not right.")
    return tuple(sorted(marks))
