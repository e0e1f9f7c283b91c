"""What a server reads that somebody sent: small bodies, batches, headers, sealed work; and files an administrator brings."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
import zstandard
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey, encode
from crmdesk.core.sealed import Work
from crmdesk.core.wire import LogEdit, Push, PushRecord, Recover, Shown, Wanted
from crmdesk.store.records import body
from sync_server import batches, cli_audit, exporting, pushing, recovering, roots, salts
from sync_server.accounts import create_company, open_company
from sync_server.cli_access import _fingerprint
from sync_server.console import instant
from sync_server.errors import problem
from sync_server.handing_in import _opened
from sync_server.handlers import (
    access,
    audit,
    blobs,
    commands,
    console,
    context,
    leaving,
    passwords,
    permissions,
    recovery,
    refusals,
)  # fmt: skip
from sync_server.handlers.bodies import SMALL_BODY_BYTES, StrictRequest, answer
from sync_server.handlers.bodies import plain as unpacked
from sync_server.settings import Settings
from sync_server.signing import signer_of
from sync_server.storage import people
from sync_server.storage.devices import Bearer, Device, DeviceState
from tests.fuzz.driver import Parse, Ready, Target, plain
from tests.fuzz.laptop import AUTHORITY, sample_records
from tests.fuzz.shapes import samples_of
from tests.support.server import Clock, staff
from tests.support.workspace import Colleague


def _json(content: bytes) -> Any:
    """A small body as every small route reads it."""
    sent = [{"type": "http.request", "body": content, "more_body": False}]

    async def receive() -> Any:
        return sent.pop()

    request = StrictRequest({"type": "http", "headers": [], "method": "POST"}, receive)
    request.limit = SMALL_BODY_BYTES * 16
    waiting = request.json()
    try:
        waiting.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("nothing is waited for")


_ROUTERS: Final = (access, audit, commands, console, leaving, passwords, permissions, refusals)
SMALL: Final[dict[str, TypeAdapter[Any]]] = {
    route.name: TypeAdapter(route.body_field.field_info.annotation)
    for part in _ROUTERS
    for route in part.router.routes
    if isinstance(route, APIRoute) and route.body_field is not None and route.body_field.field_info.annotation
}
"""The shape of each small body, by its route's name."""


def _small(content: bytes) -> None:
    """A small body in the shape of a route, whose name comes first."""
    name, _, sent = content.partition(b"\t")
    found = _json(sent)
    shape = SMALL.get(name.decode("latin-1"))
    with suppress(ValidationError):
        if shape is not None:
            shape.validate_python(found)


def _small_samples() -> list[bytes]:
    return [
        name.encode() + b"\t" + json.dumps(_example(shape.json_schema())).encode()
        for name, shape in SMALL.items()
    ]


def _example(schema: dict[str, Any]) -> Any:
    """A value that a JSON schema describes, near enough."""
    whole = schema

    def made(part: dict[str, Any]) -> Any:
        if "$ref" in part:
            return made(whole["$defs"][part["$ref"].rsplit("/", 1)[-1]])
        if "anyOf" in part:
            return made(part["anyOf"][0])
        match part.get("type"):
            case "object":
                return {name: made(one) for name, one in part.get("properties", {}).items()}
            case "array":
                return [made(part["items"])] if isinstance(part.get("items"), dict) else []
            case "integer":
                return part.get("minimum", 5)
            case "boolean":
                return True
            case "string" if "128" in part.get("pattern", ""):
                return "a" * 128
            case "string" if "64" in part.get("pattern", ""):
                return "a" * 64
            case "string" if "pattern" in part:
                return "a" * 32
            case _:
                return "abc"

    return made(schema)


def _push() -> list[bytes]:
    """A batch with a new record of each entity, by one actor."""
    ann = Colleague("a" * 32, "u" * 32)
    log, states = [], []
    for number, made in enumerate(sample_records()):
        entity, _, state = made.partition(b"\t")
        values = msgspec.json.decode(state)[3][0][5]
        one = ann.edit(None, values, eff=False)
        key = RecordKey(entity.decode(), f"{number:032x}")
        log.append(LogEdit(ann.counter, *key, msgspec.Raw(body(one.edits[0]))))
        states.append(PushRecord(*key, msgspec.Raw(encode(one))))
    whole = Push("b" * 32, "a" * 32, None, tuple(log), tuple(states))
    few = Push("b" * 32, "a" * 32, "chain", tuple(log[6:8]), tuple(states[6:8]))
    least = Push("b" * 32, "a" * 32, None, tuple(log[:1]), tuple(states[:1]))
    return [msgspec.json.encode(each) for each in (whole, few, least)]


@lru_cache(maxsize=1)
def _pushes() -> list[bytes]:
    return _push()


def _batch(content: bytes) -> None:
    batches.read(content)


@contextmanager
def _judged(folder: Path) -> Iterator[Ready]:
    """A batch taken in to its end, in a transaction that is then undone."""
    settings, now = Settings(folder / "company"), Clock()()
    create_company(settings, "Fuzz", now)
    with closing(open_company(settings)) as database:
        with database.write() as connection:
            staff(connection, now)
            ann = next(one for one in people.accounts(connection) if one.name == "Ann")
        who = Bearer(
            ann.user, ann.role, ann.book, "d" * 32, DeviceState.ACTIVE, b"k" * 32, None, False, False, 0
        )

        def parse(content: bytes) -> None:
            batch = batches.read(content)
            with suppress(_UndoneError), database.write() as connection:
                pushing.push(connection, who, batch, Clock()(), is_brief=True)
                raise _UndoneError

        samples = [
            one.replace(b"their-book", ann.book.encode()).replace(b"u" * 32, ann.user.encode())
            for one in _pushes()
        ]
        yield Ready(parse, samples)


class _UndoneError(Exception):
    """Nothing of it is to stay."""


def _recovery(kind: type) -> Parse:
    def parse(content: bytes) -> None:
        found: object = recovery._read(content, None, kind)
        if isinstance(found, Recover):
            for one in found.edits:
                recovering._past_edit(bytes(one.edit))

    return parse


def _packed(content: bytes) -> None:
    """A body in one of the encodings, which the first line names."""
    named, _, rest = content.partition(b"\n")
    unpacked(rest, named.decode("latin-1"))


def _sealed(content: bytes) -> None:
    """What a laptop sealed, opened; its signature was right."""
    device = Device("d" * 32, "u" * 32, "laptop", b"k" * 32, DeviceState.ACTIVE, 0, None)
    work = _opened(content, device)
    if bytes(work.push) != b"null":
        batches.read(bytes(work.push), is_bounded=False)


def _work() -> list[bytes]:
    work = {
        **msgspec.json.decode(samples_of(Work)[0]),
        "device": "d" * 32,
        "user": "u" * 32,
        "reason": "order",
    }
    found: list[dict[str, Any]] = [{**work, "push": None}, {**work, "push": msgspec.Raw(_pushes()[2])}]
    return [zstandard.compress(msgspec.json.encode(one)) for one in found]


def _headers(content: bytes) -> None:
    """A line, as each header and place that is read by hand."""
    text = content.decode("latin-1")
    for read in (blobs._range, blobs._digest, audit._place, context._number):
        with expected_errors():
            read(text)
    answer(b"x" * 2000, text)
    salts.is_genuine(b"k" * 16, ("b", 1, 1), text)


@contextmanager
def expected_errors() -> Iterator[None]:
    """One reader may refuse what the next is still to see; how it refuses has to be sound all the same."""
    try:
        yield
    except CrmError as error:
        problem(error).model_dump_json()


@contextmanager
def _exports(folder: Path) -> Iterator[Ready]:
    """An exported audit, in both forms; the form first."""
    settings, now = Settings(folder / "company"), Clock()()
    create_company(settings, "Fuzz", now)
    samples = []
    with closing(open_company(settings)) as database, database.write() as connection:
        staff(connection, now)
        roots.make(connection, signer_of(settings), now, is_asked=True)
        for form in ("csv", "jsonl"):
            file = folder / f"audit.{form}"
            exporting.export(connection, file, signer_of(settings).public, now)
            samples.append(form.encode() + b"\t" + file.read_bytes())

    def parse(content: bytes) -> None:
        form, _, rest = content.partition(b"\t")
        file = folder / ("bad.csv" if form == b"csv" else "bad.jsonl")
        file.write_bytes(rest)
        exporting.verify(file, None)

    yield Ready(parse, samples)


@contextmanager
def _pins(folder: Path) -> Iterator[Ready]:
    """A certificate that an administrator names."""
    file = folder / "pin.pem"

    def parse(content: bytes) -> None:
        file.write_bytes(content)
        _fingerprint(file)

    yield Ready(parse, [AUTHORITY.pem, AUTHORITY.issue(folder).chain.read_bytes()])


def _console(content: bytes) -> None:
    """What an administrator types after an option."""
    text = content.decode("utf-8", "replace")
    for end in (False, True):
        with expected_errors():
            instant(text, "--until", is_end=end)
    with expected_errors():
        cli_audit._key(text)


_BULK: Final = {"commits": Shown, "states": Wanted, "recover": Recover}
TARGETS: Final = (
    plain("small-body", _small, _small_samples(), 600),
    plain("push", _batch, _pushes(), 400),
    Target("push-taken-in", _judged, 250),
    *(plain(name, _recovery(kind), samples_of(kind), 200) for name, kind in _BULK.items()),
    plain("packed-body", _packed, [b"zstd\n" + zstandard.compress(b"{}" * 999), b"gzip\n" + gzip.compress(b"{}" * 999)]),
    plain("sealed-work", _sealed, _work()),
    plain("headers", _headers, [b"bytes=0-99", b"sha-256=:" + b"A" * 43 + b"=:", b"company.12.00ff", b"1", b"zstd;q=1, gzip"]),
    Target("audit-export", _exports, 200),
    Target("pin-file", _pins, 100),
    plain("console-words", _console, [b"2026-11-27", b"2026-11-27T18:00+08:00", b"a" * 64]),
)  # fmt: skip
