"""Principal components of pictures, against scikit-learn."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

from engine.images import Pictures, catalogue
from engine.images.models import Stock
from engine.images.training import Training, stock
from engine.recipe import Stop

CPU = torch.device("cpu")
pca = catalogue.model_module("pca")


def digits() -> Pictures:
    pixels = (load_digits().images * 15.9375).round().astype(np.uint8)[..., None]
    return Pictures("digits", pixels, load_digits().target.astype(np.int64))


def fitted(pictures: Pictures, latents: int, size: int = 100):
    model = pca.Model(
        pca.Params(latents=latents, batch_size=size), pictures.shape, 0, torch.Generator().manual_seed(0), CPU
    )
    model.begin(stock(pictures, slice(None), CPU), torch.Generator().manual_seed(1))
    return model


def same_as_sklearn(model, x: np.ndarray, latents: int, accuracy: float) -> None:
    known = PCA(latents, svd_solver="full").fit(x)
    np.testing.assert_allclose(model.sds, np.sqrt(known.explained_variance_), rtol=accuracy)
    signs = np.sign((model.directions.numpy() * known.components_).sum(1))
    np.testing.assert_allclose(model.directions.numpy() * signs[:, None], known.components_, atol=20 * accuracy)
    codes = known.transform(x) / np.sqrt(known.explained_variance_)
    mine = model.encode(torch.from_numpy(x.astype(np.float32)).reshape(-1, *_planes(model)))
    np.testing.assert_allclose(mine.numpy() * signs, codes, atol=50 * accuracy)


def _planes(model) -> tuple[int, int, int]:
    return model.shape.channels, model.shape.height, model.shape.width


def test_few_pixels_are_taken_apart_as_scikit_learn_does():
    pictures = digits()
    x = pictures.pixels.reshape(len(pictures.pixels), -1) / 255
    same_as_sklearn(fitted(pictures, 10), x, 10, 1e-4)


def test_many_pixels_by_iteration_as_scikit_learn_does():
    numbers = np.random.default_rng(0)
    # Smooth pictures of 20 x 20 x 3 numbers whose variances fall as those of photographs do.
    waves = numbers.normal(size=(30, 1200)) * 0.8 ** np.arange(30)[:, None]
    x = np.clip(0.5 + 0.02 * numbers.normal(size=(300, 30)) @ waves, 0, 1)
    pixels = (255 * x).round().astype(np.uint8).reshape(300, 20, 20, 3)
    pictures = Pictures("waves", pixels, np.full(300, -1))
    model = fitted(pictures, 6)
    planes = pixels.transpose(0, 3, 1, 2).reshape(300, -1) / 255
    same_as_sklearn(model, planes, 6, 1e-3)


def test_how_many_pictures_are_looked_at_at_a_time_changes_nothing():
    first, second = fitted(digits(), 5, 64), fitted(digits(), 5, 4000)
    torch.testing.assert_close(first.directions, second.directions, atol=1e-4, rtol=0)


def test_codes_have_unit_variance_and_are_uncorrelated():
    run = Training("pca", {"latents": 8}, digits(), 0, CPU)
    list(run.steps(Stop(steps=1)))
    codes = run.model.encode(run.data.learnt.batch(slice(None)).x)
    torch.testing.assert_close(codes.T.cov(), torch.eye(8), atol=1e-2, rtol=0)


def test_a_latent_along_which_nothing_varies_does_no_harm():
    black = Stock(torch.zeros(20, 1, 8, 8, dtype=torch.uint8), torch.zeros(20, dtype=torch.int64))
    model = pca.Model(pca.Params(latents=3), digits().shape, 0, torch.Generator().manual_seed(0), CPU)
    model.begin(black, torch.Generator().manual_seed(0))
    assert model.encode(black.batch(slice(None)).x).isfinite().all()


def test_more_components_than_pixels_are_refused_with_a_sentence():
    from engine.notice import Notice

    with pytest.raises(Notice, match="take fewer latents"):
        pca.Model(pca.Params(latents=100), digits().shape, 0, torch.Generator().manual_seed(0), CPU)
