"""Pictures from outside: upright, within limits, and never decoded because a name says so."""

from __future__ import annotations

import struct
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from PySide6.QtGui import QColor, QImage

from crmdesk.ui import pictures
from tests.support.photos import PDF, photo, screen

pytestmark = pytest.mark.usefixtures("qapp")


def is_red(image: QImage, x: int, y: int) -> bool:
    colour = QColor(image.pixel(x, y))
    return colour.red() > 200 and colour.green() < 90


def png_claiming(width: int, height: int) -> bytes:
    """A PNG whose header claims a size, over a few bytes of data."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", head)
        + part(b"IDAT", zlib.compress(bytes(1000)))
        + part(b"IEND", b"")
    )


def test_a_photo_is_shown_as_the_camera_was_held() -> None:
    upright = pictures.decode(photo(800, 600, orientation=1), 320)
    turned = pictures.decode(photo(800, 600, orientation=6), 320)
    assert upright is not None
    assert turned is not None
    assert (upright.width(), upright.height()) == (320, 240)
    assert (turned.width(), turned.height()) == (240, 320)
    assert is_red(upright, 10, 10)
    assert is_red(turned, 230, 10)
    assert not is_red(turned, 10, 10)


def test_a_thumbnail_is_a_small_upright_jpeg_that_says_nothing_else() -> None:
    made = pictures.thumbnail(photo(2000, 1500, orientation=6))
    assert made is not None
    assert made.startswith(b"\xff\xd8\xff")
    assert b"Exif" not in made
    assert len(made) < 40_000
    image = QImage.fromData(made)
    assert (image.width(), image.height()) == (240, 320)


def test_a_screen_with_transparency_becomes_a_thumbnail_on_white() -> None:
    clear = QImage(100, 100, QImage.Format.Format_ARGB32)
    clear.fill(0)
    made = pictures.thumbnail(pictures.encode(clear, "PNG"))
    assert made is not None
    assert QColor(QImage.fromData(made).pixel(50, 50)).lightness() > 250


@pytest.mark.parametrize(
    "content",
    [png_claiming(50_000, 50_000), PDF, b"\xff\xd8\xff", b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>"],
    ids=["bomb", "pdf", "torn", "empty", "svg"],
)  # fmt: skip
def test_what_is_no_whole_picture_is_not_shown_and_breaks_nothing(content: bytes) -> None:
    assert pictures.decode(content, 320) is None
    assert pictures.thumbnail(content) is None


def test_a_small_picture_is_not_blown_up() -> None:
    found = pictures.decode(screen(40, 30), 320)
    assert found is not None
    assert (found.width(), found.height()) == (40, 30)


def test_pictures_are_decoded_off_the_gui_thread() -> None:
    with ThreadPoolExecutor(2) as workers:
        made = list(workers.map(pictures.thumbnail, [photo(800, 600, hue) for hue in range(0, 360, 60)]))
    assert all(made)
