"""The main job end to end: the demo's own story, smaller, judged by the referee."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from crmdesk.core import record as kernel
from crmdesk.usecases.customers import same_names
from crmdesk.usecases.timeline import timeline

MARK = "客户来电：下月恢复采购。"
"""What Bo writes into the customer that An deletes."""


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    import story
    from stage import Log, Server

    folder = tmp_path_factory.mktemp("day")
    (folder / "company").mkdir()
    story.OUTPUT, story.CUSTOMERS = folder, 45
    server, log = Server(folder / "company"), Log(folder / "log.jsonl")
    try:
        cast, figures = story.play(server, log)
        yield story, cast, figures, log
        for person in cast.all():
            person.workspace.close()
    finally:
        server.stop()


def test_nothing_is_lost_and_everybody_ends_equal(day: Any) -> None:
    _, _, figures, log = day
    assert figures.lost == 0
    assert figures.replicas_equal
    lines = log.path.read_text(encoding="utf-8").splitlines()
    assert figures.edits == sum(json.loads(line)["event"] == "typed" for line in lines)


def test_what_rules_can_settle_is_settled_and_the_rest_was_decided(day: Any) -> None:
    _, cast, figures, _ = day
    assert figures.conflicts == figures.resolved == 2
    assert figures.merged_by_rule > 0
    for person in cast.all():
        assert person.workspace.reader.value("SELECT count(*) FROM attention") == 0


def test_the_company_created_twice_is_kept_twice(day: Any) -> None:
    _, cast, _, _ = day
    assert [len(ids) for name, ids in same_names(cast.manager.workspace.reader) if "双生" in name] == [2]


def test_the_other_team_saw_none_of_it(day: Any) -> None:
    _, cast, _, _ = day
    books = {row[0] for row in cast.chen.workspace.reader.all("SELECT DISTINCT bucket FROM p_customer")}
    assert books == {cast.chen.workspace.identity().book}


def test_the_rep_reads_the_managers_remark_on_the_visit(day: Any) -> None:
    _, cast, figures, _ = day
    assert figures.visits_reviewed == 5
    reader = cast.an.workspace.reader
    remarks = [
        entry.remark
        for (customer,) in reader.all("SELECT DISTINCT root FROM p_visit")
        for entry in timeline(reader, customer, ())
        if entry.remark
    ]
    assert remarks == ["请补充竞品报价。"]


def test_deleting_one_edit_by_hand_makes_the_referee_count_one(day: Any, tmp_path: Path) -> None:
    story, cast, figures, log = day
    copy = type(log)(tmp_path / "log.jsonl")
    copy.path.write_bytes(log.path.read_bytes())
    person = cast.manager
    with person.workspace.replica.database.write() as connection:
        held = connection.exec_driver_sql("SELECT n, state FROM record WHERE entity = 'customer'").all()
        n, record = next((n, kernel.decode(state)) for n, state in held if MARK.encode() in state)
        left = tuple(edit for edit in record.edits if edit.values.get("remark") != MARK)
        state = kernel.encode(msgspec.structs.replace(record, edits=left))
        connection.exec_driver_sql("UPDATE record SET state = ? WHERE n = ?", (state, n))
    person.log = copy
    story.judge(cast, copy, figures)
    assert figures.lost == 1
