"""Two laptops, a manager and a real server, by commands alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from crmdesk.cli.session import Given, session
from crmdesk.store import settings
from sync_server import accounts
from tests.support.desk import Desk
from tests.support.provoked import review_unasked
from tests.support.server import RunningServer, running_company


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_company(tmp_path) as running:
        yield running


@pytest.fixture
def hire(server: RunningServer, tmp_path: Path):
    """Give somebody of the company a laptop."""

    def hire(name: str) -> Desk:
        desk = Desk(tmp_path / f"laptop-{name}")
        desk("enrol", server.address, server.code(server.people[name].user), "--name", "laptop")
        return desk

    return hire


def test_enrolling_says_whose_company_it_is(server: RunningServer, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "new")
    done = desk("enrol", server.address, server.code(server.people["Ann"].user))
    assert (done["company"], done["user"], done["state"]) == ("Test company", "Ann", "active")
    assert desk("status")["company"] == "Test company"


def test_what_was_typed_alone_reaches_the_company(server: RunningServer, desk: Desk) -> None:
    desk("customer", "add", "Acme")
    desk("enrol", server.address, server.code(server.people["Ann"].user))
    assert desk("sync")["pushed"] == 1
    assert desk("status")["unsent"] == 0


def test_somebody_who_left_is_told_so_by_every_command_that_could_know(server: RunningServer, hire) -> None:
    server.add_user("Root", "administrator")
    ann = hire("Ann")
    ann("sync")
    with server.database.write() as connection:
        accounts.disable_user(connection, "Ann", server.clock())
    told = "Your account at Test company is closed."
    for command in ("sync", "status", "doctor"):
        said = " ".join(ann.run(command, "--lang", "en").out.split())
        assert told in said, command
        assert "ask Root" in said, command
    assert ann("status")["account_closed"] is True


def test_the_age_of_the_data_is_known_after_a_sync_that_came_to_its_end(hire) -> None:
    ann = hire("Ann")
    assert ann("status")["synced_at"] is None
    ann("sync")
    synced_at = ann("status")["synced_at"]
    assert synced_at is not None
    with session(Given(profile=ann.profile)) as found, found.replica.database.write() as connection:
        server_now = settings.read(connection, "server", settings.Server)
        gone = msgspec.structs.replace(server_now, url="http://127.0.0.1:1")
        settings.write(connection, {"server": gone})
    assert ann.fails("sync")["code"] == "offline"
    assert ann("status")["synced_at"] == synced_at


def test_a_manager_sees_a_visit_after_both_synced_and_the_rep_reads_the_review(hire) -> None:
    ann, mei = hire("Ann"), hire("Mei")
    ann("customer", "add", "Acme")
    ann("visit", "add", "Acme", "谈价格")
    ann("sync")
    assert mei("sync")["received"] > 0
    (visit,) = mei("review", "list")["visits"]
    assert (visit["by"], visit["text"]) == ("Ann", "谈价格")
    mei("review", "do", visit["visit"], "flagged", "--remark", "请尽快报价")
    assert mei("review", "list")["visits"] == []
    mei("sync")
    ann("sync")
    (entry,) = ann("customer", "show", "Acme")["timeline"]
    assert (entry["outcome"], entry["remark"]) == ("flagged", "请尽快报价")


def test_two_reps_who_differ_get_a_conflict_that_either_settles(hire) -> None:
    ann, bo = hire("Ann"), hire("Bo")
    ann("customer", "add", "Acme")
    for desk in (ann, bo):
        desk("sync")
    ann("customer", "set", "Acme", "--field", "phone=0512-1111111")
    bo("customer", "set", "Acme", "--field", "phone=0512-2222222")
    for desk in (ann, bo, ann):
        desk("sync")
    (conflict,) = ann("conflicts", "list")["conflicts"]
    assert {c["value"] for c in conflict["choices"]} == {"0512-1111111", "0512-2222222"}
    mine = next(c["choice"] for c in conflict["choices"] if c["by"] == "Ann")
    ann("conflicts", "resolve", conflict["id"], str(mine))
    for desk in (ann, bo):
        desk("sync")
        assert desk("conflicts", "list")["conflicts"] == []
        assert desk("customer", "show", "Acme")["fields"]["phone"] == "0512-1111111"


def test_a_manager_who_is_not_asked_yet_finds_a_customers_conflict_and_settles_it(hire) -> None:
    ann, bo, mei = hire("Ann"), hire("Bo"), hire("Mei")
    ann("customer", "add", "Acme")
    for desk in (ann, bo):
        desk("sync")
    ann("customer", "set", "Acme", "--field", "phone=0512-1111111")
    bo("customer", "set", "Acme", "--field", "phone=0512-2222222")
    for desk in (ann, bo, mei, ann):
        desk("sync")
    assert mei("conflicts", "list")["conflicts"] == []
    (conflict,) = mei("conflicts", "list", "--customer", "Acme")["conflicts"]
    mei("conflicts", "resolve", conflict["id"], "1")
    for desk in (mei, ann):
        desk("sync")
    assert ann("conflicts", "list")["conflicts"] == []


def test_a_guest_who_only_reads_hears_who_decides_and_settles_nothing(hire) -> None:
    ann, bo, cai = hire("Ann"), hire("Bo"), hire("Cai")
    ann("customer", "add", "Acme")
    for desk in (ann, bo):
        desk("sync")
    ann("customer", "set", "Acme", "--field", "phone=0512-1111111")
    bo("customer", "set", "Acme", "--field", "phone=0512-2222222")
    for desk in (ann, bo):
        desk("sync")
    ann("share", "add", "Cai", "Acme")
    cai("sync")
    (conflict,) = cai("conflicts", "list", "--customer", "Acme")["conflicts"]
    assert "Ann decides" in cai.run("conflicts", "list", "--customer", "Acme", "--lang", "en").out
    assert cai.fails("conflicts", "resolve", conflict["id"], "1")["code"] == "forbidden"
    assert cai("status")["unsent"] == 0


def test_a_deputy_is_asked_at_once_for_the_person_who_is_away(hire) -> None:
    ann, bo, cai = hire("Ann"), hire("Bo"), hire("Cai")
    ann("customer", "add", "Acme")
    ann("sync")
    ann("delegate", "add", "Cai", "--until", "+3")
    for desk in (ann, bo):
        desk("sync")
    ann("customer", "set", "Acme", "--field", "phone=0512-1111111")
    bo("customer", "set", "Acme", "--field", "phone=0512-2222222")
    for desk in (ann, bo, cai):
        desk("sync")
    (conflict,) = cai("conflicts", "list")["conflicts"]
    cai("conflicts", "resolve", conflict["id"], "1")
    for desk in (cai, ann):
        desk("sync")
    assert ann("conflicts", "list")["conflicts"] == []


def test_a_deletion_that_somebody_wrote_over_waits_for_a_decision(hire) -> None:
    ann, bo = hire("Ann"), hire("Bo")
    ann("customer", "add", "Acme")
    for desk in (ann, bo):
        desk("sync")
    bo("customer", "set", "Acme", "--field", "city=上海")
    ann("customer", "delete", "Acme")
    for desk in (bo, ann):
        desk("sync")
    (conflict,) = ann("conflicts", "list")["conflicts"]
    assert (conflict["kind"], [c["value"] for c in conflict["choices"]]) == ("contested", [None, True])
    assert "Keep" in ann.run("conflicts", "list").out
    ann("conflicts", "resolve", conflict["record"], "1")
    assert ann("customer", "show", "Acme")["fields"]["city"] == "上海"


def test_a_manager_hands_a_customer_over(hire) -> None:
    mei, ann, cai = hire("Mei"), hire("Ann"), hire("Cai")
    ann("customer", "add", "Acme")
    ann("visit", "add", "Acme", "谈价格")
    for desk in (ann, mei):
        desk("sync")
    assert mei("transfer", "Acme", "Cai")["moved"] == 2
    for desk in (ann, cai):
        desk("sync")
    assert ann("customer", "list")["total"] == 0
    assert cai("customer", "show", "Acme")["visits"] == 1


def test_a_whole_history_comes_from_the_server(hire) -> None:
    ann, bo = hire("Ann"), hire("Bo")
    ann("customer", "add", "Acme", "--field", "city=苏州")
    ann("customer", "set", "Acme", "--field", "city=上海")
    for desk in (ann, bo):
        desk("sync")

    def cities(*words: str) -> list[str]:
        return [c["value"] for c in bo("history", "Acme", *words)["changes"] if c["field"] == "city"]

    assert cities() == ["上海"]
    assert cities("--whole") == ["上海", "苏州"]


def test_a_refused_change_is_told_with_its_reason(hire) -> None:
    ann = hire("Ann")
    ann("customer", "add", "Acme")
    visit = ann("visit", "add", "Acme", "谈价格")["visit"]
    review_unasked(ann, visit, "自己看过")
    ann("sync")
    (refusal,) = ann("status")["refusals"]
    assert (refusal["title"], refusal["code"]) == ("自己看过", "forbidden")
    assert "Ask your manager" in ann.run("status").out


def test_before_a_customer_is_added_the_company_says_whether_a_colleague_has_it(hire) -> None:
    ann, cai = hire("Ann"), hire("Cai")
    name = "深圳市启邦精密机械有限公司"
    ann("customer", "add", name)
    ann("sync")
    told = cai("customer", "add", name, "--ask")
    assert told["customer"] is None
    assert told["elsewhere"]["certainty"] in ("certain", "likely")
    assert cai("customer", "add", "恒远模具加工厂", "--ask")["customer"]
