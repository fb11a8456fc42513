"""Sentences that several pages of the latent lab say."""

from engine.messages import Against, LatentReady


def against_in_words(against: Against) -> str:
    """What pictures were compared with."""
    count = f"{against.count:,}"
    if against.is_whole:
        return f"Compared with all {count} pictures that the model learnt from."
    if against.is_coming:
        return f"Compared for now with {count} pictures like those that the model learnt from; these are being made."
    if against.is_alike:
        return f"Compared with {count} pictures like those that the model learnt from; these could not be made."
    return (
        f"Compared with {count} pictures of {against.title}, from which the model has not learnt: "
        "its own are not on this machine."
    )


def nearest_in_words(against: Against) -> str:
    """What one of the pictures is that others were compared with."""
    return "a training picture" if against.is_whole else f"a picture of {against.title}"


def stand_in_in_words(ready: LatentReady) -> str:
    """What is seen of a model whose own pictures are not here; nothing where they are."""
    if ready.is_learnt:
        return ""
    return (
        "The pictures that this model learnt from are not on this machine: on every page, "
        f"{ready.count:,} pictures of {ready.data_title} stand in for them."
    )
