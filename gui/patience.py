"""Whether pictures are waited for, as in a film that is made off the clock.

Then each is as good as it can be, and none depends on how long the one before has taken.
"""

_is_there = False


def is_there() -> bool:
    return _is_there


def set_there(is_wanted: bool) -> None:
    """For all that is drawn in this process from now on."""
    global _is_there
    _is_there = is_wanted
