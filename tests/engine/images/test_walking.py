"""Chains on a plane of a latent space: what they walk on is the prior there."""

import time

import numpy as np
import pytest
import torch

from engine.chain_run import ChainRun
from engine.chain_source import Energy, source_of
from engine.images import catalogue
from engine.images.gaussians import Diagonal
from engine.images.latent import Latent
from engine.images.quadratics import Quadratics
from engine.images.training import Training
from engine.messages import Landscape, LatentPlane, MeasureTrap, SetTarget, SetView, Skip, Truth, Walk
from engine.notice import Notice
from engine.plane import Plane as EnginePlane
from engine.recipe import Sampler
from engine.targets import OnPlane
from engine.timeline import Budget
from engine.trap_run import TrapRun

LATENTS, EXTENT = 6, (-4.0, 4.0, -4.0, 4.0)
AXES = np.eye(LATENTS, dtype=np.float32)[:2]
ORIGIN = np.zeros(LATENTS, np.float32)


@pytest.fixture(scope="module")
def linear() -> Latent:
    module = catalogue.source_module("glyphs")
    pictures = module.make(module.Params(count=200), 0)
    training = Training("pca", {"latents": LATENTS}, pictures, 0, torch.device("cpu"))
    for _ in training.steps():
        pass
    return Latent(training.model, "pca", pictures, torch.device("cpu"))


def walk(**more) -> Walk:
    plane = LatentPlane(
        **{"model_run": 7, "prior": "standard", "origin": ORIGIN, "axes": AXES, "extent": EXTENT, **more}
    )
    return Walk(1, "random_walk", {}, num_chains=8, device="cpu", plane=plane)


def told(message: Walk, latent: Latent | None) -> list:
    sent: list = []
    run = ChainRun(
        message, source_of(message, {}, lambda number: latent if number == 7 else None), sent.append, Budget()
    )
    run.skip(Skip(1, 200))
    # Chains may be ahead of the truth, which is found piece by piece.
    while not any(isinstance(each, Truth) for each in sent) or sent[-1].step < 200:
        run.work(time.perf_counter(), 1)
    return sent


@pytest.mark.parametrize("is_projected", [False, True])
def test_on_a_standard_normal_the_truth_is_one(linear: Latent, is_projected: bool):
    sent = told(walk(is_projected=is_projected), linear)
    truth = next(each for each in sent if isinstance(each, Truth))
    assert truth.mean == pytest.approx([0, 0], abs=1e-3)
    assert truth.covariance == pytest.approx(np.eye(2), abs=1e-3)


def test_the_picture_is_rough_until_the_exact_answers_are_found_piece_by_piece(linear: Latent, monkeypatch):
    asked: list[int] = []
    monkeypatch.setattr(Quadratics, "energy", _counting(Quadratics.energy, asked))
    sent: list = []
    message = walk(prior="mixture")
    run = ChainRun(message, source_of(message, {}, lambda _: linear), sent.append, Budget())
    run.set_view(SetView(1, EXTENT, columns=160, rows=160))
    longest = 0
    while not any(isinstance(each, Truth) for each in sent):
        asked.clear()
        assert run.secs_until_work(0.0) <= 0
        run.work(time.perf_counter(), 1)
        longest = max(longest, sum(asked))
    # No turn looks at more than a few ten thousand of the 160,000 places.
    assert longest < 50_000
    rough, fine = (each for each in sent if isinstance(each, Landscape))
    assert (rough.energy.shape, fine.energy.shape) == ((40, 40), (160, 160))
    assert sent.index(rough) < next(index for index, each in enumerate(sent) if isinstance(each, Truth))
    assert rough.log_z == pytest.approx(fine.log_z, abs=0.05)
    # A sharper target begins anew.
    run.set_target(SetTarget(1, 3.0))
    time.sleep(0.05)  # until a frame is due again
    run.work(time.perf_counter(), 1)
    assert isinstance(sent[-2], Landscape)
    assert sent[-2].energy.shape == (40, 40)
    assert sent[-2].lowest == pytest.approx(3 * rough.lowest, rel=0.01)


def test_on_a_plane_the_trap_is_that_of_its_mixture():
    # Two narrow Gaussians: the sharper, the rarer chains go from one to the other.
    target = Diagonal(torch.tensor([[-1.2, 0.0], [1.2, 0.0]]), torch.full((2, 2), 0.25)).cut(
        torch.zeros(2), torch.eye(2)
    )
    plane = EnginePlane.of((-3.0, 3.0, -3.0, 3.0))
    source = Energy(OnPlane(target, plane, torch.device("cpu")), plane, is_costly=True)
    sent: list = []
    asked = MeasureTrap(
        9, (Sampler("random_walk", {"step_size": 0.3}, chains=16, draws=400),), (1.0, 4.0), device="cpu"
    )
    run = TrapRun(asked, source, sent.append)
    while run.is_playing:
        run.work(time.perf_counter(), 1)
    assert [each.sharpness for each in sent] == [1.0, 4.0]
    assert sent[0].switches > 2 * sent[1].switches
    # The pass lies at the middle, where both add up.
    middle, floor = target.energy(torch.tensor([[0.0, 0.0], [1.2, 0.0]])).tolist()
    assert sent[0].barrier == pytest.approx(middle - floor, abs=0.05)


def _counting(energy, asked: list[int]):
    def counted(self, x):
        asked.append(len(x))
        return energy(self, x)

    return counted


def test_a_plane_beside_the_middle_is_higher_where_it_cuts_and_not_where_codes_fall_on_it(linear: Latent):
    origin = ORIGIN + np.float32(3) * np.eye(LATENTS, dtype=np.float32)[4]
    log_zs = []
    for place in (ORIGIN, origin):
        for is_projected in (False, True):
            message = walk(origin=place, is_projected=is_projected)
            source = source_of(message, {}, lambda _: linear)
            log_zs.append(float(source.target.energy(torch.zeros(1, 2))))
    cut, seen, cut_beside, seen_beside = log_zs
    assert cut_beside == pytest.approx(cut + 4.5, abs=1e-4)
    assert seen_beside == pytest.approx(seen, abs=1e-4)


def test_without_a_model_there_is_nothing_to_walk_in():
    with pytest.raises(Notice, match="no model of pictures"):
        source_of(walk(), {}, lambda _: None)
    with pytest.raises(Notice, match="no model of pictures"):
        source_of(walk(model_run=8), {}, {}.get)


def test_a_plane_of_another_space_is_refused(linear: Latent):
    with pytest.raises(Notice, match="space of 6 latents"):
        source_of(walk(origin=ORIGIN[:3]), {}, lambda _: linear)
