"""Drafts and recents are this laptop's own: kept at once, never sent, gone when they are done with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmdesk.system.paths import Profile
from crmdesk.usecases import customers, drafts, recents, records
from crmdesk.usecases.workspace import Workspace, create_workspace, open_workspace

KEY = bytes(range(32))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = create_workspace(Profile(tmp_path / "profile"), KEY, user_name="林晓")
    yield made
    made.close()


def test_a_draft_outlives_the_process_that_kept_it(workspace: Workspace) -> None:
    drafts.keep(workspace.replica, "visit:1", {"summary": "谈了", "tags": ["a"]})
    again = open_workspace(workspace.profile, KEY)
    assert drafts.find(again.reader, "visit:1") == {"summary": "谈了", "tags": ["a"]}
    again.close()


def test_a_later_draft_takes_the_place_of_the_earlier(workspace: Workspace) -> None:
    drafts.keep(workspace.replica, "visit:1", {"summary": "一"})
    drafts.keep(workspace.replica, "visit:1", {"summary": "二"})
    assert drafts.find(workspace.reader, "visit:1") == {"summary": "二"}


def test_a_dropped_draft_is_gone_and_the_others_stay(workspace: Workspace) -> None:
    for name in ("visit:1", "visit:2", "customer:1"):
        drafts.keep(workspace.replica, name, {})
    drafts.drop(workspace.replica, "visit:1")
    assert drafts.names(workspace.reader, "visit:") == ["visit:2"]


def test_a_draft_is_never_sent_and_touches_nothing(workspace: Workspace) -> None:
    outcome = drafts.keep(workspace.replica, "visit:1", {"summary": "谈了"})
    assert (outcome.txn, outcome.touched.keys) == (None, frozenset())
    assert workspace.reader.value("SELECT count(*) FROM outbox") == 0


def test_a_draft_that_cannot_be_read_counts_as_none(workspace: Workspace) -> None:
    with workspace.replica.database.write() as connection:
        connection.exec_driver_sql("INSERT INTO draft VALUES ('visit:1', '{broken')")
    assert drafts.find(workspace.reader, "visit:1") is None


def test_recent_customers_come_latest_first_without_repeats_or_deleted_ones(workspace: Workspace) -> None:
    made = [customers.add(workspace.replica, {"name": name}).value for name in ("甲", "乙", "丙")]
    for customer in (*made, made[0]):
        recents.note(workspace.replica, customer)
    records.delete(workspace.replica, customers.key(made[1]))
    assert [hit.name for hit in recents.listed(workspace.reader)] == ["甲", "丙"]
