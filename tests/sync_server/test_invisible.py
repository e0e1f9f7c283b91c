"""T-32: what somebody may not see is answered as what does not exist, to the byte, wherever an id can be named."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final, NamedTuple

import httpx2
import msgspec
import pytest
from sqlalchemy import select

from crmdesk.core.entities import REGISTRY
from crmdesk.core.parts import CONTACT, part_bucket
from crmdesk.core.record import Record, RecordKey
from crmdesk.core.registry import Type
from crmdesk.core.wire import Outcome, PushAnswer
from sync_server import tables
from sync_server.storage import people, rights
from tests.support import families
from tests.support.families import Family, changed, values_of
from tests.support.laptop import Laptop, enrolled, fresh_id
from tests.support.postgres import in_a_file
from tests.support.routes import FILE, REQUESTS, SHA256, Company, Request, operations
from tests.support.server import RunningServer

ID: Final = re.compile(r"[0-9a-f]{32,}")
ADMINISTRATORS: Final = {"administrator", "confirmed", "auditor"}
"""Callers whom the door lets in by what they are, before any id is looked at."""
ELSEWHERE: Final = {
    "POST /v1/push",
    "POST /v1/permissions/confirm",
    "POST /v1/audit/witness",
    "GET /v1/lease",
}
"""The first is tried by itself; the others name digests of what the asker has, or a challenge of its own."""
NAMING: Final = {
    "POST /v1/commands/change-owner", "POST /v1/commands/release", "POST /v1/commands/share", "POST /v1/commands/end-share",
    "POST /v1/commands/end-delegation", "GET /v1/pull", "GET /v1/records/{entity}/{id}/history",
    "GET /v1/reconcile/groups", "GET /v1/reconcile/digests", "POST /v1/reconcile/states", "GET /v1/blobs/{sha256}",
    "GET /v1/blobs/{sha256}/upload", "PUT /v1/blobs/{sha256}",
}  # fmt: skip
"""The routes whose requests name what their asker may not see. One more comes here by itself, or fails."""


class Strangers:
    """A company, what Bo has in it in every kind and place, and those who may see none of it."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.company = Company(server)
        server.add_team("South")
        for role in ("rep", "manager", "director", "auditor"):
            server.add_user(f"south {role}", role, "South")
        self.laptops = {role: enrolled(server, f"south {role}") for role in ("rep", "manager", "director")}
        self.laptops |= {
            "auditor": enrolled(server, "south auditor"),
            "custom": self.company.laptops["Gil"],
        }
        self.company.share()
        self.company.delegation()
        book = self.company.bo.book
        with server.database.read() as connection:
            company = people.load_company(connection)
        self.hidden = [
            families.in_bucket(server, book),
            families.delete(server, families.in_bucket(server, book)),
            {
                name: key
                for name, key in families.in_bucket(server, company.pool).items()
                if name != "customer"
            },
        ]
        self.details = company.pool_details

    def unseen(self, laptop: Laptop) -> set[str]:
        """Ids of all records and buckets that somebody does not read, and the content that such a record names."""
        with self.server.database.read() as connection:
            seen = rights.rights(connection, laptop.user)
            placed = connection.exec_driver_sql("SELECT id, bucket FROM record").fetchall()
            buckets = connection.execute(select(tables.bucket.c.id)).scalars()
            found = {bucket for bucket in buckets if bucket not in seen}
        return {SHA256} | found | {name for name, bucket in placed if bucket not in seen}

    def hidden_from(self, laptop: Laptop) -> list[Family]:
        """What is there in every kind and place, besides what leaders read below the pool."""
        unseen = self.unseen(laptop)
        return [family for family in self.hidden if all(key.id in unseen for key in family.values())]

    def public(self) -> set[str]:
        """Ids that everybody knows: people, teams and roles."""
        with self.server.database.read() as connection:
            return {
                name
                for table in (tables.account, tables.team, tables.custom_role)
                for name in connection.execute(select(*table.primary_key.columns)).scalars()
            }

    def more(self, laptop: Laptop) -> Iterator[Request]:
        """Requests that name hidden things in other ways than the one request of each route does."""
        company, book = self.company, self.company.bo.book
        for family in self.hidden_from(laptop):
            for entity, key in family.items():
                yield Request("GET", f"/v1/records/{entity}/{key.id}/history")
            for key in family.values():
                yield company.command("claim", customers=[key.id])
                wanted = {"bucket": laptop.book, "keys": [(*key[:2], "main")]}
                yield Request("POST", "/v1/reconcile/states", content=msgspec.json.encode(wanted))
            yield company.command("end-share", share=family["share"].id)
            yield company.command("end-delegation", delegation=family["visit"].id)
        for bucket in (book, part_bucket(book, CONTACT), self.details):
            cursor = {"bucket": bucket, "epoch": 1, "after": 0, "salt": ""}
            yield Request("GET", "/v1/pull", params=cursor)
            yield Request("GET", "/v1/pull", params={**cursor, "head": 5, "after": 2})
            yield Request("GET", "/v1/reconcile/groups", params={"bucket": bucket})
            evidence = {"commits": [(bucket, 1, 3, "0" * 64)]}
            yield Request("POST", "/v1/commits", content=msgspec.json.encode(evidence))
        yield Request("GET", f"/v1/blobs/{SHA256}", headers={"Range": "bytes=0-3"})
        yield Request("GET", f"/v1/blobs/{SHA256}/upload", params={"size": len(FILE) + 1})
        kept = laptop.customer()
        laptop.push()
        gone = self.hidden[0]["customer"].id
        for both in ([kept.id, gone], [gone, kept.id]):
            yield company.command("release", customers=both)
            yield company.command("change-owner", customers=both, to_user=company.user("Cai"))
            yield company.command("share", customers=both, user=company.user("Cai"), can_write=True)


def text_of(request: Request) -> str:
    content = (
        (request.content or b"").decode(errors="replace") if request.path != f"/v1/blobs/{SHA256}" else ""
    )
    return " ".join((request.path, json.dumps(dict(request.params)), json.dumps(request.json), content))


def naming(request: Request, old: str, new: str) -> Request:
    """The request with another id in the place of one."""
    return replace(
        request,
        path=request.path.replace(old, new),
        params={name: str(value).replace(old, new) for name, value in request.params.items()},
        json=json.loads(json.dumps(request.json).replace(old, new)),
        content=request.content and request.content.replace(old.encode(), new.encode()),
    )


def told(reply: httpx2.Response) -> tuple[int, dict[str, str], bytes]:
    """All that an answer says, but when."""
    return (
        reply.status_code,
        {name: value for name, value in reply.headers.items() if name != "date"},
        reply.content,
    )


def differences(http: httpx2.Client, request: Request, old: str) -> list[tuple[object, ...]]:
    """What is answered about an id and not about one that nobody has."""
    new = secrets.token_hex(len(old) // 2)
    one, other = told(request.sent(http)), told(naming(request, old, new).sent(http))
    other = (*other[:2], other[2].replace(new.encode(), old.encode()))
    return [] if one == other else [(request.method, request.path, request.json, old, one, other)]


@pytest.fixture
def strangers(server: RunningServer) -> Strangers:
    return Strangers(server)


def test_t32_what_nobody_may_see_is_answered_like_what_is_not_there(strangers: Strangers) -> None:
    made = {
        name: REQUESTS[name](strangers.company, "anonymous")
        for name, operation in operations(strangers.server).items()
        if operation["x-caller"] not in ADMINISTRATORS | {"anybody", "stranger"} and name not in ELSEWHERE
    }
    public, wrong = strangers.public(), []
    for role, laptop in strangers.laptops.items():
        unseen, named = strangers.unseen(laptop), set()
        for name, request in made.items():
            own = {request.json["id"]} if name.startswith("POST /v1/commands/") else set()
            ids = set(ID.findall(text_of(request)))
            assert ids <= unseen | public | own | {hidden for hidden in ids if name.endswith("/claim")}, (
                role,
                name,
            )
            for old in ids & unseen:
                named.add(name)
                wrong += differences(laptop.http, request, old)
        assert named == NAMING, role
        for request in strangers.more(laptop):
            for old in set(ID.findall(text_of(request))) & unseen:
                wrong += differences(laptop.http, request, old)
    assert not wrong, "\n".join(map(str, wrong))


@in_a_file
def test_t32_a_thousand_ids_are_answered_with_the_same_bytes(strangers: Strangers) -> None:
    laptop = strangers.laptops["rep"]
    there = [key.id for family in strangers.hidden for key in family.values()]
    answers = {
        repr(told(laptop.http.get(f"/v1/records/customer/{name}/history")))
        for name in (*there, *(fresh_id() for _ in range(1000 - len(there))))
    }
    assert len(answers) == 1


class Twins(NamedTuple):
    """Two pushed records that differ by one id: in one it is somebody's, in the other nobody's."""

    what: tuple[str, ...]
    one: RecordKey
    other: RecordKey


def pushed(laptop: Laptop, pairs: Iterable[Twins]) -> list[tuple[object, ...]]:
    """Push what is unsent; the pairs of which one was told something else."""
    reply = laptop.post(laptop.batch())
    assert reply.status_code == 200, reply.text
    answer = msgspec.json.decode(reply.content, type=PushAnswer)
    laptop.chain, laptop.unsent = answer.chain, []
    found = {RecordKey(each.entity, each.id, each.part): each for each in answer.outcomes}
    told = [(twins.what, found[twins.one], found[twins.other]) for twins in pairs]
    return [(what, one, other) for what, one, other in told if said(one) != said(other)]


def said(outcome: Outcome) -> tuple[object, ...]:
    """What an outcome says besides which record it is about; of a state sent back, all but its ids and numbers."""
    *named, content = msgspec.structs.astuple(outcome)[3:]
    return *named, re.sub(rb"[0-9a-f]{32}|\d+", b"_", bytes(content))


def test_t32_a_push_that_names_what_nobody_may_see_gets_the_verdict_of_one_that_names_nothing(
    strangers: Strangers,
) -> None:
    wrong: list[tuple[object, ...]] = []
    for role, laptop in strangers.laptops.items():
        pairs = [
            Twins((role, name, field.name), *_naming(laptop, name, field.name, family[field.target].id))
            for family in strangers.hidden_from(laptop)
            for name, entity in REGISTRY.entities.items()
            for field in entity.fields
            if field.type is Type.REFERENCE and field.target in family and not field.server
        ]
        assert len(pairs) > 15
        wrong += pushed(laptop, pairs)
        kept = families.states(strangers.server, [key for pair in pairs for key in pair[1:]])
        for what, one, other in pairs:
            if one in kept and _of_others(laptop, kept[one]) != _of_others(laptop, kept[other]):
                wrong.append((what, kept[one], kept[other]))
    assert not wrong, "\n".join(map(str, wrong))


def _naming(laptop: Laptop, entity: str, field: str, there: str) -> Iterator[RecordKey]:
    """Two new records: one names a record that is there, the other one that is not."""
    for target in (there, fresh_id()):
        key = RecordKey(entity, fresh_id())
        laptop.write(key, {**values_of(REGISTRY[entity], fresh_id()), field: target})
        yield key


def _of_others(laptop: Laptop, record: Record) -> list[dict[str, Any]]:
    """What the server wrote into a record: what came of a request."""
    return [dict(edit.values) for edit in record.edits if edit.by != laptop.user]


@pytest.mark.parametrize("how", ["edit", "delete", "restore"])
def test_t32_an_edit_of_what_nobody_may_see_gets_the_verdict_of_an_edit_of_nothing(
    strangers: Strangers, how: str
) -> None:
    wrong: list[tuple[object, ...]] = []
    for role, laptop in strangers.laptops.items():
        pairs = []
        for family in strangers.hidden_from(laptop):
            kept = families.states(strangers.server, family.values())
            for name, key in family.items():
                values: dict[str, Any] | None = changed(REGISTRY[name])
                if how != "edit":
                    values = {"deleted": {"seen": dict(kept[key].clock)} if how == "delete" else None}
                if values is None:
                    continue
                other = RecordKey(name, fresh_id())
                for one in (key, other):
                    laptop.records[one] = kept[key]
                    laptop.write(one, values)
                pairs.append(Twins((role, name, how), key, other))
        wrong += pushed(laptop, pairs)
    assert not wrong, "\n".join(map(str, wrong))
