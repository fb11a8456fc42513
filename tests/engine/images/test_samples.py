"""What is measured of pictures that a model makes up, by models whose pictures are known."""

import pytest
import torch
from torch import Tensor

from engine.images import samples, sheets
from engine.images.models import Model
from engine.images.training import Training, data_of
from engine.notice import Notice
from engine.recipe import Stop
from tests.engine.images.known_pictures import GREY, blobs

CPU = torch.device("cpu")
DATA = data_of(blobs(200, noise=60), 0, CPU)


class Copier(Model):
    """Decodes every code to a training picture, of the left ones alone if `is_one_sided`; codes are pixels."""

    has_prior = True

    def __init__(self, is_one_sided: bool = False, noise: float = 0.0) -> None:
        self.shape, self.noise = GREY, noise
        batch = DATA.learnt.batch(slice(None))
        self.pictures = batch.x[batch.y == 0] if is_one_sided else batch.x

    @property
    def latents(self) -> int:
        return 144

    def encode(self, x: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        return x.flatten(1)

    def decode(self, z: Tensor, y: Tensor | None = None, layer: str = "latent") -> Tensor:
        x = self.pictures[(1000 * z[:, 0]).long() % len(self.pictures)]
        return (x + self.noise * z.reshape(x.shape).abs()).clamp(0, 1)


@pytest.fixture(scope="module")
def judge():
    return samples.judge_of(DATA, GREY, steps=60)


def test_copied_pictures_are_found():
    assert samples.nearest_neighbours(Copier(), DATA)["copied_share"] == 1
    far = samples.nearest_neighbours(Copier(noise=0.5), DATA)
    assert far["copied_share"] == 0
    assert far["median_distance"] > far["median_distance_in_training_set"]


def test_the_histogram_tells_that_one_class_is_missing(judge):
    both, one = (samples.class_histogram(Copier(is_one_sided=each), DATA, judge) for each in (False, True))
    assert both["distance_from_data"] < 0.1
    assert one["shares"] == [1, 0]
    assert one["distance_from_data"] == pytest.approx(0.5, abs=0.05)
    assert both["judge_accuracy"] == 1


def test_double_exposures_are_accepted_less_often_than_pictures(judge):
    result = samples.interpolation(Copier(), DATA, judge, (0, 1), pairs=8)
    assert result["pairs"] == 8
    assert set(result["accepted"]) == set(result["accepted_in_the_middle"]) == {"pixels", "latent"}
    assert result["accepted"]["latent"] > 0.9
    assert result["accepted_in_the_middle"]["pixels"] <= result["accepted"]["pixels"] < result["accepted"]["latent"]


def test_without_classes_there_is_no_judge():
    nameless = data_of(blobs()._replace(labels=blobs().labels * 0 - 1, class_names=()), 0, CPU)
    with pytest.raises(Notice, match="no classes"):
        samples.judge_of(nameless, GREY)


def test_ends_are_nine_and_three_or_the_first_and_the_last():
    assert samples.ends_of(tuple("0123456789")) == (9, 3)
    assert samples.ends_of(("none", "round", "square")) == (0, 2)


def test_samples_of_a_family_without_a_prior_are_as_spread_as_its_codes():
    training = Training("pca", {"latents": 4}, blobs(200), 0, CPU)
    list(training.steps(Stop(steps=1)))
    drawn = samples.drawn(training.model, training.data, 400, 0).x
    data = training.data.learnt.batch(slice(None)).x
    assert float(drawn.mean()) == pytest.approx(float(data.mean()), rel=0.4)
    assert torch.equal(drawn, samples.drawn(training.model, training.data, 400, 0).x)


def test_samples_of_a_conditional_family_are_of_all_classes():
    training = Training("conditional_vae", {"latents": 2, "width": 4}, blobs(), 0, CPU)
    drawn = samples.drawn(training.model, training.data, 10, 0)
    assert drawn.y.tolist() == [0, 1] * 5
    assert drawn.x.shape == (10, 1, 12, 12)


def test_frames_begin_and_end_at_the_pictures_codes():
    training = Training("pca", {"latents": 4}, blobs(), 0, CPU)
    list(training.steps(Stop(steps=1)))
    batch = training.data.learnt.batch(slice(0, 3))
    frames = samples.frames(training.model, batch.x, batch.y, 5)
    assert frames.shape == (10, 1, 12, 12)
    ends = training.model.decode(training.model.encode(batch.x))
    torch.testing.assert_close(frames[[0, 4, 5, 9]], ends[[0, 1, 1, 2]])


def test_a_sheet_is_a_picture_with_all_of_them():
    import io

    from PIL import Image

    x = torch.zeros(5, 3, 8, 8)
    x[4, 0] = 1.0
    with Image.open(io.BytesIO(sheets.png(x, columns=2))) as image:
        assert image.size == (18 * 7, 28 * 7)
        assert image.getpixel((7 * 3, 7 * 23)) == (255, 0, 0)
