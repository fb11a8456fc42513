"""Sums of codes, such as A - B + C, and directions of attributes: what they decode to, and how far to trust them.

Where pictures are drawn from factors, every sum has an exact answer: the picture drawn from the sum of the factors.
Not covered: sums and means (latents.py), what speaks for a direction (directions.py).
Source: Mikolov, Yih, Zweig (2013), NAACL, for the arithmetic; Radford, Metz, Chintala (2016), ICLR, with pictures.
"""

from types import ModuleType

import numpy as np
import torch

from engine.images import catalogue
from engine.images.directions import by_means, by_probe, fit_probes, has_attribute, trust
from engine.images.latent import Latent, to_pixels
from engine.images.latents import weighted_sum
from engine.images.memory import by_pixels
from engine.messages import Combine, Combined, Direction, FindDirection
from engine.notice import Notice

_NEAREST = 4
# A kind that a sum of factors misses by more than this has no exact answer.
_MOST_OFF_KIND = 0.1
# Pictures that differ in the attribute alone, and how many codes are looked at for a direction.
_PAIRS, _LOOKED_AT = 200, 4000
_METHODS = ("class means", "linear probe")


def combined(asked: Combine, latent: Latent) -> Combined:
    """The sum, decoded, with its nearest pictures, and the exact answer where there is one. Raises Notice."""
    if not len(asked.weights):
        raise Notice("There is nothing to add up.")
    codes = torch.from_numpy(np.array(asked.operands, np.float32)).to(latent.device)
    groups = [slice(*ends) for ends in zip(asked.offsets[:-1].tolist(), asked.offsets[1:].tolist(), strict=True)]
    code = weighted_sum([codes[each] for each in groups], asked.weights.tolist())
    y = latent.labels_of(asked.labels, 1)
    x = latent.decode(code[None], y)
    compared = latent.compared
    near = by_pixels(x, compared, _NEAREST)
    factors = _summed(asked.factors, groups, asked.weights, catalogue.exact_source_of(latent.pictures))
    exact, errors = np.zeros((0, *latent.shape), np.uint8), (float("nan"), float("nan"))
    if factors is not None:
        source = catalogue.exact_source_of(latent.pictures)
        assert source is not None
        exact = source.render(factors[None])
        wanted = latent.to_model(exact)
        rebuilt = latent.decode(latent.encode(wanted, y), y)
        errors = float((x - wanted).square().mean()), float((rebuilt - wanted).square().mean())
    return Combined(
        asked.run, asked.channel, asked.serial, code.float().cpu().numpy(), to_pixels(x),
        compared.shown(near.places[0]), near.distances[0] / near.typical, exact, errors, compared.against,
    )  # fmt: skip


def _summed(
    factors: np.ndarray, groups: list[slice], weights: np.ndarray, source: ModuleType | None
) -> np.ndarray | None:
    """The sum of the groups' mean factors, (k,), within their ranges; None where it is not that of a picture."""
    if source is None or not len(factors) or not np.isfinite(factors).all():
        return None
    total = sum(weight * factors[each].mean(0) for each, weight in zip(groups, weights.tolist(), strict=True))
    known = source.FACTORS
    kinds = np.array([bool(each.choices) for each in known])
    low, high = np.array([each.low for each in known]), np.array([each.high for each in known])
    total = np.where(kinds, np.round(total, 6), np.clip(total, low, high))
    off = np.abs(total - np.round(total))[kinds]
    if (off > _MOST_OFF_KIND).any() or (total[kinds] < low[kinds]).any() or (total[kinds] > high[kinds]).any():
        return None
    return np.asarray(total)


def direction(asked: FindDirection, latent: Latent) -> Direction:
    """Raises Notice: no such attribute or method, too few pictures with it or without, no encoder."""
    pictures, name = latent.pictures, asked.attribute
    names = pictures.attribute_names
    if name not in names:
        raise Notice(f"The pictures have no attribute {name!r}; they have: {', '.join(names) or 'none'}.")
    if asked.method not in _METHODS:
        raise Notice(f"There is no method {asked.method!r}; there is: {', '.join(_METHODS)}.")
    codes = latent.codes[:_LOOKED_AT].double().cpu().numpy()
    attributes = as_amounts(pictures.attributes[:_LOOKED_AT])
    has, is_known = has_attribute(attributes[:, names.index(name)])
    codes, attributes, has = codes[is_known], attributes[is_known], has[is_known]
    vector = by_means(codes, has) if asked.method == "class means" else by_probe(codes, has)
    probes = fit_probes(codes, attributes, names)
    own = probes.pop(name)
    if own is None:
        raise Notice(f"Too few pictures have {name}, or too few do not, to say anything about it.")
    both, pairs = _with_pairs(codes, name, latent)
    told = trust(both, _padded(has, len(both)), vector, own, probes, pairs)
    return Direction(
        asked.run, asked.channel, asked.serial, name, vector.astype(np.float32), told.pair_cosine,
        told.random_cosine, told.effect_size, told.accuracy, told.chance, told.own_change, told.leaks,
    )  # fmt: skip


def as_amounts(attributes: np.ndarray) -> np.ndarray:
    """Attributes that have kinds (0 for none, 1, 2, ...) as 0 and 1: of any kind. The others as they are."""
    amounts = attributes.astype(np.float64)
    for column in amounts.T:
        known = column[~np.isnan(column)]
        if len(known) and known.min() == 0 and known.max() > 1 and (known == np.round(known)).all():
            column[column > 0] = 1
    return amounts


def _with_pairs(codes: np.ndarray, name: str, latent: Latent) -> tuple[np.ndarray, np.ndarray | None]:
    """Codes, with those of pairs that differ in the attribute alone behind them, where such pictures can be drawn."""
    source = catalogue.exact_source_of(latent.pictures)
    if source is None:
        return codes, None
    factor = next(each for each in source.FACTORS if each.name == name)
    column = latent.pictures.attribute_names.index(name)
    rows = latent.pictures.attributes[:_PAIRS].astype(np.float64)
    with_it, without = rows.copy(), rows.copy()
    with_it[:, column] = np.where(rows[:, column] > 0, rows[:, column], 1) if factor.choices else factor.high
    without[:, column] = 0 if factor.choices else factor.low
    drawn = source.render(np.concatenate([with_it, without]))
    new = latent.encode(latent.to_model(drawn), latent.labels_of(np.zeros(1, np.int64), len(drawn)))
    count, first = len(rows), len(codes)
    pairs = np.stack([first + np.arange(count), first + count + np.arange(count)], 1)
    return np.concatenate([codes, new.double().cpu().numpy()]), pairs


def _padded(has: np.ndarray, count: int) -> np.ndarray:
    """The drawn pairs are half with, half without."""
    extra = count - len(has)
    return np.concatenate([has, np.arange(extra) < extra // 2])
