"""Pages of PDF files as pixels, drawn by a child process; whatever becomes of that, this one goes on."""

from __future__ import annotations

import subprocess
import sys
from typing import Final, NamedTuple

from crmdesk.system import confined

_SECONDS: Final = 30
_MOST_PIXELS: Final = 40_000_000
_PIXEL: Final = 4


class PdfPage(NamedTuple):
    """One page: its number from 0, how many there are, its size in pixels, and four bytes a pixel: blue, green, red, none."""

    number: int
    pages: int
    width: int
    height: int
    pixels: bytes


def draw(content: bytes, page: int, longest: int) -> PdfPage | None:
    """A page of a file, its longer edge `longest` pixels; None if it can't be drawn, for whatever reason."""
    command = [sys.executable, *confined.arguments("crmdesk.system.pdf_child")]
    try:
        done = subprocess.run(
            command, input=f"{page} {longest}\n".encode() + content, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, timeout=_SECONDS, check=False, cwd=confined.FOLDER,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    head, _, pixels = done.stdout.partition(b"\n")
    numbers = head.split()
    if done.returncode or len(numbers) != 3 or not all(number.isdigit() for number in numbers):
        return None
    pages, width, height = map(int, numbers)
    if not 0 < width * height <= _MOST_PIXELS or pages < 1 or len(pixels) != width * height * _PIXEL:
        return None
    return PdfPage(max(0, min(page, pages - 1)), pages, width, height, pixels)
