"""What a person offers to attach: files from a dialog or dropped, a picture or files from the clipboard.

Reading, checking and drawing thumbnails is for a worker; here on the GUI thread things are only named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QMimeData
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QWidget

from crmdesk.core.media import ENDINGS
from crmdesk.ui import pictures
from crmdesk.usecases import attachments
from crmdesk.usecases.attachments import Picked

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

translate = QCoreApplication.translate
_LARGE: Final = 2_000_000
"""A pasted picture of more pixels is a photo and becomes a JPEG; a smaller one is likely a screen and stays exact."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A file by its path, or a picture from the clipboard under a name of ours."""

    name: str
    path: Path | None = None
    image: QImage | None = None


def in_mime(mime: QMimeData) -> bool:
    """Whether there is anything to attach."""
    return mime.hasImage() or any(url.isLocalFile() for url in mime.urls())


def from_mime(mime: QMimeData) -> list[Offer]:
    """The files of a drop or a paste; a picture only where there are no files."""
    paths = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    if paths:
        return [Offer(path.name, path) for path in paths]
    image = mime.imageData() if mime.hasImage() else None
    if not isinstance(image, QImage) or image.isNull():
        return []
    return [Offer(translate("Attaching", "Pasted picture"), image=image)]


def from_clipboard() -> list[Offer]:
    """What the clipboard holds."""
    return from_mime(QGuiApplication.clipboard().mimeData())


def from_dialog(parent: QWidget) -> list[Offer]:
    """Ask which files; none if the person thought better of it."""
    patterns = " ".join(f"*{ending}" for ending in ENDINGS)
    chosen, _ = QFileDialog.getOpenFileNames(
        parent,
        translate("Attaching", "Attach files"),
        str(Path.home()),
        translate("Attaching", "Photos and documents") + f" ({patterns})",
    )
    return [Offer(Path(path).name, Path(path)) for path in chosen]


def pick(offers: Sequence[Offer], replica: "Replica") -> list[Picked]:
    """Read, check and keep what was offered; for the writer's lane. Raises as `attachments.pick`: then none is used."""
    read = [_read(offer) for offer in offers]
    return [
        attachments.pick(replica, name, content, taken_at_ms=written, thumbnail_of=pictures.thumbnail)
        for name, content, written in read
    ]


def _read(offer: Offer) -> tuple[str, bytes, int | None]:
    if offer.path is not None:
        return offer.name, *attachments.read_file(offer.path)
    image = offer.image
    assert image is not None, "an offer is a path or a picture"
    is_photo = image.width() * image.height() > _LARGE and not image.hasAlphaChannel()
    form = "JPEG" if is_photo else "PNG"
    return f"{offer.name}.{'jpg' if is_photo else 'png'}", pictures.encode(image, form), None
