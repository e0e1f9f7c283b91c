"""What may be attached: a file is known by how it begins and how its name ends, and both must agree.

Both sides and every face decide by this page. Nothing here decodes a picture: sizes are read from headers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from crmdesk.core.errors import CrmError

CHUNK_BYTES: Final = 256 * 1024
"""A file is kept and sent in pieces of this size; what is cut off repeats one piece at most."""
MAX_FILE_BYTES: Final = 25 * 1024 * 1024
MAX_PER_RECORD: Final = 100
"""Files on one visit, one contact, or on the customer itself."""
MAX_PIXELS: Final = 100_000_000
"""Width times height; beyond it a picture costs more memory to show than a laptop should give."""
MAX_NAME: Final = 120
"""Characters of a file's name; its ending is kept."""
_TEXT_LOOK: Final = 8192
_OFFICE: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: its media type, the endings of its names (the first is the usual one), how it begins.

    `starts` are alternatives, each (offset, bytes); none means text.
    """

    media_type: str
    endings: tuple[str, ...]
    starts: tuple[tuple[int, bytes], ...] = ()

    @property
    def is_picture(self) -> bool:
        """Whether crmdesk itself shows it."""
        return is_picture(self.media_type)

    def begins(self, content: bytes) -> bool:
        if not self.starts:
            return b"\x00" not in content[:_TEXT_LOOK]
        return any(content[at : at + len(start)] == start for at, start in self.starts)


PDF: Final = "application/pdf"
_SHOWN: Final = ("image/jpeg", "image/png", "image/webp", "image/gif")
_DOCUMENT: Final = "application/vnd.openxmlformats-officedocument."
KINDS: Final = (
    Kind("image/jpeg", (".jpg", ".jpeg"), ((0, b"\xff\xd8\xff"),)),
    Kind("image/png", (".png",), ((0, b"\x89PNG\r\n\x1a\n"),)),
    Kind("image/webp", (".webp",), ((8, b"WEBPVP8"),)),
    Kind("image/gif", (".gif",), ((0, b"GIF87a"), (0, b"GIF89a"))),
    Kind("image/heic", (".heic", ".heif"), ((4, b"ftyphe"), (4, b"ftypmif1"))),
    Kind(PDF, (".pdf",), ((0, b"%PDF-"),)),
    Kind(_DOCUMENT + "wordprocessingml.document", (".docx",), ((0, _OFFICE),)),
    Kind(_DOCUMENT + "spreadsheetml.sheet", (".xlsx",), ((0, _OFFICE),)),
    Kind(_DOCUMENT + "presentationml.presentation", (".pptx",), ((0, _OFFICE),)),
    Kind("application/msword", (".doc",), ((0, _OLE),)),
    Kind("application/vnd.ms-excel", (".xls",), ((0, _OLE),)),
    Kind("application/vnd.ms-powerpoint", (".ppt",), ((0, _OLE),)),
    Kind("audio/mp4", (".m4a",), ((4, b"ftypM4A"),)),
    Kind("audio/mpeg", (".mp3",), ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\xff\xf2"))),
    Kind("video/mp4", (".mp4",), ((4, b"ftypisom"), (4, b"ftypmp4"), (4, b"ftypavc1"))),
    Kind("text/plain", (".txt",)),
    Kind("text/csv", (".csv",)),
)
"""What may be attached. Nothing on this list runs when it is opened; programs, scripts, links, archives
and disk images are not on it."""
ENDINGS: Final = tuple(ending for kind in KINDS for ending in kind.endings)


def is_picture(media_type: str | None) -> bool:
    """Whether content of this type is shown as a picture."""
    return media_type in _SHOWN


def recognise(name: str, content: bytes) -> Kind:
    """The kind of a file that may be attached.

    Raises `attachment_kind` (not on the list, empty, or not what its name says), `attachment_too_large`, or
    `attachment_pixels` for a picture of too many.
    """
    clean = plain_name(name)
    if len(content) > MAX_FILE_BYTES:
        raise CrmError("attachment_too_large", name=clean, limit=MAX_FILE_BYTES // 2**20)
    kind = _kind_of(clean, content)
    if kind is None:
        raise CrmError("attachment_kind", name=clean, kinds=" ".join(e.lstrip(".") for e in ENDINGS))
    width, height = picture_size(kind, content)
    if width * height > MAX_PIXELS:
        raise CrmError("attachment_pixels", name=clean, limit=MAX_PIXELS // 10**6)
    return kind


def _kind_of(name: str, content: bytes) -> Kind | None:
    ending = _ending(name)
    return next((k for k in KINDS if content and ending in k.endings and k.begins(content)), None)


def _ending(name: str) -> str:
    _, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot else ""


# -- how large a picture is -----------------------------------------------------------------------------


def picture_size(kind: Kind, content: bytes) -> tuple[int, int]:
    """(width, height) in pixels as the file's own header says; (0, 0) for what is no picture or says none."""
    match kind.media_type:
        case "image/png":
            return _number(content[16:20]), _number(content[20:24])
        case "image/gif":
            return _number(content[6:8], "little"), _number(content[8:10], "little")
        case "image/webp":
            return _webp_size(content)
        case "image/jpeg":
            return max(_jpeg_sizes(content), default=(0, 0), key=lambda size: size[0] * size[1])
        case _:
            return 0, 0


def _number(part: bytes, order: str = "big") -> int:
    return int.from_bytes(part, "little" if order == "little" else "big")


def _webp_size(content: bytes) -> tuple[int, int]:
    match content[12:16]:
        case b"VP8X":
            return 1 + _number(content[24:27], "little"), 1 + _number(content[27:30], "little")
        case b"VP8L":
            bits = _number(content[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case _:
            return _number(content[26:28], "little") & 0x3FFF, _number(content[28:30], "little") & 0x3FFF


def _jpeg_sizes(content: bytes) -> Iterator[tuple[int, int]]:
    """What each frame header says (ITU-T T.81, B.2.2): all of them, or a second one could hide a giant."""
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            yield _number(content[at + 7 : at + 9]), _number(content[at + 5 : at + 7])
        if marker == 0xDA:
            return
        at += 2 + _number(content[at + 2 : at + 4])


_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def is_digest(text: str) -> bool:
    """Whether this can be the name of a content: a SHA-256 in hexadecimal. Records may say anything."""
    return _DIGEST.fullmatch(text) is not None


# -- names ----------------------------------------------------------------------------------------------

_RESERVED: Final = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE
)
_FORBIDDEN: Final = re.compile(r'[<>:"|?*]')
_INVISIBLE: Final = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Categories of characters that show nothing or turn the writing round, so that a name reads as another."""


def plain_name(name: str) -> str:
    """The last part of a name as a person reads it: no folders, nothing invisible, in its one spelling."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(c for c in last if unicodedata.category(c) not in _INVISIBLE)
    return _fitted(" ".join(shown.split()).rstrip(". "))


def _fitted(name: str) -> str:
    """A name of bearable length, which also fits a file system's 255 bytes; its ending is kept."""
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > MAX_NAME // 4:
        stem, ending = name, ""
    while len(stem + dot + ending) > MAX_NAME or len((stem + dot + ending).encode()) > 2 * MAX_NAME:
        stem = stem[:-1]
    return (stem + dot + ending if ending else stem).rstrip(". ")


def safe_name(name: str, content: bytes) -> str:
    """A name under which `content` may be saved on any system, whoever sent it.

    Folders, device names of Windows, invisible characters and length are dealt with. A content that is not
    what the name says gets the ending `.bin`, so that no program opens it by itself.
    """
    clean = _FORBIDDEN.sub("_", plain_name(name)).lstrip(". ") or "file"
    if _RESERVED.match(clean):
        clean = f"_{clean}"
    ending = _ending(clean) if _kind_of(clean, content) else ".bin"
    stem = clean[: -len(ending)] if clean.lower().endswith(ending) else clean
    return (_fitted(stem + ending).removesuffix(ending).rstrip(". ") or "file") + ending
