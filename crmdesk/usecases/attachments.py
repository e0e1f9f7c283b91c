"""Photos and files on a customer, a visit or a contact: choosing, attaching, looking, saving elsewhere.

The record travels like any other; its content follows when it can (`crmdesk.sync.blobs`).
"""

from __future__ import annotations

import enum
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.media import (
    MAX_FILE_BYTES,
    MAX_PER_RECORD,
    is_picture,
    plain_name,
    recognise,
    safe_name,
)
from crmdesk.core.record import RecordKey
from crmdesk.core.values import Value, canonical_text
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.store.settings import Server
from crmdesk.usecases.outcome import Outcome
from crmdesk.usecases.seeing import check_may_save

if TYPE_CHECKING:
    from crmdesk.store.blobs import Held
    from crmdesk.store.replica import Replica, Write
    from crmdesk.usecases.workspace import Workspace

_MOST_ALIKE: Final = 1000
LOST_MS: Final = 45 * 24 * 60 * 60 * 1000
"""Content that has not come by then is called missing: a laptop away for longer is locked out."""


class State(enum.Enum):
    """Where the content of an attachment is, as far as this laptop knows."""

    HERE = "here"
    UPLOADING = "uploading"  # here, and the server does not have it yet
    ON_SERVER = "on_server"  # comes when somebody opens it
    DOWNLOADING = "downloading"  # a part of it is here
    AWAITED = "awaited"  # its author's laptop has not sent it yet
    MISSING = "missing"


class Picked(msgspec.Struct, frozen=True):
    """A file that was chosen and checked; its content is safe on this laptop, on no record yet."""

    name: str
    media_type: str
    size: int
    sha256: str
    thumbnail: str | None = None
    taken_at: int | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment as a person sees it. `share` is how much of the content is here, from 0 to 1.

    `made_at_ms` is when it was attached, `taken_at_ms` when the photo was taken or the file written.
    """

    id: str
    customer: str
    visit: str | None
    contact: str | None
    name: str
    media_type: str
    size: int
    sha256: str
    thumbnail: str | None
    caption: str
    taken_at_ms: int | None
    made_at_ms: int
    state: State
    share: float

    @property
    def is_picture(self) -> bool:
        return is_picture(self.media_type)


def key(attachment: str) -> RecordKey:
    """The record of an attachment."""
    return RecordKey("attachment", attachment)


# -- choosing ---------------------------------------------------------------------------------------------


def read_file(path: Path) -> tuple[bytes, int]:
    """A file's content and when it was last written (UTC ms). Raises `file_unreadable`, `attachment_too_large`."""
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            if about.st_size > MAX_FILE_BYTES:
                raise _too_large(path.name)
            content = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        raise CrmError("file_unreadable", path=path) from error
    return content, int(about.st_mtime * 1000)


def _too_large(name: str) -> CrmError:
    return CrmError("attachment_too_large", name=plain_name(name), limit=MAX_FILE_BYTES // 2**20)


def pick(
    replica: Replica,
    name: str,
    content: bytes,
    *,
    taken_at_ms: int | None = None,
    thumbnail_of: Callable[[bytes], bytes | None] = lambda _: None,
) -> Picked:
    """Check a file and keep its content here. `thumbnail_of` draws a small picture of a picture.

    Raises `attachment_kind`, `attachment_too_large`, `attachment_pixels` or `disk_full`.
    """
    kind = recognise(name, content)
    now = replica.clock.now_ms()
    small = thumbnail_of(content) if kind.is_picture else None
    return Picked(
        name=canonical_text(plain_name(name)),
        media_type=kind.media_type,
        size=len(content),
        sha256=replica.blobs.put(content, now),
        thumbnail=None if small is None else replica.blobs.put(small, now, is_thumbnail=True),
        taken_at=None if taken_at_ms is None else min(taken_at_ms, now),
    )


# -- attaching --------------------------------------------------------------------------------------------


def attach(
    replica: Replica,
    customer: str,
    picked: Sequence[Picked],
    *,
    visit: str | None = None,
    contact: str | None = None,
    caption: str = "",
) -> Outcome[list[str]]:
    """Put files on a customer, or on one of its visits or contacts; returns the attachments' ids.

    Raises `not_found` where the customer, visit or contact is not here, `too_many_attachments`.
    """
    for entity, about in (("customer", customer), ("visit", visit), ("contact", contact)):
        if about is not None:
            replica.load(RecordKey(entity, about))
    _refuse_too_many(count(replica, customer, visit, contact) + len(picked))
    writes = _writes(replica, customer, picked, {"visit": visit, "contact": contact, "caption": caption})
    done = replica.commit(writes)
    return Outcome([write.key.id for write in writes], done.touched, done.txn)


def writes_for_visit(replica: Replica, customer: str, visit: str, picked: Sequence[Picked]) -> list[Write]:
    """What a new visit's files add to its transaction. Raises `too_many_attachments`."""
    _refuse_too_many(len(picked))
    return _writes(replica, customer, picked, {"visit": visit})


def _writes(
    replica: Replica, customer: str, picked: Iterable[Picked], about: Mapping[str, str | None]
) -> list[Write]:
    from crmdesk.store.replica import Write

    shared: dict[str, Value] = {"customer": customer, **{k: v for k, v in about.items() if v}}
    if isinstance(said := shared.get("caption"), str):
        shared["caption"] = canonical_text(said).strip()
    found = []
    for one in picked:
        own = {name: value for name, value in msgspec.structs.asdict(one).items() if value is not None}
        found.append(Write(key(replica.new_id()), {**shared, **own}))
    return found


def _refuse_too_many(wanted: int) -> None:
    if wanted > MAX_PER_RECORD:
        raise CrmError("too_many_attachments", limit=MAX_PER_RECORD)


def count(replica: Replica, customer: str, visit: str | None, contact: str | None) -> int:
    """How many attachments a visit, a contact, or else the customer itself has."""
    from crmdesk.store import dialect

    with replica.database.read() as connection:
        return int(
            dialect.value(
                connection,
                f"SELECT count(*) FROM p_attachment WHERE root = ? AND {SHOWN} "
                "AND coalesce(f_visit, '') = ? AND coalesce(f_contact, '') = ?",
                (customer, visit or "", contact or ""),
            )
        )


# -- looking ----------------------------------------------------------------------------------------------

_SELECT: Final = (
    "SELECT id, coalesce(f_customer, ''), f_visit, f_contact, coalesce(f_name, ''), coalesce(f_media_type, ''), "
    "coalesce(f_size, 0), coalesce(f_sha256, ''), f_thumbnail, coalesce(f_caption, ''), f_taken_at, created_at "
    "FROM p_attachment WHERE "
)


def of_customer(workspace: Workspace, reader: Reader, customer: str, *, limit: int = 500) -> list[Attachment]:
    """A customer's attachments, those of its visits and contacts included, latest first."""
    rows = reader.all(
        f"{_SELECT} root = ? AND {SHOWN} ORDER BY created_at DESC, n DESC LIMIT ?", (customer, limit)
    )
    return _seen(workspace, reader, rows)


def find(workspace: Workspace, reader: Reader, attachment: str) -> Attachment:
    """One attachment. Raises `not_found`."""
    rows = reader.all(f"{_SELECT} id = ? AND {SHOWN}", (attachment,))
    if not rows:
        raise CrmError("not_found")
    return _seen(workspace, reader, rows)[0]


def _seen(workspace: Workspace, reader: Reader, rows: Sequence[tuple[Any, ...]]) -> list[Attachment]:
    if not rows:
        return []
    blobs = workspace.replica.blobs
    held, absent = blobs.held(), blobs.absent()
    is_alone = reader.setting("server", Server) is None
    now = workspace.clock.now_ms()
    found = []
    for row in rows:
        sha256, made_at = str(row[7]), int(row[11] or 0)
        here = held.get(sha256)
        is_old = made_at + LOST_MS < now
        state = _state(here, is_absent=sha256 in absent, is_alone=is_alone, is_old=is_old)
        share = here.have / max(1, here.size) if here else 0.0
        found.append(Attachment(*(*row, state, share)))
    return found


def _state(here: Held | None, *, is_absent: bool, is_alone: bool, is_old: bool) -> State:
    """Where a content is; working alone nothing waits for a server."""
    if here is not None and here.is_whole:
        return State.HERE if here.is_sent or is_alone else State.UPLOADING
    if is_absent or is_alone:
        return State.MISSING if is_alone or is_old else State.AWAITED
    return State.DOWNLOADING if here is not None and here.have else State.ON_SERVER


@dataclass(frozen=True, slots=True)
class Holdings:
    """What lies on this laptop: how many contents, their bytes, and how many the server does not have yet."""

    count: int
    size: int
    to_send: int


def holdings(workspace: Workspace, reader: Reader) -> Holdings:
    """What attachments take here."""
    if reader.value("SELECT 1 FROM p_attachment LIMIT 1") is None:
        return Holdings(0, 0, 0)
    held = [h for h in workspace.replica.blobs.held().values() if not h.is_thumbnail]
    return Holdings(len(held), sum(h.have for h in held), sum(h.is_whole and not h.is_sent for h in held))


# -- taking along -----------------------------------------------------------------------------------------


def content(workspace: Workspace, attachment: Attachment) -> bytes:
    """The whole content. Raises `blob_absent` while it is not on this laptop."""
    found = workspace.replica.blobs.read(attachment.sha256, workspace.clock.now_ms())
    if found is None:
        raise CrmError("blob_absent")
    return found


def save(workspace: Workspace, attachment: Attachment, target: Path) -> Path:
    """Write an attachment to a file, or under its own safe name into a folder; returns the file.

    In a folder it takes the place of nothing: whoever named the attachment does not know what lies there. The operating
    system is told that it came from elsewhere. Raises `blob_absent`, `database_unwritable`, and `seeing_copy` of what
    another person sees.
    """
    with closing(workspace.another_reader()) as reader:
        check_may_save(reader)
    found = content(workspace, attachment)
    is_folder = target.is_dir()
    file = target / safe_name(attachment.name, found) if is_folder else target
    try:
        if is_folder:
            file = _made_in(file)
        with file.open("wb") as out:
            out.write(found)
        if os.name == "nt":
            Path(f"{file}:Zone.Identifier").write_text("[ZoneTransfer]\nZoneId=3\n", encoding="ascii")
    except OSError as error:
        raise CrmError("database_unwritable", path=file) from error
    return file


def _made_in(wanted: Path) -> Path:
    """A new, empty file by this name, or with a number where there is one."""
    for number in range(1, _MOST_ALIKE):
        file = wanted if number == 1 else wanted.with_name(f"{wanted.stem} ({number}){wanted.suffix}")
        with suppress(FileExistsError):
            file.touch(exist_ok=False)
            return file
    raise FileExistsError(wanted)


def is_openable(attachment: Attachment, found: bytes) -> bool:
    """Whether a content is of an allowed kind and what its name says; anything else is only ever saved."""
    try:
        return recognise(attachment.name, found).media_type == attachment.media_type
    except CrmError:
        return False


def empty_opened(folder: Path) -> None:
    """Remove the copies that other programs were given; one still open elsewhere goes the next time."""
    shutil.rmtree(folder, ignore_errors=True)
