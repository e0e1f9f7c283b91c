"""The file with which an administrator invites a laptop: where the company is, what proves it, and perhaps a code."""

from __future__ import annotations

from pathlib import Path

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Label
from crmdesk.core.values import NOT_JSON

LARGEST_BYTES = 64 * 1024


class Invitation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file says. `pins` are fingerprints of certificates; without any what the system trusts is enough."""

    url: str
    server_id: str
    server_key: str
    pins: tuple[str, ...] = ()
    code: str = ""


def read_invitation(path: Path) -> Invitation:
    """The invitation in a file. Raises `file_unreadable`, or `bad_argument` if it is none."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise CrmError("file_unreadable", path=path) from error
    try:
        return msgspec.json.decode(content, type=Invitation)
    except NOT_JSON as error:
        hint = Label(
            "请使用 crmdesk-server enrol --file 生成的文件。",
            "Use a file made by crmdesk-server enrol --file.",
        )
        raise CrmError("bad_argument", argument=path.name, hint=hint) from error
