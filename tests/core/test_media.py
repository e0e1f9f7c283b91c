"""What may be attached and under which name it is saved: hostile files and hostile names."""

from __future__ import annotations

import struct
import zlib

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.media import (
    KINDS,
    MAX_FILE_BYTES,
    MAX_NAME,
    picture_size,
    plain_name,
    recognise,
    safe_name,
)

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(9)


def png(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return PNG + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


def jpeg(*frames: tuple[int, int]) -> bytes:
    """A JPEG's segments: a large EXIF block before the frames, as cameras write it."""
    exif = b"\xff\xe1" + struct.pack(">H", 60002) + b"\xff\xc0" * 30000
    said = b"".join(
        b"\xff\xc2" + struct.pack(">HBHHB", 17, 8, height, width, 3) + bytes(9) for width, height in frames
    )
    return b"\xff\xd8" + exif + said + b"\xff\xda\x00\x02"


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(CrmError) as refused:
        recognise(name, content)
    return refused.value.code


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("现场.jpg", jpeg((4000, 3000)), "image/jpeg"),
        ("IMG_1.JPEG", jpeg((10, 10)), "image/jpeg"),
        ("a.png", png(10, 10), "image/png"),
        ("合同.pdf", b"%PDF-1.7\n", "application/pdf"),
        ("报价.xlsx", b"PK\x03\x04rest", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("notes.txt", "谈价格".encode(), "text/plain"),
        ("老.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/msword"),
        ("clip.MP4", b"\0\0\0\x18ftypisom", "video/mp4"),
    ],
)
def test_what_people_attach_is_recognised(name: str, content: bytes, media_type: str) -> None:
    assert recognise(name, content).media_type == media_type


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("setup.exe", b"MZ"),
        ("photo.jpg", b"MZ\x90\x00"),  # a program under a picture's name
        ("page.pHaR", b"<?php"),
        ("page.html", b"<script>"),
        ("picture.svg", b"<svg onload='x'/>"),
        ("link.lnk", b"L\0\0\0"),
        ("disk.iso", b"\0" * 100),
        ("app.hta", b"<hta:application>"),
        ("many.zip", b"PK\x03\x04"),
        ("macro.docm", b"PK\x03\x04"),
        ("notes.txt", b"MZ\x00\x01"),  # bytes that are no text
        ("photo.jpg.exe", jpeg((1, 1))),
        ("photo.jpg\u202egpj.exe", b"MZ"),
        ("noending", b"text"),
        ("empty.txt", b""),
        (".jpg", b""),
    ],
)
def test_what_could_run_or_pretends_is_refused(name: str, content: bytes) -> None:
    assert refusal(name, content) == "attachment_kind"


def test_a_file_over_the_limit_is_refused_before_anything_else() -> None:
    assert refusal("a.txt", b"x" * (MAX_FILE_BYTES + 1)) == "attachment_too_large"
    assert recognise("a.txt", b"x" * MAX_FILE_BYTES).media_type == "text/plain"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bomb.png", png(50_000, 50_000)),
        ("bomb.jpg", jpeg((60_000, 60_000))),
        ("two.jpg", jpeg((10, 10), (60_000, 60_000))),  # the giant hides behind a small frame
        ("bomb.gif", b"GIF89a" + struct.pack("<HH", 60_000, 60_000)),
        ("bomb.webp", b"RIFF....WEBPVP8X" + bytes(8) + (16_000_000).to_bytes(3, "little") * 2),
    ],
)
def test_a_picture_of_too_many_pixels_is_refused_by_its_header(name: str, content: bytes) -> None:
    """Nothing is decoded: a few bytes may claim gigabytes."""
    assert len(content) < 100_000
    assert refusal(name, content) == "attachment_pixels"


def test_sizes_are_read_from_headers() -> None:
    by_type = {kind.media_type: kind for kind in KINDS}
    assert picture_size(by_type["image/jpeg"], jpeg((4032, 3024))) == (4032, 3024)
    assert picture_size(by_type["image/png"], png(7, 9)) == (7, 9)
    assert picture_size(by_type["image/gif"], b"GIF87a\x07\x00\x09\x00") == (7, 9)
    lossy = b"RIFF\0\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 7, 9)
    assert picture_size(by_type["image/webp"], lossy) == (7, 9)
    lossless = b"RIFF\0\0\0\0WEBPVP8L" + bytes(5) + struct.pack("<I", 6 | 8 << 14)
    assert picture_size(by_type["image/webp"], lossless) == (7, 9)
    assert picture_size(by_type["image/jpeg"], b"\xff\xd8\xff") == (0, 0)
    assert picture_size(by_type["text/plain"], b"text") == (0, 0)


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("现场照片.jpg", "现场照片.jpg"),
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\Windows\\System32\\a.jpg", "a.jpg"),
        ("\\\\server\\share\\a.jpg", "a.jpg"),
        ("CON.jpg", "_CON.jpg"),
        ("com1.jpg", "_com1.jpg"),
        ("lpt¹.jpg", "_lpt¹.jpg"),
        ("a.jpg. . .", "a.jpg"),
        ("a\x00b.jpg", "ab.jpg"),
        ("a:stream.jpg", "a_stream.jpg"),
        ("what?<*>|.jpg", "what_____.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe.bin"),
        ("a.exe", "a.exe.bin"),
        ("a.JPG", "a.jpg"),
        (".jpg", "jpg.bin"),
        ("", "file.bin"),
        ("...", "file.bin"),
        ("a\u200b\u2066.jpg", "a.jpg"),
    ],
)
def test_a_name_is_safe_on_every_system(name: str, saved: str) -> None:
    assert safe_name(name, JPEG) == saved


def test_a_long_name_keeps_its_ending() -> None:
    for letter in ("a", "客", "é"):
        saved = safe_name(letter * 300 + ".jpg", JPEG)
        assert saved.endswith(".jpg")
        assert len(saved) <= MAX_NAME
        assert len(saved.encode()) <= 2 * MAX_NAME


def test_a_content_that_is_not_what_its_name_says_opens_with_nothing() -> None:
    assert safe_name("a.jpg", b"MZ") == "a.jpg.bin"


def test_a_name_is_shown_in_its_one_spelling() -> None:
    assert plain_name("re\u0301sume\u0301  2.pdf ") == "résumé 2.pdf"
