"""Pictures from outside, decoded with care: by their content, within a number of pixels, upright, off the GUI thread.

Functions take and return bytes and QImages, which belong to no thread; nothing here is a widget.
"""

from typing import Final

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QColor, QImage, QImageReader, QImageWriter, QPainter

from crmdesk.core.media import KINDS, MAX_PIXELS, picture_size

THUMBNAIL: Final = 320
"""The longer edge of a thumbnail, in pixels."""
PREVIEW: Final = 2400
"""The longer edge of what is shown large: more than any window of ours has."""
PAGE: Final = 1600
"""The longer edge of a page of a document."""
_QUALITY: Final = 78
_FORMATS: Final = {"image/jpeg": b"jpeg", "image/png": b"png", "image/webp": b"webp", "image/gif": b"gif"}


def decode(content: bytes, longest: int) -> QImage | None:
    """A picture, upright as its camera was held, its longer edge at most `longest`; None if it can't be shown.

    Which decoder reads it is decided by how it begins, never by a name, and its header is believed only as far
    as the limit: what claims more pixels is not decoded.
    """
    kind = next((k for k in KINDS if k.is_picture and k.begins(content)), None)
    if kind is None:
        return None
    width, height = picture_size(kind, content)
    if not 0 < width * height <= MAX_PIXELS:
        return None
    buffer = QBuffer()  # made, used and gone within this call, whichever thread it runs in
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(_FORMATS[kind.media_type]))
    reader.setAutoTransform(True)
    if max(width, height) > longest:
        reader.setScaledSize(
            QSize(width, height).scaled(longest, longest, Qt.AspectRatioMode.KeepAspectRatio)
        )
    image = reader.read()
    return None if image.isNull() else image


def thumbnail(content: bytes) -> bytes | None:
    """A small JPEG of a picture, without anything else the original says; None if it can't be drawn."""
    image = decode(content, THUMBNAIL)
    if image is None:
        return None
    flat = QImage(image.size(), QImage.Format.Format_RGB32)  # JPEG has no transparency
    flat.fill(QColor(Qt.GlobalColor.white))
    painter = QPainter(flat)
    painter.drawImage(0, 0, image)
    painter.end()
    return encode(flat, "JPEG")


def encode(image: QImage, form: str) -> bytes:
    """A picture's bytes in a file format."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(form.encode()))
    if form == "JPEG":
        writer.setQuality(_QUALITY)
    writer.write(image)
    return bytes(buffer.data().data())


def of_pixels(pixels: bytes, width: int, height: int) -> QImage:
    """A picture of four bytes a pixel: blue, green, red, none."""
    return QImage(pixels, width, height, width * 4, QImage.Format.Format_RGB32).copy()
