"""Errors as the network sees them: RFC 9457 problem documents with the catalogue's stable codes."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel

from crmdesk.core.errors import PROBLEMS, CrmError

MEDIA_TYPE: Final = "application/problem+json"
RETRY_SECONDS: Final = 2
"""When to come back after the server was busy."""
HTTP_CODES: Final = {
    400: "malformed_body",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "malformed_body",
    422: "malformed_body",
}
"""What the web framework itself refuses, in the catalogue's words."""


LACKING: Final = frozenset(("database_busy", "database_unreachable", "disk_full"))
"""What time or an administrator heals at this server: to a laptop it is busy. Their sentences are a laptop's own."""
BROKEN: Final = frozenset(("database_corrupt", "database_foreign", "database_unwritable", "schema_newer"))
"""What is wrong with this server's own file: to a laptop it failed, and the server's log says why."""


class Problem(BaseModel):
    """An RFC 9457 problem. `code` is stable; `about` fills the placeholders of the code's sentence."""

    type: str
    title: str
    status: int
    code: str
    about: dict[str, str]


def problem(error: CrmError) -> Problem:
    """The document for an expected error."""
    return Problem(
        type=f"urn:crmdesk:problem:{error.code}",
        title=error.sentence("en").happened,
        status=PROBLEMS[error.code].status,
        code=error.code,
        about={name: str(value) for name, value in error.about.items() if name not in _PRIVATE},
    )


_PRIVATE: Final = frozenset(("path", "what", "looked_for"))
"""Where this server keeps its files is nobody's business, and what it looked for might tell what is there from what is not."""


def framework_error(status: int) -> CrmError:
    """The catalogue's error for a refusal that came from the web framework."""
    return CrmError(HTTP_CODES.get(status, "server_error"))
