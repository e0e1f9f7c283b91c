"""`crmdesk-server audit`: verify, list, export, roots."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crmdesk.core.errors import CrmError
from sync_server import auditing
from sync_server.cli import app
from sync_server.signing import signer_of
from sync_server.storage import audits
from tests.support.laptop import enrolled
from tests.support.server import RunningServer
from tests.support.tampering import tamper


@pytest.fixture
def ann_was_busy(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> str:
    if server.settings.url is not None:
        monkeypatch.setenv("CRMDESK_DATABASE", server.settings.url)
    monkeypatch.setenv("CRMDESK_LANGUAGE", "en")
    ann = enrolled(server, "Ann")
    for _ in range(3):
        ann.customer()
        ann.push()
    return ann.book


def run(server: RunningServer, *words: str) -> tuple[int, Any]:
    asked = ["audit", *words, "--dir", str(server.settings.directory), "--json"]
    done = CliRunner().invoke(app, asked, catch_exceptions=True)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, json.loads(done.stdout)


def test_verify_says_whether_it_is_whole(server: RunningServer, ann_was_busy: str) -> None:
    assert run(server, "roots", "--sign")[1]["roots"][-1]["rows"] > 0
    status, found = run(server, "verify")
    assert (status, found["problems"], found["unknown_roots"], found["roots"]) == (0, [], 0, 2)
    tamper(server, "DELETE FROM audit WHERE chain = ? AND number > 1", (ann_was_busy,))
    status, found = run(server, "verify")
    assert (status, found["problems"]) == (1, [{"chain": ann_was_busy, "number": 3, "what": "missing"}])


def test_list_takes_who_when_and_what(server: RunningServer, ann_was_busy: str) -> None:
    rows = run(server, "list", "--user", "Ann", "--kind", "push", "--limit", "2")[1]["rows"]
    assert [(row["chain"], row["number"]) for row in rows] == [(ann_was_busy, 3), (ann_was_busy, 2)]
    assert run(server, "list", "--until", "2020-01-01")[1]["rows"] == []
    assert len(run(server, "list", "--since", "2020-01-01", "--bucket", ann_was_busy)[1]["rows"]) == 3


def test_an_export_is_whole_and_is_itself_written_down(
    server: RunningServer, ann_was_busy: str, tmp_path: Path
) -> None:
    file = tmp_path / "audit.csv"
    made = run(server, "export", str(file))[1]
    status, found = run(server, "verify", "--file", str(file))
    assert (status, found["rows"], found["problems"]) == (0, made["rows"], [])
    (row,) = run(server, "list", "--kind", "export_audit")[1]["rows"]
    assert row["said"] == {"rows": made["rows"], "roots": made["roots"], "sha256": made["sha256"]}
    status, found = run(server, "verify", "--file", str(file), "--key", "00" * 32)
    assert (status, found["problems"][0]["what"]) == (1, "root_unsigned")


def test_t51_an_export_is_not_believed_for_the_key_that_it_names_itself(
    server: RunningServer, ann_was_busy: str, tmp_path: Path
) -> None:
    """Whoever can change the file can sign it anew."""
    file = tmp_path / "audit.jsonl"
    run(server, "export", str(file))
    found = CliRunner().invoke(
        app, ["audit", "verify", "--file", str(file), "--dir", str(tmp_path), "--json"]
    )
    assert (found.exit_code, json.loads(found.stdout)["vouched"]) == (1, False)
    assert json.loads(found.stdout)["problems"] == []
    key = signer_of(server.settings).public.hex()
    told = ["audit", "verify", "--file", str(file), "--dir", str(tmp_path), "--key", key, "--json"]
    found = CliRunner().invoke(app, told)
    assert (found.exit_code, json.loads(found.stdout)["vouched"]) == (0, True)


@pytest.mark.parametrize("words", [("list", "--since", "soon"), ("verify", "--key", "abc")])
def test_what_makes_no_sense_is_said(
    server: RunningServer, ann_was_busy: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(Exception, match="bad_argument"):
        run(server, *words)


def test_a_kind_that_no_row_has_is_refused_with_those_that_there_are(
    server: RunningServer, ann_was_busy: str
) -> None:
    with pytest.raises(CrmError) as refused:
        run(server, "list", "--kind", "nonsense")
    assert refused.value.code == "bad_argument"
    assert str(refused.value.about["hint"]).removeprefix("--kind: ").split(", ") == list(auditing.KINDS)
    said = CliRunner().invoke(app, ["audit", "list", "--help"], env={"COLUMNS": "200", "TERM": "dumb"}).stdout
    assert [kind for kind in auditing.KINDS if kind not in said] == []
    with server.database.read() as connection:
        written = {entry.kind for entry in audits.after(connection, "", 0, 10_000)}
    assert written <= set(auditing.KINDS)
