"""Raw numbers become pictures: square, of one side, in grey or colour, a few at a time so that memory stays bounded.

A picture is cropped to the square in its middle and scaled to the side.
Not covered: encoded pictures (folder.py).
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PIL import Image

from engine.images import MAX_BYTES
from engine.images.reading import check_total, side_of
from engine.notice import Notice

_LARGEST_SIDE = 2048  # of one picture in an array
_CHUNK_BYTES = 4 * 2**20
# Of red, green and blue in grey, in 65536ths; ITU-R BT.601.
_LUMA = np.array([19595, 38470, 7471], np.uint32)


class Layout(NamedTuple):
    """How pictures lie in an array. channels: 1 or 3, before the rows if is_channels_first."""

    num_pictures: int
    height: int
    width: int
    channels: int
    is_channels_first: bool = False

    @property
    def numbers_each(self) -> int:
        return self.height * self.width * self.channels


def layout_of(shape: tuple[int, ...], name: str) -> Layout:
    """The layout of an array of pictures: (n, h, w), (n, h, w, c), (n, c, h, w), or (n, a square) in grey.

    Raises Notice.
    """
    layout = None
    if len(shape) == 2 and math.isqrt(shape[1]) ** 2 == shape[1]:
        layout = Layout(shape[0], math.isqrt(shape[1]), math.isqrt(shape[1]), 1)
    elif len(shape) == 3:
        layout = Layout(*shape, 1)
    elif len(shape) == 4 and shape[3] in (1, 3):
        layout = Layout(*shape)
    elif len(shape) == 4 and shape[1] in (1, 3):
        layout = Layout(shape[0], shape[2], shape[3], shape[1], is_channels_first=True)
    if layout is None:
        raise Notice(
            f"{name} has the shape {shape}; pictures need (n, height, width), with 1 or 3 channels after or before."
        )
    if not (1 <= layout.height <= _LARGEST_SIDE and 1 <= layout.width <= _LARGEST_SIDE):
        raise Notice(
            f"{name} has pictures of {layout.width} x {layout.height}; "
            f"in an array they may have from 1 to {_LARGEST_SIDE} pixels on a side."
        )
    return layout


def read_pixels(
    read: Callable[[int], bytes], layout: Layout, dtype: np.dtype, name: str, side: int | None, grey: bool | None
) -> np.ndarray:
    """The pictures (n, side, side, 1 or 3) uint8 that `read` gives the bytes of, one chunk after the other.

    read: the next so many bytes, fewer only at the end.  grey: None keeps what there is.  Raises Notice.
    """
    side = side_of(side, min(layout.height, layout.width))
    channels = layout.channels if grey is None else 1 if grey else 3
    check_total(layout.num_pictures, side, channels, name)
    each = layout.numbers_each * dtype.itemsize
    if layout.num_pictures * each > MAX_BYTES * dtype.itemsize:
        raise Notice(f"{name} is {layout.num_pictures * each:,} bytes unpacked, more than is read.")
    # Pages of this are taken from the system only as they are written.
    pixels = np.empty((layout.num_pictures, side, side, channels), np.uint8)
    per_chunk = max(1, _CHUNK_BYTES // each)
    for start in range(0, layout.num_pictures, per_chunk):
        wanted = min(per_chunk, layout.num_pictures - start)
        content = read(wanted * each)
        if len(content) < wanted * each:
            there = start + len(content) // each
            raise Notice(f"{name} is cut short: it promises {layout.num_pictures:,} pictures and {there:,} are there.")
        values = _in_rows(np.frombuffer(content, dtype), layout)
        pixels[start : start + wanted] = fitted(_in_bytes(values, name, start), side, channels)
    if read(1):
        raise Notice(f"{name} is damaged: it holds more than the {layout.num_pictures:,} pictures that it promises.")
    return pixels


def fitted(pictures: np.ndarray, side: int, channels: int) -> np.ndarray:
    """Pictures (n, h, w, 1 or 3) uint8 as (n, side, side, channels): cropped to their middle and scaled."""
    height, width = pictures.shape[1:3]
    square = min(height, width)
    top, left = (height - square) // 2, (width - square) // 2
    pictures = pictures[:, top : top + square, left : left + square]
    if pictures.shape[3] > channels:
        pictures = ((pictures @ _LUMA + 32768) >> 16).astype(np.uint8)[..., None]
    if square != side:
        pictures = np.stack([_scaled(each, side) for each in pictures])
    return np.broadcast_to(pictures, (*pictures.shape[:3], channels))


def _scaled(picture: np.ndarray, side: int) -> np.ndarray:
    image = Image.fromarray(np.ascontiguousarray(picture[..., 0] if picture.shape[2] == 1 else picture))
    return np.asarray(image.resize((side, side), Image.Resampling.LANCZOS)).reshape(side, side, -1)


def _in_rows(values: np.ndarray, layout: Layout) -> np.ndarray:
    """Numbers as they lie in the file, as (n, height, width, channels)."""
    _, height, width, channels, is_channels_first = layout
    if is_channels_first:
        return values.reshape(-1, channels, height, width).transpose(0, 2, 3, 1)
    return values.reshape(-1, height, width, channels)


def _in_bytes(values: np.ndarray, name: str, start: int) -> np.ndarray:
    """Pictures as uint8, of whole numbers from 0 to 255 or of others from 0 to 1. Raises Notice."""
    kind = values.dtype.kind
    if values.dtype == np.uint8:
        return values
    if kind == "b":
        return values.astype(np.uint8) * np.uint8(255)
    most = 1 if kind == "f" else 255
    is_wrong = ~((values >= 0) & (values <= most))  # NaN is not >= anything
    if is_wrong.any():
        place = int(np.argmax(is_wrong.any(axis=(1, 2, 3))))
        value = float(values[place][is_wrong[place]][0])
        rule = "numbers with a point go from 0 to 1" if kind == "f" else "whole numbers go from 0 to 255"
        raise Notice(f"{name}, picture {start + place + 1}: a pixel is {value:g}; {rule}.")
    return np.rint(values.astype(np.float32) * 255).astype(np.uint8) if kind == "f" else values.astype(np.uint8)
