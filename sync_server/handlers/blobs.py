"""Routes for the contents of attachments: how far an upload is, its next piece, a piece to read."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated, Any, ClassVar, Final, TypeAlias

import msgspec
from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from crmdesk.core.errors import CrmError
from crmdesk.core.media import CHUNK_BYTES, MAX_FILE_BYTES
from crmdesk.core.wire import BlobState
from sync_server import blobs
from sync_server.blobs import Part, Store
from sync_server.handlers.bodies import RawBody, StrictRoute, answer
from sync_server.handlers.callers import Laptop, Reader
from sync_server.handlers.context import (
    ANY_PROBLEMS,
    SESSION_PROBLEMS,
    context,
    problems,
    speaks_protocol,
)
from sync_server.handlers.sync import schema_of

OCTETS: Final = "application/octet-stream"
_RANGE: Final = re.compile(r"bytes=(\d{1,12})-(\d{0,12})")
_DIGEST: Final = re.compile(r"sha-256=:([A-Za-z0-9+/]{43}=):")


class PieceRoute(StrictRoute):
    """A route that takes one piece of a content."""

    limit: ClassVar[int] = CHUNK_BYTES


router = APIRouter(
    prefix="/v1/blobs", tags=["blobs"], route_class=PieceRoute, dependencies=[Depends(speaks_protocol)]
)
Sha256: TypeAlias = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
Size: TypeAlias = Annotated[int, Query(ge=1, le=MAX_FILE_BYTES)]
_STATE: Final[dict[int | str, dict[str, Any]]] = {
    200: schema_of(BlobState, "How much the server has of it from the asker")
}


def _store(request: Request) -> Store:
    here = context(request)
    return blobs.store_of(here.database, here.settings)


@router.get(
    "/{sha256}/upload",
    responses={**_STATE, **problems("not_found", *SESSION_PROBLEMS, *ANY_PROBLEMS)},
    response_class=Response,
)
def upload_state(request: Request, who: Laptop, sha256: Sha256, size: Size) -> Response:
    """Where to go on with an upload of `size` bytes."""
    found = blobs.state(_store(request), who, sha256, size, context(request).now())
    return answer(msgspec.json.encode(found), None)


@router.put(
    "/{sha256}",
    responses={
        **_STATE,
        **problems(
            "not_found", "blob_offset", "blob_broken", "storage_full", "body_too_large",
            *SESSION_PROBLEMS, *ANY_PROBLEMS,
        ),
    },
    openapi_extra={"requestBody": {"required": True, "content": {OCTETS: {}}}},
    response_class=Response,
)  # fmt: skip
def put(
    request: Request,
    who: Laptop,
    sha256: Sha256,
    size: Size,
    offset: Annotated[int, Query(ge=0, lt=MAX_FILE_BYTES)],
    body: RawBody,
    content_digest: Annotated[str, Header(max_length=200)],
) -> Response:
    """The next piece of a content; `Content-Digest` (RFC 9530) is that of the piece."""
    part = Part(offset, size, body, _digest(content_digest))
    found = blobs.put(_store(request), who, sha256, part, context(request).now())
    return answer(msgspec.json.encode(found), None)


def _digest(header: str) -> bytes:
    found = _DIGEST.search(header)
    if found is None:
        raise CrmError("malformed_body", field="Content-Digest")
    try:
        return base64.b64decode(found[1], validate=True)
    except binascii.Error as error:
        raise CrmError("malformed_body", field="Content-Digest") from error


@router.get(
    "/{sha256}",
    responses={
        200: {"description": "The whole content", "content": {OCTETS: {}}},
        206: {"description": "The range of it that was asked for", "content": {OCTETS: {}}},
        **problems("not_found", "blob_absent", "forbidden", *SESSION_PROBLEMS, *ANY_PROBLEMS),
    },
    response_class=Response,
)
def get(
    request: Request,
    who: Reader,
    sha256: Sha256,
    wanted: Annotated[str | None, Header(alias="Range", max_length=100)] = None,
) -> Response:
    """A content, or the one range of it that is asked for."""
    start, end = _range(wanted)
    piece = blobs.get(_store(request), who, sha256, start, end)
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-store",
        "Content-Disposition": "attachment",
        "X-Content-Type-Options": "nosniff",
    }
    if wanted is not None:
        last = piece.start + len(piece.body) - 1
        headers["Content-Range"] = f"bytes {piece.start}-{last}/{piece.size}"
    return Response(piece.body, 200 if wanted is None else 206, headers, media_type=OCTETS)


def _range(wanted: str | None) -> tuple[int, int | None]:
    """[start, end) of a `Range` header."""
    if wanted is None:
        return 0, None
    found = _RANGE.fullmatch(wanted.strip())
    if found is None or (found[2] and int(found[2]) < int(found[1])):
        raise CrmError("malformed_body", field="Range")
    return int(found[1]), int(found[2]) + 1 if found[2] else None
