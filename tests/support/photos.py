"""Pictures made for tests: photos with an orientation, screens, and files that are none."""

from __future__ import annotations

import struct
from io import BytesIO

import pypdfium2
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter

from crmdesk.ui.pictures import encode

PDF = b"%PDF-1.7\n" + bytes(300_000)
"""Begins like a document, and is none."""


def document(pages: int = 2) -> bytes:
    """A PDF file of blank pages, as large as a sheet of A4."""
    made = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        made.new_page(595, 842)
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def image(width: int, height: int, hue: int = 210) -> QImage:
    """A sky over ground, so that up and down can be told apart: its top left quarter is red."""
    made = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(made)
    sky = QLinearGradient(0, 0, 0, height)
    sky.setColorAt(0, QColor.fromHsv(hue, 120, 240))
    sky.setColorAt(1, QColor.fromHsv(hue, 40, 250))
    painter.fillRect(made.rect(), sky)
    painter.fillRect(QRect(0, height * 2 // 3, width, height), QColor.fromHsv((hue + 140) % 360, 90, 130))
    painter.setBrush(QColor(Qt.GlobalColor.white))
    painter.drawRect(QRect(width // 2, height // 3, width // 4, height // 2))
    painter.fillRect(QRect(0, 0, width // 4, height // 4), QColor(Qt.GlobalColor.red))
    painter.end()
    return made


def photo(width: int = 800, height: int = 600, hue: int = 210, *, orientation: int = 1) -> bytes:
    """A JPEG whose EXIF says how the camera was held (1 upright, 6 turned right, ...)."""
    content = encode(image(width, height, hue), "JPEG")
    tiff = b"II*\x00\x08\x00\x00\x00" + struct.pack("<HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 0)
    exif = b"Exif\x00\x00" + tiff
    return content[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + content[2:]


def screen(width: int = 400, height: int = 300) -> bytes:
    """A PNG."""
    return encode(image(width, height, 30), "PNG")
