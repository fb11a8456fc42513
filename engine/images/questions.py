"""Which function answers which question about a trained model. A new kind of question is one line here."""

from functools import singledispatch

from engine.images import algebra, generating, keeping, looking, memory, ways
from engine.images.latent import Latent
from engine.messages import (
    Answer,
    AskForWeights,
    Combine,
    Decode,
    Encode,
    FindDirection,
    FindNearest,
    Interpolate,
    Look,
    Map,
    Plane,
    Question,
    Sample,
)


@singledispatch
def answer(question: Question, latent: Latent) -> Answer:
    """Raises Notice where the question cannot be answered."""
    raise TypeError(f"nobody answers {type(question).__name__}")


answer.register(Decode, looking.decoded)
answer.register(Encode, looking.encoded)
answer.register(Look, looking.seen)
answer.register(Map, looking.mapped)
answer.register(FindNearest, memory.found)
answer.register(Interpolate, ways.interpolated)
answer.register(Combine, algebra.combined)
answer.register(FindDirection, algebra.direction)
answer.register(Sample, generating.sampled)
answer.register(Plane, generating.plane)
answer.register(AskForWeights, keeping.weights)
