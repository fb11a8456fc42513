"""Formulas to begin with, and those that a person has used lately.

Not covered: what a formula may hold (engine/formula_text.py).
"""

from PySide6.QtCore import QSettings

from engine.formula_text import MOST_CHARACTERS

EXAMPLES = {
    "Two wells": "(x**2 - 1)**2 * 3 + y**2 / 2",
    "Ring": "4 * (sqrt(x**2 + y**2) - 2)**2",
    "Egg box": "x**2 / 8 + y**2 / 8 - 2 * cos(3*x) * cos(3*y)",
    "Banana": "x**2 / 2 + (y - x**2)**2 * 2",
    "Cross": "min(8*x**2 + y**2 / 4, x**2 / 4 + 8*y**2)",
    "Snake": "(y - sin(2*x))**2 * 4 + x**2 / 8",
    "Two blobs": "-logsumexp(x, -x) * 6 + x**2 + y**2",
    "Half a plane": "x + y**2 - log(x)",
}
MOST_RECENT = 8
_KEY = "chains/formulas"


def recent(store: QSettings | None) -> list[str]:
    """The newest first; what is stored and cannot be one is left out."""
    kept = store.value(_KEY, []) if store is not None else []
    # Qt reads a list of one text as a text.
    listed = [kept] if isinstance(kept, str) else kept if isinstance(kept, list) else []
    return [each for each in listed if isinstance(each, str) and 0 < len(each) <= MOST_CHARACTERS][:MOST_RECENT]


def remember(store: QSettings | None, formula: str) -> None:
    """Put it before the others; examples are there anyway."""
    if store is not None and formula not in EXAMPLES.values():
        others = [each for each in recent(store) if each != formula]
        store.setValue(_KEY, [formula, *others][:MOST_RECENT])
