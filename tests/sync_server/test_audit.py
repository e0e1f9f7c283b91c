"""The audit: one sealed row for each push and bucket."""

from __future__ import annotations

import json

from crmdesk.store import dialect
from sync_server import audit
from sync_server.keeping import check
from sync_server.storage import audits
from tests.support.laptop import enrolled
from tests.support.server import RunningServer


def entries(server: RunningServer) -> list[audits.Entry]:
    with server.database.read() as connection:
        return list(audits.every(connection))


def test_a_push_leaves_one_row_in_each_bucket_it_changed(server: RunningServer) -> None:
    ann, mei = enrolled(server, "Ann"), enrolled(server, "Mei")
    customer = ann.customer()
    ann.visit(customer)
    bodies = [bytes(edit.edit) for edit in ann.batch().log]
    ann.push()
    (entry,) = entries(server)
    assert (entry.bucket, entry.user, entry.device) == (ann.book, ann.user, ann.welcome["device"])
    assert (entry.actor, json.loads(entry.counters)) == (ann.actor, [[1, 2]])
    assert entry.edits == audit.digest_of(bodies)
    mei.customer()
    mei.push()
    assert {e.bucket for e in entries(server)} == {ann.book, mei.book}


def test_what_was_refused_or_changed_nothing_leaves_no_row(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    ann.customer(no_such_field="x")
    ann.push()
    assert entries(server) == []


def test_a_row_changed_or_taken_out_later_is_found(server: RunningServer) -> None:
    ann = enrolled(server, "Ann")
    for _ in range(4):
        ann.customer()
        ann.push()
    seqs = [entry.seq for entry in entries(server)]
    assert check(server.database).problems == ()
    with server.database.write() as connection:
        dialect.run(connection, "UPDATE audit SET at = at + 1 WHERE seq = ?", (seqs[2],))
    assert check(server.database).problems == (f"audit of {ann.book} changed at {seqs[2]}",)
    with server.database.write() as connection:
        dialect.run(connection, "UPDATE audit SET at = at - 1 WHERE seq = ?", (seqs[2],))
        dialect.run(connection, "DELETE FROM audit WHERE seq = ?", (seqs[1],))
    assert check(server.database).problems == (f"audit of {ann.book} changed at {seqs[2]}",)


def test_counters_are_told_as_runs() -> None:
    assert audit.ranges([1, 2, 3, 7, 9, 10]) == [(1, 3), (7, 7), (9, 10)]
