"""The file with which an administrator invites a laptop: where the company is, what proves it, and perhaps a code."""

from __future__ import annotations

from pathlib import Path

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Label
from crmdesk.core.values import NOT_JSON

LARGEST_BYTES = 64 * 1024
_NAMED = 40
"""So much of what was pasted is named where it is no invitation."""


class Invitation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file says. `pins` are fingerprints of certificates; without any what the system trusts is enough.

    `expires_at`: until when the code is good (UTC milliseconds), 0 where nobody said.
    """

    url: str
    server_id: str
    server_key: str
    pins: tuple[str, ...] = ()
    code: str = ""
    expires_at: int = 0


def read_invitation(path: Path) -> Invitation:
    """The invitation in a file. Raises `file_unreadable`, or `bad_argument` if it is none."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise CrmError("file_unreadable", path=path) from error
    return _decoded(content, path.name)


def invitation_in(text: str) -> Invitation:
    """The invitation in what somebody copied, with a message around it or none. Raises `bad_argument` if it holds none."""
    inside = text[text.find("{") : text.rfind("}") + 1]
    return _decoded(inside.encode()[:LARGEST_BYTES], " ".join(text.split())[:_NAMED])


def _decoded(content: bytes, named: str) -> Invitation:
    try:
        return msgspec.json.decode(content, type=Invitation)
    except NOT_JSON as error:
        hint = Label(
            "请使用管理员给您的邀请文件。",
            "Use the invitation file that your administrator gave you.",
        )
        raise CrmError("bad_argument", argument=named, hint=hint) from error


def make_file(path: Path) -> None:
    """An empty file for its owner's eyes only, before a code is spent on it. Raises `database_unwritable`."""
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)
    except OSError as error:
        raise CrmError("database_unwritable", path=path) from error


def write_invitation(path: Path, invitation: Invitation) -> None:
    """Fill such a file. Raises `database_unwritable`."""
    try:
        path.write_bytes(msgspec.json.format(msgspec.json.encode(invitation), indent=1) + b"\n")
    except OSError as error:
        raise CrmError("database_unwritable", path=path) from error
