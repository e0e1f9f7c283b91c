"""The list of what somebody may: it says what policy decides, changes when rights do, and is confirmed by its digest."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from crmdesk.core.permissions import Own, Standings
from crmdesk.core.roles import Role
from sync_server import accounts, permitting, policy
from sync_server.cli import app
from sync_server.policy import Kind
from sync_server.settings import DAY_MS
from sync_server.storage import people
from tests.support.laptop import Laptop, enrolled
from tests.support.server import RunningServer


@pytest.fixture
def root(server: RunningServer) -> Laptop:
    server.add_user("Root", "administrator")
    return enrolled(server, "Root")


def own(laptop: Laptop) -> Own:
    reply = laptop.http.get("/v1/permissions")
    assert reply.status_code == 200, reply.text
    return msgspec.json.decode(reply.content, type=Own)


def ask(laptop: Laptop, order: str, **asked: Any) -> None:
    reply = laptop.http.post(f"/v1/commands/{order}", json={"id": secrets.token_hex(16), **asked})
    assert reply.status_code == 200, reply.text


def confirm(laptop: Laptop, digest: str) -> Any:
    return laptop.http.post("/v1/permissions/confirm", json={"digest": digest})


def states(laptop: Laptop) -> dict[str, str]:
    reply = laptop.http.get("/v1/permissions/state")
    assert reply.status_code == 200, reply.text
    return {one.name: one.state for one in msgspec.json.decode(reply.content, type=Standings).people}


def test_the_list_names_whose_customers_one_reads_and_writes(server: RunningServer, root: Laptop) -> None:
    ann, mei, cai = (enrolled(server, name) for name in ("Ann", "Mei", "Cai"))
    assert [(c.name, c.can_write) for c in own(ann).permissions.colleagues] == [("Bo", True)]
    assert own(cai).permissions.colleagues == ()
    led = own(mei).permissions
    assert [(c.name, c.can_write) for c in led.colleagues] == [("Ann", True), ("Bo", True), ("Cai", True)]
    assert "review" in led.acts
    assert (led.pool, led.pool_details, led.settings) == ("write", "write", "write")
    rep = own(ann).permissions
    assert (rep.pool, rep.pool_details, rep.settings) == ("read", "none", "read")
    assert set(own(root).permissions.acts) >= {"lead", "audit", "see_as", "judge"}


def test_the_list_is_what_policy_decides_for_everybody(server: RunningServer, root: Laptop) -> None:
    """Each book that policy lets somebody read is on their list, with the same right, and no other."""
    server.add_user("Dora", "director", team="North")
    server.add_user("Ada", "auditor")
    with server.database.read() as connection:
        company = permitting.load(connection, server.clock().ms)
        org, domains = people.load_org(connection, server.clock().ms), people.domains(connection)
    for user in company.accounts:
        wanted: dict[str, bool] = {}
        for domain in domains.values():
            right = policy.readers(domain, org).get(user)
            if domain.kind is Kind.BOOK and right is not None and domain.owner not in (None, user):
                wanted[str(domain.owner)] = wanted.get(str(domain.owner), False) or right.can_write
        listed = permitting.permissions(company, user).colleagues
        assert {one.user: one.can_write for one in listed} == wanted


def test_a_list_is_confirmed_and_any_change_of_rights_shows(server: RunningServer, root: Laptop) -> None:
    ann = enrolled(server, "Ann")
    assert states(root)["Ann"] == "never"
    first = own(ann)
    assert (first.state, first.confirmed) == ("never", None)
    assert first.digest == first.permissions.digest
    done = msgspec.json.decode(confirm(ann, first.digest).content, type=Own)
    assert done.state == "confirmed"
    assert done.confirmed is not None
    assert done.confirmed.device == ann.welcome["device"]
    assert states(root)["Ann"] == "confirmed"
    now = server.clock().ms
    cai, an = server.people["Cai"].user, server.people["Ann"].user
    ask(root, "delegate", user=cai, to_user=an, starts=now, ends=now + DAY_MS)
    after = own(ann)
    assert after.state == "changed"
    assert [one.name for one in after.permissions.stands_in_for] == ["Cai"]
    assert [one.name for one in after.permissions.colleagues] == ["Bo", "Cai"]
    assert states(root)["Ann"] == "changed"


def test_a_share_is_on_both_lists_and_its_end_takes_it_off(server: RunningServer) -> None:
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    customer = ann.customer("宏远机械")
    ann.push()
    before = own(cai).digest, own(ann).digest
    user = server.people["Cai"].user
    ask(ann, "share", customers=[customer.id], user=user, can_write=False, until=None)
    (to,), (given,) = own(cai).permissions.shares_to, own(ann).permissions.shares_from
    assert (to.customer_name, to.name, to.can_write) == ("宏远机械", "Ann", False)
    assert (given.customer, given.name) == (customer.id, "Cai")
    ann.pull_all()
    share = next(key.id for key in ann.records if key.entity == "share")
    ask(ann, "end-share", share=share)
    assert (own(cai).digest, own(ann).digest) == before


def test_a_name_that_is_spelt_otherwise_changes_no_digest(server: RunningServer) -> None:
    with server.database.read() as connection:
        company = permitting.load(connection, server.clock().ms)
    user = server.people["Mei"].user
    found = permitting.permissions(company, user)
    assert msgspec.structs.replace(found, name="梅", team_name="北区").digest == found.digest
    assert msgspec.structs.replace(found, settings="read").digest != found.digest


def test_what_changed_meanwhile_is_not_confirmed(server: RunningServer, root: Laptop) -> None:
    ann = enrolled(server, "Ann")
    seen = own(ann).digest
    with server.database.write() as connection:
        made = accounts.define_role(
            connection, None, "内勤", "rep", frozenset({"customer.grade"}), server.clock()
        )
        accounts.change_role(connection, "Ann", made.id, server.clock())
    ann = enrolled(server, "Ann")
    assert own(ann).permissions.withheld == ("customer.grade",)
    before = server.digest()
    reply = confirm(ann, seen)
    assert (reply.status_code, reply.json()["code"]) == (409, "permissions_changed")
    assert server.digest() == before


def test_each_confirmation_leaves_a_row_of_the_audit(server: RunningServer, root: Laptop) -> None:
    ann = enrolled(server, "Ann")
    digest = own(ann).digest
    confirm(ann, digest)
    rows = root.http.get("/v1/audit", params={"kind": "confirm_permissions"}).json()["rows"]
    ((_, _, _, _, user, device, said, _),) = rows
    assert (user, device) == (server.people["Ann"].user, ann.welcome["device"])
    assert digest in str(said)


def test_only_administrators_see_who_has_confirmed(server: RunningServer, root: Laptop) -> None:
    for name in ("Ann", "Mei"):
        reply = enrolled(server, name).http.get("/v1/permissions/state")
        assert (reply.status_code, reply.json()["code"]) == (403, "forbidden")
    with server.database.write() as connection:
        accounts.disable_user(connection, "Bo", server.clock())
    assert set(states(root)) == {"Ann", "Cai", "Mei", "Root"}


def test_a_list_of_a_role_of_the_companys_own_says_what_it_withholds(
    server: RunningServer, root: Laptop
) -> None:
    with server.database.write() as connection:
        made = accounts.define_role(
            connection, None, "观察", "auditor", frozenset({"visit.*"}), server.clock()
        )
        accounts.add_user(connection, "Olga", made.id, server.clock())
    server.refresh()
    found = own(enrolled(server, "Olga")).permissions
    assert (found.role, found.custom_role_name, found.withheld) == (Role.AUDITOR, "观察", ("visit.*",))


def test_the_administrators_commands_list_show_and_export(
    server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if server.settings.url:
        monkeypatch.setenv("CRMDESK_DATABASE", server.settings.url)
    ann = enrolled(server, "Ann")
    confirm(ann, own(ann).digest)
    runner, here = CliRunner(), ["--dir", str(server.settings.directory)]

    def run(*words: str) -> str:
        done = runner.invoke(app, ["permissions", *words, *here])
        assert done.exit_code == 0, done.output
        return done.output

    listed = msgspec.json.decode(run("list", "--json"))["people"]
    assert {row["name"]: row["state"] for row in listed}["Ann"] == "confirmed"
    assert "1 of 4 confirmed" in run("list") or "4 人中 1 人已确认" in run("list")
    assert msgspec.json.decode(run("show", "Ann", "--json"))["permissions"]["name"] == "Ann"
    assert "Bo" in run("show", "Ann")
    for name in ("states.csv", "states.html"):
        facts = msgspec.json.decode(run("export", str(tmp_path / name), "--json"))
        assert (facts["people"], facts["confirmed"]) == (4, 1)
        assert own(ann).digest in (tmp_path / name).read_text(encoding="utf-8")
