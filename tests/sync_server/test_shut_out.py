"""A restored database has forgotten whom the company shut out; the server has not."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmdesk.core.errors import CrmError
from sync_server import accounts, auditing, enrolment, jobs, shut_out
from sync_server.app import create_app
from sync_server.auditing import Wanted
from sync_server.storage import devices, people
from tests.support.laptop import Laptop, enrolled
from tests.support.postgres import in_a_file
from tests.support.server import RunningServer, running_server
from tests.sync_server.test_server_cli import run


def revoke(server: RunningServer, laptop: Laptop) -> None:
    with server.database.write() as connection:
        enrolment.revoke(connection, laptop.welcome["device"], server.clock())


def code(laptop: Laptop) -> str:
    return str(laptop.http.get("/v1/heads").json().get("code"))


def kinds(server: RunningServer) -> list[str]:
    with server.database.read() as connection:
        return [row.kind for row in auditing.listed(connection, Wanted(), None, 1000).rows]


def test_a_lost_laptop_and_a_leaver_stay_out_after_a_restore(
    server: RunningServer, url: str | None, tmp_path: Path
) -> None:
    """T-01, P2: the backup is from before."""
    ann, bo, cai = (enrolled(server, name) for name in ("Ann", "Bo", "Cai"))
    backup = server.backup(tmp_path / "before.backup")
    revoke(server, ann)
    with server.database.write() as connection:
        accounts.disable_user(connection, server.people["Bo"].user, server.clock())
    jobs.note_shut_out(server.database, server.settings)
    server.restore(backup)
    assert [code(laptop) for laptop in (ann, bo)] == ["None", "None"], (
        "the restored database knows of nothing"
    )
    with running_server(tmp_path, url=url) as again:
        for laptop in (ann, bo, cai):
            laptop.http.base_url = again.address
        assert [code(laptop) for laptop in (ann, cai)] == ["device_revoked", "None"]
        assert bo.http.get("/v1/heads").json().get("heads", []) == []
        with again.database.read() as connection:
            assert people.find_account(connection, "Bo").is_disabled
        assert {"revoke", "disable_user"} <= set(kinds(again))


def test_a_start_without_a_restore_shuts_nobody_out(
    server: RunningServer, url: str | None, tmp_path: Path
) -> None:
    ann = enrolled(server, "Ann")
    revoke(server, ann)
    before = kinds(server)
    with running_server(tmp_path, url=url) as again:
        assert kinds(again) == before
        assert shut_out.noted(again.settings).laptops == {ann.welcome["device"]}


@in_a_file
def test_a_command_notes_it_before_it_ends(server: RunningServer) -> None:
    """No server need run, and none need start before the disk is lost."""
    ann = enrolled(server, "Ann")
    assert run(server.settings.directory.parent, "device", "revoke", ann.welcome["device"]).returncode == 0
    assert shut_out.noted(server.settings).laptops == {ann.welcome["device"]}
    assert (server.settings.directory / shut_out.FILE).stat().st_mode & 0o077 == 0


@in_a_file
def test_a_server_that_was_stopped_has_noted_it(server: RunningServer, tmp_path: Path) -> None:
    with running_server(tmp_path) as again:
        ann = enrolled(again, "Ann")
        revoke(again, ann)
        assert ann.welcome["device"] not in shut_out.noted(again.settings).laptops
    assert ann.welcome["device"] in shut_out.noted(server.settings).laptops


@in_a_file
def test_nobody_is_served_while_it_is_unknown_who_was_shut_out(server: RunningServer) -> None:
    (server.settings.directory / shut_out.FILE).write_bytes(b"{")
    with pytest.raises(CrmError) as found:
        create_app(server.settings, server.clock)
    assert found.value.code == "database_corrupt"
    assert str(found.value.about["path"]).endswith(shut_out.FILE)


@in_a_file
def test_laptops_that_joined_after_the_backup_are_nobodys(server: RunningServer, tmp_path: Path) -> None:
    """What the database does not know at all has nothing to be shut out of."""
    backup = server.backup(tmp_path / "before.backup")
    ann = enrolled(server, "Ann")
    revoke(server, ann)
    jobs.note_shut_out(server.database, server.settings)
    server.restore(backup)
    shut_out.uphold(server.database, server.settings, server.clock)
    with server.database.read() as connection:
        assert devices.devices(connection) == []
    assert shut_out.noted(server.settings).laptops == {ann.welcome["device"]}
