"""`crmdesk see-as`: what another person sees in numbers and lists, on record, and gone when the command ends."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync_server.storage import audits
from tests.cli.test_paper import KEYS
from tests.support.desk import Desk, MemoryKeychain, keychain
from tests.support.server import RunningServer, running_company


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running_company(tmp_path) as running, keychain(MemoryKeychain()):
        running.add_user("Root", "administrator")
        yield running


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def desks(server: RunningServer, tmp_path: Path) -> dict[str, Desk]:
    made = {}
    for name in ("Ann", "Bo", "Cai", "Root"):
        made[name] = Desk(tmp_path / name)
        made[name]("enrol", server.address, server.code(server.people[name].user))
    for name, customers in (("Ann", ("宏远机械", "江南纺织")), ("Bo", ("东区客户",)), ("Cai", ("西区客户",))):
        for customer in customers:
            made[name]("customer", "add", customer)
        made[name]("sync")
    made["Root"]("sync")
    return made


def test_it_counts_and_lists_what_that_person_sees(desks: dict[str, Desk], temporary: Path) -> None:
    told = desks["Root"]("see-as", "Ann")
    assert set(told) == KEYS["see-as"]
    assert (told["name"], told["role"]) == ("Ann", "rep")
    assert told["counts"]["customer"] == told["total"] == 3
    assert [(one["name"], one["customers"]) for one in told["owners"]] == [("Ann", 2), ("Bo", 1)]
    assert {one["name"]: one["owner"] for one in told["customers"]} == {
        "宏远机械": "Ann", "江南纺织": "Ann", "东区客户": "Bo",
    }  # fmt: skip
    assert list(temporary.iterdir()) == []


def test_people_read_it_in_both_languages(desks: dict[str, Desk]) -> None:
    english = desks["Root"].run("see-as", "Cai", "--lang", "en").out
    assert "What Cai sees" in english
    assert "西区客户" in english
    assert "宏远机械" not in english
    assert "Cai 所见" in desks["Root"].run("see-as", "Cai", "--lang", "zh_CN").out


def test_only_so_many_are_listed_as_asked(desks: dict[str, Desk]) -> None:
    assert desks["Root"]("see-as", "Ann", "--limit", "0")["customers"] == []
    first = desks["Root"]("see-as", "Ann", "--limit", "2")["customers"]
    rest = desks["Root"]("see-as", "Ann", "--limit", "2", "--skip", "2")["customers"]
    assert len({one["customer"] for one in [*first, *rest]}) == 3


def test_it_is_on_record_and_changes_nothing(server: RunningServer, desks: dict[str, Desk]) -> None:
    desks["Root"]("see-as", "Ann")
    with server.database.read() as connection:
        told = [one for one in audits.after(connection, "company", 0, 1_000) if one.kind == "see_as"]
    assert [one.user for one in told] == [server.people["Root"].user]
    before = desks["Root"]("status")
    desks["Root"]("see-as", "Ann")
    assert desks["Root"]("status")["records"] == before["records"]


def test_nobody_else_looks(desks: dict[str, Desk], tmp_path: Path, temporary: Path) -> None:
    assert desks["Ann"].fails("see-as", "Bo")["code"] == "forbidden"
    assert desks["Root"].fails("see-as", "Nobody")["code"] == "not_found"
    alone = Desk(tmp_path / "alone")
    alone("init", "--name", "A")
    assert alone.fails("see-as", "A")["code"] == "not_enrolled"
    assert list(temporary.iterdir()) == []
