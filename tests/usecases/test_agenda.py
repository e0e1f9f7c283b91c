"""What is due is shown once, the longest overdue first, by the company's day."""

from datetime import UTC, date, datetime, timedelta

from crmdesk.core.record import RecordKey
from crmdesk.usecases import agenda, records, visits
from crmdesk.usecases.workspace import Workspace
from tests.support.workspace import DAY, NOON, FakeClock, customer

TODAY = date(2026, 11, 22)


def task(desk: Workspace, title: str, due: date, home: str | None = None) -> str:
    values = {"title": title, "due_on": due.isoformat(), "customer": home}
    return records.add(desk.replica, "task", values).value


def titles(desk: Workspace, **wanted) -> list[str]:
    return [item.title or item.customer_name for item in agenda.due(desk.reader, TODAY, **wanted)]


def numbers(desk: Workspace) -> agenda.Numbers:
    return agenda.numbers(desk.reader, TODAY, week_start_ms=NOON - 6 * DAY)


def test_the_longest_overdue_comes_first_and_later_weeks_not_at_all(desk: Workspace) -> None:
    task(desk, "今天", TODAY)
    task(desk, "上月", TODAY - timedelta(30))
    customer(desk, "昨天跟进", next_follow_up_on=(TODAY - timedelta(1)).isoformat())
    task(desk, "下月", TODAY + timedelta(30))
    assert titles(desk) == ["上月", "昨天跟进", "今天"]
    assert (numbers(desk).overdue, numbers(desk).due) == (2, 1)


def test_a_promise_and_its_follow_up_on_one_day_are_one_thing_to_do(desk: Workspace) -> None:
    mine = customer(desk)
    visits.log(desk.replica, visits.VisitNote(mine, "谈价", next_step="寄样品", next_on=TODAY))
    assert titles(desk) == ["寄样品"]
    assert numbers(desk).due == 1


def test_a_follow_up_shows_again_when_only_the_task_is_done(desk: Workspace) -> None:
    mine = customer(desk, "宏远")
    visits.log(desk.replica, visits.VisitNote(mine, "谈价", next_step="寄样品", next_on=TODAY))
    (item,) = agenda.due(desk.reader, TODAY)
    agenda.finish(desk.replica, item.id)
    assert titles(desk) == ["宏远"]
    agenda.finish(desk.replica, item.id, done=False)
    assert titles(desk) == ["寄样品"]


def test_a_private_task_is_in_its_owners_agenda(desk: Workspace) -> None:
    task(desk, "报销", TODAY)
    assert titles(desk, book=desk.identity().book) == ["报销"]
    assert titles(desk, book="somebody-else") == []


def test_what_is_put_off_is_due_on_its_new_day(desk: Workspace) -> None:
    mine = customer(desk, "宏远", next_follow_up_on=TODAY.isoformat())
    (item,) = agenda.due(desk.reader, TODAY)
    agenda.reschedule(desk.replica, item, TODAY + timedelta(2))
    assert [i.due_on for i in agenda.due(desk.reader, TODAY)] == [TODAY + timedelta(2)]
    agenda.reschedule(desk.replica, item, None)
    assert agenda.due(desk.reader, TODAY) == []
    assert (item.entity, item.id) == ("customer", mine)


def test_deleted_things_are_not_due(desk: Workspace) -> None:
    records.delete(desk.replica, RecordKey("task", task(desk, "报销", TODAY)))
    assert titles(desk) == []
    assert numbers(desk).due == 0


def test_a_day_begins_at_the_companys_midnight(desk: Workspace) -> None:
    assert isinstance(desk.clock, FakeClock)
    midnight = int(datetime(2026, 11, 22, 16, tzinfo=UTC).timestamp() * 1000)
    desk.clock.now = midnight - 1000
    assert desk.today() == date(2026, 11, 22)
    desk.clock.now = midnight
    assert desk.today() == date(2026, 11, 23)
