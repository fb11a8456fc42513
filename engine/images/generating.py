"""New pictures from a prior over codes, and a prior as an energy on a plane of the latent space.

A plain auto-encoder has no prior: what N(0, I) gives is not where its codes are, and a Gaussian or a mixture that is
fitted to them gives visibly better pictures.
Not covered: the priors (priors.py), the walks on them (engine/chain_run.py).
"""

import numpy as np
import torch

from engine.images import priors
from engine.images.gaussians import Prior
from engine.images.latent import Latent, to_pixels
from engine.images.latents import truncated_normal
from engine.images.quadratics import Quadratics
from engine.messages import Plane, PlaneEnergy, Sample, Sampled
from engine.notice import Notice

NAMES = ("standard", "gaussian", "mixture", "posterior")
_COMPONENTS = 10
_MOST = 256
# Truncation of fitted priors: so many draws are made for each that is kept.
_TRIES = 8


def sampled(asked: Sample, latent: Latent) -> Sampled:
    """Raises Notice for an unknown prior, and where there are no codes to fit one to."""
    count = min(asked.count, _MOST)
    rng = torch.Generator(latent.device).manual_seed(asked.seed)
    if asked.prior == "standard":
        z = truncated_normal((count, latent.model.latents), asked.truncation, rng)
    else:
        prior = prior_of(asked.prior, latent)
        z = prior.sample(_TRIES * count, rng)
        # The likeliest share of the draws: at 0 only the most likely are kept, at 3 nearly all are.
        share = min(1.0, max(1 / _TRIES, asked.truncation / 3))
        likeliest = prior.energy(z).argsort(stable=True)[: max(count, round(share * len(z)))]
        chosen = torch.randperm(len(likeliest), generator=rng, device=latent.device)[:count]
        z = z[likeliest[chosen]]
    labels = np.arange(count) % max(1, len(latent.pictures.class_names)) if asked.label < 0 else np.array([asked.label])
    pictures = latent.decode(z, latent.labels_of(labels, count))
    return Sampled(asked.run, asked.channel, asked.serial, z.float().cpu().numpy(), to_pixels(pictures))


def plane(asked: Plane, latent: Latent) -> PlaneEnergy:
    """The energy in nats on a grid, rows from the bottom. Raises Notice as `sampled`."""
    target = on_plane(asked.prior, asked.origin, asked.axes, latent, is_projected=asked.is_projected)
    x0, x1, y0, y1 = asked.extent
    x = torch.linspace(x0, x1, asked.cells, device=latent.device)
    y = torch.linspace(y0, y1, asked.cells, device=latent.device)
    places = torch.stack([x.expand(asked.cells, -1), y[:, None].expand(-1, asked.cells)], 2).reshape(-1, 2)
    energy = target.energy(places).reshape(asked.cells, asked.cells).float().cpu().numpy()
    return PlaneEnergy(asked.run, asked.channel, asked.serial, energy, asked.extent)


def on_plane(
    name: str, origin: np.ndarray, axes: np.ndarray, latent: Latent, *, is_projected: bool = False
) -> Quadratics:
    """A prior on a plane, or projected onto it: origin (latents,), axes (2, latents), orthonormal.

    Raises Notice where they are not.
    """
    place, directions = (torch.from_numpy(np.array(each, np.float32)) for each in (origin, axes))
    if place.shape != (latent.model.latents,) or directions.shape != (2, latent.model.latents):
        raise Notice(f"The plane is not one of a space of {latent.model.latents} latents.")
    if not torch.allclose(directions @ directions.T, torch.eye(2), atol=1e-3):
        raise Notice("The axes of the plane must be at right angles, and of length 1.")
    prior, where = prior_of(name, latent), (place.to(latent.device), directions.to(latent.device))
    if not is_projected:
        return prior.cut(*where)
    # Seen from the plane it is a mixture of its own, in the plane's two coordinates.
    return prior.projected(*where).cut(torch.zeros(2, device=latent.device), torch.eye(2, device=latent.device))


def prior_of(name: str, latent: Latent) -> Prior:
    """Fitted when first asked for. Raises Notice."""
    if name not in NAMES:
        raise Notice(f"There is no prior {name!r}; there is: {', '.join(NAMES)}.")
    return latent.kept(f"prior {name}", lambda: _made(name, latent))


def _made(name: str, latent: Latent) -> Prior:
    if name == "standard":
        return priors.standard(latent.model.latents, latent.device)
    if not latent.model.has_encoder:
        raise Notice("This model has no encoder, so that there are no codes to fit a prior to; take N(0, I).")
    if name == "gaussian":
        return priors.fitted_gaussian(latent.codes)
    if name == "mixture":
        return priors.fitted_mixture(latent.codes, _COMPONENTS)
    moments = latent.posteriors
    if moments is None:
        raise Notice("This model's encoder gives a single code, not a posterior; take a prior fitted to the codes.")
    mean, sd = moments
    return priors.aggregated_posterior(mean, sd.square())
