"""Programs of two versions at one company, over real sockets: in both directions, and what is too old."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

import crmdesk
from crmdesk.core.entities import REGISTRY
from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.core.registry import Field, Label, Registry, Type
from crmdesk.core.values import Value
from crmdesk.core.wire import OURS, Versions
from crmdesk.store import outbox, settings
from crmdesk.store.opening import open_replica
from crmdesk.store.replica import Write
from crmdesk.store.settings import Server
from crmdesk.sync import http
from crmdesk.sync.engine import Engine
from crmdesk.sync.enrolment import connect
from crmdesk.system.clock import SystemClock
from crmdesk.ui.language import switch
from crmdesk.usecases import customers
from crmdesk.usecases.directory import read_registry
from sync_server import fields
from sync_server.handlers import context, health
from tests.skew.frozen.entities import REGISTRY as OLD_REGISTRY
from tests.skew.old_laptop import OldLaptop, hired
from tests.support.desk import Desk, MemoryKeychain, keychain
from tests.support.desks import OpenDesk, customer, employed
from tests.support.rep import Rep, readings
from tests.support.server import RunningServer
from tests.sync.conftest import Hire, hire, server

__all__ = ["hire", "server"]  # fixtures

NEWER = REGISTRY.with_fields([("customer", Field("loyalty", Type.TEXT, Label("忠诚度", "Loyalty")))])
"""The declarations of the version after this one."""


def without(registry: Registry, entity: str, field: str | None = None) -> Registry:
    """The declarations of a version before: an entity, or one of its fields, was not thought of yet."""
    entities = dict(registry.entities)
    if field is None:
        del entities[entity]
    else:
        kept = tuple(f for f in entities[entity].fields if f.name != field)
        entities[entity] = replace(entities[entity], fields=kept)
    return Registry(entities)


# -- the version before at the laptop -----------------------------------------------------------------------


def exchange(old: OldLaptop, new: Rep) -> None:
    """Everybody syncs until nothing moves."""
    for _ in range(2):
        if old.unsent:
            old.push()
        new.sync()
        old.pull_all()


def test_r10_i17_a_field_the_old_program_does_not_know_survives_its_edits_byte_for_byte(
    server: RunningServer, hire: Hire, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fields, "REGISTRY", NEWER)
    old, new = hired(server, "Ann"), hire("Bo")
    customer = new.customer("宏远机械", loyalty="gold")
    exchange(old, new)
    old.write(customer, {"city": "上海"})
    new.write(customer, remark="老客户")
    exchange(old, new)
    assert old.states()[customer] == new.states()[customer]
    assert new.shows(customer) == {"name": "宏远机械", "loyalty": "gold", "city": "上海", "remark": "老客户"}


def test_r10_a_code_survives_in_the_old_program_beside_the_field_that_came_before_it(
    server: RunningServer, hire: Hire
):
    """Codes came after the version that is frozen here; it goes on writing provinces as words."""
    assert OLD_REGISTRY.find("customer", "region_code") is None
    old, new = hired(server, "Ann"), hire("Bo")
    customer = new.customer("宏远机械", region_code="440305", industry_code="C")
    exchange(old, new)
    old.write(customer, {"region": "广东", "industry": "machinery"})
    exchange(old, new)
    assert old.states()[customer] == new.states()[customer]
    assert new.shows(customer) == {
        "name": "宏远机械", "region_code": "440305", "industry_code": "C", "region": "广东", "industry": "machinery",
    }  # fmt: skip


def test_r10_a_kind_of_record_the_old_program_does_not_know_survives_in_it(server: RunningServer, hire: Hire):
    """Attachments came after the version that is frozen here."""
    assert "attachment" not in OLD_REGISTRY.entities
    old, new = hired(server, "Ann"), hire("Bo")
    customer = new.customer("宏远机械")
    said: dict[str, Value] = {
        "name": "合同.pdf",
        "media_type": "application/pdf",
        "size": 3,
        "sha256": "a" * 64,
    }
    file = new.write(RecordKey("attachment", new.replica.new_id()), customer=customer.id, **said)
    exchange(old, new)
    old.write(customer, {"city": "上海"})
    exchange(old, new)
    assert old.states()[file] == new.states()[file]
    assert old.shows(file)["name"] == "合同.pdf"


def test_i17_two_programs_that_edit_the_same_field_apart_both_keep_both(server: RunningServer, hire: Hire):
    old, new = hired(server, "Ann"), hire("Bo")
    customer = new.customer("宏远机械")
    exchange(old, new)
    old.write(customer, {"name": "宏远重工"})
    new.write(customer, name="宏远集团")
    exchange(old, new)
    assert old.states()[customer] == new.states()[customer]
    assert {e.values["name"] for e in old.old[customer].siblings("name")} == {"宏远重工", "宏远集团"}
    assert old.shows(customer)["name"] == new.name(customer)


def test_i17_what_the_old_program_made_and_deleted_is_understood_by_the_new_one(
    server: RunningServer, hire: Hire
):
    old, new = hired(server, "Ann"), hire("Bo")
    customer = old.customer("宏远机械")
    visit = old.visit(customer, summary="谈价格")
    exchange(old, new)
    assert new.name(customer) == "宏远机械"
    assert (new.shows(visit) or {})["summary"] == "谈价格"
    old.write(visit, {"deleted": {"seen": dict(old.old[visit].clock)}})
    exchange(old, new)
    assert old.states()[visit] == new.states()[visit]
    with new.replica.database.read() as connection:
        shown = connection.exec_driver_sql("SELECT count(*) FROM p_visit WHERE life = 'live'").scalar()
    assert shown == 0


# -- the version before at the server -----------------------------------------------------------------------


def test_r10_an_edit_of_a_field_the_server_does_not_know_waits_and_goes_through_after_its_upgrade(
    server: RunningServer, hire: Hire, monkeypatch: pytest.MonkeyPatch
):
    ann, bo = hire("Ann"), hire("Bo")
    monkeypatch.setattr(fields, "REGISTRY", without(REGISTRY, "customer", "website"))
    customer = ann.customer("宏远机械")
    ann.sync()
    ann.write(customer, website="hongyuan.example")
    other = ann.customer("新丰仪器")
    report = ann.sync()
    assert (report.rejected, report.unsent) == (1, (0, 1))
    assert [entry.code for entry in ann.unsent()] == ["unknown_field"]
    bo.sync()
    assert bo.name(other) == "新丰仪器"
    assert ann.shows(customer) == {"name": "宏远机械", "website": "hongyuan.example"}
    monkeypatch.setattr(fields, "REGISTRY", REGISTRY)
    again(ann).sync()
    bo.sync()
    assert bo.shows(customer) == {"name": "宏远机械", "website": "hongyuan.example"}
    assert ann.unsent() == []


def again(laptop: Rep) -> Rep:
    """The same laptop after a restart of its program."""
    return Rep(laptop.replica, laptop.http)


def test_r10_a_kind_of_record_the_server_does_not_know_waits_and_goes_through_after_its_upgrade(
    server: RunningServer, hire: Hire, monkeypatch: pytest.MonkeyPatch
):
    ann, bo = hire("Ann"), hire("Bo")
    monkeypatch.setattr(fields, "REGISTRY", without(REGISTRY, "task"))
    customer = ann.customer("宏远机械")
    task = ann.write(RecordKey("task", ann.replica.new_id()), customer=customer.id, title="回电")
    assert ann.sync().rejected == 1
    assert [entry.code for entry in ann.unsent()] == ["unknown_entity"]
    monkeypatch.setattr(fields, "REGISTRY", REGISTRY)
    again(ann).sync()
    bo.sync()
    assert (bo.shows(task) or {})["title"] == "回电"


def test_forms_offer_no_field_that_the_server_does_not_know_and_offer_it_once_it_does(
    server: RunningServer, hire: Hire, monkeypatch: pytest.MonkeyPatch
):
    from crmdesk.store.reading import Reader
    from crmdesk.ui.widgets.editors import is_editable

    ann = hire("Ann")
    monkeypatch.setattr(fields, "REGISTRY", without(REGISTRY, "customer", "website"))
    ann.sync()
    reader = Reader(ann.replica.database.path, ann.replica.database.key)

    def offered() -> set[str]:
        return {f.name for f in read_registry(reader)["customer"].fields if is_editable(f)}

    assert "website" not in offered()
    assert "address" in offered()
    assert read_registry(reader).find("customer", "website") is not None  # a value that is there is shown
    monkeypatch.setattr(fields, "REGISTRY", REGISTRY)
    report = again(ann).sync()
    assert "website" in offered()
    assert report.touched.is_everything
    reader.close()


# -- a version more -----------------------------------------------------------------------------------------


def test_r34_adding_a_column_changes_no_record_and_sends_nothing(
    server: RunningServer, hire: Hire, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    ann = hire("Ann")
    for n in range(20):
        ann.customer(f"客户 {n}", city="上海")
    ann.sync()
    before = ann.states()
    for module in ("crmdesk.store.opening", "crmdesk.store.replica", "sync_server.fields"):
        monkeypatch.setattr(f"{module}.REGISTRY", NEWER)
    database = ann.replica.database
    upgraded = open_replica(
        database.path,
        key=database.key,
        clock=SystemClock(),
        readings=readings,
        place=ann.replica.identity().place,
    )
    laptop = Rep(upgraded, ann.http)
    assert upgraded.registry.find("customer", "loyalty") is not None
    report = laptop.sync()
    assert (report.pushed, report.received, report.left) == (0, 0, 0)
    assert laptop.states() == before
    customer = next(key for key in before if key.entity == "customer")
    upgraded.commit([Write(customer, {"loyalty": "gold"})])
    with upgraded.database.read() as connection:
        found = connection.exec_driver_sql(
            "SELECT f_loyalty FROM p_customer WHERE id = ?", (customer.id,)
        ).scalar()
    assert found == "gold"
    upgraded.close()


# -- too old ------------------------------------------------------------------------------------------------

TooOld = Callable[[], None]


@pytest.fixture
def too_old(monkeypatch: pytest.MonkeyPatch) -> TooOld:
    """From now on the server works with the next versions only."""

    def raise_it() -> None:
        for module in (context, health):
            monkeypatch.setattr(module, "OLDEST", Versions(*(version + 1 for version in OURS)))

    return raise_it


def test_r34_a_laptop_that_is_too_old_reads_on_keeps_its_outbox_and_writes_nothing(
    server: RunningServer, hire: Hire, too_old: TooOld
):
    ann = hire("Ann")
    customer = ann.customer("宏远机械")
    ann.sync()
    ann.write(customer, city="上海")
    too_old()
    report = ann.engine.sync()
    assert report.problem is not None
    assert report.problem.code == "upgrade_needed"
    before = ann.states()
    with pytest.raises(CrmError, match="upgrade_needed"):
        ann.write(customer, city="北京")
    assert ann.states() == before
    assert ann.shows(customer) == {"name": "宏远机械", "city": "上海"}
    assert report.unsent == (1, 0)
    assert len(ann.unsent()) == 1


def test_a_server_of_another_company_that_wants_a_newer_program_stops_nobody_from_writing(
    server: RunningServer, hire: Hire, too_old: TooOld
):
    """Whose server it is comes first: an address that leads elsewhere is no reason to stop working."""
    ann = hire("Ann")
    customer = ann.customer("宏远机械")
    ann.sync()
    too_old()
    with ann.replica.database.write() as connection:
        known = settings.read(connection, "server", Server)
        assert known is not None
        settings.write(connection, {"server": Server(known.url, "0" * 32, known.company)})
    with closing(connect(ann.replica)) as line:
        problem = Engine(ann.replica, line).sync().problem
    assert problem is not None
    assert problem.code == "wrong_server"
    ann.write(customer, city="北京")


def test_r34_an_upgraded_program_writes_again_and_sends_what_was_kept(
    server: RunningServer, hire: Hire, too_old: TooOld, monkeypatch: pytest.MonkeyPatch
):
    ann, bo = hire("Ann"), hire("Bo")
    customer = ann.customer("宏远机械")
    too_old()
    assert ann.engine.sync().problem is not None
    monkeypatch.setattr(crmdesk, "__version__", "9.9.9")
    monkeypatch.setattr(http, "OURS", Versions(*(version + 1 for version in OURS)))
    ann.write(customer, city="上海")
    ann.sync()
    bo.sync()
    assert bo.shows(customer) == {"name": "宏远机械", "city": "上海"}


def test_a_server_that_works_with_it_again_ends_the_reading_only(
    server: RunningServer, hire: Hire, too_old: TooOld, monkeypatch: pytest.MonkeyPatch
):
    ann = hire("Ann")
    ann.sync()
    too_old()
    assert ann.engine.sync().problem is not None
    monkeypatch.undo()
    ann.sync()
    ann.customer("宏远机械")
    with ann.replica.database.read() as connection:
        assert outbox.count(connection) == (1, 0)


@pytest.mark.parametrize("part", OURS._fields)
def test_r34_each_version_alone_is_reason_enough(
    server: RunningServer, hire: Hire, monkeypatch: pytest.MonkeyPatch, part: str
):
    ann = hire("Ann")
    ann.sync()
    least = Versions(1, 1, 1)._replace(**{part: OURS._asdict()[part] + 1})
    monkeypatch.setattr(context, "OLDEST", least)
    problem = ann.engine.sync().problem
    assert problem is not None
    assert problem.code == "upgrade_needed"


def test_r34_a_server_that_is_too_old_is_waited_for_and_nobody_stops_writing(
    server: RunningServer, hire: Hire, monkeypatch: pytest.MonkeyPatch
):
    ann, bo = hire("Ann"), hire("Bo")
    monkeypatch.setattr(http, "OLDEST", Versions(*(version + 1 for version in OURS)))
    customer = ann.customer("宏远机械")
    problem = ann.engine.sync().problem
    assert problem is not None
    assert problem.code == "server_outdated"
    ann.write(customer, city="上海")
    monkeypatch.undo()
    ann.sync()
    bo.sync()
    assert bo.shows(customer) == {"name": "宏远机械", "city": "上海"}


def test_r34_the_command_line_says_that_it_only_reads(server: RunningServer, too_old: TooOld, tmp_path: Path):
    desk = Desk(tmp_path / "ann")
    with keychain(MemoryKeychain()):
        desk("enrol", server.address, server.code(server.people["Ann"].user))
        desk("sync")
        desk("customer", "add", "Acme")
        too_old()
        assert desk.fails("sync")["code"] == "upgrade_needed"
        assert desk.fails("customer", "add", "Blue Harbour")["code"] == "upgrade_needed"
        assert [row["name"] for row in desk("customer", "list")["customers"]] == ["Acme"]
        assert desk("status")["read_only"] is True
        assert desk("status")["unsent"] == 1
        done = desk.run("doctor", "--json")
        problems = {c["check"] for c in json.loads(done.out)["checks"] if c["state"] == "problem"}
        assert problems == {"version"}


@pytest.mark.parametrize(
    ("language", "said"), [("zh_CN", "这个版本的 crmdesk 对公司来说太旧"), ("en", "This crmdesk is too old")]
)
def test_r34_the_desktop_says_over_the_whole_window_that_it_only_reads_and_until_when(
    qapp,
    server: RunningServer,
    too_old: TooOld,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    language,
    said,
):
    switch(qapp, language)
    workspace = employed(server, "Ann", tmp_path / "ann")
    customer(workspace, "Acme")
    desk = OpenDesk(workspace, language)
    assert desk.window.menuWidget() is None
    too_old()
    desk.syncing.sync_now()
    QTest.qWait(50)
    banner = desk.window.menuWidget()
    assert banner is not None
    assert banner.accessibleName().startswith(said)
    desk.context.write(partial(customers.add, values={"name": "Blue Harbour"}))
    assert desk.notice() == str(CrmError("upgrade_needed").sentence(language))
    assert [row[0] for row in workspace.reader.all("SELECT f_name FROM p_customer")] == ["Acme"]
    monkeypatch.undo()
    desk.syncing.sync_now()
    QTest.qWait(50)
    assert desk.window.menuWidget() is None
    desk.close()
    workspace.close()
    switch(qapp, "zh_CN")
