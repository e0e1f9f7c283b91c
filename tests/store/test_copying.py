"""R2, R6: a file that was copied, moved or put back from a backup never hands a number out twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.core.record import RecordKey
from crmdesk.store import generation, opening, settings
from crmdesk.store.copying import copy_in, copy_out
from crmdesk.usecases import customers
from crmdesk.usecases.workspace import Workspace, open_workspace
from tests.support.workspace import FakeClock, commit, make

KEY = bytes(range(32))


def reopened(desk: Workspace) -> Workspace:
    """Opened for writing again, as by the next start."""
    again = open_workspace(desk.profile, desk.key, FakeClock(9))
    _ = again.replica
    return again


def count(desk: Workspace) -> int:
    return int(desk.reader.value("SELECT value FROM setting WHERE name = 'generation'"))


def test_r2_a_database_put_back_over_itself_byte_by_byte_takes_a_new_actor(tmp_path: Path) -> None:
    """The same path, machine and inode: only the count beside it tells."""
    desk = make(tmp_path / "desk")
    customers.add(desk.replica, {"name": "宏远"})
    desk.close()
    old = desk.profile.database.read_bytes()
    desk = reopened(desk)
    actor = desk.identity().actor
    customers.add(desk.replica, {"name": "备份之后"})
    desk.replica.database.scrub()
    desk.close()
    with desk.profile.database.open("r+b") as file:  # the inode stays
        file.write(old)
        file.truncate()
    restored = reopened(desk)
    assert restored.identity().place == restored.profile.place() == desk.profile.place()
    assert restored.identity().actor != actor
    customers.add(restored.replica, {"name": "之后"})
    assert {row[0] for row in restored.reader.all("SELECT f_name FROM p_customer")} == {"宏远", "之后"}
    again = restored.identity().actor
    restored.close()
    third = reopened(desk)
    assert third.identity().actor == again, "said once"
    third.close()


def test_each_opening_counts_one_inside_and_beside(tmp_path: Path) -> None:
    desk = make(tmp_path / "desk")
    actor = desk.identity().actor
    for wanted in (2, 3):
        desk.close()
        desk = reopened(desk)
        assert count(desk) == wanted
        assert generation.beside(desk.profile.database).read_text() == str(wanted)
    assert desk.identity().actor == actor
    desk.close()


@pytest.mark.parametrize("note", [None, "", "nonsense", "999999"])
def test_r2_in_doubt_the_actor_changes(tmp_path: Path, note: str | None) -> None:
    desk = make(tmp_path / "desk")
    actor = desk.identity().actor
    desk.close()
    path = generation.beside(desk.profile.database)
    path.unlink() if note is None else path.write_text(note)
    desk = reopened(desk)
    assert desk.identity().actor != actor
    desk.close()


def test_r2_a_doubt_outlives_a_crash_before_the_actor_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make(tmp_path / "desk")
    actor = desk.identity().actor
    desk.close()
    generation.beside(desk.profile.database).unlink()

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(opening, "change_actor", crash)
        with pytest.raises(KeyboardInterrupt):
            reopened(desk)
    desk = reopened(desk)
    assert desk.identity().actor != actor
    desk.close()


def test_a_crash_between_the_note_and_the_commit_costs_an_actor_and_nothing_else(tmp_path: Path) -> None:
    desk = make(tmp_path / "desk")
    customers.add(desk.replica, {"name": "宏远"})
    desk.close()
    generation.beside(desk.profile.database).write_text("2")  # written, and then the power failed
    desk = reopened(desk)
    assert [row[0] for row in desk.reader.all("SELECT f_name FROM p_customer")] == ["宏远"]
    assert desk.reader.value("SELECT count(*) FROM outbox") == 1
    desk.close()


# -- copies in one file ----------------------------------------------------------------------------------------


def test_a_copy_taken_while_somebody_writes_is_whole_and_encrypted(tmp_path: Path) -> None:
    desk = make(tmp_path / "desk", key=KEY)
    customers.add(desk.replica, {"name": "宏远机械"})
    copy = tmp_path / "copy.db"
    with desk.replica.database.write() as connection:
        settings.write(connection, {"scratch": 1})
        copy_out(desk.profile.database, KEY, copy)
    assert not list(tmp_path.glob("*.part"))
    assert "宏远".encode() not in copy.read_bytes()
    assert copy.read_bytes()[:6] != b"SQLite"
    desk.close()
    copy_in(copy, desk.profile.database, KEY, tmp_path / "aside")
    again = reopened(desk)
    assert [row[0] for row in again.reader.all("SELECT f_name FROM p_customer")] == ["宏远机械"]
    assert again.reader.value("SELECT count(*) FROM setting WHERE name = 'scratch'") == 0
    again.close()


def test_r6_a_restored_copy_keeps_its_unsent_work_under_a_new_actor(tmp_path: Path) -> None:
    desk = make(tmp_path / "desk", key=KEY)
    key = RecordKey("customer", customers.add(desk.replica, {"name": "宏远"}).value)
    copy_out(desk.profile.database, KEY, tmp_path / "copy.db")
    commit(desk.replica, key, city="上海")
    actor, dots = desk.identity().actor, set(desk.reader.all("SELECT actor, counter FROM edit"))
    desk.close()
    copy_in(tmp_path / "copy.db", desk.profile.database, KEY, tmp_path / "aside")
    again = reopened(desk)
    assert again.identity().actor != actor
    assert again.reader.value("SELECT count(*) FROM outbox") == 1
    commit(again.replica, key, city="无锡")
    assert not dots & set(again.reader.all("SELECT actor, counter FROM edit"))
    assert (tmp_path / "aside").stat().st_size > 0, "what was replaced is kept"
    again.close()


def test_a_copy_that_does_not_open_with_this_key_changes_nothing(tmp_path: Path) -> None:
    desk, other = make(tmp_path / "desk", key=KEY), make(tmp_path / "other", key=bytes(32))
    for one in (desk, other):
        customers.add(one.replica, {"name": "宏远"})
        one.close()
    copy_out(other.profile.database, bytes(32), tmp_path / "copy.db")
    shutil.copy(desk.profile.database, tmp_path / "before")
    with pytest.raises(CrmError) as caught:
        copy_in(tmp_path / "copy.db", desk.profile.database, KEY, tmp_path / "aside")
    assert caught.value.code == "wrong_passphrase"
    assert desk.profile.database.read_bytes() == (tmp_path / "before").read_bytes()
    assert not (tmp_path / "aside").exists()


def test_a_database_that_is_open_is_not_replaced(tmp_path: Path) -> None:
    desk = make(tmp_path / "desk", key=KEY)
    copy_out(desk.profile.database, KEY, tmp_path / "copy.db")
    with pytest.raises(CrmError) as caught:
        copy_in(tmp_path / "copy.db", desk.profile.database, KEY, tmp_path / "aside")
    assert caught.value.code == "database_busy"
    customers.add(desk.replica, {"name": "照常"})
    desk.close()


def test_a_copy_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    desk = make(tmp_path / "desk", key=KEY)
    with pytest.raises(CrmError) as caught:
        copy_out(desk.profile.database, KEY, tmp_path / "nowhere" / "copy.db")
    assert caught.value.code == "database_unwritable"
    desk.close()
