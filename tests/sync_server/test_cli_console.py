"""Roles, teams, people, shares, deputies and the drills at the administrator's command line."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crmdesk.core.lease import DAY_MS
from crmdesk.store import dialect
from sync_server import enrolment, spoken
from sync_server.clock import moment
from sync_server.console import time_of
from sync_server.storage import people, recoveries
from tests.support.laptop import Laptop, enrolled
from tests.support.server import HOUR_MS, RunningServer, running_company

Ask = Callable[..., Any]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """The small company, served from the folder that the commands look in."""
    with running_company(tmp_path) as running:
        yield running


def with_customers(server: RunningServer, count: int = 2) -> tuple[Laptop, list[str]]:
    ann = enrolled(server, "Ann")
    found = [ann.customer(f"客户 {n}").id for n in range(count)]
    ann.push()
    return ann, found


def test_a_role_is_copied_tightened_loosened_and_shown(
    server: RunningServer, facts: Ask, refused: Callable[..., str]
) -> None:
    made = facts(
        "role", "copy", "内勤", "--of", "rep", "--withhold", "customer.grade", "--withhold", "visit.*"
    )
    assert (made["base"], made["withheld"]) == ("rep", ["customer.grade", "visit.*"])
    facts("user", "role", "Ann", "内勤")
    changed = facts(
        "role", "set", "内勤", "--allow", "visit.*", "--withhold", "task.title", "--rename", "助理"
    )
    assert (changed["withheld"], changed["people"]) == (["customer.grade", "task.title"], 1)
    shown = facts("role", "show", "助理")
    assert (shown["role"], shown["withheld"], shown["people"]) == (made["role"], changed["withheld"], ["Ann"])
    assert facts("role", "show", "rep")["people"] == ["Bo", "Cai"]
    copied = facts("role", "copy", "实习", "--of", "助理", "--withhold", "contact.*")
    assert copied["withheld"] == ["contact.*", "customer.grade", "task.title"]
    listed = {row["name"]: (row["base"], row["people"]) for row in facts("role", "list")["roles"]}
    assert (listed["助理"], listed["manager"]) == (("rep", 1), (None, 1))
    assert refused("role", "set", "rep", "--withhold", "customer.grade") == "bad_argument"
    assert refused("role", "set", "助理", "--withhold", "customer.nothing") == "unknown_field"
    assert refused("role", "copy", "x", "--of", "nobody") == "not_found"
    assert facts("role", "set", "助理", "--hide", "contact")["hidden"] == ["contact"]
    assert facts("role", "copy", "见习", "--of", "助理")["hidden"] == ["contact"]
    assert facts("role", "set", "助理", "--rename", "助手")["hidden"] == ["contact"]
    assert facts("role", "set", "助手", "--reveal", "contact")["hidden"] == []
    assert facts("role", "show", "见习")["hidden"] == ["contact"]
    assert refused("role", "set", "助手", "--hide", "main") == "unknown_field"


@pytest.mark.parametrize(
    "name", ["Division director", "division DIRECTOR", "事业部总监", "director", "Director"]
)
def test_a_role_that_comes_with_the_product_is_named_as_it_is_printed(
    server: RunningServer, facts: Ask, refused: Callable[..., str], name: str
) -> None:
    assert facts("user", "role", "Ann", name)["role"] == "director"
    assert facts("user", "add", "New", "--role", name)["role"] == "director"
    assert facts("user", "transfer", "Bo", "--role", name)["role"] == "director"
    assert facts("drill", "promotion", "Cai", "--role", name, "--preview")["done"] is False
    assert facts("drill", "transfer", "Cai", "--team", "West", "--role", name, "--preview")["done"] is False
    assert facts("role", "show", name)["role"] == "director"
    assert facts("role", "copy", "副总监", "--of", name)["base"] == "director"
    assert refused("role", "copy", name, "--of", "rep") == "name_taken"
    assert refused("role", "set", "副总监", "--rename", name) == "name_taken"


def test_a_role_of_the_companys_own_keeps_the_name_that_it_had_before_no_other_could_have_it(
    server: RunningServer, facts: Ask
) -> None:
    made = facts("role", "copy", "Helper", "--of", "auditor")["role"]
    with server.database.write() as connection:
        people.save_role(connection, replace(people.custom_roles(connection)[made], name="Rep"))
    assert facts("role", "show", "Rep")["role"] == made
    assert facts("role", "set", "Rep", "--hide", "contact")["name"] == "Rep"
    assert facts("role", "show", "rep")["role"] == "rep"


def test_teams_are_renamed_moved_and_share_their_books(
    server: RunningServer, facts: Ask, refused: Callable[..., str]
) -> None:
    assert facts("team", "rename", "West", "Far west")["name"] == "Far west"
    assert facts("team", "move", "Far west", "--parent", "East")["parent"] == "East"
    assert refused("team", "move", "North", "--parent", "Far west") == "team_ring"
    assert facts("team", "move", "Far west")["parent"] is None
    assert facts("team", "share-books", "Far west")["shares_books"] is True
    assert facts("team", "share-books", "Far west", "--off")["shares_books"] is False
    rows = {row["name"]: (row["parent"], row["people"]) for row in facts("team", "list")["teams"]}
    assert rows == {"North": (None, 1), "East": ("North", 2), "Far west": (None, 1)}
    assert refused("team", "rename", "East", "Ann") == "name_taken"


def test_a_person_is_transferred_in_one_step(server: RunningServer, facts: Ask) -> None:
    before = server.people["Ann"].book
    made = facts("user", "transfer", "Ann", "--role", "manager", "--team", "North", "--to", "Bo")
    server.refresh()
    assert (made["role"], made["team"]) == ("manager", server.people["Mei"].team)
    assert made["book"] == server.people["Ann"].book != before


def test_nobody_leaves_their_team_unless_it_is_said(server: RunningServer, facts: Ask, refused: Ask) -> None:
    east = server.people["Ann"].team
    assert facts("user", "transfer", "Ann", "--role", "manager")["team"] == east
    assert refused("user", "move", "Ann") == "bad_argument"
    assert refused("user", "move", "Ann", "--team", "West", "--no-team") == "bad_argument"
    assert (
        refused("user", "transfer", "Ann", "--role", "rep", "--team", "West", "--no-team") == "bad_argument"
    )
    assert facts("user", "move", "Bo", "--no-team")["team"] is None
    assert facts("user", "transfer", "Ann", "--role", "rep", "--no-team")["team"] is None


def test_a_customer_is_shared_until_somebody_ends_it(server: RunningServer, facts: Ask) -> None:
    _, (customer, _) = with_customers(server)
    made = facts("share", "add", customer, "--with", "Cai", "--write", "--until", "2099-01-01")
    assert (made["customers"], made["moved"]) == (1, 1)
    (row,) = facts("share", "list")["shares"]
    assert (row["customer"], row["of"], row["with"], row["can_write"]) == (customer, "Ann", "Cai", True)
    assert facts("share", "list", "--with", "Bo")["shares"] == []
    facts("share", "end", row["share"])
    assert facts("share", "list", "--with", "Cai")["shares"] == []


def test_somebody_stands_in_until_it_is_ended(
    server: RunningServer, facts: Ask, refused: Callable[..., str]
) -> None:
    made = facts("delegation", "add", "Ann", "--to", "Cai", "--until", "2099-01-01")
    (row,) = facts("delegation", "list")["delegations"]
    assert (row["delegation"], row["user"], row["deputy"]) == (made["delegation"], "Ann", "Cai")
    facts("delegation", "end", made["delegation"])
    assert facts("delegation", "list")["delegations"] == []
    assert refused("delegation", "add", "Ann", "--to", "Cai", "--until", "2020-01-01") == "bad_period"
    assert refused("delegation", "add", "Ann", "--to", "Cai", "--until", "soon") == "bad_argument"


def sight(told: Any, name: str) -> tuple[str | None, str | None]:
    return next((s["before"], s["after"]) for s in told["readers"] if s["name"] == name)


def test_a_leaver_is_looked_at_and_then_leaves(server: RunningServer, facts: Ask) -> None:
    ann, _ = with_customers(server)
    before = server.digest()
    told = facts("drill", "leaver", "Ann", "--to", "Cai", "--preview")
    assert (server.digest(), told["done"]) == (before, False)
    assert (told["customers"], told["has_left"]) == (2, True)
    assert sight(told, "Cai") == (None, "write")
    assert sight(told, "Ann") == ("write", None)
    assert [laptop["state"] for laptop in told["laptops"]] == ["active"]
    done = facts("drill", "leaver", "Ann", "--to", "Cai")
    assert {**done, "done": False} == told
    assert ann.http.get("/v1/pull", params={"bucket": ann.book, "epoch": 1, "after": 0, "salt": ""}).is_error
    gone = facts("drill", "leaver", "Bo")
    assert (gone["heir"], gone["done"]) == (None, True)


def test_a_transfer_and_a_promotion(server: RunningServer, facts: Ask) -> None:
    with_customers(server)
    told = facts("drill", "transfer", "Ann", "--team", "West", "--preview")
    assert (told["heir"], told["gets_book"], sight(told, "Bo")) == (None, False, ("write", None))
    facts("drill", "transfer", "Ann", "--team", "West", "--to", "Bo")
    told = facts("drill", "promotion", "Cai", "--role", "manager", "--team", "North", "--preview")
    sees = {s["name"]: (s["before"], s["after"]) for s in told["sees"]}
    assert sees["Ann"] == (None, "write")
    assert facts("drill", "promotion", "Cai", "--role", "manager", "--team", "North")["sees"] == told["sees"]
    roles = {row["name"]: (row["role"], row["team"]) for row in facts("user", "list")["users"]}
    assert (roles["Ann"], roles["Cai"]) == (("rep", "West"), ("manager", "North"))


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_preview_is_told_in_the_persons_language(
    server: RunningServer,
    typed: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    with_customers(server)
    monkeypatch.setitem(os.environ, "CRMDESK_LANGUAGE", language)
    _, out, _ = typed("drill", "leaver", "Ann", "--to", "Cai", "--preview")
    wanted = {
        "zh_CN": ("预览，未做改动。", "归「Cai」", "Cai (看不到 → 可修改)"),
        "en": ("A preview; nothing was changed.", "to “Cai”", "Cai (nothing → write)"),
    }
    assert [text for text in wanted[language] if text not in out] == []


@pytest.mark.parametrize(
    ("words", "what", "name"),
    [
        (("user", "add", "X", "--role", "chef"), "role", "chef"),
        (("user", "add", "X", "--role", "rep", "--team", "Moon"), "team", "Moon"),
        (("user", "move", "Nobody", "--team", "West"), "person", "Nobody"),
        (("user", "role", "Ann", "chef"), "role", "chef"),
        (("user", "reset-password", "Nobody"), "person", "Nobody"),
        (("role", "show", "chef"), "role", "chef"),
        (("team", "rename", "Moon", "Sun"), "team", "Moon"),
        (("owner", "change-book", "Ann", "--to", "Ann"), "colleague", "Ann"),
        (("owner", "change-book", "Ann", "--to", "Nobody"), "person", "Nobody"),
        (("owner", "change", "0" * 32, "--to", "Ann"), "customer", "0" * 32),
        (("owner", "change", "CUSTOMER", "--to", "Bo"), "colleague", "Bo"),
        (("pool", "release", "0" * 32), "customer", "0" * 32),
        (("share", "add", "0" * 32, "--with", "Cai"), "customer", "0" * 32),
        (("share", "add", "CUSTOMER", "--with", "Bo"), "colleague", "Bo"),
        (("share", "end", "0" * 32), "share", "0" * 32),
        (("delegation", "end", "0" * 32), "delegation", "0" * 32),
        (("drill", "leaver", "Ann", "--to", "Nobody"), "person", "Nobody"),
        (("device", "approve", "the old one"), "laptop", "the old one"),
        (("device", "revoke", "the old one"), "laptop", "the old one"),
        (("audit", "list", "--device", "the old one"), "laptop", "the old one"),
        (("refused", "show", "r1"), "refused", "r1"),
        (("sealed", "show", "s1"), "sealed", "s1"),
        (("permissions", "show", "Nobody"), "person", "Nobody"),
        (("enrol", "Nobody"), "person", "Nobody"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else "",
)
def test_what_is_not_there_is_named_with_what_it_should_have_been(
    server: RunningServer,
    typed: Callable[..., tuple[int, str, str]],
    facts: Ask,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    what: str,
    name: str,
) -> None:
    monkeypatch.setenv("CRMDESK_LANGUAGE", "en")
    ann = enrolled(server, "Ann")
    customer = ann.customer().id
    ann.push()
    facts("user", "disable", "Bo")
    words = tuple(customer if word == "CUSTOMER" else word for word in words)
    label, lists = spoken.LACKING[what]
    status, _, said = typed(*words)
    assert (status, said) == (
        1,
        f"There is no {label.en} “{name}”. Nothing was changed. See: {lists}\n",
    )
    about = json.loads(typed(*words, "--json")[2])
    assert (about["code"], about["about"]["what"]) == ("not_found", what)
    assert name in about["about"].values()


def test_what_a_server_looked_for_is_not_told_to_laptops(server: RunningServer) -> None:
    asked = {"id": "0" * 32, "customers": ["1" * 32], "user": server.people["Cai"].user, "can_write": False}
    refused = enrolled(server, "Ann").http.post("/v1/commands/share", json=asked)
    assert (refused.json()["code"], refused.json()["about"]) == ("not_found", {})


def test_a_laptop_goes_by_its_name_where_no_other_has_it(
    server: RunningServer, facts: Ask, refused: Callable[..., str]
) -> None:
    ann, bo, again = enrolled(server, "Ann"), enrolled(server, "Bo"), enrolled(server, "Ann")
    ids = [one.welcome["device"] for one in (ann, bo, again)]
    with server.database.write() as connection:
        for device, name in zip(ids, ("Ann's", "shared", "shared"), strict=True):
            enrolment.rename(connection, device, name, server.clock())
    assert refused("device", "revoke", "shared") == "ambiguous"
    assert facts("device", "revoke", "Ann's")["device"] == ids[0]
    assert facts("device", "revoke", ids[1])["device"] == ids[1]
    assert facts("device", "revoke", "shared")["device"] == ids[2], "the one that is still in use"
    rows = facts("audit", "list", "--device", "Ann's")["rows"]
    assert {row["device"] for row in rows} == {ids[0]}


def test_laptops_that_a_restore_forgot_are_let_in_together_once_one_has_shown_the_restore(
    server: RunningServer, facts: Ask, refused: Callable[..., str], typed: Callable[..., tuple[int, str, str]]
) -> None:
    ann, bo, cai, mei = (enrolled(server, name) for name in ("Ann", "Bo", "Cai", "Mei"))
    waiting = Laptop(server, server.people["Mei"].user)
    waiting.enrol(server.code("Mei", hold=True))
    for laptop in (ann, bo, cai, mei):
        laptop.token()

    def forget(laptop: Laptop) -> None:
        with server.database.write() as connection:
            dialect.run(connection, "DELETE FROM token WHERE generation > 0")
        assert laptop.token().json()["code"] == "device_pending"

    server.clock.ahead_ms = -2 * DAY_MS
    forget(mei)
    server.clock.ahead_ms = 0
    forget(ann)
    forget(bo)
    assert refused("device", "approve", "--restored") == "bad_argument", "nobody has shown a restore"
    assert refused("device", "approve") == "bad_argument"
    assert refused("device", "approve", ann.welcome["device"], "--restored") == "bad_argument"
    assert refused("device", "approve", ann.welcome["device"], "nobody") == "not_found"
    states = {row["device"]: row["state"] for row in facts("device", "list")["devices"]}
    assert states[ann.welcome["device"]] == "pending", "all of them or none"
    assert facts("device", "approve", ann.welcome["device"])["state"] == "active"
    with server.database.write() as connection:
        opened = recoveries.Recovery(2, moment().ms, ann.welcome["device"], "x", "x", 1, "")
        actor = people.load_company(connection).actor
        assert recoveries.open_epoch(connection, opened._replace(actor=actor), "f" * 32)
    forget(cai)
    said = typed("device", "approve", "--restored")[1]
    assert len(said.splitlines()) == 2
    assert bo.welcome["words"] in said
    assert cai.welcome["words"] in said
    states = {row["device"]: row["state"] for row in facts("device", "list")["devices"]}
    found = [states[one.welcome["device"]] for one in (ann, bo, cai, mei, waiting)]
    assert found == ["active", "active", "active", "pending", "pending"]
    assert bo.token().status_code == 200
    ids = [mei.welcome["device"], waiting.welcome["device"]]
    assert [row["device"] for row in facts("device", "approve", *ids)["devices"]] == ids
    assert facts("device", "approve", "--restored") == {"devices": []}


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize(
    ("words", "then"),
    [
        (("enrol", "Ann"), "crmdesk enrol "),
        (("enrol", "Ann", "--hold"), "device approve"),
        (("user", "reset-password", "Ann"), "crmdesk password reset "),
    ],
)
def test_a_code_says_until_when_it_is_good_and_what_is_done_with_it(
    server: RunningServer,
    facts: Ask,
    typed: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    then: str,
    language: str,
) -> None:
    monkeypatch.setenv("CRMDESK_LANGUAGE", language)
    before = moment().ms
    code, said, *more = typed(*words, "--valid-hours", "2")[1].splitlines()
    assert re.fullmatch(r"(?:\w{5}-){4}\w{5}", code)
    good = {time_of(ms + 2 * HOUR_MS) for ms in (before, moment().ms)}
    assert any(one in said for one in good)
    assert then in "\n".join((said, *more))
    assert said.endswith(code)
    assert set(facts(*words)) <= {"code", "expires_at", "hold"}, "scripts read what they did"


ROLES_TOLD = {
    "en": (
        "Copy of: Rep\nMay not write: Customer · Grade, Visit · everything\nMay not read: The people behind a customer: names, phones, mails\nPeople: Ann\n",
        [
            "Junior",
            "Rep",
            "Customer · Grade, Visit · everything",
            "The people behind a customer: names, phones, mails",
            "1",
        ],
        "The role of “Ann” is now: Junior (Rep).\n",
        ["Ann", "Junior (Rep)", "East", "no"],
    ),
    "zh_CN": (
        "复制自：销售专员\n不可填写：客户 · 等级、拜访 · 全部字段\n看不到：客户的联系人：姓名、电话、邮箱\n人员：Ann\n",
        ["Junior", "销售专员", "客户 · 等级、拜访 · 全部字段", "客户的联系人：姓名、电话、邮箱", "1"],
        "「Ann」的角色现在是：Junior（销售专员）。\n",
        ["Ann", "Junior（销售专员）", "East", "否"],
    ),
}


@pytest.mark.parametrize("language", sorted(ROLES_TOLD))
def test_a_role_of_the_companys_own_is_told_with_all_that_it_may_not(
    server: RunningServer,
    facts: Ask,
    typed: Callable[..., tuple[int, str, str]],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    monkeypatch.setenv("CRMDESK_LANGUAGE", language)
    less = ("--withhold", "customer.grade", "--withhold", "visit.*", "--hide", "contact")
    facts("role", "copy", "Junior", "--of", "rep", *less)
    shown, listed, changed, person = ROLES_TOLD[language]
    assert typed("user", "role", "Ann", "Junior")[1] == changed
    assert typed("role", "show", "Junior")[1] == shown
    assert cells(typed("role", "list")[1])[-1] == listed
    assert person in cells(typed("user", "list")[1])
    (row,) = [row for row in facts("role", "list")["roles"] if row["name"] == "Junior"]
    assert (row["base"], row["withheld"], row["hidden"]) == ("rep", 2, 1)
    (ann,) = [row for row in facts("user", "list")["users"] if row["name"] == "Ann"]
    assert (ann["role"], ann["custom_role"]) == ("rep", "Junior")
    assert facts("user", "role", "Ann", "Junior")["custom_role"] == "Junior"


def cells(printed: str) -> list[list[str]]:
    """The rows of a table below its headings."""
    return [re.split(r" {2,}", line) for line in printed.splitlines()[1:]]
