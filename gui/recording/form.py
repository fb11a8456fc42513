"""What a film is like: its size, rate and kind of file, and the command that makes ffmpeg write it.

Not covered: the process (encoder.py).
"""

import os
from pathlib import Path

import msgspec

from engine.notice import Notice

MP4, GIF = ".mp4", ".gif"
SIZES = ((3840, 2160), (1920, 1080), (1280, 720), (960, 540))
RATES = (30, 60)
# Programs show a picture of a GIF no shorter than two hundredths of a second.
MOST_GIF_RATE = 30
SMALLEST_SIDE, LARGEST_SIDE = 64, 8192
MOST_RATE = 120


class Form(msgspec.Struct, frozen=True):
    """A film of `width` x `height` pixels with `rate` pictures a second; the name of its file says the kind."""

    path: str
    width: int
    height: int
    rate: int

    @property
    def kind(self) -> str:
        return Path(self.path).suffix.lower()


def form_of(path: Path, size: str, rate: int) -> Form:
    """size: width and height as in 1920x1080. Raises Notice for what is no such thing."""
    width, _, height = size.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and len(size) < 16):
        raise Notice(f"--size {size}: write it as width x height, such as 1920x1080.")
    return checked(Form(str(path), int(width), int(height), rate))


def checked(form: Form) -> Form:
    """The form as it can be written. Raises Notice: an unknown kind of file, a size or rate out of range."""
    if form.kind not in (MP4, GIF):
        raise Notice(f"A film is an MP4 or a GIF file; {Path(form.path).name} is neither by its name.")
    for side in (form.width, form.height):
        if not SMALLEST_SIDE <= side <= LARGEST_SIDE or side % 2:
            raise Notice(
                f"A film of {form.width}x{form.height} cannot be made: both sides must be even numbers "
                f"from {SMALLEST_SIDE} to {LARGEST_SIDE}."
            )
    most = MOST_GIF_RATE if form.kind == GIF else MOST_RATE
    if not 1 <= form.rate <= most:
        raise Notice(f"{form.rate} pictures a second cannot be had; a {form.kind[1:].upper()} has from 1 to {most}.")
    return form


def check_place(path: str) -> None:
    """Raise a Notice now, not when the film has ended, if no file can be written there; one that is there stays."""
    file = Path(path)
    if not file.parent.is_dir():
        raise Notice(f"There is no folder {file.parent}; choose another one for the film.")
    is_new = not file.exists()
    try:
        with file.open("ab"):
            pass
        if is_new:
            file.unlink()
    except OSError as error:
        raise Notice(f"{file.name} cannot be written into {file.parent}: {error.strerror}.") from None


def unfinished(target: Path, process: int) -> Path:
    """Where a film lies while a process of this number makes it."""
    return target.with_name(f".{target.stem}.{process}{target.suffix}")


def command(ffmpeg: str, form: Form, *, ground: str, is_live: bool) -> list[str]:
    """What makes a film of pictures on stdin (stream.py), each shown until the time of the next.

    Pictures of another shape get borders of the colour `ground`, "#rrggbb".
    is_live: beside a window that needs the cores; otherwise time goes into a better and smaller film.
    """
    read = ["-probesize", "32", "-analyzeduration", "0", "-f", "matroska", "-i", "pipe:0"]
    size, border = f"{form.width}:{form.height}", f"(ow-iw)/2:(oh-ih)/2:color=0x{ground[-6:]}"
    scaled, padded = f"scale={size}:force_original_aspect_ratio=decrease:flags=bicubic", f"pad={size}:{border},setsar=1"
    # After all that costs time: a picture that is shown for long is scaled only once.
    rated = f"fps={form.rate}"
    # file: so that no name is taken for a protocol.
    return [
        *(ffmpeg, "-hide_banner", "-nostdin", "-loglevel", "error", "-y", *read),
        *(_gif(scaled, padded, rated) if form.kind == GIF else _mp4(scaled, padded, rated, is_live=is_live)),
        f"file:{os.path.abspath(form.path)}",
    ]


def _mp4(scaled: str, padded: str, rated: str, *, is_live: bool) -> list[str]:
    """H.264 in the form that every player reads, with the colours of HD television, and said to have them."""
    # In one go with the scaling: by itself either takes four times as long.
    colors = ":out_color_matrix=bt709:out_range=tv,format=yuv420p"
    said = [f"-{name}" for name in ("colorspace", "color_primaries", "color_trc")]
    threads = str(max(1, (os.cpu_count() or 2) // 2)) if is_live else "0"
    return [
        *("-vf", f"{scaled}{colors},{padded},{rated}"),
        *("-c:v", "libx264", "-preset", "ultrafast" if is_live else "superfast"),
        *("-crf", "20", "-threads", threads),
        *(each for name in said for each in (name, "bt709")),
        *("-f", "mp4"),
    ]


def _gif(scaled: str, padded: str, rated: str) -> list[str]:
    """Each picture has colours of its own: one choice for all would have to keep the whole film in memory."""
    colors = "split[a][b];[a]palettegen=stats_mode=single[p];[b][p]paletteuse=new=1:dither=bayer:bayer_scale=5"
    return ["-filter_complex", f"[0:v]{scaled},{padded},{rated},{colors}", "-loop", "0", "-f", "gif"]
