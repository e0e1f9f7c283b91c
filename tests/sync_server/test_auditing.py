"""Verifying the audit, its signed roots, its exports; and reading it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from crmdesk.core.answers import AuditRow
from crmdesk.core.errors import CrmError
from crmdesk.core.roots import Signed
from crmdesk.store import dialect
from sync_server import auditing, commands, exporting, keeping, orders, roots
from sync_server.audit import COMPANY, PUSH
from sync_server.auditing import Problem, Wanted
from sync_server.signing import signer_of
from sync_server.storage import roots as kept_roots
from tests.support.laptop import Laptop, enrolled, fresh_id
from tests.support.server import HOUR_MS, RunningServer
from tests.support.tampering import problems, rewrite, sign_anew, tamper


def sign(server: RunningServer) -> Signed | None:
    with server.database.write() as connection:
        return roots.make(connection, signer_of(server.settings), server.clock(), is_asked=True)


def busy(server: RunningServer) -> Laptop:
    """Ann pushed six times, and a root was signed after each second one."""
    ann = enrolled(server, "Ann")
    for number in range(6):
        ann.customer()
        ann.push()
        if number % 2:
            assert sign(server) is not None
    return ann


# -- tampering ----------------------------------------------------------------------------------------------------


def test_a_whole_audit_has_nothing_wrong_however_it_is_read(server: RunningServer) -> None:
    busy(server)
    assert [problems(server, limit) for limit in (1, 2, 3, 7, 5000)] == [[]] * 5
    assert keeping.check(server.database).problems == ()


def test_t51_a_row_that_was_changed_is_found(server: RunningServer) -> None:
    ann = busy(server)
    for column, value in (
        ("at", "at + 1"),
        ("said", "'{}'"),
        ("kind", "'x'"),
        ("device", "'x'"),
        ("top", "9"),
    ):
        tamper(server, f"UPDATE audit SET {column} = {value} WHERE chain = ? AND number = 3", (ann.book,))
        assert problems(server) == [Problem(ann.book, 3, "changed")], column
        assert problems(server, 2) == [Problem(ann.book, 3, "changed")], column
    assert keeping.check(server.database).problems == (f"audit of {ann.book}: changed at 3",)


def test_t51_a_row_that_was_deleted_is_found(server: RunningServer) -> None:
    ann = busy(server)
    tamper(server, "DELETE FROM audit WHERE chain = ? AND number = 3", (ann.book,))
    assert problems(server) == problems(server, 2) == [Problem(ann.book, 3, "missing")]


def test_t51_the_first_row_that_was_deleted_is_found(server: RunningServer) -> None:
    ann = busy(server)
    tamper(server, "DELETE FROM audit WHERE chain = ? AND number = 1", (ann.book,))
    assert problems(server) == [Problem(ann.book, 1, "missing")]


def test_t51_rows_that_changed_places_are_found(server: RunningServer) -> None:
    ann = busy(server)
    for old, new in ((3, 100), (4, 3), (100, 4)):
        tamper(server, f"UPDATE audit SET number = {new} WHERE chain = ? AND number = {old}", (ann.book,))
    assert problems(server) == [Problem(ann.book, 3, "changed")]


def test_t51_a_chain_that_was_cut_off_is_found_by_its_roots(server: RunningServer) -> None:
    ann = busy(server)
    tamper(server, "DELETE FROM audit WHERE chain = ? AND number > 3", (ann.book,))
    assert problems(server) == problems(server, 2) == [Problem(ann.book, 4, "missing")]


def test_t51_a_chain_that_is_gone_whole_is_found_by_its_roots(server: RunningServer) -> None:
    ann = busy(server)
    tamper(server, "DELETE FROM audit WHERE chain = ?", (ann.book,))
    assert problems(server) == [Problem(ann.book, 2, "missing")]


def test_t51_a_chain_that_was_written_anew_is_found_by_its_roots(server: RunningServer) -> None:
    ann = busy(server)
    rewrite(server, ann.book, lambda entries: [entry._replace(user="0" * 32) for entry in entries])
    assert problems(server) == [Problem(ann.book, 2, "changed")]


def test_t51_roots_that_were_changed_or_removed_are_found(server: RunningServer) -> None:
    busy(server)
    with server.database.read() as connection:
        content = json.loads(kept_roots.after(connection, 1, 1)[0].content)
    changed = json.dumps({**content, "rows": 1})
    tamper(server, "UPDATE audit_root SET content = ? WHERE number = 2", (changed,))
    assert [found.what for found in problems(server)] == ["root_unsigned", "root_changed"]
    tamper(server, "DELETE FROM audit_root WHERE number = 2")
    assert problems(server) == [Problem("", 2, "root_missing")]


def test_t51_a_root_over_other_heads_is_found(server: RunningServer) -> None:
    ann = busy(server)
    tamper(server, "DELETE FROM audit_root_head WHERE chain = ? AND number = 4", (ann.book,))
    assert {found.what for found in problems(server)} == {"root_contradicted"}


def test_t51_what_is_rewritten_with_the_key_and_its_roots_is_told_by_laptops_alone(
    server: RunningServer,
) -> None:
    """The database and the key together can say anything: the roots that laptops keep are what is left."""
    ann = busy(server)
    rewrite(server, ann.book, lambda entries: entries[1:])
    sign_anew(server)
    assert problems(server) == []  # crmdesk/sync/witness.py: a laptop finds it


# -- roots --------------------------------------------------------------------------------------------------------


def test_a_root_binds_every_chain_and_the_root_before_it(server: RunningServer) -> None:
    busy(server)
    with server.database.read() as connection:
        signed, heads = list(kept_roots.every(connection)), kept_roots.heads(connection)
    found = [one.root for one in signed]
    assert [root.number for root in found if root] == [1, 2, 3, 4]
    assert [root.previous for root in found[1:] if root] == [one.digest for one in signed[:-1]]
    last = found[-1]
    assert last is not None
    assert (last.chains, last.rows) == (len(heads), sum(head.number for head in heads))


def test_no_root_is_signed_where_nothing_happened_or_before_its_hour(server: RunningServer) -> None:
    ann = busy(server)
    assert sign(server) is None
    ann.customer()
    ann.push()
    with server.database.write() as connection:
        assert roots.make(connection, signer_of(server.settings), server.clock()) is None
    server.clock.ahead_ms += HOUR_MS
    with server.database.write() as connection:
        assert roots.make(connection, signer_of(server.settings), server.clock()) is not None


def test_the_newest_root_travels_with_the_heads(server: RunningServer) -> None:
    ann = busy(server)
    signed = ann.heads().root
    with server.database.read() as connection:
        assert signed == kept_roots.latest(connection)


# -- exports ------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["audit.jsonl", "audit.csv"])
def exported(server: RunningServer, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    busy(server)
    file = tmp_path / str(request.param)
    with server.database.read() as connection:
        exporting.export(connection, file, signer_of(server.settings).public, server.clock())
    return file


def test_an_export_is_verified_without_the_server(server: RunningServer, exported: Path) -> None:
    found = exporting.verify(exported, None)
    with server.database.read() as connection:
        rows = dialect.value(connection, "SELECT count(*) FROM audit")
    assert (found.rows, found.roots, found.problems) == (rows, 4, [])
    assert exporting.verify(exported, signer_of(server.settings).public).problems == []


def test_t51_an_export_that_was_changed_is_found(
    server: RunningServer, exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PAGE", 3)
    lines = exported.read_text(encoding="utf-8").splitlines(keepends=True)
    rows = [n for n, line in enumerate(lines) if PUSH in line]
    cases = {
        "deleted": lines[: rows[2]] + lines[rows[2] + 1 :],
        "reordered": [*lines[: rows[2]], lines[rows[3]], lines[rows[2]], *lines[rows[3] + 1 :]],
        "changed": [*lines[: rows[2]], lines[rows[2]].replace(PUSH, "pull"), *lines[rows[2] + 1 :]],
        "cut off": lines[: rows[3]],
    }
    for what, changed in cases.items():
        exported.write_text("".join(changed), encoding="utf-8")
        assert exporting.verify(exported, None).problems, what
    exported.write_text("".join(lines), encoding="utf-8")
    assert exporting.verify(exported, bytes(32)).problems[0].what == "root_unsigned"


@pytest.mark.parametrize("content", ["", "x", "[]", '["row"]', '["company"]\n', "\x00", "[1, 2]"])
def test_what_is_no_export_is_said_to_be_none(tmp_path: Path, content: str) -> None:
    for name in ("a.jsonl", "a.csv"):
        file = tmp_path / name
        file.write_text(content, encoding="utf-8")
        with pytest.raises(CrmError, match="bad_argument"):
            exporting.verify(file, None)


# -- reading ------------------------------------------------------------------------------------------------------


def listed(server: RunningServer, limit: int = 100, **wanted: Any) -> list[AuditRow]:
    """All rows, page by page."""
    found: list[AuditRow] = []
    place = None
    while True:
        with server.database.read() as connection:
            page = auditing.listed(connection, Wanted(**wanted), place, limit)
        found += page.rows
        place = page.next
        if place is None:
            return found


def test_rows_come_page_by_page_the_latest_first(server: RunningServer) -> None:
    busy(server)
    whole = listed(server, 1000)
    order = [(row.at, row.chain, row.number) for row in whole]
    assert order == sorted(order, reverse=True)
    assert [listed(server, limit) for limit in (1, 2, 7)] == [whole] * 3


def test_rows_are_found_by_who_when_what_and_where(server: RunningServer) -> None:
    ann = busy(server)
    assert {row.user for row in listed(server, user=ann.user)} == {ann.user}
    assert {row.device for row in listed(server, device="console")} == {"console"}
    assert [row.number for row in listed(server, kind=PUSH)] == [6, 5, 4, 3, 2, 1]
    assert {row.chain for row in listed(server, bucket=COMPANY)} == {COMPANY}
    middle = listed(server, kind=PUSH)[3].at
    assert all(row.at >= middle for row in listed(server, since=middle))
    assert len(listed(server, since=middle)) + len(listed(server, until=middle)) == len(listed(server))


def test_the_rows_about_a_customer_are_its_edits_and_its_acts(server: RunningServer) -> None:
    mei, ann = enrolled(server, "Mei"), enrolled(server, "Ann")
    other, mine = ann.customer("other"), ann.customer("mine")
    ann.push()
    ann.customer("another")
    ann.push()
    visit = ann.visit(mine)
    ann.push()
    ann.write(other, {"city": "x"})
    ann.push()
    ann.write(visit, {"summary": "y"})
    ann.push()
    order = orders.ChangeOwner(fresh_id(), (mine.id,), server.people["Cai"].user)
    who = orders.Asker(mei.user, server.people["Mei"].role, mei.welcome["device"])
    commands.carry_out(server.database, who, order, server.clock)
    for limit in (1, 100):
        found = listed(server, limit, customer=mine.id)
        assert [(row.kind, row.number) for row in found if row.kind == PUSH] == [
            (PUSH, 5),
            (PUSH, 3),
            (PUSH, 1),
        ]
        assert [row.kind for row in found] == ["change_owner", PUSH, PUSH, PUSH]
    assert [row.kind for row in listed(server, customer=mine.id, user=mei.user)] == ["change_owner"]
    assert listed(server, customer=fresh_id()) == []
