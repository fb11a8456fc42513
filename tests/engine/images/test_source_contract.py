"""What every source of pictures promises; a new file in engine/images/sources is tested by being there.

Not covered: sources that need a file or a network (NEEDS_FILE), but for their words and knobs.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.catalogue import entry_of
from engine.images import MAX_SIDE_PX
from engine.images.catalogue import source_modules
from engine.knobs import knobs_of

COUNT = 40
DRAWN = [name for name, module in source_modules().items() if hasattr(module, "render")]
# Without a file or a network.
BUILT_IN = [name for name, module in source_modules().items() if not getattr(module, "NEEDS_FILE", False)]


# As old a processor as numpy runs on; names that a version of numpy does not know are passed over.
OLD_PROCESSOR = {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"}
RENDER = """
import hashlib, importlib, sys
import numpy as np
module = importlib.import_module("engine.images.sources." + sys.argv[1])
print(hashlib.sha256(module.render(module.draw_factors(12, np.random.default_rng(0)))).hexdigest())
"""


def made(name: str, seed: int = 0):
    module = source_modules()[name]
    return module.make(module.Params(count=COUNT), seed)


@pytest.mark.parametrize("name", BUILT_IN)
def test_pictures_and_what_is_known_of_them_fit_together(name):
    pictures = made(name)
    assert pictures.pixels.dtype == np.uint8
    assert pictures.pixels.shape == (COUNT, *pictures.shape)
    assert pictures.shape.channels in (1, 3)
    assert max(pictures.shape.height, pictures.shape.width) <= MAX_SIDE_PX
    assert pictures.labels.shape == (COUNT,)
    assert pictures.labels.dtype == np.int64
    assert pictures.labels.min() >= -1
    assert pictures.labels.max() < max(len(pictures.class_names), 0) or pictures.labels.max() == -1
    assert pictures.attributes.dtype == np.float32
    assert pictures.attributes.shape[1] == len(pictures.attribute_names) == len(set(pictures.attribute_names))
    assert len(pictures.attributes) in (0, COUNT)


@pytest.mark.parametrize("name", BUILT_IN)
def test_no_two_pictures_are_alike_and_none_is_blank(name):
    pixels = made(name).pixels.reshape(COUNT, -1)
    assert len(np.unique(pixels, axis=0)) == COUNT
    assert (pixels.max(axis=1) - pixels.min(axis=1).astype(int)).min() > 100


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_seed_gives_the_same_pictures_again_and_another_seed_others(name):
    first, again, other = made(name), made(name), made(name, seed=1)
    np.testing.assert_array_equal(first.pixels, again.pixels)
    np.testing.assert_array_equal(first.labels, again.labels)
    np.testing.assert_array_equal(first.attributes, again.attributes)
    assert (first.pixels != other.pixels).any()


@pytest.mark.parametrize("name", source_modules())
def test_a_source_has_a_title_a_help_a_source_and_knobs(name):
    entry = entry_of(name, source_modules()[name])
    assert entry.title
    assert entry.help
    assert entry.source
    assert "count" in {each.name for each in knobs_of(source_modules()[name].Params)}


@pytest.mark.parametrize("name", DRAWN)
def test_the_attributes_of_a_drawn_picture_are_exactly_what_it_was_drawn_from(name):
    module, pictures = source_modules()[name], made(name)
    assert pictures.attribute_names == tuple(each.name for each in module.FACTORS)
    np.testing.assert_array_equal(module.render(pictures.attributes.astype(float)), pictures.pixels)


@pytest.mark.parametrize("name", DRAWN)
def test_drawn_factors_lie_in_their_ranges_and_every_kind_occurs(name):
    module = source_modules()[name]
    drawn = module.draw_factors(3000, np.random.default_rng(0))
    assert drawn.shape == (3000, len(module.FACTORS))
    assert drawn.dtype == np.float64
    for values, each in zip(drawn.T, module.FACTORS, strict=True):
        assert each.help
        if each.choices:
            assert each.high == len(each.choices) - 1
            assert set(values) == set(range(len(each.choices)))
        else:
            assert each.low <= values.min() < each.low + 0.15 * (each.high - each.low)
            assert each.high >= values.max() > each.high - 0.15 * (each.high - each.low)


@pytest.mark.parametrize("name", DRAWN)
def test_drawn_factors_are_independent(name):
    """No pair correlates by more than five standard errors."""
    module = source_modules()[name]
    drawn = module.draw_factors(3000, np.random.default_rng(0))
    correlations = np.corrcoef(drawn.T) - np.eye(len(module.FACTORS))
    assert np.abs(correlations).max() < 5 / np.sqrt(3000)


@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_does_not_depend_on_those_drawn_with_it(name):
    module = source_modules()[name]
    factors = module.draw_factors(6, np.random.default_rng(0))
    alone = np.concatenate([module.render(each[None]) for each in factors[::-1]])[::-1]
    np.testing.assert_array_equal(module.render(factors), alone)
    assert module.render(factors[:0]).shape == (0, *alone.shape[1:])


@pytest.mark.parametrize("name", DRAWN)
def test_rendering_leaves_the_factors_as_they_were(name):
    module = source_modules()[name]
    factors = module.draw_factors(3, np.random.default_rng(0))
    before = factors.copy()
    module.render(factors)
    np.testing.assert_array_equal(factors, before)


@pytest.mark.parametrize("name", DRAWN)
def test_values_beyond_the_range_count_as_its_end_and_kinds_are_rounded(name):
    module = source_modules()[name]
    low, high = np.array([[each.low, each.high] for each in module.FACTORS]).T
    ends = np.stack([low, high])
    np.testing.assert_array_equal(module.render(ends + np.array([[-3.0], [3.0]])), module.render(ends))
    is_kind = np.array([bool(each.choices) for each in module.FACTORS])
    kinds = module.draw_factors(4, np.random.default_rng(0))
    np.testing.assert_array_equal(module.render(kinds + 0.3 * is_kind), module.render(kinds))


@pytest.mark.parametrize("name", DRAWN)
def test_a_missing_number_is_refused_with_a_sentence(name):
    module = source_modules()[name]
    factors = module.draw_factors(2, np.random.default_rng(0))
    factors[1, 3] = np.nan
    with pytest.raises(module.Notice, match="needs a number for each"):
        module.render(factors)


@pytest.mark.parametrize("name", DRAWN)
def test_a_small_change_of_a_factor_is_a_small_change_of_the_picture(name):
    """An eighth of a step changes no pixel by much more than an eighth: no jumps."""
    module = source_modules()[name]
    start = module.draw_factors(5, np.random.default_rng(1))
    for column, each in enumerate(module.FACTORS):
        if each.choices:
            continue
        span = each.high - each.low
        worst = []
        for steps in (100, 800):
            before, after = start.copy(), start.copy()
            before[:, column] = np.minimum(before[:, column], each.high - span / steps)
            after[:, column] = before[:, column] + span / steps
            change = module.render(after).astype(int) - module.render(before)
            worst.append(np.abs(change).max())
        assert worst[0] <= 60, each.name
        assert worst[1] <= worst[0] / 8 + 3, each.name


@pytest.mark.parametrize("name", DRAWN)
def test_an_older_processor_draws_the_same_bits(name):
    command = [sys.executable, "-W", "ignore", "-c", RENDER, name]
    root = Path(__file__).parents[3]
    done = subprocess.run(command, cwd=root, env=os.environ | OLD_PROCESSOR, capture_output=True, text=True, check=True)
    module = source_modules()[name]
    here = module.render(module.draw_factors(12, np.random.default_rng(0)))
    assert done.stdout.strip() == hashlib.sha256(here).hexdigest()
