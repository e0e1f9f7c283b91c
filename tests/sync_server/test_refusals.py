"""R30: what was refused keeps payload, user and reason, for an administrator to look at, retry or discard."""

from __future__ import annotations

from typing import Any

import pytest

from crmdesk.core.record import RecordKey
from sync_server import commands
from sync_server.settings import note_url
from tests.support.laptop import Laptop, enrolled, fresh_id, shown, verdicts
from tests.support.server import HOUR_MS, RunningServer
from tests.sync_server.test_moves import administrator, ask, labels


def letters(root: Laptop, **query: int) -> list[dict[str, Any]]:
    reply = root.http.get("/v1/refused", params=query)
    assert reply.status_code == 200, reply.text
    found: list[dict[str, Any]] = reply.json()["refused"]
    return found


def quarantined(server: RunningServer, **values: str) -> tuple[Laptop, RecordKey]:
    """Ann wrote to a customer after hearing that it is Cai's."""
    ann, mei = enrolled(server, "Ann"), enrolled(server, "Mei")
    customer = ann.customer("甲")
    ann.push()
    ann.pull_all()
    ask(mei, "change-owner", customers=[customer.id], to_user=server.people["Cai"].user)
    kept = ann.records[customer]
    ann.pull_all()
    ann.records[customer] = kept
    ann.write(customer, values or {"city": "苏州"})
    assert verdicts(ann.push()) == [("quarantined", "forbidden")]
    return ann, customer


def test_an_administrator_sees_who_wrote_what_and_why_it_was_refused(server: RunningServer) -> None:
    ann, customer = quarantined(server)
    root = administrator(server)
    (letter,) = letters(root)
    assert (letter["entity"], letter["id"], letter["user"]) == ("customer", customer.id, ann.user)
    assert (letter["verdict"], letter["code"], letter["title"]) == ("quarantined", "forbidden", "甲")
    payload = root.http.get(f"/v1/refused/{letter['name']}").json()
    assert [values for _, _, values in payload["edits"]] == [{"city": "苏州"}]


def test_a_retry_by_an_administrator_makes_it_late_work(server: RunningServer) -> None:
    _, customer = quarantined(server)
    root, cai = administrator(server), enrolled(server, "Cai")
    (letter,) = letters(root)
    reply = root.http.post(f"/v1/refused/{letter['name']}/retry")
    assert reply.json() == {"verdict": "accepted", "code": "late", "about": None}
    assert letters(root) == []
    cai.pull_all()
    assert shown(cai, customer)["city"] == "苏州"
    assert [label["customer"] for label in labels(cai)] == [customer.id]


def test_old_work_that_is_let_in_late_wins_over_nothing_that_is_newer(server: RunningServer) -> None:
    """It counts at the time it was written, whatever its laptop has pulled since."""
    ann, customer = quarantined(server, website="old.example")
    root, cai = administrator(server), enrolled(server, "Cai")
    cai.pull_all()
    cai.write(customer, {"website": "new.example"})
    cai.push()
    server.clock.ahead_ms += HOUR_MS // 12
    ann.pull_all()
    (letter,) = letters(root)
    assert root.http.post(f"/v1/refused/{letter['name']}/retry").json()["verdict"] == "accepted"
    cai.pull_all()
    assert shown(cai, customer)["website"] == "new.example"


def test_its_laptop_is_told_that_what_an_administrator_let_in_is_in(server: RunningServer) -> None:
    ann, customer = quarantined(server)
    root = administrator(server)
    (letter,) = letters(root)
    root.http.post(f"/v1/refused/{letter['name']}/retry")
    last = (ann.actor, ann.counter)
    ann.unsent = [(customer, edit) for edit in ann.records[customer].edits if edit.dot == last]
    assert [verdict for verdict, _ in verdicts(ann.push())] == ["accepted"]
    assert letters(root) == []


def test_what_is_still_wrong_is_refused_again(server: RunningServer) -> None:
    ann, root = enrolled(server, "Ann"), administrator(server)
    key = RecordKey("customer", fresh_id())
    ann.write(key, {"name": "甲", "nobody_knows": 1})
    assert verdicts(ann.push()) == [("rejected", "unknown_field")]
    (letter,) = letters(root)
    reply = root.http.post(f"/v1/refused/{letter['name']}/retry").json()
    assert reply == {"verdict": "rejected", "code": "unknown_field", "about": "nobody_knows"}
    assert [one["name"] for one in letters(root)] == [letter["name"]]


def test_what_the_server_knows_by_now_is_taken_in(server: RunningServer) -> None:
    """A field that was declared after the refusal."""
    mei, root = enrolled(server, "Mei"), administrator(server)
    field, key = fresh_id(), RecordKey("customer", fresh_id())
    mei.write(key, {"name": "甲", f"x_{field}": "大"})
    assert verdicts(mei.push()) == [("rejected", "unknown_field")]
    declared = {"entity": "customer", "type": "text", "label_zh": "规模"}
    mei.write(RecordKey("field", field), declared)
    assert verdicts(mei.push()) == [("merged", None)]
    (letter,) = letters(root)
    reply = root.http.post(f"/v1/refused/{letter['name']}/retry").json()
    assert reply == {"verdict": "accepted", "code": None, "about": None}
    mei.pull_all()
    assert mei.records[key].fields() == {"name", f"x_{field}"}


def test_what_is_discarded_is_kept_with_who_decided(server: RunningServer) -> None:
    quarantined(server)
    root = administrator(server)
    (letter,) = letters(root)
    reply = root.http.post(f"/v1/refused/{letter['name']}/discard")
    assert reply.json()["verdict"] == "discarded"
    assert letters(root) == []
    (kept,) = letters(root, discarded=1)
    assert (kept["name"], kept["discarded_by"]) == (letter["name"], root.user)
    with server.database.read() as connection:
        noted = connection.exec_driver_sql('SELECT "user", asked FROM command').all()
    assert any(row[0] == root.user and letter["name"].encode() in bytes(row[1]) for row in noted)


@pytest.mark.parametrize("path", ["", "/x.1", "/x.1/retry", "/x.1/discard"])
def test_only_administrators_look(server: RunningServer, path: str) -> None:
    mei, root = enrolled(server, "Mei"), administrator(server)
    method = "POST" if path.count("/") == 2 else "GET"
    for who, code in ((mei, "forbidden"), (root, "not_found")):
        if path or who is mei:
            reply = who.http.request(method, f"/v1/refused{path}")
            assert reply.json()["code"] == code


def test_the_administrator_at_the_servers_console_does_the_same(
    server: RunningServer, capsys: pytest.CaptureFixture[str]
) -> None:
    from typer.testing import CliRunner

    from sync_server.cli import app

    quarantined(server)
    if server.settings.url is not None:
        note_url(server.settings.directory, server.settings.url)
    folder = ["--dir", str(server.settings.directory), "--json"]

    def run(*arguments: str) -> Any:
        import json

        done = CliRunner().invoke(app, ["refused", *arguments, *folder])
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    (letter,) = run("list")["refused"]
    assert run("show", letter["name"])["edits"][0][2] == {"city": "苏州"}
    file = server.settings.directory / "refused.json"
    assert run("export", str(file))["refused"] == 1
    assert "苏州" in file.read_text(encoding="utf-8")
    assert run("discard", letter["name"])["discarded"] is True
    assert run("list")["refused"] == []
    assert len(run("list", "--discarded")["refused"]) == 1
    assert run("retry", letter["name"])["verdict"] == "accepted"
    with server.database.read() as connection:
        assert commands.console(connection).role.value == "administrator"
