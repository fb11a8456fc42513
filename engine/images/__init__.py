"""Pictures of any source, models of pictures, and what is done in their latent spaces.

Pictures outside of models are (n, height, width, channels) uint8, one channel for grey and three for red, green, blue.
Inside of models they are (n, channels, height, width) float32 from 0 (black) to 1.
Where things are: sources/ (where pictures come from), models/ (families of models), one file each.
"""

from typing import NamedTuple

import numpy as np

MAX_SIDE_PX = 128
MAX_PICTURES = 200_000
# Of one set, as uint8.
MAX_BYTES = 2**30


class Shape(NamedTuple):
    """Of one picture; channels is 1 or 3."""

    height: int
    width: int
    channels: int


class Pictures(NamedTuple):
    """A set of pictures with what is known of each.

    pixels: (n, height, width, channels) uint8.  labels: (n,) int64, the class, -1 where it is not known.
    class_names: of the labels 0, 1, ...  attributes: (n, k) float32, NaN where not known; attribute_names: k of them.
    left_out: a sentence about files that could not be read, where there were some.
    """

    title: str
    pixels: np.ndarray
    labels: np.ndarray
    class_names: tuple[str, ...] = ()
    attributes: np.ndarray = np.zeros((0, 0), np.float32)
    attribute_names: tuple[str, ...] = ()
    left_out: str = ""

    @property
    def shape(self) -> Shape:
        return Shape(*self.pixels.shape[1:])

    def chosen(self, places: np.ndarray) -> "Pictures":
        """Those at these places of the set, (k,), in their order."""
        attributes = self.attributes[places] if len(self.attributes) else self.attributes
        return self._replace(pixels=self.pixels[places], labels=self.labels[places], attributes=attributes)

    def has(self, attribute: str) -> np.ndarray:
        """(n,) bool: which of the pictures have this attribute: any of its kinds, or more than the middle of it."""
        values = self.attributes[:, self.attribute_names.index(attribute)]
        known = values[~np.isnan(values)]
        is_kinds = len(known) > 0 and known.max() > 1 and bool((known == np.round(known)).all())
        low, high = (known.min(), known.max()) if len(known) else (0.0, 0.0)
        return np.asarray(values > (low if is_kinds else (low + high) / 2))
