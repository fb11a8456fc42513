"""What samplers ask of their target: each position once. A new sampler's file is tested without a word here."""

from collections import Counter

import pytest
import torch

from engine import catalogue
from engine.draws import Draws
from engine.knobs import knobs_of, make

SAMPLERS = catalogue.sampler_modules()


class Asked:
    """A Gaussian that keeps all positions that it was asked about, whatever about them."""

    # What the chain of a denoising auto-encoder asks: the best guess of a point that noise of this size has moved.
    corruption = 0.1

    def __init__(self):
        self.batches = []

    def energy(self, x):
        self.batches.append(x.clone())
        return x.square().sum(1) / (2 * 0.3**2)

    def score(self, x):
        self.batches.append(x.clone())
        return -x / 0.3**2

    def energy_and_score(self, x):
        self.batches.append(x.clone())
        return x.square().sum(1) / (2 * 0.3**2), -x / 0.3**2

    def denoised(self, x):
        self.batches.append(x.clone())
        return x * (0.3**2 / (0.3**2 + self.corruption**2))


def variants(module):
    """The knobs as they are, and each choice and switch turned."""
    yield {}
    for each in knobs_of(module.Params):
        for value in each.choices or ((True, False) if isinstance(each.default, bool) else ()):
            yield {each.name: value}


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_target_is_asked_once_about_each_position_that_a_chain_has_come_to(name):
    """Neither again at the next step, nor for the energy and for its slope apart; rejected or not."""
    module = SAMPLERS[name]
    count = getattr(module, "FEWEST_CHAINS", 1) + 7
    for values in variants(module):
        # A chain that has found its point in a few tries stands there while the others of its batch go on trying.
        given = {"most_tries": 1} if name == "slice" else {}
        params, target = make(module.Params, {**given, **values}, "params"), Asked()
        draws = Draws(torch.Generator().manual_seed(0), count)
        x = 0.3 * torch.randn(count, 2, generator=torch.Generator().manual_seed(1))
        state = module.init(x, target, params, draws)
        visited = [x]
        for _ in range(12):
            state, _ = module.step(state, target, params, draws)
            visited.append(state.x)
        places = {tuple(place) for place in torch.cat(visited).tolist()}
        # A batch may hold a place for several copies of a chain.
        asked = Counter(place for batch in target.batches for place in {tuple(each) for each in batch.tolist()})
        assert len(target.batches) >= 12, values
        assert not {place: asked[place] for place in places if asked[place] > 1}, values
