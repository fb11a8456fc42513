"""Many pictures as one, in PNG: what a run without a window shows of samples and of interpolations."""

import io

import numpy as np
from PIL import Image
from torch import Tensor

_GAP_PX = 2
# Pictures are enlarged by a whole number until they are about as large as this.
_LEAST_SIDE_PX = 56


def png(x: Tensor, columns: int) -> bytes:
    """(n, channels, height, width) from 0 to 1, row by row, as the content of a PNG file."""
    pixels = (255 * x.detach().clamp(0, 1)).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    count, height, width, channels = pixels.shape
    rows = -(-count // columns)
    sheet = np.full((rows * (height + _GAP_PX) - _GAP_PX, columns * (width + _GAP_PX) - _GAP_PX, channels), 128)
    for index, each in enumerate(pixels):
        top, left = index // columns * (height + _GAP_PX), index % columns * (width + _GAP_PX)
        sheet[top : top + height, left : left + width] = each
    times = max(1, round(_LEAST_SIDE_PX / min(height, width)))
    large = sheet.astype(np.uint8).repeat(times, 0).repeat(times, 1)
    stream = io.BytesIO()
    Image.fromarray(large[..., 0] if channels == 1 else large).save(stream, "PNG")
    return stream.getvalue()
