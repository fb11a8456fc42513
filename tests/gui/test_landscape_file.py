"""The landscape as a file for NumPy."""

import io
import json
import math

import numpy as np

from engine.messages import Landscape
from gui.landscape_file import content_of


def test_the_file_has_the_energy_with_its_places_and_says_what_it_is():
    energy = np.arange(12, dtype=np.float32).reshape(3, 4)
    shown = Landscape(
        run=1, step=7, data_version=1, energy=energy, extent=(-2.0, 2.0, 0.0, 3.0), temperature=0.5, log_z=1.25,
        lowest=0.0, samples=np.ones((2, 2)), contours=np.zeros((0, 2)), offsets=np.zeros(1, np.int32),
        steps_per_second=math.nan,
    )  # fmt: skip
    file = np.load(io.BytesIO(content_of(shown, {"model": "energy_mlp", "params": {"width": 64}})), allow_pickle=False)
    np.testing.assert_array_equal(file["energy"], energy)
    np.testing.assert_allclose(file["x"], [-1.5, -0.5, 0.5, 1.5])
    np.testing.assert_allclose(file["y"], [0.5, 1.5, 2.5])
    np.testing.assert_array_equal(file["extent"], shown.extent)
    assert (float(file["temperature"]), float(file["log_z"])) == (0.5, 1.25)
    about = json.loads(str(file["about"]))
    assert (about["step"], about["model"], about["params"]) == (7, "energy_mlp", {"width": 64})
    assert "nats" in about["what"]
