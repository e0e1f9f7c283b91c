"""The tables of the server's commands are for people: words, names and the company's time, in their language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crmdesk.core.dates import moment_of
from crmdesk.sync import sealing
from sync_server import enrolment
from sync_server.sealing import opener_of
from tests.support import rep
from tests.support.laptop import enrolled
from tests.support.server import RunningServer, running_company

Typed = Callable[..., tuple[int, str, str]]
LISTS = [
    ("team", "list"),
    ("user", "list"),
    ("role", "list"),
    ("share", "list"),
    ("delegation", "list"),
    ("device", "list"),
    ("refused", "list"),
    ("refused", "list", "--discarded"),
    ("permissions", "list"),
    ("recovered",),
    ("drill", "leaver", "Ann", "--preview"),
]
MACHINES = re.compile(
    r"\b\d{13}\b|[a-z]_[a-z]|\b(?:True|False|None|rep|(?<!Regional )manager|pending|revoked|rejected|never)\b"
)
ID = re.compile(r"\b[0-9a-f]{32}\b(?!\.)")
LANGUAGES = pytest.mark.parametrize("language", ["zh_CN", "en"])


@pytest.fixture
def server(tmp_path: Path, facts: Callable[..., Any]) -> Iterator[RunningServer]:
    """A company in which something is in every table but that of a restore."""
    with running_company(tmp_path) as running:
        ann, cai = enrolled(running, "Ann"), enrolled(running, "Cai")
        with running.database.write() as connection:
            enrolment.rename(connection, ann.welcome["device"], "Ann's laptop", running.clock())
        customers = [ann.customer("宏远机械"), ann.customer("大河电子")]
        ann.push()
        for customer in customers:
            facts("share", "add", customer.id, "--with", "Cai", "--until", "2099-01-01")
        cai.pull_all()
        for customer in customers:
            cai.write(customer, {"name": "不该写"})
            cai.push()
        facts("refused", "discard", facts("refused", "list")["refused"][0]["name"])
        facts("delegation", "add", "Ann", "--to", "Cai", "--until", "2099-01-01")
        running.code(running.people["Bo"].user, hold=True)
        facts("device", "revoke", enrolled(running, "Bo").welcome["device"])
        yield running


@LANGUAGES
@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_no_table_shows_codes_states_or_milliseconds(
    server: RunningServer,
    typed: Typed,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    language: str,
) -> None:
    monkeypatch.setenv("CRMDESK_LANGUAGE", language)
    status, out, err = typed(*words)
    assert (status, err) == (0, "")
    assert len(out.splitlines()) > 1 or words == ("recovered",)
    told = re.sub(r"never (?=confirmed|synced)", "", out)
    assert MACHINES.findall(told) == []
    addressed = words[0] in ("share", "delegation", "device")
    assert ID.findall(out) == [] or addressed
    if language == "zh_CN" and out:
        assert re.search("[\u4e00-\u9fff]", out.splitlines()[0])


def test_a_share_is_told_by_its_customers_name_and_its_last_day(
    server: RunningServer, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMDESK_LANGUAGE", "zh_CN")
    row = re.split(r" {2,}", typed("share", "list")[1].splitlines()[1])
    assert row[1:] == ["宏远机械", "Ann", "Cai", "否", "2099-01-01", "服务器命令行"]


def test_a_laptop_shows_its_id_only_where_its_name_does_not_tell_it(
    server: RunningServer, typed: Typed, facts: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRMDESK_LANGUAGE", "en")
    rows = [re.split(r" {2,}", line) for line in typed("device", "list")[1].splitlines()[1:]]
    ids = {row["name"]: row["device"] for row in facts("device", "list")["devices"]}
    by_person = {row[1]: row for row in rows}
    assert (by_person["Ann"][0], by_person["Ann"][-1]) == ("Ann's laptop", "-")
    assert by_person["Bo"][2] == "shut out, to be wiped"
    assert ID.fullmatch(by_person["Bo"][-1])
    assert "Ann's laptop" in ids


@LANGUAGES
def test_the_audit_names_people_laptops_and_books(
    server: RunningServer,
    typed: Typed,
    facts: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    monkeypatch.setenv("CRMDESK_LANGUAGE", language)
    out = typed("audit", "list", "--limit", "1000")[1]
    known = {one.user for one in server.people.values()} | {one.book for one in server.people.values()}
    assert [line for line in out.splitlines() if any(key in line for key in known)] == []
    (pushed, *_) = [line for line in out.splitlines() if " push " in line and "Ann's laptop" in line]
    assert pushed.startswith("Ann  ")
    shared = facts("audit", "list", "--kind", "share")["rows"][0]
    assert f"{moment_of(shared['said']['until']):%Y-%m-%d %H:%M}" in out
    assert str(shared["said"]["until"]) not in out


@LANGUAGES
def test_the_audit_says_of_a_book_that_was_handed_on_whose_it_is_now(
    server: RunningServer,
    typed: Typed,
    facts: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    language: str,
) -> None:
    monkeypatch.setenv("CRMDESK_LANGUAGE", language)
    said = {"en": "now Cai's", "zh_CN": "现由 Cai 负责"}[language]
    assert said not in typed("audit", "list", "--limit", "1000")[1]
    facts("drill", "leaver", "Ann", "--to", "Cai")
    out = typed("audit", "list", "--kind", "push", "--limit", "1000")[1]
    (pushed,) = [line for line in out.splitlines() if "Ann's laptop" in line]
    assert pushed.startswith(f"{said}  ")
    assert f'"book":"{said}"' in typed("audit", "list", "--kind", "change_book_owner")[1]
    facts("user", "transfer", "Cai", "--role", "rep", "--team", "East", "--to", "Bo")
    told = typed("audit", "list", "--kind", "transfer")[1]
    handed = {"en": "now Bo's", "zh_CN": "现由 Bo 负责"}[language]
    assert f'"before":{{"book":"{handed}"' in told
    assert '"after":{"book":"Cai"' in told, "the book that is theirs from now on"


def test_what_was_sealed_says_from_which_laptop_and_why(
    server: RunningServer,
    typed: Typed,
    facts: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("CRMDESK_LANGUAGE", "en")
    mei = rep.enrolled(
        server.address, server.code(server.people["Mei"].user), tmp_path / "mei" / "crmdesk.db"
    )
    mei.sync()
    mei.customer("宏远")
    (file,) = sealing.seal(mei.replica, "lease", opener_of(server.settings).public.hex(), tmp_path / "stick")
    mei.close()
    facts("sealed", "take", str(file))
    head, row = typed("sealed", "list")[1].splitlines()
    assert re.split(r" {2,}", head)[:6] == ["name", "person", "laptop", "received", "sealed", "why"]
    (name,) = [one["name"] for one in facts("device", "list")["devices"] if one["user"] == "Mei"]
    cells = re.split(r" {2,}", row)
    assert (cells[1], cells[2], cells[5]) == ("Mei", name, "was away too long")
    assert MACHINES.findall(row) == []
    says = typed("sealed", "show", cells[0])[1].splitlines()
    assert says[0].startswith("Sealed ")
    assert says[0].count(f"by “{name}” of Mei (was away too long)") == 1
    assert says[1].startswith("Records: 1; ")
    assert says[2] == "Pieces of attachments: 0; 0 wait for a record that names their content."
    message = next((tmp_path / "company" / "sealed").iterdir())
    assert says[3:] == [
        f"The message itself is there: company/sealed/{message.name}.",
        "Forms that had not been saved: 0",
    ]
    assert facts("sealed", "show", cells[0]) == []
    whole = facts("backup", "copy.db")
    assert (whole["sealed"], whole["sealed_missing"]) == ("copy.db.sealed", 0)
    assert "in copy.db.sealed (messages: 1)" in typed("backup", "again.db", "--overwrite")[1].replace(
        "again", "copy"
    )
    message.unlink()
    message.parent.rmdir()
    assert typed("sealed", "show", cells[0])[1].splitlines()[3].startswith("The message itself is gone: ")
    bare = facts("backup", "bare.db")
    assert (bare["sealed"], bare["sealed_missing"]) == (None, 1)
    assert (
        "Beware: sealed messages that are not in company/sealed, so in no backup: 1."
        in typed("backup", "bare.db", "--overwrite")[1]
    )
    assert facts("backup", "copy.db", "--overwrite")["sealed_missing"] == 0, (
        "an earlier backup has it beside it"
    )
