"""Attribute directions in a latent space, and how far they can be trusted.

A direction is in the units of codes: added once, it leads from the codes without the attribute to those with it.
Not covered: which attributes there are (Pictures.attributes), and decoding.
Source: Radford, Metz, Chintala (2016), arXiv:1511.06434, for differences of means; Alain, Bengio (2016),
arXiv:1610.01644, for linear probes; Cohen (1988), Statistical Power Analysis, for the effect size.
"""

from typing import NamedTuple

import numpy as np

from engine.notice import Notice

FEWEST = 8  # codes with the attribute, and without it
_MOST_CODES = 20_000
_PAIRS = 500
_TEST_SHARE = 0.3


class Probe(NamedTuple):
    """A linear classifier of codes: logit = codes @ weights + offset, in nats.

    accuracy: on codes that it did not learn from.  chance: what always saying the more frequent answer would reach.
    """

    weights: np.ndarray
    offset: float
    accuracy: float
    chance: float


class Trust(NamedTuple):
    """What speaks for and against a direction.

    pair_cosine: mean cosine between single differences, each of one code with the attribute and one without.
    random_cosine: the same of differences between any codes; about 0.
    effect_size: between those with and without along the direction, in standard deviations (Cohen's d); a direction
    of chance reaches about the square root of 4 d / n, with n codes of d latents.
    accuracy, chance: of the attribute's probe on held-out codes, and of always guessing the more frequent answer.
    own_change: by how much the direction raises the logit of its own probe, in nats.
    leaks: by how much it changes the logits of the other attributes' probes, in nats, by their names.
    """

    pair_cosine: float
    random_cosine: float
    effect_size: float
    accuracy: float
    chance: float
    own_change: float
    leaks: dict[str, float]


def has_attribute(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which pictures have an attribute, and of which it is known, bool (n,) each; of values (n,), NaN where unknown.

    It is there above the middle between its lowest and its highest value: for 0 and 1 above a half.
    """
    is_known = ~np.isnan(values)
    if not is_known.any():
        return np.zeros(len(values), bool), is_known
    middle = (values[is_known].min() + values[is_known].max()) / 2
    return is_known & (np.where(is_known, values, middle) > middle), is_known


def by_means(codes: np.ndarray, has: np.ndarray) -> np.ndarray:
    """The mean of the codes (n, d) that have the attribute minus that of the others, (d,) float64. Raises Notice."""
    _check(has)
    difference: np.ndarray = codes[has].mean(0, dtype=np.float64) - codes[~has].mean(0, dtype=np.float64)
    return difference


def by_probe(codes: np.ndarray, has: np.ndarray, seed: int = 0) -> np.ndarray:
    """The probe's weights, as long as the way between the two means along them, (d,) float64. Raises Notice."""
    weights = fit_probe(codes, has, seed).weights
    unit = weights / max(np.linalg.norm(weights), 1e-30)
    direction: np.ndarray = unit * (by_means(codes, has) @ unit)
    return direction


def fit_probe(codes: np.ndarray, has: np.ndarray, seed: int = 0) -> Probe:
    """A logistic regression of codes (n, d) that have the attribute, or not; tested on three tenths. Raises Notice."""
    from sklearn.linear_model import LogisticRegression  # 2 s to import
    from threadpoolctl import threadpool_limits

    train, test = _split(has, seed)
    mean, scale = codes[train].mean(0, dtype=np.float64), codes[train].std(0, dtype=np.float64)
    scale = np.where(scale > 1e-9 * scale.max(), scale, np.inf)  # a latent that never changes tells nothing
    with threadpool_limits(1):  # a busy machine's other threads only slow it down
        fitted = LogisticRegression(max_iter=2000).fit((codes[train] - mean) / scale, has[train])
    weights = fitted.coef_[0] / scale
    offset = float(fitted.intercept_[0] - mean @ weights)
    accuracy = float(((codes[test] @ weights + offset > 0) == has[test]).mean())
    share = float(has[test].mean())
    return Probe(weights, offset, accuracy, max(share, 1 - share))


def fit_probes(
    codes: np.ndarray, attributes: np.ndarray, names: tuple[str, ...], seed: int = 0
) -> dict[str, Probe | None]:
    """A probe for each of the attributes (n, k), by its name; None where too few have it, or too few do not."""
    probes: dict[str, Probe | None] = {}
    for column, name in enumerate(names):
        has, is_known = has_attribute(attributes[:, column])
        is_enough = min(has.sum(), (is_known & ~has).sum()) >= FEWEST
        probes[name] = fit_probe(codes[is_known], has[is_known], seed) if is_enough else None
    return probes


def trust(
    codes: np.ndarray,
    has: np.ndarray,
    direction: np.ndarray,
    probe: Probe,
    others: dict[str, Probe | None],
    pairs: np.ndarray | None = None,
    seed: int = 0,
) -> Trust:
    """What speaks for and against a direction (d,) for an attribute of codes (n, d).

    probe, others: of this attribute and of the others.  pairs: (m, 2) places of codes that differ in the attribute
    alone, with it first; without them codes are paired at random. Raises Notice.
    """
    _check(has)
    rng = np.random.default_rng(seed)
    if pairs is None:
        pairs = np.stack([rng.choice(np.flatnonzero(which), _PAIRS) for which in (has, ~has)], 1)
    any_pairs = rng.integers(len(codes), size=(len(pairs), 2))
    return Trust(
        pair_cosine=_mean_cosine(codes[pairs[:, 0]] - codes[pairs[:, 1]]),
        random_cosine=_mean_cosine(codes[any_pairs[:, 0]] - codes[any_pairs[:, 1]]),
        effect_size=effect_size(codes[_split(has, seed)[1]], has[_split(has, seed)[1]], direction),
        accuracy=probe.accuracy,
        chance=probe.chance,
        own_change=float(probe.weights @ direction),
        leaks={name: float(each.weights @ direction) for name, each in others.items() if each is not None},
    )


def effect_size(codes: np.ndarray, has: np.ndarray, direction: np.ndarray) -> float:
    """Cohen's d: the means' distance along the direction over the standard deviation within both groups."""
    along = codes.astype(np.float64) @ (direction / max(np.linalg.norm(direction), 1e-30))
    one, other = along[has], along[~has]
    pooled = (one.var(ddof=1) * (len(one) - 1) + other.var(ddof=1) * (len(other) - 1)) / (len(along) - 2)
    return float((one.mean() - other.mean()) / max(np.sqrt(pooled), 1e-30))


def _mean_cosine(differences: np.ndarray) -> float:
    """The mean cosine between all pairs of differences (m, d), without those of length 0."""
    lengths = np.linalg.norm(differences, axis=1)
    units = differences[lengths > 0].astype(np.float64) / lengths[lengths > 0, None]
    count = len(units)
    # The sum over pairs is the square of the sum, without each one's own.
    return float((np.square(units.sum(0)).sum() - count) / (count * (count - 1))) if count > 1 else 0.0


def _split(has: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Places to learn from and to test on, with the same share of both kinds in each. Raises Notice."""
    _check(has)
    rng, train, test = np.random.default_rng(seed), list[np.ndarray](), list[np.ndarray]()
    for which in (has, ~has):
        places = rng.permutation(np.flatnonzero(which))[:_MOST_CODES]
        num_test = max(2, round(_TEST_SHARE * len(places)))
        test.append(places[:num_test])
        train.append(places[num_test:])
    return np.concatenate(train), np.concatenate(test)


def _check(has: np.ndarray) -> None:
    if min(has.sum(), (~has).sum()) < FEWEST:
        raise Notice(
            f"A direction needs at least {FEWEST} pictures with the attribute and {FEWEST} without it; "
            f"there are {int(has.sum())} and {int((~has).sum())}."
        )
