"""Sentences that several pages of the latent lab say."""

from engine.messages import Against


def against_in_words(against: Against) -> str:
    """What pictures were compared with."""
    if against.is_whole:
        return f"Compared with all {against.count:,} pictures that the model learnt from."
    some = f"Compared with {against.count:,} pictures of its kind"
    return f"{some}; those that it learnt from are being drawn." if against.is_coming else f"{some}."
