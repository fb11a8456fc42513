"""The weights that come with the app: every card in trained/.

Not covered: their format (checkpoints.py), and how they are made (trained.py).
"""

from pathlib import Path

from engine.images import catalogue, checkpoints
from engine.messages import PictureKind
from engine.notice import Notice

# What is opened first, and what comes next in the menu; the others follow by their names.
_FIRST = ("faces-vae", "faces-beta-vae", "faces-pca", "faces-gan", "faces-bigan", "digits-vae-2", "digits-vae-16")
_ORDER = {name: place for place, name in enumerate(_FIRST)}
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
        # The name of a file: faces-beta-vae.
        kind = card.name.partition("-")[0]
        found.append(PictureKind(card.name, f"{kind.capitalize()}: {title}, {_latents(card)}", kind, card.model))
    return tuple(sorted(found, key=lambda each: (each.data != "faces", _ORDER.get(each.name, len(_ORDER)), each.name)))


def _latents(card: checkpoints.Card) -> str:
    count = card.params.get("latents")
    return f"{count} latents" if count is not None else "as it is"


def path_of(name: str) -> Path:
    """The card of shipped weights. Raises Notice with the names there are."""
    names = [kind.name for kind in kinds()]
    if name not in names:
        raise Notice(f"There are no weights {name!r}; there is: {', '.join(names) or 'nothing'}.")
    return FOLDER / f"{name}.json"
