"""A judge of drawings in a file, so that a command that is interrupted, or called again, need not train it again.

The file's name holds a digest of what the judge learnt from: another drawing of the same people wants another judge.
"""

import hashlib
import json
from pathlib import Path
from types import ModuleType

import numpy as np
import safetensors
import safetensors.torch
import torch

from engine.images import Shape, analogies, checkpoints, classifier, nets
from engine.images.analogies import Judging
from engine.images.classifier import Judge

_PEOPLE, _SEED = 64, 2**41


def judging(folder: Path, source: ModuleType, shape: Shape, device: torch.device) -> Judging:
    """Of all factors of the source: from the folder, or trained and put there."""
    file = folder / f"{_digest(source)}.judge"
    sizes = analogies.sizes_of(source.FACTORS)
    if file.exists():
        network = classifier.Network(shape, sum(sizes), torch.Generator())
        with safetensors.safe_open(file, "pt") as kept:
            network.load_state_dict({name: kept.get_tensor(name) for name in kept.keys()})  # noqa: SIM118
            accuracies = json.loads(kept.metadata()["accuracies"])
        return Judging(Judge(network.to(device).eval(), sizes), accuracies)
    found = analogies.judging(source, shape, device)
    tensors = {name: each.cpu().contiguous() for name, each in found.judge.network.state_dict().items()}
    folder.mkdir(parents=True, exist_ok=True)
    metadata = {"accuracies": json.dumps(found.accuracies)}
    checkpoints.put_in_place(file, safetensors.torch.save(tensors, metadata))
    return found


def _digest(source: ModuleType) -> str:
    """Of a few people, of how they are drawn, and of how judges learn."""
    people: np.ndarray = source.draw_factors(_PEOPLE, np.random.default_rng(_SEED))
    digest = hashlib.sha256(source.render(people).tobytes())
    for module in (analogies, classifier, nets):
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()[:16]
