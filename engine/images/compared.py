"""The pictures that others are compared with: at first some of their kind, soon all that a model learnt from.

To draw all takes up to a minute the first time. A thread does it, begun by the first question that wants them; until
then answers are of the pictures at hand, and say so.
Not covered: distances (neighbours.py), and what is told of them (memory.py, ways.py, algebra.py).
"""

import threading
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from engine import clock
from engine.images import Pictures
from engine.images.held_out import split
from engine.images.neighbours import Usual, usual_distances
from engine.images.once import Once
from engine.messages import Against

# So many pictures say how near pictures are to one another; fewer while better ones are coming, as somebody waits.
_MOST, _MOST_FOR_NOW = 1000, 64

Encode = Callable[[Pictures], Tensor]


class Compared:
    """Some pictures of a set with what distances need. encode: pictures to codes, (n, latents) on the device.

    places: of those in the set that count, (count,).
    """

    def __init__(
        self, pictures: Pictures, encode: Encode, device: torch.device, against: Against, places: np.ndarray
    ) -> None:
        self.pictures, self.against = pictures, against
        self._encode, self._device, self._places = encode, device, places
        self._once = Once()

    def shown(self, rows: np.ndarray) -> np.ndarray:
        """The pictures of these rows of `pixels`, (n, height, width, channels) uint8."""
        found: np.ndarray = self.pictures.pixels[self._places[rows]]
        return found

    @property
    def pixels(self) -> Tensor:
        """(count, channels, height, width) uint8 on the device."""
        return self._once.get("pixels", self._on_device)

    @property
    def codes(self) -> Tensor:
        """(count, latents). Raises Notice where there is no encoder."""
        return self._once.get("codes", lambda: self._encode(self.pictures)[torch.from_numpy(self._places)])

    @property
    def usual_pixels(self) -> Usual:
        """How near the pictures are to one another."""
        return self._once.get("usual pixels", lambda: self._usual(self.pixels))

    @property
    def usual_codes(self) -> Usual:
        return self._once.get("usual codes", lambda: self._usual(self.codes))

    def _usual(self, rows: Tensor) -> Usual:
        most = _MOST_FOR_NOW if self.against.is_coming else _MOST
        return usual_distances(rows, torch.Generator().manual_seed(0), most)

    def _on_device(self) -> Tensor:
        # A copy: pictures from the cache on disk cannot be written to.
        return torch.tensor(self.pictures.pixels[self._places]).permute(0, 3, 1, 2).contiguous().to(self._device)


class Learnt:
    """All that a model learnt from, once it is there; `make`: draws them, None where those at hand are all.

    is_learnt: whether they are such as it learnt from, or stand in for what is not here.
    seed: by which some of the set were held out (held_out.py); None: it learnt from all.
    """

    def __init__(
        self, at_hand: Pictures, make: Callable[[], Pictures] | None, encode: Encode, has_codes: bool,
        device: torch.device, is_learnt: bool = True, seed: int | None = None,
    ) -> None:  # fmt: skip
        self._make, self._encode, self._has_codes, self._device = make, encode, has_codes, device
        self._seed = seed
        self._lock = threading.Lock()
        self._is_begun = False
        is_coming = make is not None and is_learnt
        self._now = (
            self._learnt(at_hand) if is_learnt and not is_coming else self._others(at_hand, is_learnt, is_coming)
        )

    def now(self) -> Compared:
        """What there is; the first call begins to draw the rest."""
        with self._lock:
            begins, self._is_begun = not self._is_begun, True
        if self._make is not None and begins:
            if clock.is_filmed():
                # When a thread is done is the machine's affair.
                self._draw(self._make)
            else:
                threading.Thread(target=self._draw, args=(self._make,), name="engine-learnt", daemon=True).start()
        with self._lock:
            return self._now

    def _learnt(self, pictures: Pictures) -> Compared:
        """The whole set, without what was held out."""
        count = len(pictures.pixels)
        places = np.arange(count) if self._seed is None else split(count, self._seed).kept
        return Compared(pictures, self._encode, self._device, Against(len(places), pictures.title), places)

    def _others(self, pictures: Pictures, is_alike: bool, is_coming: bool) -> Compared:
        count = len(pictures.pixels)
        against = Against(count, pictures.title, is_whole=False, is_alike=is_alike, is_coming=is_coming)
        return Compared(pictures, self._encode, self._device, against, np.arange(count))

    def _draw(self, make: Callable[[], Pictures]) -> None:
        few = self._now
        # If it fails, those at hand are all there will be; the thread's trace goes to the engine's log.
        after = self._others(few.pictures, is_alike=True, is_coming=False)
        try:
            whole = self._learnt(make())
            # Here and not in the first question that meets them: it takes seconds.
            _ = whole.usual_pixels
            if self._has_codes:
                _ = whole.usual_codes
            after = whole
        finally:
            with self._lock:
                self._now = after
