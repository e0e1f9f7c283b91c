"""The audit's routes: who may read it, its pages, its verification in parts, what laptops say of its roots."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from crmdesk.core.roots import Signed
from sync_server import audit, roots
from sync_server.handlers import audit as routes
from sync_server.signing import signer_of
from sync_server.storage import roots as kept_roots
from tests.support.laptop import Laptop, enrolled
from tests.support.server import RunningServer
from tests.support.tampering import rewrite, sign_anew, tamper


def chief(server: RunningServer) -> Laptop:
    server.add_user("Ada", "administrator")
    return enrolled(server, "Ada")


def get(laptop: Laptop, path: str = "", **query: Any) -> Any:
    reply = laptop.http.get(f"/v1/audit{path}", params=query)
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_the_audit_is_for_those_who_may_read_it(server: RunningServer) -> None:
    for name in ("Ann", "Mei"):
        laptop = enrolled(server, name)
        for path in ("", "/verify"):
            reply = laptop.http.get(f"/v1/audit{path}")
            assert (reply.status_code, reply.json()["code"]) == (403, "forbidden")
    assert chief(server).http.get("/v1/audit").status_code == 200


def test_rows_are_read_page_by_page_and_by_what_they_are_about(server: RunningServer) -> None:
    ada, ann = chief(server), enrolled(server, "Ann")
    customers = []
    for _ in range(3):
        customers.append(ann.customer())
        ann.push()
    whole = get(ada, limit=500)["rows"]
    found: list[Any] = []
    before: dict[str, str] = {}
    while True:
        page = get(ada, limit=4, **before)
        found += page["rows"]
        if page["next"] is None:
            break
        before = {"before": page["next"]}
    assert found == whole
    (row,) = get(ada, customer=customers[1].id)["rows"]
    chain, number, _at, kind, user, device, said, _seal = row
    assert (chain, number, kind, user) == (ann.book, 2, "push", ann.user)
    assert (device, said["counters"]) == (ann.welcome["device"], [[2, 2]])
    for nowhere in ("nonsense", "9" * 30 + ".company.1", "1.company." + "9" * 30):
        assert get(ada, before=nowhere)["rows"] == []


def test_a_verification_goes_on_part_by_part(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "ROWS_A_STEP", 5)
    ada, ann = chief(server), enrolled(server, "Ann")
    for _ in range(3):
        ann.customer()
        ann.push()
    first = get(ada, "/verify")
    rows, problems, step = first["rows"], first["problems"], first
    while step["next"]:
        step = get(ada, "/verify", after=step["next"])
        rows, problems = rows + step["rows"], problems + step["problems"]
    assert (rows, problems, step["total"]) == (first["total"], [], None)
    tamper(server, "UPDATE audit SET at = 1 WHERE chain = ? AND number = 2", (ann.book,))
    step, problems = get(ada, "/verify"), []
    while True:
        problems += step["problems"]
        if step["next"] is None:
            break
        step = get(ada, "/verify", after=step["next"])
    assert problems == [[ann.book, 2, "changed"]]
    assert ada.http.get("/v1/audit/verify", params={"after": "x.y.z"}).json()["code"] == "malformed_body"


def test_any_laptop_reads_the_roots(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    for _ in range(2):
        ann.customer()
        ann.push()
        with server.database.write() as connection:
            roots.make(connection, signer_of(server.settings), server.clock(), is_asked=True)
    with server.database.read() as connection:
        kept = [msgspec.to_builtins(one) for one in kept_roots.every(connection)]
    assert get(ann, "/roots")["roots"] == kept
    assert get(ann, "/roots", after=2)["roots"] == kept[2:]


def newest(server: RunningServer) -> Signed:
    with server.database.read() as connection:
        found = kept_roots.latest(connection)
    assert found is not None
    return found


def unknown(ada: Laptop) -> list[Any]:
    return [(row[4], row[5], row[6]["root"]) for row in get(ada, kind=audit.UNKNOWN_ROOT)["rows"]]


def test_t51_a_root_that_the_server_no_longer_knows_is_told_to_the_administrator_once(
    server: RunningServer,
) -> None:
    ada, ann = chief(server), enrolled(server, "Ann")
    held = newest(server)
    body = {"content": held.content, "signature": held.signature}
    assert ann.http.post("/v1/audit/witness", json=body).json() == {"known": True}
    assert unknown(ada) == []
    rewrite(server, audit.COMPANY, lambda entries: entries[1:])
    sign_anew(server)
    for laptop in (ann, ann, ada):
        assert laptop.http.post("/v1/audit/witness", json=body).json() == {"known": False}
    expected = [(laptop.user, laptop.welcome["device"], 1) for laptop in (ada, ann)]
    assert unknown(ada) == expected


@pytest.mark.parametrize("what", ["forged", "nonsense"])
def test_a_root_that_the_company_never_signed_is_nothing(server: RunningServer, what: str) -> None:
    ann, held = enrolled(server, "Ann"), newest(server)
    content = held.content.replace('"number":1', '"number":9') if what == "forged" else "nonsense"
    reply = ann.http.post("/v1/audit/witness", json={"content": content, "signature": held.signature})
    assert (reply.status_code, reply.json()["code"]) == (422, "malformed_body")
