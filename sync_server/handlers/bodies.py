"""Bodies from outside: bounded before they are read, strict when parsed, compressed both ways."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, ClassVar, Final, TypeAlias

import zstandard
from fastapi import Depends, HTTPException, Request, Response
from fastapi.routing import APIRoute

from crmdesk.core.errors import CrmError
from crmdesk.core.wire import MAX_BODY_BYTES
from sync_server.handlers.callers import Caller, caller_of
from sync_server.handlers.context import SEE_AS

SMALL_BODY_BYTES: Final = 64 * 1024
_HANG_UP: Final = {"Connection": "close"}
COMPRESS_FROM: Final = 1024
"""Shorter answers travel as they are."""


class StrictRequest(Request):
    """A request that is read up to a limit, whose JSON means one thing to every parser."""

    limit: int

    async def body(self) -> bytes:
        if not hasattr(self, "_body"):
            parts: list[bytes] = []
            size = 0
            async for part in self.stream():
                size += len(part)
                if size > self.limit:
                    # The framework lets no other exception through here; what is still to come is not waited for.
                    raise HTTPException(413, headers=_HANG_UP)
                parts.append(part)
            self._body = b"".join(parts)
        return self._body

    async def json(self) -> Any:
        try:
            found = json.loads(
                (await self.body()).decode(),  # the parser by itself would guess at other encodings
                object_pairs_hook=_no_duplicates,
                parse_constant=_no_constants,
                parse_float=_no_floats,
                parse_int=_whole,
            )
            _check_texts(found)
        except (UnicodeDecodeError, RecursionError, ValueError) as error:
            raise CrmError("malformed_body") from error
        return found


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise CrmError("malformed_body")
    return found


def _no_constants(_name: str) -> Any:
    raise CrmError("malformed_body")


def _no_floats(_digits: str) -> Any:
    raise CrmError("malformed_body")  # no small route asks for one, and parsers differ about 1e999


def _whole(digits: str) -> int:
    found = int(digits)
    if not -(2**63) <= found < 2**63:
        raise CrmError("malformed_body")
    return found


def _check_texts(found: Any) -> None:
    """No text holds NUL, which some databases can't keep, or half of a character."""
    match found:
        case str():
            found.encode()  # half a character raises a ValueError
            if "\0" in found:
                raise CrmError("malformed_body")
        case dict():
            for name, value in found.items():
                _check_texts(name)
                _check_texts(value)
        case list():
            for value in found:
                _check_texts(value)
        case _:
            pass


class StrictRoute(APIRoute):
    """A route that says who may call it, and reads a small body, strictly."""

    limit: ClassVar[int] = SMALL_BODY_BYTES
    caller: Caller

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.caller = caller_of(self.dependant)
        self.openapi_extra = {"x-caller": self.caller.word, **(self.openapi_extra or {})}

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            if SEE_AS in request.headers and not self.caller.any_eyes:
                raise CrmError("seeing_as")
            if b"%00" in request.scope["query_string"] or "\0" in request.scope["path"]:
                raise CrmError("malformed_body")
            strict = StrictRequest(request.scope, request.receive)
            strict.limit = self.limit
            return await handle(strict)

        return strictly


class BulkRoute(StrictRoute):
    """A route that takes bulk bodies."""

    limit: ClassVar[int] = MAX_BODY_BYTES


async def _raw_body(request: Request) -> bytes:
    """The body as it came."""
    return await request.body()


RawBody: TypeAlias = Annotated[bytes, Depends(_raw_body)]


def plain(body: bytes, encoding: str | None) -> bytes:
    """A body without its Content-Encoding. Raises `body_too_large` before a bomb unfolds."""
    match (encoding or "identity").strip().lower():
        case "identity":
            return body
        case "zstd":
            return _inflate(zstandard.ZstdDecompressor(max_window_size=2**23).decompressobj(), body)
        case "gzip":
            return _gunzip(body)
        case _:
            raise CrmError("malformed_body")


def _gunzip(body: bytes) -> bytes:
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = stream.decompress(body, MAX_BODY_BYTES + 1)
    except zlib.error as error:
        raise CrmError("malformed_body") from error
    if len(found) > MAX_BODY_BYTES:
        raise CrmError("body_too_large")
    if not stream.eof or stream.unused_data:
        raise CrmError("malformed_body")
    return found


def _inflate(stream: Any, body: bytes) -> bytes:
    """Feed a little at a time: a frame that announces or unfolds more than the limit is never held whole."""
    parts: list[bytes] = []
    size = 0
    try:
        for start in range(0, len(body), _STEP):
            part = stream.decompress(body[start : start + _STEP])
            size += len(part)
            if size > MAX_BODY_BYTES:
                raise CrmError("body_too_large")
            parts.append(part)
    except zstandard.ZstdError as error:
        raise CrmError("malformed_body") from error
    if not stream.eof:
        raise CrmError("malformed_body")
    return b"".join(parts)


_STEP: Final = 256
"""Bytes of zstd fed at once: bounds what one step can unfold to a few MB (a block unfolds to 128 KB)."""


def answer(body: bytes, accepts: str | None, media_type: str = "application/json") -> Response:
    """A response in the best encoding the asker takes."""
    headers = {"Vary": "Accept-Encoding", "Cache-Control": "no-store"}
    encoding = _best(accepts) if len(body) >= COMPRESS_FROM else None
    if encoding == "zstd":
        body = zstandard.ZstdCompressor(level=1).compress(body)
    elif encoding == "gzip":
        body = gzip.compress(body, compresslevel=1, mtime=0)
    if encoding:
        headers["Content-Encoding"] = encoding
    return Response(body, media_type=media_type, headers=headers)


def _best(accepts: str | None) -> str | None:
    offered = {}
    for item in (accepts or "").lower().split(","):
        name, _, quality = item.strip().partition(";")
        offered[name.strip()] = quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next((name for name in ("zstd", "gzip") if offered.get(name)), None)
