"""A customer's photos and files: a strip of tiles, a picture shown large, and the way in and out of crmdesk.

Nothing opens by itself. Pictures are shown here; other files are handed to the system on request only.
"""

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import (
    QDesktopServices,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from crmdesk.core.dates import moment_of
from crmdesk.core.errors import CrmError
from crmdesk.core.media import PDF, safe_name
from crmdesk.system.pdf_pages import PdfPage, draw
from crmdesk.ui import attaching, formats, pictures, theme
from crmdesk.ui.attaching import Offer
from crmdesk.ui.context import Context
from crmdesk.ui.gauge import Gauge
from crmdesk.ui.runner import Lane
from crmdesk.ui.widgets import buttons, painting, plain
from crmdesk.ui.widgets.fields import label
from crmdesk.ui.widgets.marks import EmptyState, Progress
from crmdesk.ui.widgets.preview import Preview
from crmdesk.ui.widgets.tiles import Tile, Tiles
from crmdesk.usecases import attachments, records
from crmdesk.usecases.attachments import Attachment, State
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.workspace import Workspace

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

_DRAWN: Final = 60
"""Pictures without a thumbnail that are drawn from the original, at most."""
_PICTURES, _DOCUMENTS = "image", "file-text"
_MARKS: Final = {State.UPLOADING: "upload", State.ON_SERVER: "cloud", State.DOWNLOADING: "download", State.AWAITED: "clock"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gallery:
    """What a customer has, and the small pictures of it by digest."""

    attachments: Sequence[Attachment]
    images: Mapping[str, QImage]


def read_gallery(customer: str, known: frozenset[str], workspace: Workspace) -> Gallery:
    """Read a customer's attachments and decode the small pictures not yet `known`; for the reader's lane."""
    with closing(workspace.another_reader()) as reader:
        found = attachments.of_customer(workspace, reader, customer)
    blobs = workspace.replica.blobs
    images: dict[str, QImage] = {}
    drawn = 0
    for one in found:
        name = one.thumbnail or (one.sha256 if one.is_picture else None)
        if name is None or name in known or name in images:
            continue
        drawn += one.thumbnail is None
        if one.thumbnail is None and drawn > _DRAWN:
            continue
        content = blobs.read(name)
        image = None if content is None else pictures.decode(content, pictures.THUMBNAIL)
        if image is not None:
            images[name] = image
    return Gallery(found, images)


class Files(QWidget):
    """The files of one customer. `numbered(count)` after each reading."""

    numbered = Signal(int)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._customer = context, ""
        self._found: dict[str, Attachment] = {}
        self._images: dict[str, QImage] = {}
        self._gauge: Gauge | None = None
        self._awaited: tuple[Attachment, Callable[[Attachment], object]] | None = None
        self._is_offered = False
        self._wanted = ""
        self._may = True
        self.setAcceptDrops(True)
        self.tiles = Tiles(self.tr("Files"))
        self.tiles.opened.connect(self.open)
        self.tiles.removed.connect(self.remove)
        self.tiles.current.connect(self._choose)
        self.empty = EmptyState("paperclip", "")
        self.empty.acted.connect(self._ask)
        self.preview = Preview()
        self.preview.left.connect(self._back)
        self.preview.saved.connect(self._save_shown)
        self.preview.handed.connect(self._hand_shown)
        self.preview.turned.connect(self._turn_to)
        self._stack = QStackedWidget(self)
        for page in (self._listed(), self.preview):
            self._stack.addWidget(page)
        self.hold(may=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

    def hold(self, *, may: bool) -> None:
        """Whether files may be attached and removed here."""
        self._may = may
        self.setAcceptDrops(may)
        self._attach.setVisible(may)
        self._remove.setVisible(may)
        said = self.tr("No files yet. Drop photos or documents here, or paste a picture.")
        self.empty.set_sentence(
            said if may else self.tr("No files yet."), self.tr("Attach files…") if may else ""
        )

    def show_customer(self, customer: str) -> None:
        """The files of this customer."""
        if customer != self._customer:
            self._stack.setCurrentIndex(0)
            self._images = {}
        self._customer = customer
        known = frozenset(self._images)
        self._context.read(partial(read_gallery, customer, known), self._show, key="files")

    def attach(self, offers: Sequence[Offer]) -> None:
        """Put what was offered on the customer."""
        if offers and self._customer and self._may:
            said = self.tr("Attached %n file(s)", "", len(offers))
            self._context.write(partial(_attach, self._customer, list(offers)), said=said)

    def open(self, attachment: str) -> None:
        """Show a picture here, hand another file to the system; what is not here is fetched first."""
        if (found := self._found.get(attachment)) is not None:
            self._with_content(found, self._open_here)

    def open_once_read(self, attachment: str) -> None:
        """The same, once the customer's files are read next."""
        self._wanted = attachment

    def remove(self, attachment: str) -> None:
        """Take a file off; the notice offers it back."""
        if self._may and (found := self._found.get(attachment)) is not None:
            said = self.tr("Removed %1").replace("%1", found.name)
            self._context.write(partial(_remove, attachment), said=said)

    def save_to(self, attachment: str, target: Path) -> None:
        """Write a file to a place outside crmdesk."""
        if (found := self._found.get(attachment)) is not None:
            self._context.read(partial(_save, found, target), self._told, self._context.report)

    # -- making -----------------------------------------------------------------------------------

    def _listed(self) -> QWidget:
        page = QWidget()
        self._attach = buttons.secondary(self.tr("Attach…"), "paperclip", self._ask)
        plain.set_tip(self._attach, self.tr("Attach files; Ctrl+V pastes a picture"))
        self._open = buttons.icon_button("eye", self.tr("Open (Enter)"), self._open_current)
        self._save = buttons.icon_button("download", self.tr("Save as…"), self._save_current)
        self._remove = buttons.icon_button("trash-2", self.tr("Remove (Del)"), self._remove_current)
        self._about = label("", "faint")
        self._going = QWidget()
        self.progress = Progress()
        row = QHBoxLayout(self._going)
        row.setContentsMargins(18, 6, 18, 6)
        row.setSpacing(12)
        row.addWidget(self.progress, 1)
        row.addWidget(buttons.secondary(self.tr("Stop"), "x", self.cancel))
        self._going.hide()
        foot = QWidget()
        foot.setObjectName("footer")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line = QHBoxLayout(foot)
        line.setContentsMargins(18, 8, 18, 8)
        line.setSpacing(6)
        for widget in (self._attach, self._open, self._save, self._remove):
            line.addWidget(widget)
        line.addWidget(self._about, 1)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.empty, 1)
        strip = QVBoxLayout()
        strip.setContentsMargins(12, 8, 8, 0)
        strip.addWidget(self.tiles)
        column.addLayout(strip, 1)
        column.addWidget(self._going)
        column.addWidget(foot)
        self._foot = foot
        return page

    # -- showing ----------------------------------------------------------------------------------

    def _show(self, gallery: Gallery) -> None:
        self._found = {one.id: one for one in gallery.attachments}
        self._images.update(gallery.images)
        self.tiles.set_tiles([self._tile(one) for one in gallery.attachments])
        self.tiles.setVisible(bool(self._found))
        self.empty.setVisible(not self._found)
        self._foot.setVisible(bool(self._found))
        self._choose(self.tiles.current_id)
        self.numbered.emit(len(self._found))
        wanted, self._wanted = self._wanted, ""
        if wanted:
            self.open(wanted)

    def _tile(self, one: Attachment) -> Tile:
        tone = {State.AWAITED: "warn", State.MISSING: "bad"}.get(one.state, "faint")
        detail = self._state(one) or formats.size(one.size)
        icon = _PICTURES if one.media_type.startswith("image/") else _DOCUMENTS
        image = self._images.get(one.thumbnail or one.sha256)
        return Tile(one.id, one.name, detail, icon, image, tone, _MARKS.get(one.state, ""))

    def _state(self, one: Attachment) -> str:
        """Where the content is, where it is not simply here."""
        return {
            State.UPLOADING: self.tr("waiting to be sent"),
            State.ON_SERVER: self.tr("on the server"),
            State.DOWNLOADING: self.tr("on its way"),
            State.AWAITED: self.tr("awaits its author"),
            State.MISSING: self.tr("missing"),
        }.get(one.state, "")

    def _choose(self, attachment: str) -> None:
        found = self._found.get(attachment)
        for button in (self._open, self._save, self._remove):
            button.setEnabled(found is not None)
        self._about.setText("" if found is None else self._said(found))

    def _said(self, one: Attachment) -> str:
        when = formats.moment(moment_of(one.taken_at_ms or one.made_at_ms), self._context.today())
        return " · ".join(part for part in (formats.size(one.size), when, one.caption) if part)

    def _back(self) -> None:
        self._stack.setCurrentIndex(0)
        self.tiles.setFocus()

    # -- contents ---------------------------------------------------------------------------------

    def _with_content(self, one: Attachment, then: Callable[[Attachment], object]) -> None:
        """Do something with a content; one that is only on the server is fetched first."""
        if one.state in (State.HERE, State.UPLOADING):
            then(one)
            return
        if self._context.workspace.server() is None:
            self._context.tell(CrmError("blob_absent"))
            return
        if self._gauge is not None:
            return  # one at a time
        self._gauge, self._awaited = Gauge(), (one, then)
        self.progress.show_step(self.tr("Fetching %1").replace("%1", one.name), 0, 0)
        self._going.show()
        self._context.runner.run(
            partial(_fetch, self._context.workspace, one.sha256, self._gauge),
            self._fetched,
            self._not_fetched,
            lane=Lane.NETWORK,
        )

    def _fetched(self, is_whole: bool) -> None:
        awaited = self._awaited
        self._end_fetch()
        self.show_customer(self._customer)
        if is_whole and awaited is not None:
            one, then = awaited
            then(one)

    def _not_fetched(self, error: Exception) -> None:
        self._end_fetch()
        self._context.report(error)
        self.show_customer(self._customer)

    def _end_fetch(self) -> None:
        self._gauge = self._awaited = None
        self._going.hide()

    def cancel(self) -> None:
        """Stop fetching; what has come stays and is not fetched again."""
        if self._gauge is not None:
            self._gauge.stop = True

    def _open_here(self, one: Attachment) -> None:
        if one.is_picture:
            self._context.read(partial(_picture, one), self._show_picture, self._context.report, key="open")
        elif one.media_type == PDF:
            self._context.read(partial(_page, one, 0), self._show_page, self._context.report, key="open")
        else:
            self._give_away(one)

    def _show_picture(self, drawn: tuple[Attachment, QImage | None]) -> None:
        one, image = drawn
        if image is None:
            self._context.say(self.tr("This picture can't be shown; it can be saved."), "warn")
            return
        self.preview.show_picture(one.id, one.name, self._said(one), image)
        self._stack.setCurrentWidget(self.preview)
        self.preview.setFocus()

    def _show_page(self, drawn: tuple[Attachment, PdfPage | None]) -> None:
        """A page of a document; one that can't be drawn is handed to the system, as other documents are."""
        one, page = drawn
        if page is None:
            self._give_away(one)
            return
        said = self._said(one)
        image = pictures.of_pixels(page.pixels, page.width, page.height)
        self.preview.show_picture(one.id, one.name, said, image, page=page.number, pages=page.pages)
        self._stack.setCurrentWidget(self.preview)
        self.preview.setFocus()

    def _turn_to(self, attachment: str, page: int) -> None:
        if (found := self._found.get(attachment)) is not None:
            self._context.read(partial(_page, found, page), self._show_page, self._context.report, key="open")

    def _hand_shown(self, attachment: str) -> None:
        if (found := self._found.get(attachment)) is not None:
            self._give_away(found)

    def _give_away(self, one: Attachment) -> None:
        self._context.read(partial(_take_out, one), self._hand_over, self._context.report, key="open")

    def _hand_over(self, file: Path | None) -> None:
        if file is None:
            self._context.say(self.tr("This file is not what its name says. It can only be saved."), "warn")
        else:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))

    def _told(self, file: Path) -> None:
        self._context.say(self.tr("Saved as %1").replace("%1", str(file)))

    # -- asking -----------------------------------------------------------------------------------

    def _ask(self) -> None:
        self.attach(attaching.from_dialog(self))

    def _open_current(self) -> None:
        self.open(self.tiles.current_id)

    def _remove_current(self) -> None:
        self.remove(self.tiles.current_id)

    def _save_current(self) -> None:
        if (found := self._found.get(self.tiles.current_id)) is not None:
            self._with_content(found, self._name_it)

    def _save_shown(self, attachment: str) -> None:
        if (found := self._found.get(attachment)) is not None:
            self._name_it(found)

    def _name_it(self, one: Attachment) -> None:
        """Only with its content is it known under which name it may lie anywhere."""
        self._context.read(partial(_named, one), self._ask_where, self._context.report, key="save")

    def _ask_where(self, named: tuple[Attachment, str]) -> None:
        one, name = named
        if not self._context.may_save():
            return
        chosen, _ = QFileDialog.getSaveFileName(self, self.tr("Save as"), str(Path.home() / name))
        if chosen:
            self.save_to(one.id, Path(chosen))

    # -- dropping and pasting -----------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.attach(attaching.from_clipboard())
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if attaching.in_mime(event.mimeData()):
            event.acceptProposedAction()
            self._mark(is_offered=True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._mark(is_offered=False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._mark(is_offered=False)
        event.acceptProposedAction()
        self.attach(attaching.from_mime(event.mimeData()))

    def _mark(self, *, is_offered: bool) -> None:
        self._is_offered = is_offered
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._is_offered:
            painter = QPainter(self)
            painting.rounded(painter, self.rect().adjusted(6, 6, -6, -6), 10, theme.tokens().primary_soft)
            painting.focus_ring(painter, self.rect().adjusted(6, 6, -6, -6), 10)


# -- work for the lanes ---------------------------------------------------------------------------------


def _attach(customer: str, offers: Sequence[Offer], replica: "Replica") -> Outcome[list[str]]:
    return attachments.attach(replica, customer, attaching.pick(offers, replica))


def _remove(attachment: str, replica: "Replica") -> Outcome[None]:
    return records.delete(replica, attachments.key(attachment))


def _save(one: Attachment, target: Path, workspace: Workspace) -> Path:
    return attachments.save(workspace, one, target)


def _named(one: Attachment, workspace: Workspace) -> tuple[Attachment, str]:
    return one, safe_name(one.name, attachments.content(workspace, one))


def _page(one: Attachment, page: int, workspace: Workspace) -> tuple[Attachment, PdfPage | None]:
    content = attachments.content(workspace, one)
    is_pdf = attachments.is_openable(one, content)
    return one, draw(content, page, pictures.PAGE) if is_pdf else None


def _picture(one: Attachment, workspace: Workspace) -> tuple[Attachment, QImage | None]:
    return one, pictures.decode(attachments.content(workspace, one), pictures.PREVIEW)


def _take_out(one: Attachment, workspace: Workspace) -> Path | None:
    """A copy for another program, in a folder that is emptied when crmdesk closes; None if it may not be opened."""
    if not attachments.is_openable(one, attachments.content(workspace, one)):
        return None
    folder = workspace.profile.opened / hashlib.sha256(one.id.encode()).hexdigest()[:32]
    shutil.rmtree(folder, ignore_errors=True)  # what was opened before may have been changed there
    folder.mkdir(parents=True, exist_ok=True)
    return attachments.save(workspace, one, folder)


def _fetch(workspace: Workspace, sha256: str, gauge: Gauge) -> bool:
    from crmdesk.sync.blobs import fetch
    from crmdesk.sync.enrolment import connect

    with closing(connect(workspace.replica)) as http:
        return fetch(workspace.replica, http, sha256, gauge.show, gauge.is_stopped)
