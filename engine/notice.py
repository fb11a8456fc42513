"""The one exception that speaks to the person: what is wrong, and what to do about it."""


class Notice(Exception):
    """A sentence that the person can act on, such as "Draw at least 2 points before training.".

    It is shown as it stands, without a trace; anything else that is raised is a bug.
    """
