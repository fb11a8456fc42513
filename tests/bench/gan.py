"""A GAN as small as GAN Lab's, with window, heat map, samples and warped grid.

GAN Lab's own speed on two cores of this kind is 21 to 30 steps/s; ten times that is the bar.
"""

from collections.abc import Iterator

from tests.bench.child import ROOT, measured
from tests.bench.figures import Figure, Options

_REPEATS, _SECS = 3, 8
_RECIPE = ROOT / "assets" / "recipes" / "gan_small.json"


def figures(options: Options) -> Iterator[Figure]:
    played = [measured("played_recipe", _SECS, _RECIPE) for _ in range(_REPEATS)]
    yield Figure("steps", [each["steps_per_second"] for each in played], "steps/s", at_least=300)
    yield Figure("landscapes painted", [each["frames_per_second"] for each in played], "frames/s")
