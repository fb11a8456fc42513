"""The real digits, against what scikit-learn brings."""

import numpy as np
from sklearn.datasets import load_digits

from engine.images.sources import digits


def test_every_digit_comes_once_with_its_label():
    pictures = digits.make(digits.Params(), 4)
    assert pictures.pixels.shape == (1797, 28, 28, 1)
    np.testing.assert_array_equal(np.bincount(pictures.labels), np.bincount(load_digits().target))
    assert len(np.unique(pictures.pixels.reshape(1797, -1), axis=0)) == 1797


def test_an_enlarged_digit_is_the_small_one_seen_from_afar():
    """Means over the squares that a small pixel became give that pixel back, but for the smoothing."""
    small, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(1797)[:50]
    pictures = digits.make(digits.Params(count=50), 0)
    np.testing.assert_array_equal(pictures.labels, labels[order])
    inner = pictures.pixels[:, 4:24, 4:24, 0].astype(float)
    # Five rows became of two: whole pixels compare in pairs.
    seen = inner.reshape(50, 4, 5, 4, 5).mean(axis=(2, 4)) / 255 * 16
    true = small[order].reshape(50, 4, 2, 4, 2).mean(axis=(2, 4))
    assert np.corrcoef(seen.ravel(), true.ravel())[0, 1] > 0.98
    assert np.abs(seen - true).max() < 3


def test_digits_stand_upright_and_fade_out_before_the_edge():
    pixels = digits.make(digits.Params(), 0).pixels[..., 0]
    assert max(pixels[:, :2].max(), pixels[:, -2:].max()) <= 1
    sevens = pixels[digits.make(digits.Params(), 0).labels == 7].mean(axis=0)
    # A seven's bar is above.
    assert sevens[5:9].sum() > 1.3 * sevens[19:23].sum()
