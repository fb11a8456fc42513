"""The weights that come with the app: every card in trained/.

Not covered: their format (checkpoints.py), and how they are made (trained.py).
"""

from pathlib import Path

from engine.images import catalogue, checkpoints
from engine.messages import PictureKind
from engine.notice import Notice

FOLDER = Path(__file__).parents[2] / "trained"


def kinds() -> tuple[PictureKind, ...]:
    """What can be opened, faces before digits; a card that cannot be read is left out."""
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        try:
            card = checkpoints.read_card(path)
            title = catalogue.title_of(card.model)
        except Notice:
            continue
        source = str(card.recipe.get("source", ""))
        found.append(PictureKind(card.name, f"{card.name.replace('_', ' ')} ({title})", source, card.model))
    return tuple(sorted(found, key=lambda kind: (kind.data != "faces", kind.name)))


def path_of(name: str) -> Path:
    """The card of shipped weights. Raises Notice with the names there are."""
    names = [kind.name for kind in kinds()]
    if name not in names:
        raise Notice(f"There are no weights {name!r}; there is: {', '.join(names) or 'nothing'}.")
    return FOLDER / f"{name}.json"
