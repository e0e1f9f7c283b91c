"""The audit as one file that can be verified without the server: roots, the heads they bind, rows with their seals.

JSON lines, or CSV where the file's name ends in `.csv`; each line begins with what it is. First `company`: the server's
id, its public key, when it was written; then `root`s (what was signed, the signature), `head`s (root, chain, number,
seal), `row`s (chain, number, at, kind, user, device, actor, top, said, seal), these in the order of chains.
"""

from __future__ import annotations

import csv
import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Final, NamedTuple, TextIO

from sqlalchemy import Connection

from crmdesk.core.errors import CrmError
from crmdesk.core.roots import ChainHead, Signed
from sync_server import auditing
from sync_server.auditing import PAGE, Problem, Reader
from sync_server.clock import Moment
from sync_server.private_files import private_file
from sync_server.storage import audits, people, roots
from sync_server.storage.audits import Entry

_KINDS: Final = ("company", "root", "head", "row")
_NUMBERS: Final = {"company": (3,), "head": (1, 3), "row": (2, 3, 8)}
"""Which cells of a line are numbers: CSV has only texts."""


class Written(NamedTuple):
    """How much an export holds, and the SHA-256 of the file."""

    rows: int
    roots: int
    sha256: str


class Verified(NamedTuple):
    """What a verification read, the key that it checked signatures with, and what is wrong."""

    rows: int
    roots: int
    key: str
    problems: list[Problem]


def export(
    connection: Connection, file: Path, key: bytes, now: Moment, *, overwrite: bool = False
) -> Written:
    """Write the whole audit to a file that only its owner may read. Raises `file_exists` or `database_unwritable`."""
    counts = dict.fromkeys(_KINDS, 0)
    with private_file(file, overwrite=overwrite) as draft:
        with draft.open("w", encoding="utf-8", newline="") as target:
            write = _writer(file, target)
            for line in _lines(connection, key, now):
                write(line)
                counts[line[0]] += 1
        with draft.open("rb") as written:
            sha256 = hashlib.file_digest(written, "sha256").hexdigest()
    return Written(counts["row"], counts["root"], sha256)


def _writer(file: Path, target: TextIO) -> Callable[[list[Any]], object]:
    if _is_csv(file):
        return csv.writer(target, lineterminator="\n").writerow

    def write(line: list[Any]) -> None:
        target.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")

    return write


def _is_csv(file: Path) -> bool:
    return file.suffix.lower() == ".csv"


def _lines(connection: Connection, key: bytes, now: Moment) -> Iterator[list[Any]]:
    yield ["company", people.load_company(connection).server_id, key.hex(), now.ms]
    for signed in roots.every(connection):
        yield ["root", signed.content, signed.signature]
    for root, head in roots.bound(connection):
        yield ["head", root, head.chain, head.number, head.seal.hex()]
    chain, number = "", 0
    while entries := audits.after(connection, chain, number, PAGE):
        for entry in entries:
            yield ["row", *entry[:-1], entry.seal.hex()]
        chain, number = entries[-1].chain, entries[-1].number


def verify(file: Path, key: bytes | None) -> Verified:
    """Verify an exported file; `key` is the company's public key, else the one that the file names is believed.

    Raises `bad_argument` for what is no export.
    """
    try:
        with file.open(encoding="utf-8", newline="") as source:
            return _verify(_read(file, source), key)
    except OSError as error:
        raise CrmError("bad_argument", argument=file.name, hint="crmdesk-server audit export FILE") from error
    except (ValueError, IndexError, TypeError, KeyError, csv.Error) as error:
        raise CrmError("bad_argument", argument=file.name, hint="crmdesk-server audit export FILE") from error


def _read(file: Path, source: TextIO) -> Iterator[list[Any]]:
    if not _is_csv(file):
        for line in source:
            yield json.loads(line)
        return
    for cells in csv.reader(source):
        found: list[Any] = list(cells)
        for place in _NUMBERS.get(found[0], ()):
            found[place] = int(found[place]) if found[place] else None
        if found[0] == "row":
            found[7] = found[7] or None
        yield found


def _verify(lines: Iterator[list[Any]], key: bytes | None) -> Verified:
    by_kind = groupby(lines, key=lambda line: _KINDS.index(line[0]))
    parts = {_KINDS[kind]: part for kind, part in _loaded(by_kind)}
    if "company" not in parts:
        raise ValueError("not an export")
    named = bytes.fromhex(parts["company"][0][2])
    signed = [Signed(content, signature) for _, content, signature in parts.get("root", ())]
    bound = [
        (root, ChainHead(chain, number, bytes.fromhex(seal)))
        for _, root, chain, number, seal in parts.get("head", ())
    ]
    problems = auditing.check_roots(signed, bound, key or named)
    count, wrong = _verify_rows(iter(parts.get("row", ())), [head for _, head in bound])
    return Verified(count, len(signed), (key or named).hex(), wrong + problems)


def _loaded(by_kind: Any) -> Iterator[tuple[int, Any]]:
    """Each kind's lines; the rows, which come last and may be many, one by one as they are read."""
    last = -1
    for kind, part in by_kind:
        if kind <= last:
            raise ValueError("out of order")
        last = kind
        yield kind, part if _KINDS[kind] == "row" else list(part)
        if _KINDS[kind] == "row":
            return


def _verify_rows(lines: Iterator[list[Any]], heads: list[ChainHead]) -> tuple[int, list[Problem]]:
    keys = sorted(heads, key=lambda head: (head.chain, head.number))
    order = [(head.chain, head.number) for head in keys]
    reader, count, done = Reader(), 0, 0
    problems: list[Problem] = []
    while True:
        entries = [Entry._make((*line[1:-1], bytes.fromhex(line[-1]))) for line in islice(lines, PAGE)]
        end = bisect_right(order, (entries[-1].chain, entries[-1].number)) if len(entries) == PAGE else None
        bound = {(head.chain, head.number): head.seal for head in keys[done:end]}
        problems += reader.read(entries, bound)
        count += len(entries)
        if end is None:
            return count, problems
        done = end
