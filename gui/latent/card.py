"""What is known of a model: its card, as a few sentences.

Not covered: the card as a file (engine/images/checkpoints.py).
"""

import json
from typing import Any

from engine.messages import LatentReady


def card_of(ready: LatentReady) -> dict[str, Any]:
    """What is known of the weights; nothing where there is no card."""
    try:
        card = json.loads(ready.card)
    except ValueError:
        return {}
    return card if isinstance(card, dict) else {}


def data_in_words(ready: LatentReady) -> str:
    """On what data a model was trained."""
    told = card_of(ready).get("data")
    if told:
        return f"learnt from {told}"
    return f"{ready.count:,} pictures of {ready.data_title}" if ready.is_learnt else "what it learnt from is not known"


def in_words(ready: LatentReady) -> str:
    """Family, data, steps, how it was made, and what was measured."""
    card = card_of(ready)
    data = data_in_words(ready)
    told = [f"{ready.title}, {ready.latents} latents.", f"{data[0].upper()}{data[1:]}."]
    if card.get("steps"):
        told.append(f"{card['steps']:,} steps in {card.get('seconds', 0):,.0f} s, seed {card.get('seed', 0)}.")
    if card.get("command"):
        told.append(f"Made by: {card['command']}.")
    numbers = [
        f"{name.replace('_', ' ')} {value:.4g}"
        for name, value in (card.get("measures") or {}).items()
        if isinstance(value, int | float)
    ]
    if numbers:
        told.append(f"Measured on held-out pictures: {', '.join(numbers)}.")
    return " ".join(told)
