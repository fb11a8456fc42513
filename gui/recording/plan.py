"""How long a film is, and which step of the experiment each of its pictures shows."""

import math
from typing import NamedTuple

from engine.recipe import ChainsRecipe
from gui.recording.source import Scene

# Steps in a second of film: training can be followed, and chains are seen to walk.
_STEPS_A_SECOND = {"landscape": 60.0, "chains": 30.0}
# An experiment that would take longer at that pace goes faster.
_LONGEST_SECS = 60.0


class Plan(NamedTuple):
    """Of one scene. steps_a_picture may be below 1: then a step is shown more than once."""

    num_pictures: int
    steps_a_picture: float

    def step_at(self, picture: int) -> int:
        """After how many steps a picture is taken; the first one is before all of them."""
        # Not `round`, which goes to the even neighbour: half a step a picture would come in jerks.
        return math.floor(picture * self.steps_a_picture + 0.5)


def plan_of(scene: Scene, rate: int, seconds: float | None, steps_a_picture: float | None) -> Plan:
    """rate: pictures a second.  seconds, steps_a_picture: as the person wants them; None: as suits the experiment.

    Where the length is wanted and the experiment has an end, it ends with the film.
    """
    total, pace = (
        _num_steps(scene),
        _STEPS_A_SECOND["chains" if isinstance(scene.recipe, ChainsRecipe) else "landscape"],
    )
    wanted_secs = seconds if seconds is not None else scene.seconds
    if wanted_secs is not None:
        num_pictures = max(1, round(wanted_secs * rate))
        spread = total / max(1, num_pictures - 1) if total is not None else pace / rate
        return Plan(num_pictures, spread if steps_a_picture is None else steps_a_picture)
    if total is None:
        num_pictures = max(1, round(min(scene.recipe.stop.seconds or _LONGEST_SECS, _LONGEST_SECS) * rate))
        return Plan(num_pictures, pace / rate if steps_a_picture is None else steps_a_picture)
    each = max(pace, total / _LONGEST_SECS) / rate if steps_a_picture is None else steps_a_picture
    return Plan(math.ceil(total / each) + 1 if each > 0 else 1, each)


def _num_steps(scene: Scene) -> int | None:
    """How many the experiment has; None where it goes on for some time."""
    wanted = scene.recipe
    if isinstance(wanted, ChainsRecipe):
        return max(each.warmup + each.draws * each.every for each in wanted.samplers)
    return wanted.stop.steps
