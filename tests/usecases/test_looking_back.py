"""A customer as it was at the end of an earlier day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.usecases import attachments, customers, merging, records, tags
from crmdesk.usecases.dealings import listed
from crmdesk.usecases.directory import read_directory, read_registry
from crmdesk.usecases.looking_back import days_of_change, look_back
from crmdesk.usecases.seeing import Look
from crmdesk.usecases.timeline import timeline
from crmdesk.usecases.workspace import Workspace
from tests.support.photos import document
from tests.support.workspace import FakeClock, commit, customer, make

DAY_MS = 86_400_000


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Workspace]:
    workspace = make(tmp_path / "desk")
    yield workspace
    workspace.close()


def days_pass(desk: Workspace, days: int) -> date:
    """Move the clock; returns the day that is then."""
    assert isinstance(desk.clock, FakeClock)
    desk.clock.pass_ms(days * DAY_MS)
    return desk.today()


@pytest.fixture
def told(desk: Workspace) -> tuple[str, date, date]:
    """A customer noted on one day and changed four days later: its id and both days."""
    first = desk.today()
    home = customer(desk, name="旧名", city="苏州")
    old = records.add(desk.replica, "contact", {"customer": home, "name": "老联系人"}).value
    tags.put_named(desk.replica, read_directory(desk.reader), home, "重点")
    second = days_pass(desk, 4)
    commit(desk.replica, RecordKey("customer", home), name="新名")
    records.delete(desk.replica, RecordKey("contact", old))
    records.add(desk.replica, "order", {"customer": home, "number": "DD-1", "ordered_on": second.isoformat()})
    days_pass(desk, 1)
    return home, first, second


def card(look: Look, home: str) -> customers.Card:
    return customers.open_card(look.workspace.reader, read_registry(look.workspace.reader), home)


def story(workspace: Workspace, home: str) -> list[str]:
    reader = workspace.reader
    return [entry.id for entry in timeline(reader, home, listed(reader, read_registry(reader), home))]


def test_the_pages_show_what_was_known_then(desk: Workspace, told: tuple[str, date, date]) -> None:
    home, first, _ = told
    look = look_back(desk, home, first + timedelta(days=2))
    seen = card(look, home)
    assert (seen.view.values["name"], seen.view.values["city"], seen.dealt) == ("旧名", "苏州", 0)
    assert [person.name for person in seen.contacts] == ["老联系人"]
    names = read_directory(look.workspace.reader)
    assert [names.tags[tag].name for tag in seen.tags] == ["重点"]
    assert look.workspace.today() == first + timedelta(days=2), "what was overdue then is told as of then"
    look.destroy()


def test_the_latest_day_shows_what_is_there_now(desk: Workspace, told: tuple[str, date, date]) -> None:
    home, _, second = told
    look = look_back(desk, home, second)
    seen = card(look, home)
    assert (seen.view.values["name"], seen.dealt, seen.contacts) == ("新名", 1, ())
    there = story(look.workspace, home)
    assert there == story(desk, home)
    look.destroy()


def test_before_it_was_noted_it_is_not_there(desk: Workspace, told: tuple[str, date, date]) -> None:
    home, first, _ = told
    with pytest.raises(CrmError, match="not_found"):
        look_back(desk, home, first - timedelta(days=1))


def test_the_days_of_change_are_those_on_which_anything_below_was_written(
    desk: Workspace, told: tuple[str, date, date]
) -> None:
    home, first, second = told
    assert days_of_change(desk.reader, home) == [second, first]


def test_nothing_can_be_written_there_and_nothing_of_it_stays(
    desk: Workspace, told: tuple[str, date, date]
) -> None:
    home, first, _ = told
    look = look_back(desk, home, first)
    folder = look.workspace.profile.folder
    assert folder.exists()
    with pytest.raises(CrmError, match="seeing_past"):
        customers.add(look.workspace.replica, {"name": "不行"})
    assert all(field.withheld for field in read_registry(look.workspace.reader)["customer"].fields)
    look.destroy()
    assert not folder.exists()
    assert customers.open_card(desk.reader, read_registry(desk.reader), home).view.values["name"] == "新名"


def test_who_was_read_as_part_of_it_on_a_day_is_read_so_with_all_below_and_before_and_after_not(
    desk: Workspace,
) -> None:
    first, contract = desk.today(), document()
    home, other, third = (customer(desk, name=name) for name in ("启邦机械", "启邦", "启邦分厂"))
    records.add(desk.replica, "contact", {"customer": other, "name": "王强"})
    attachments.attach(desk.replica, other, [attachments.pick(desk.replica, "合同.pdf", contract)])
    second = days_pass(desk, 2)
    merging.merge(desk.replica, other, third)
    merging.merge(desk.replica, home, other)
    third_day = days_pass(desk, 2)
    merging.unmerge(desk.replica, other)
    days_pass(desk, 1)
    assert days_of_change(desk.reader, home) == [third_day, second, first]
    people = {}
    for day in (first, second, third_day):
        look = look_back(desk, home, day)
        people[day] = [person.name for person in card(look, home).contacts]
        reader = look.workspace.reader
        files = attachments.of_customer(look.workspace, reader, home)
        if day == second:
            assert [attachments.content(look.workspace, one) for one in files] == [contract]
            assert {one for one, _ in merging.merged_into(reader, home)} == {other, third}
        else:
            assert (files, merging.merged_into(reader, home)) == ([], [])
        look.destroy()
    assert people == {first: [], second: ["王强"], third_day: []}
