"""What a laptop does when customers, books and rights move: late work, revocation, what is left in its files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.form import show
from crmdesk.core.record import RecordKey
from crmdesk.core.roles import Role
from crmdesk.store import outbox, records
from crmdesk.store.copying import copy_out
from crmdesk.store.reading import Reader
from crmdesk.store.replica import Write
from crmdesk.sync import commands
from crmdesk.sync.engine import Report
from crmdesk.usecases import conflicts, drafts, history, requests, set_aside, tags
from sync_server import accounts, enrolment, pushing, refusals
from sync_server import commands as commands_of
from sync_server.storage import devices
from sync_server.storage.devices import DeviceState
from tests.support.rep import Rep
from tests.support.server import RunningServer
from tests.sync.conftest import Hire

CANARY = "宏远机械金丝雀"
ENGLISH = "canarybyrd"


def traces(laptop: Rep, *words: str) -> list[str]:
    """The files of a profile in which one of the words can still be read."""
    folder = laptop.replica.database.path.parent
    return [
        f"{path.name}: {word}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for word in words
        if word.encode() in path.read_bytes()
    ]


def canary(laptop: Rep) -> tuple[RecordKey, RecordKey]:
    """A customer and a visit whose words are looked for in raw files afterwards."""
    customer = laptop.customer(CANARY, name_en=ENGLISH)
    return customer, laptop.visit(customer, f"{CANARY} {ENGLISH}")


def user(server: RunningServer, name: str) -> str:
    return server.people[name].user


def labels(laptop: Rep) -> list[RecordKey]:
    return [key for key in laptop.states() if key.entity == "late_work"]


@contextmanager
def stuck_queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The server fails at every push, whatever is in it."""

    def broken(*_: object) -> bytes:
        raise RuntimeError("a bug in the server")

    with monkeypatch.context() as patch:
        patch.setattr(pushing, "push", broken)
        yield


def failing(laptop: Rep) -> Report:
    report = laptop.engine.sync()
    assert report.problem is not None
    return report


def test_late_work_is_labelled_for_the_new_owner_and_its_author_is_told(
    server: RunningServer, hire: Hire
) -> None:
    """R25, R26: settled first, then gone."""
    ann, cai, mei = hire("Ann"), hire("Cai"), hire("Mei")
    customer, _ = canary(ann)
    for laptop in (ann, cai, mei):
        laptop.sync()
    commands.change_owner(mei.replica, mei.http, [customer.id], user(server, "Cai"))
    ann.write(customer, city="苏州")
    visit = ann.visit(customer, "迟到的拜访")
    report = ann.sync()
    assert (report.late, report.unsent) == (2, (0, 0))
    assert ann.shows(customer) is None
    assert traces(ann, CANARY, ENGLISH, "迟到的拜访") == []
    cai.sync()
    assert cai.shows(visit) is not None
    (label,) = labels(cai)
    shown = cai.shows(label)
    assert shown is not None
    assert shown["author"] == user(server, "Ann")


def test_what_is_saved_on_a_customer_that_left_meanwhile_is_kept_by_the_server(
    server: RunningServer, hire: Hire
) -> None:
    """R25, I8: nobody loses what they typed, and nobody gets a fragment of a customer."""
    ann, mei = hire("Ann"), hire("Mei")
    customer, _ = canary(ann)
    ann.sync()
    mei.sync()
    with ann.replica.database.read() as connection:
        stored = records.load(connection, [customer])[customer].record
    shown = show(stored, "customer", ann.replica.registry)
    commands.change_owner(mei.replica, mei.http, [customer.id], user(server, "Cai"))
    ann.sync()
    assert ann.shows(customer) is None
    ann.replica.commit([Write(customer, {"city": "苏州"}, shown)])
    assert ann.shows(customer) is None
    report = ann.sync()
    assert report.problem is None
    assert ann.shows(customer) is None
    with server.database.read() as connection:
        kept = [one for one in refusals.listed(connection) if (one.entity, one.id) == customer[:2]]
    assert len(kept) == 1


def test_no_draft_keeps_a_trace_of_a_customer_that_left(server: RunningServer, hire: Hire) -> None:
    """I8, I11: a form notes what it showed beside what was typed; only the typed stays, and no byte of the rest."""
    ann, mei = hire("Ann"), hire("Mei")
    customer, _ = canary(ann)
    ann.sync()
    mei.sync()
    form = {"typed": {"remark": "typedbyann"}, "values": {"name": CANARY, "name_en": ENGLISH}, "dots": {}}
    drafts.keep(ann.replica, f"customer:{customer.id}", form)
    assert traces(ann, ENGLISH)
    commands.change_owner(mei.replica, mei.http, [customer.id], user(server, "Cai"))
    ann.sync()
    assert traces(ann, CANARY, ENGLISH) == []
    assert traces(ann, "typedbyann")


def test_the_file_that_a_copy_took_the_place_of_goes_too_and_what_was_unsent_in_it_is_kept(
    server: RunningServer, hire: Hire
) -> None:
    """I8, R26: what a restore keeps of the database before is no place for what was taken away."""
    ann, mei = hire("Ann"), hire("Mei")
    customer, _ = canary(ann)
    ann.sync()
    mei.sync()
    database = ann.replica.database
    ann.write(customer, remark="typedbyann")
    aside = database.path.with_name("replaced-1.db")
    copy_out(database.path, database.key, aside, database.driver)
    ann.sync()
    mei.sync()
    assert traces(ann, ENGLISH)
    commands.change_owner(mei.replica, mei.http, [customer.id], user(server, "Cai"))
    ann.sync()
    assert not aside.exists()
    assert traces(ann, CANARY, ENGLISH) == []
    reader = Reader(database.path, database.key, database.driver)
    (kept,) = set_aside.listed(reader, ann.replica.registry, ann.replica.clock.now_ms())
    reader.close()
    assert (kept.entity, kept.said) == ("customer", {"remark": "typedbyann"})


def test_a_tag_for_a_customer_that_left_meanwhile_is_told_and_nothing_is_written(
    server: RunningServer, hire: Hire
) -> None:
    """I8: nobody's laptop holds a customer of one tag, and the server gets none."""
    ann, mei = hire("Ann"), hire("Mei")
    customer, _ = canary(ann)
    ann.sync()
    mei.sync()
    commands.change_owner(mei.replica, mei.http, [customer.id], user(server, "Cai"))
    ann.sync()
    with pytest.raises(CrmError) as told:
        tags.put(ann.replica, customer.id, "t" * 32)
    assert told.value.code == "record_left"
    assert ann.states().keys() & {customer} == set()
    assert ann.sync().pushed == 0


def test_a_stuck_queue_keeps_nothing_here_that_was_taken_away(
    server: RunningServer, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R26, I8: a revocation is delivered although no push goes through; what is unsent hides until it does."""
    ann, bo, mei = hire("Ann"), hire("Bo"), hire("Mei")
    customer, visit = canary(ann)
    other = ann.customer("另一个")
    for laptop in (ann, bo, mei):
        laptop.sync()
    commands.change_owner(mei.replica, mei.http, [customer.id], user(server, "Cai"))
    with server.database.write() as connection:
        accounts.change_team(connection, "Ann", "West", server.clock())
    bo.write(other, city="苏州")
    assert bo.name(customer) == CANARY
    with stuck_queue(monkeypatch):
        assert failing(bo).left > 0
        assert [key for key in (customer, visit, other) if bo.shows(key)] == []
        assert traces(bo, CANARY, ENGLISH) == []
        assert [entry.key for entry in bo.unsent()] == [other], "kept, hidden"
    assert bo.sync().late == 1
    assert bo.unsent() == []
    assert traces(bo, "另一个") == []


def test_a_record_that_left_is_taken_away_though_the_queue_is_stuck(
    server: RunningServer, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R26: a LEAVE is read although a push before it failed."""
    ann, mei = hire("Ann"), hire("Mei")
    customer, visit = canary(ann)
    ann.sync()
    mei.sync()
    commands.change_owner(mei.replica, mei.http, [customer.id], user(server, "Cai"))
    ann.customer("新客户")
    with stuck_queue(monkeypatch):
        failing(ann)
    assert ann.shows(customer) is None
    assert ann.shows(visit) is None
    assert traces(ann, CANARY, ENGLISH) == []
    assert ann.names() == {"新客户"}
    ann.sync()
    assert ann.unsent() == []


def test_a_leavers_laptop_hands_in_what_is_unsent_and_is_empty_afterwards(
    server: RunningServer, hire: Hire
) -> None:
    """R25, R28, I8."""
    server.add_user("Root", "administrator")
    ann, cai, root = hire("Ann"), hire("Cai"), hire("Root")
    customer, _ = canary(ann)
    for laptop in (ann, cai, root):
        laptop.sync()
    commands.change_book_owner(
        root.replica, root.http, user(server, "Ann"), user(server, "Cai"), leaving=True
    )
    ann.write(customer, city="苏州")
    new = ann.customer("离职前新增", name_en=ENGLISH)
    report = ann.sync()
    assert (report.late, report.unsent) == (2, (0, 0))
    assert ann.states() == {}
    assert traces(ann, CANARY, ENGLISH, "离职前新增") == []
    cai.sync()
    assert cai.name(new) == "离职前新增"
    assert len(labels(cai)) == 2


def test_who_hands_a_book_over_and_stays_goes_on_in_a_new_one(server: RunningServer, hire: Hire) -> None:
    ann, cai, mei = hire("Ann"), hire("Cai"), hire("Mei")
    customer, _ = canary(ann)
    for laptop in (ann, cai, mei):
        laptop.sync()
    old = ann.replica.identity().book
    commands.change_book_owner(mei.replica, mei.http, user(server, "Ann"), user(server, "Cai"))
    new = ann.customer("新客户")
    ann.write(customer, city="苏州")
    ann.sync()
    fresh = ann.replica.identity().book
    assert fresh != old
    assert ann.names() == {"新客户"}
    assert traces(ann, CANARY, ENGLISH) == []
    ann.write(new, city="上海")
    ann.sync()
    assert ann.sync().mismatched == 0
    cai.sync()
    shown = cai.shows(customer)
    assert shown is not None
    assert shown["city"] == "苏州"
    assert new not in cai.states()


def test_a_promotion_is_known_to_the_laptop_after_its_next_sync(server: RunningServer, hire: Hire) -> None:
    cai = hire("Cai")
    cai.sync()
    with server.database.write() as connection:
        accounts.change_role(connection, "Cai", Role.MANAGER, server.clock())
    cai.sync()
    assert cai.replica.identity().role == "manager"


def test_what_only_a_manager_may_read_leaves_with_the_role(server: RunningServer, hire: Hire) -> None:
    """I8, R26: a demotion takes the team's customers out of the file; one's own stay, and unsent work arrives."""
    ann, mei = hire("Ann"), hire("Mei")
    customer, visit = canary(ann)
    own = mei.customer("own book")
    for laptop in (ann, mei):
        laptop.sync()
    assert mei.name(customer) == CANARY
    assert traces(mei, CANARY, ENGLISH)
    with server.database.write() as connection:
        accounts.change_role(connection, "Mei", Role.REP, server.clock())
    mei.write(customer, city="苏州")
    report = mei.sync()
    assert (report.late, report.unsent) == (1, (0, 0))
    assert mei.replica.identity().role == "rep"
    assert mei.states().keys() & {customer, visit, own} == {own}
    assert traces(mei, CANARY, ENGLISH) == []
    ann.sync()
    assert ann.shows(customer) == {"name": CANARY, "name_en": ENGLISH, "city": "苏州"}


def test_a_part_that_a_role_hides_leaves_the_laptop_with_every_trace(
    server: RunningServer, hire: Hire
) -> None:
    """R27: the customer stays, the people behind it go, out of search and out of the file."""
    ann, mei = hire("Ann"), hire("Mei")
    customer = ann.customer("留下的客户")
    person = ann.write(
        RecordKey("contact", ann.replica.new_id()), customer=customer.id, name=CANARY, position=ENGLISH
    )
    for laptop in (ann, mei):
        laptop.sync()
    assert mei.name(person) == CANARY
    assert traces(mei, CANARY, ENGLISH)
    with server.database.write() as connection:
        hidden = frozenset({"contact"})
        role = accounts.define_role(
            connection, None, "看板经理", "manager", frozenset(), server.clock(), hidden
        )
        accounts.change_role(connection, "Mei", role.name, server.clock())
    mei.sync()
    assert mei.states().keys() & {customer, person} == {customer}
    assert traces(mei, CANARY, ENGLISH) == []
    ann.write(person, name=f"{CANARY}二号")
    ann.sync()
    mei.sync()
    assert traces(mei, CANARY, ENGLISH) == []


def test_a_released_customer_keeps_only_itself_on_the_laptop_that_had_it(
    server: RunningServer, hire: Hire
) -> None:
    ann, cai = hire("Ann"), hire("Cai")
    customer, visit = canary(ann)
    for laptop in (ann, cai):
        laptop.sync()
    assert commands.release(ann.replica, ann.http, [customer.id]).moved == 2
    for laptop in (ann, cai):
        laptop.sync()
        assert laptop.name(customer) == CANARY
        assert laptop.shows(visit) is None
    assert commands.claim(cai.replica, cai.http, [customer.id]).moved == 2
    for laptop in (ann, cai):
        laptop.sync()
    assert cai.shows(visit) is not None
    assert ann.states().keys().isdisjoint({customer, visit})
    assert traces(ann, CANARY, ENGLISH) == []


def test_a_refusal_to_let_in_deletes_no_unsent_work(server: RunningServer, hire: Hire) -> None:
    """R28: after 401 and 403 everything typed is still here, and still unsent."""
    ann = hire("Ann")
    ann.sync()
    customer = ann.customer(CANARY)
    for path in ("session", "device"):
        with server.database.write() as connection:
            if path == "session":
                connection.exec_driver_sql("UPDATE token SET expires_at = 0")
            else:
                connection.exec_driver_sql("UPDATE device SET state = 'revoked'")
        problem = failing(ann).problem
        assert problem is not None
        assert problem.code in ("sign_in_needed", "device_wiped")
        assert ann.name(customer) == CANARY
        assert [entry.key for entry in ann.unsent()] == [customer]


def test_nobodys_outbox_travels_with_anothers_token(server: RunningServer, hire: Hire) -> None:
    """R28: a profile that got hold of another person's session pushes nothing as them."""
    ann, cai = hire("Ann"), hire("Cai")
    ann.sync()
    cai.sync()
    customer = ann.customer(CANARY)
    problem = type(ann.engine)(ann.replica, cai.http).sync().problem
    assert problem is not None
    assert problem.code == "wrong_person"
    assert [entry.key for entry in ann.unsent()] == [customer]
    with server.database.read() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM record WHERE id = ?", (customer.id,))
        assert found.scalar() == 0


@pytest.mark.parametrize("poisons", [1, 3])
def test_a_poisoned_record_holds_up_no_other(server: RunningServer, hire: Hire, poisons: int) -> None:
    """R29: of many records all but the poisoned settle in one pass."""
    ann = hire("Ann")
    for number in range(120):
        extra = {"nobody_knows": 1} if number % 40 < poisons and number < 40 else {}
        ann.customer(f"客户{number}", **extra)
    report = ann.sync()
    assert report.unsent == (0, poisons)
    with ann.replica.database.read() as connection:
        assert {entry.code for entry in outbox.refused(connection)} == {"unknown_field"}
    with server.database.read() as connection:
        stored = connection.exec_driver_sql("SELECT count(*) FROM record WHERE entity = 'customer'").scalar()
    assert stored == 120 - poisons


def test_ten_thousand_poisoned_records_hold_up_nothing(server: RunningServer, hire: Hire) -> None:
    """R29: what was refused stays where it is, is not read again with each batch, and the good ones go out."""
    ann = hire("Ann")
    ann.sync()
    for _ in range(20):
        keys = [RecordKey("from_tomorrow", ann.replica.new_id()) for _ in range(500)]
        ann.replica.commit([Write(key, {"name": "坏的"}) for key in keys])
    with ann.replica.database.write() as connection:
        waiting = [entry.counter for entry in outbox.waiting(connection, 10_000)]
        outbox.refuse(connection, waiting, "rejected", "unknown_entity", "from_tomorrow")
    good = ann.customer("好的")
    again = ann.write(keys[0], name="又改了")
    with ann.replica.database.read() as connection:
        actor = ann.replica.identity().actor
        assert [edit.key for edit in outbox.refused_of(connection, actor, {good, again})] == [again]
    report = ann.sync()
    assert report.unsent == (0, 10_001)
    with server.database.read() as connection:
        assert records.load(connection, [good, again]).keys() == {good}


def test_the_search_for_traces_can_fail(hire: Hire) -> None:
    ann = hire("Ann")
    canary(ann)
    assert any(CANARY in found for found in traces(ann, CANARY))


def test_what_an_administrator_let_in_is_refused_here_no_longer(server: RunningServer, hire: Hire) -> None:
    """R30: the laptop hears of it by its next sync."""
    mei = hire("Mei")
    mei.sync()
    field = mei.replica.new_id()
    customer = mei.customer("宏远机械", **{f"x_{field}": "大"})
    assert mei.sync().unsent == (0, 1)
    mei.write(RecordKey("field", field), entity="customer", type="text", label_zh="规模")
    mei.sync()
    with server.database.write() as connection:
        (letter,) = refusals.listed(connection)
        outcome = refusals.retry(connection, commands_of.console(connection), letter.name, server.clock())
    assert outcome.verdict == "accepted"
    assert mei.sync().unsent == (0, 0)
    shown = mei.shows(customer)
    assert shown is not None
    assert shown[f"x_{field}"] == "大"


def test_late_work_on_a_customer_that_went_through_the_pool_leaves_with_it(
    server: RunningServer, hire: Hire
) -> None:
    """R25, I8: its author knew it in the pool, and it has left that too."""
    ann, cai, mei = hire("Ann"), hire("Cai"), hire("Mei")
    customer = ann.customer("宏远机械")
    ann.sync()
    mei.sync()
    assert commands.release(mei.replica, mei.http, [customer.id]).moved == 1
    push = ann.http.push

    def answered(message: Any) -> Any:
        ann.http.push = push  # type: ignore[method-assign]
        ann.http.heads = typed_meanwhile  # type: ignore[method-assign, assignment]
        return push(message)

    def typed_meanwhile(_challenge: str | None = None) -> Any:
        del ann.http.heads
        ann.write(customer, city="上海")
        return ann.http.heads()

    ann.http.push = answered  # type: ignore[method-assign, assignment]
    ann.customer("Blue Harbour")
    ann.sync()
    assert ann.shows(customer) == {"name": "宏远机械", "city": "上海"}, "it is in the pool, for everybody"
    new = ann.visit(customer, "谈价格")
    cai.sync()
    assert commands.claim(cai.replica, cai.http, [customer.id]).moved == 1
    report = ann.sync()
    assert (report.late, report.unsent) == (2, (0, 0))
    assert ann.shows(customer) is None
    assert ann.shows(new) is None
    cai.sync()
    assert cai.shows(customer) == {"name": "宏远机械", "city": "上海"}
    assert cai.shows(new) is not None
    assert {label.entity for label in labels(cai)} == {"late_work"}


def test_a_leavers_laptop_that_a_restored_server_does_not_know_hands_in_after_an_approval(
    server: RunningServer, hire: Hire, tmp_path: Path
) -> None:
    """R28: its token is younger than the backup; somebody who has left is let in to hand in and nothing else."""
    ann = hire("Ann")
    customer = ann.customer("宏远机械")
    ann.sync()
    ann.write(customer, city="苏州")
    with server.database.write() as connection:
        accounts.disable_user(connection, "Ann", server.clock())
    backup = server.backup(tmp_path / "backup.db")
    for _ in range(2):  # the token that the backup knows is used up
        server.clock.ahead_ms += 20 * 60_000
        ann.http.heads()
    server.restore(backup)
    report = failing(ann)
    assert report.problem is not None
    assert report.problem.code == "device_pending"
    assert report.unsent == (1, 0)
    with server.database.write() as connection:
        (device,) = devices.devices(connection, user(server, "Ann"))
        assert enrolment.approve(connection, device.id, server.clock()).state is DeviceState.LEAVING
    report = ann.sync()
    assert (report.late, report.unsent) == (1, (0, 0))
    assert ann.states() == {}


def wishes(laptop: Rep) -> list[tuple[str, str | None]]:
    at = laptop.replica.database
    with closing(Reader(at.path, at.key, at.driver)) as reader:
        return [(one.kind, one.outcome) for one in requests.open_ones(reader)]


def waiting(laptop: Rep) -> int:
    """How many conflicts wait for its person."""
    at = laptop.replica.database
    with closing(Reader(at.path, at.key, at.driver)) as reader:
        return conflicts.count(reader)


def test_what_was_asked_for_offline_and_taken_back_is_not_done(server: RunningServer, hire: Hire) -> None:
    ann, cai = hire("Ann"), hire("Cai")
    customer = ann.customer("宏远机械")
    ann.sync()
    asked = requests.ask(ann.replica, "release", [(customer.id, "宏远机械")])
    history.undo(ann.replica, asked.txn or "")
    ann.sync()
    cai.sync()
    assert ann.shows(customer) == {"name": "宏远机械"}
    assert cai.shows(customer) is None
    assert wishes(ann) == []
    assert waiting(ann) == 0


def test_what_was_done_before_it_was_taken_back_says_so_and_asks_nothing(
    server: RunningServer, hire: Hire
) -> None:
    """The answer was on its way while it was taken back."""
    ann = hire("Ann")
    customer = ann.customer("宏远机械")
    ann.sync()
    asked = requests.ask(ann.replica, "release", [(customer.id, "宏远机械")])
    send = ann.http.push

    def lost(message: Any) -> Any:
        send(message)
        raise CrmError("offline")

    ann.http.push = lost  # type: ignore[method-assign, assignment]
    assert ann.engine.sync().problem is not None
    ann.http.push = send  # type: ignore[method-assign]
    history.undo(ann.replica, asked.txn or "")
    ann.sync()
    assert wishes(ann) == [("release", "done")]
    assert waiting(ann) == 0
