"""What a laptop reads that a server sent: answers, problems, events, records, orders, certificates."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec
import zstandard

from crmdesk.core import answers, permission_sheet, permissions
from crmdesk.core.clock import milliseconds
from crmdesk.core.entities import REGISTRY
from crmdesk.core.errors import CrmError
from crmdesk.core.format import format_value
from crmdesk.core.lease import Lease
from crmdesk.core.permissions import Own, Standings
from crmdesk.core.record import Record, RecordKey, decode_foreign, encode
from crmdesk.core.resolve import read_record
from crmdesk.core.roots import Root, Signed, carries_on, judge
from crmdesk.core.sealed import HandedIn, Order
from crmdesk.core.wire import (
    BlobState,
    Digests,
    Granted,
    Groups,
    Head,
    Heads,
    Lost,
    PullPage,
    PushAnswer,
    RecoverAnswer,
    Roots,
    States,
)  # fmt: skip
from crmdesk.store.delivery import Arrival, read
from crmdesk.store.outbox import Cursor
from crmdesk.store.settings import Device
from crmdesk.sync import company, live, pinned, plan
from crmdesk.sync.device_key import new_key, public_key, sign
from crmdesk.sync.http import Http, Session
from crmdesk.sync.transport import Reply, Request, checked_address
from crmdesk.sync.wiping import read_order
from crmdesk.ui import formats
from crmdesk.ui.pages.audit_facts import Facts
from crmdesk.ui.pages.audit_words import Words, ids_in
from crmdesk.usecases.directory import Directory, Person
from tests.fuzz.driver import Parse, Ready, Target, plain
from tests.fuzz.shapes import samples_of
from tests.support.impostor import Authority
from tests.support.rep import readings
from tests.support.workspace import Colleague

SHAPES: Final[tuple[Any, ...]] = (
    answers.Hello, answers.Enrolment, answers.Tokens, answers.Moved, answers.Standing, answers.Refusals, answers.RefusedContents,
    answers.Judgement, answers.Foresight, answers.Devices, answers.DeviceShown, answers.IssuedCode, answers.History,
    answers.AuditPage, answers.AuditStep, BlobState, Digests, Groups, Heads, Lost, PullPage, PushAnswer, RecoverAnswer,
    Roots, States, HandedIn, Own, Standings,
)  # fmt: skip
"""Everything that `Http` decodes."""


class Canned:
    """A line on which one answer lies ready, whatever is asked."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self._reply = (status, headers, body)

    @contextmanager
    def send(self, _request: Request) -> Iterator[Reply]:
        status, headers, body = self._reply
        yield Reply(status, headers, iter((body,)))

    def close(self) -> None:
        """Nothing is open."""


_KEY: Final = new_key()
_DEVICE: Final = Device("d" * 32, _KEY, "refresh", "access", 10**15)


def http(status: int, headers: dict[str, str], body: bytes) -> Http:
    """A laptop's client that knows its server already and is about to hear this."""
    session = Session("s" * 32, lambda: _DEVICE, lambda _device: None, lambda: 1_795_320_000_000)
    found = Http("http://127.0.0.1:9", session, Canned(status, headers, body))
    found._known = True
    return found


def _asked(name: str) -> Callable[[bytes], None]:
    """An answer as one method of `Http` reads it."""

    def parse(content: bytes) -> None:
        line = http(200, {"content-type": "application/json"}, content)
        line._decode(line._ask("GET", "/v1/x"), _BY_NAME[name])

    return parse


_BY_NAME: Final = {shape.__name__: shape for shape in SHAPES}


def _heads(content: bytes) -> None:
    """Heads against what a laptop knows: what it plans from them."""
    heads = http(200, {"content-type": "application/json"}, content).heads().heads
    cursors = {head.bucket: Cursor(head.bucket, 1, 5, "s", True) for head in heads[:2]}
    plan.steps(cursors, heads)
    plan.evidence(dict.fromkeys(cursors, (1, 5, "s")), cursors, heads)


def _own(content: bytes) -> None:
    """A list of permissions as a page shows it."""
    line = http(200, {"content-type": "application/json"}, content)
    found = line.permissions()
    for language in ("zh_CN", "en"):
        permissions.told(found.permissions, language)
    _ = found.permissions.digest


def _standings(content: bytes) -> None:
    line = http(200, {"content-type": "application/json"}, content)
    found = line.permission_states()
    for language in ("zh_CN", "en"):
        permission_sheet.as_csv(found, language)
        permission_sheet.as_html(found, "远山工业", 1_795_320_000_000, language)


def _audit_page(content: bytes) -> None:
    """Rows of the audit, each in words."""
    line = http(200, {"content-type": "application/json"}, content)
    rows = line.audit({}, None, 50).rows
    ids_in(rows)
    words = Words(_NOBODY, Facts(_NOBODY, {}, "zh_CN", date(2026, 11, 27)))
    for row in rows:
        words.about(row)
        words.who(row)
        list(words.facts.told(row.told))


_ME: Final = Person("a" * 32, "林晓", "rep", None, None)
_NOBODY: Final = Directory(_ME, {_ME.id: _ME}, {}, None, {}, {}, {}, {})


def _problem(content: bytes) -> None:
    """What a server that refuses says."""
    line = http(409, {"content-type": "application/problem+json", "retry-after": "9"}, content)
    try:
        line.heads()
    except CrmError as error:
        for language in ("zh_CN", "en"):
            str(error.sentence(language))
        str(error)


def _unpacked(encoding: str) -> Parse:
    def parse(content: bytes) -> None:
        line = http(200, {"content-type": "application/json", "content-encoding": encoding}, content)
        line.heads()

    return parse


def _piece(content: bytes) -> None:
    """A piece of an attachment: the header is the first line, the body the rest."""
    header, _, body = content.partition(b"\n")
    said = {"content-type": "application/octet-stream", "content-range": header.decode("latin-1")}
    http(206, said, body).get_blob("a" * 64, 0)


def _events(content: bytes) -> None:
    """The live channel, however it was cut."""
    pieces = [content[at : at + 7] for at in range(0, min(len(content), 7000), 7)] + [content[7000:]]
    for event in live.events(pieces):
        if event.name == "heads":
            live.is_news(live.read_heads(event.data), {"a" * 32: Cursor("a" * 32, 1, 5, "s", True)})


def _record(content: bytes) -> None:
    """A colleague's record, as it is checked, read by its entity's rules, indexed and shown."""
    entity, _, state = content.partition(b"\t")
    name = entity.decode("utf-8", "replace")
    (came,) = read([Arrival(RecordKey(name, "a" * 32), state, 1)], REGISTRY, readings()).delivered or (None,)
    record = decode_foreign(state)
    assert came is not None, "both readers take the same"
    if name not in REGISTRY.entities:
        return
    view = read_record(record, name, REGISTRY)
    for key, value in view.values.items():
        field = REGISTRY.entities[name].find(key)
        for language in ("zh_CN", "en"):
            format_value(field, value, language)
    for edit in record.edits:
        formats.instant(milliseconds(edit.order()[0]), _TODAY)


def sample_records() -> list[bytes]:
    """A record of each entity with a value for each of its fields, and one with two versions."""
    found = []
    for entity in REGISTRY.entities.values():
        values: dict[str, Any] = {}
        for field in entity.fields:
            key = f"{field.name}:{'b' * 32}" if field.repeated else field.name
            values[key] = _VALUES.get(field.type.value, "宏远机械 Hongyuan")
        one = Colleague().edit(None, values)
        found.append(entity.name.encode() + b"\t" + encode(one))
    two = Colleague("d" * 32).edit(Colleague().edit(None, {"name": "甲"}), {"name": "乙"}, seen={})
    return [*found, b"customer\t" + encode(two)]


_VALUES: Final[dict[str, Any]] = {
    "date": "2026-11-30", "instant": 1_795_320_000_000, "money": {"money": [125_000, "CNY"]}, "integer": 7,
    "boolean": True, "reference": "c" * 32, "seen": {"seen": {"c" * 32: 3}}, "phone": "139 1234 5678",
}  # fmt: skip
_TODAY: Final = date(2026, 11, 27)


def _page(content: bytes) -> None:
    """A page of records, read whole."""
    line = http(200, {"content-type": "application/json"}, content)
    page = line.pull("a" * 32, 1, 0, "")
    came = [
        Arrival(RecordKey(i.entity, i.id, i.part), s, i.seq) for i in page.items if (s := i.state) is not None
    ]
    read(came, REGISTRY, readings())


def _pages() -> list[bytes]:
    states: list[Record] = [decode_foreign(one.partition(b"\t")[2]) for one in sample_records()]
    items = [
        [n + 1, "ENTER", REGISTRY_NAMES[n % len(REGISTRY_NAMES)], "a" * 31 + str(n % 10), "main", 0, msgspec.Raw(encode(one))]
        for n, one in enumerate(states)
    ]  # fmt: skip
    page = {
        "bucket": "a" * 32,
        "epoch": 1,
        "seq": 20,
        "salt": "s",
        "head": 20,
        "complete": True,
        "checksum": 5,
    }
    return [msgspec.json.encode({**page, "items": items}), msgspec.json.encode({**page, "items": items[:1]})]


REGISTRY_NAMES: Final = tuple(REGISTRY.entities)


def _signed(parse: Callable[[str, str], None], purpose: str) -> Parse:
    """Something that the company signed: its signature is right, whatever it says."""
    return lambda content: parse(
        text := content.decode("utf-8", "replace"), sign(_KEY, f"crmdesk-{purpose}\n{text}".encode())
    )


def _lease(text: str, signature: str) -> None:
    company.read_lease(public_key(_KEY), Granted(text, signature))


def _order(text: str, signature: str) -> None:
    said = CrmError("device_revoked", order=text, signature=signature)
    read_order(said, public_key(_KEY), "a" * 32)


def _roots(content: bytes) -> None:
    one, two = Signed(content.decode("utf-8", "replace"), "00"), Signed(samples_of(Root)[0].decode(), "00")
    judge(one, two)
    judge(two, one)
    carries_on(two, [one])


def _certificates(content: bytes) -> None:
    """A chain of certificates, the leaf first; the pin is that of the authority."""
    leaf, _, rest = content.partition(b"\0\0\0")
    for host in ("127.0.0.1", "localhost"):
        pinned.is_pinned({pinned.fingerprint(AUTHORITY.der)}, [leaf, *filter(None, [rest])], host)


AUTHORITY: Final = Authority("fuzz")


def _chains(folder: Path) -> list[bytes]:
    return [
        AUTHORITY.issue(folder, host).der + b"\0\0\0" + AUTHORITY.der for host in ("localhost", "127.0.0.1")
    ]


def _address(content: bytes) -> None:
    """An address that a person pasted, or that a file names."""
    checked_address(content.decode("utf-8", "replace"))


@contextmanager
def _with_certificates(folder: Path) -> Iterator[Ready]:
    yield Ready(_certificates, _chains(folder))


_HEADS_JSON: Final = [
    msgspec.json.encode({**msgspec.json.decode(one), "server_id": "s" * 32}) for one in samples_of(Heads)
]
_ROWS: Final = (
    b'{"rows":[["%b",7,1795320000000,"%b","%b","dddddddddddddddddddddddddddddddd",%b,"00"]],"next":null}'
)
_TOLD: Final = (
    (b"push", b'{"counters":[[1,5],[7,7]],"actor":"x"}'), (b"sign_in", b'{"devices":{"d":{"ok":2}}}'),
    (b"rights", b'{"rights":[["b","u",null,"read"]]}'), (b"change_owner", b'{"customers":[["c","done",null,"u"]]}'),
    (b"change_role", b'{"user":"u","before":{"role":"rep"},"after":{"role":"manager"}}'), (b"x", b'{"a":{"digest":"f"}}'),
)  # fmt: skip


def _bomb() -> bytes:
    """A few kilobytes that unfold to half a gigabyte."""
    packer = zstandard.ZstdCompressor().compressobj()
    return b"".join([*(packer.compress(bytes(2**20)) for _ in range(512)), packer.flush()])


@contextmanager
def _with_bomb(_folder: Path) -> Iterator[Ready]:
    yield Ready(_unpacked("zstd"), [*(3 * [zstandard.compress(one) for one in _HEADS_JSON]), _bomb()])


TARGETS: Final = (
    *(plain(f"answer-{shape.__name__.lower()}", _asked(shape.__name__), samples_of(shape), 60) for shape in SHAPES),
    plain("heads", _heads, _HEADS_JSON),
    plain("permissions", _own, samples_of(Own)),
    plain("standings", _standings, samples_of(Standings)),
    plain("audit-page", _audit_page, [_ROWS % (b"company", kind, b"a" * 32, told) for kind, told in _TOLD]),
    plain(
        "problem",
        _problem,
        [b'{"code":"not_found","title":"x","status":404,"about":{"name":"a","limit":3}}', b'{"code":"device_revoked","about":null}'],
    ),
    Target("zstd-answer", _with_bomb, 60),
    plain("gzip-answer", _unpacked("gzip"), [zlib.compress(one, wbits=31) for one in _HEADS_JSON], 200),
    plain("blob-piece", _piece, [b"bytes 0-4/5\nhello", b"bytes 0-262143/999999\n" + b"x" * 100]),
    plain(
        "events",
        _events,
        [b"event: open\ndata: {}\n\n: alive\n\nevent: heads\ndata: " + samples_of(tuple[Head, ...])[0] + b"\n\n"],
    ),
    plain("record", _record, sample_records(), 600),
    plain("page", _page, _pages()),
    plain("lease", _signed(_lease, "lease"), samples_of(Lease)),
    plain("wipe-order", _signed(_order, "wipe"), samples_of(Order)),
    plain("roots", _roots, samples_of(Root)),
    Target("certificates", _with_certificates, 200),
    plain("address", _address, [b"https://crm.example.com/", b"http://127.0.0.1:8443", b"https://[::1]:8443/x?y#z"]),
)  # fmt: skip
