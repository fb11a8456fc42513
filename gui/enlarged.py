"""How much larger dots and curves are than usual: in a lecture they are seen from the last row.

Not covered: type, which grows with its own scale (appearance.py).
"""

_factor = 1.0


def factor() -> float:
    """1.0 is as usual."""
    return _factor


def set_factor(wanted: float) -> None:
    """What is drawn from now on; whoever sets it has all drawn anew."""
    global _factor
    _factor = wanted
