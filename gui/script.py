"""A recipe as a short Python program that uses the engine alone and gives the numbers of `main.py run`.

A recipe of the landscape lab is spelled out step by step, to be read and changed; the others run as they are.
"""

from pathlib import Path
from pprint import pformat
from typing import Any

import msgspec

from engine.recipe import AnyRecipe, Data, Recipe, Stop
from gui import recipe_text

# More points than these lie in a file beside the program.
_MOST_POINTS = 60
_WIDTH = 100

_LANDSCAPE = '''\
"""{title}, as Energyscape showed it.

Run it in Energyscape's folder, or in a Python into which Energyscape is installed.
"""

{imports}import torch

from engine import data, devices
from engine.headless import split
from engine.jobs import Training
from engine.measures import Judge
from engine.recipe import Data

SEED = {seed}
{table}DATA = {data}
PARAMS = {params}

devices.set_up_cpu()
device = devices.chosen({device!r})
points = split(data.draw(DATA, SEED), device, SEED)
training = Training({model!r}, PARAMS, SEED, device)

steps = training.steps(points)
{loop}
    next(steps)
    if training.num_steps % 50 == 0:
        training.measure()  # raises Notice where the energies have run away

with torch.no_grad():
    log_z = training.log_z(inner=384, outer=32)
    rng = torch.Generator(device).manual_seed(SEED)
    measured = Judge(points).measure(training, rng)
    print(f"steps {{training.num_steps}}")
    if training.model.is_density:
        print(f"nll {{training.nll(points, log_z)!r}}")
    print(f"energy_distance {{measured.energy_distance!r}}")
    # Its energy anywhere, in nats: training.model.energy(points.plane.to_plane(array, device)).
'''

_WHOLE = '''\
"""{title}, as Energyscape showed it.

Run it in Energyscape's folder, or in a Python into which Energyscape is installed.
The results go to the folder {out}.
"""

from pathlib import Path

{numpy}from engine import cli, recipe

RECIPE = {recipe}
{table}
result = cli.run(recipe.any_from_plain(RECIPE), Path("{out}"))
print(cli.summary(result.metrics))
'''

_TABLE = 'TABLE = np.loadtxt(Path(__file__).with_name({name!r}), delimiter=",", skiprows=1, ndmin=2)\n'


def script(made: AnyRecipe, beside: str) -> tuple[str, bool]:
    """The program, and whether it reads the points and labels from the CSV file `beside` it."""
    data = made.data
    is_long = isinstance(data, Data) and len(data.points or ()) > _MOST_POINTS
    if isinstance(made, Recipe):
        return _landscape(made, beside if is_long else ""), is_long
    plain: dict[str, Any] = recipe_text.short(made, None)
    table = ""
    if is_long:
        assert isinstance(data, Data)
        plain.pop("data")
        table = f'{_TABLE.format(name=beside)}RECIPE["data"] = {_own_points(data, is_dict=True)}\n'
    lab = plain["lab"]
    text = _WHOLE.format(
        title="Chains" if lab == "chains" else "A model of pictures",
        out=f"{lab}-results",
        numpy="import numpy as np\n\n" if is_long else "",
        recipe=_shown(plain),
        table=table,
    )
    return text, is_long


def place_beside(path: Path, points: str) -> Path:
    """Where the points of a program go: a file that is not there yet, or holds just these points."""
    content = points.encode()
    places = (path.with_name(f"{path.stem}_points{number or ''}.csv") for number in (0, *range(2, 1000)))
    return next(place for place in places if not place.exists() or _holds(place, content))


def _holds(path: Path, content: bytes) -> bool:
    return path.stat().st_size == len(content) and path.read_bytes() == content


def _landscape(made: Recipe, beside: str) -> str:
    data = made.data
    told = _own_points(data, is_dict=False) if beside else _call("Data", data)
    return _LANDSCAPE.format(
        title=f"{data.preset or data.word or 'Points'}, learnt by {made.model.name}".replace("_", " ").capitalize(),
        imports=_imports(made.stop, beside),
        seed=made.seed,
        table=_TABLE.format(name=beside) if beside else "",
        data=told,
        params=_shown(made.model.params),
        device=made.device,
        model=made.model.name,
        loop=_loop(made.stop),
    )


def _imports(stop: Stop, beside: str) -> str:
    """Those of Python itself, then the first of others."""
    own = ["import time"] if stop.seconds is not None else []
    own += ["from pathlib import Path"] if beside else []
    lines = [*own, *([""] if own else []), *(["import numpy as np"] if beside else [])]
    return "".join(f"{line}\n" for line in lines)


def _loop(stop: Stop) -> str:
    if stop.seconds is not None:
        return f"until = time.perf_counter() + {stop.seconds!r}\nwhile time.perf_counter() < until:"
    return f"for _ in range({stop.steps}):"


def _own_points(data: Data, is_dict: bool) -> str:
    """The points of TABLE."""
    fields = {
        "points": "TABLE[:, :2].tolist()",
        "labels": "TABLE[:, 2].astype(int).tolist()",
        "extent": repr(tuple(data.extent)) if data.extent is not None else "None",
    }
    if is_dict:
        return "{" + ", ".join(f'"{name}": {value}' for name, value in fields.items()) + "}"
    return f"Data({', '.join(f'{name}={value}' for name, value in fields.items())})"


def _call(name: str, data: Data) -> str:
    """What makes this struct."""
    plain: dict[str, Any] = msgspec.to_builtins(data)
    return f"{name}({', '.join(f'{key}={_shown(value)}' for key, value in plain.items())})"


def _shown(value: Any) -> str:
    return pformat(value, width=_WIDTH, sort_dicts=False, compact=True)
