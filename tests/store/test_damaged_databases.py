"""T-52: databases with bytes flipped anywhere. A clear error or the right data; never a crash, never anything wrong."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.store import outbox
from crmdesk.system.paths import Profile
from crmdesk.usecases import customers, visits
from crmdesk.usecases.copies import back_up, put_back
from crmdesk.usecases.export import export
from crmdesk.usecases.visits import VisitNote
from crmdesk.usecases.workspace import open_workspace, readings
from sync_server import keeping
from sync_server.accounts import create_company, open_company
from sync_server.settings import Settings
from tests.support.server import Clock, staff
from tests.support.workspace import FakeClock, customer, make

KEY = bytes(range(32))
NAMES = [f"宏远机械{n}" for n in range(40)]
EXPECTED = {"database_corrupt", "database_foreign", "wrong_passphrase"}


def spoilt(content: bytes, seed: int) -> bytes:
    """A byte or a few, a run of noise, a page twice, or the end cut off."""
    chance, found = Random(seed), bytearray(content)
    at = chance.randrange(len(found))
    match seed % 5:
        case 0 | 1:
            found[at] ^= 1 << chance.randrange(8)
        case 2:
            found[at : at + 64] = chance.randbytes(64)
        case 3:
            page = chance.randrange(len(found) // 4096) * 4096
            other = chance.randrange(len(found) // 4096) * 4096
            found[page : page + 4096] = content[other : other + 4096]
        case _:
            del found[at:]
    return bytes(found)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    """A profile with customers, visits and unsent work, closed."""
    workspace = make(tmp_path_factory.mktemp("sound") / "profile", key=KEY)
    for name in NAMES:
        visits.log(workspace.replica, VisitNote(customer(workspace, name, remark=name * 5), f"谈价格 {name}"))
    workspace.replica.database.scrub()
    workspace.close()
    return workspace.profile


def seen(profile: Profile) -> set[str]:
    """Every name that a list, a search, a card, or the writer shows of it."""
    workspace = open_workspace(profile, KEY, FakeClock())
    try:
        reader = workspace.reader
        found = {str(row[0]) for row in reader.all("SELECT f_name FROM p_customer")}
        found |= {hit.name for hit in customers.search(reader, readings(), "宏远")}
        for (name,) in reader.all("SELECT DISTINCT f_remark FROM p_customer"):
            found.add(str(name)[: len(str(name)) // 5])
        for record_id in reader.all("SELECT id FROM p_customer"):
            record = reader.record("customer", record_id[0])
            found |= {str(e.values["name"]) for e in record.edits if "name" in e.values} if record else set()
        with workspace.replica.database.read() as connection:
            assert outbox.count(connection)[0] in (0, 2 * len(NAMES), 3 * len(NAMES))
        workspace.replica.rebuild()
        return found
    finally:
        workspace.close()


def refusal(look: Callable[[], object]) -> str | None:
    """The code of the expected error with which a look ends, None if it goes well."""
    try:
        look()
    except CrmError as error:
        return error.code
    return None


def test_t52_a_damaged_database_is_refused_in_words_or_shows_what_it_held(
    sound: Profile, tmp_path: Path
) -> None:
    content = sound.database.read_bytes()
    outcomes: Counter[str] = Counter()
    for seed in range(200):
        profile = Profile(tmp_path / "damaged")
        shutil.rmtree(profile.folder, ignore_errors=True)
        shutil.copytree(sound.folder, profile.folder)
        profile.database.write_bytes(spoilt(content, seed))
        outcome = refusal(
            lambda profile=profile: set(NAMES).issuperset(seen(profile)) or pytest.fail("nobody wrote it")  # type: ignore[misc]
        )
        assert outcome in {None, *EXPECTED}, seed
        outcomes[outcome or "shown"] += 1
    assert outcomes["database_corrupt"] + outcomes["wrong_passphrase"] > 50, outcomes


def test_t52_a_damaged_profile_is_repaired_from_a_copy_and_the_damaged_file_kept(
    sound: Profile, tmp_path: Path
) -> None:
    """What was never sent may be in it and nowhere else."""
    workspace = open_workspace(sound, KEY, FakeClock())
    back_up(workspace, tmp_path / "copy.db")
    workspace.close()
    for how, damage in _DAMAGES.items():
        profile = Profile(tmp_path / how)
        shutil.copytree(sound.folder, profile.folder)
        damaged = damage(profile.database.read_bytes())
        profile.database.write_bytes(damaged)
        done = put_back(profile, KEY, tmp_path / "copy.db")
        assert done.aside.read_bytes()[4096:] == damaged[4096:], "the damaged file is kept as it was"
        assert seen(profile) == set(NAMES), how


_DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "head": lambda content: bytes(200) + content[200:],
    "middle": lambda content: content[:9000] + bytes(5000) + content[14_000:],
    "cut": lambda content: content[: len(content) // 3],
    "text": lambda _content: b"this is no database at all",
}


def test_t52_what_a_damaged_database_says_names_the_file_the_unsent_work_and_the_way_out() -> None:
    for language, words in (("zh_CN", ("尚未发送", "crmdesk restore", "管理员")), ("en", ("not sent", "crmdesk restore", "administrator"))):  # fmt: skip
        said = str(CrmError("database_corrupt", path="crmdesk.db").sentence(language))  # type: ignore[arg-type]  # a literal
        assert all(word in said for word in ("crmdesk.db", *words))


def test_t52_a_damaged_company_is_found_damaged_or_is_whole(tmp_path: Path) -> None:
    """The server's own file is not encrypted: it is told by what its records' digests and the engine say."""
    settings, now = Settings(tmp_path / "company"), Clock()()
    create_company(settings, "Test", now)
    with closing(open_company(settings)) as database, database.write() as connection:
        staff(connection, now)
    content = settings.database.read_bytes()
    file = tmp_path / "bad.db"
    for seed in range(60):
        file.write_bytes(spoilt(content, seed))
        said = refusal(lambda: keeping._check_file(file))
        assert said in {None, *EXPECTED, "schema_newer", "malformed_record"}, seed


def test_t52_an_export_of_a_damaged_database_ends_in_words(sound: Profile, tmp_path: Path) -> None:
    profile = Profile(tmp_path / "damaged")
    shutil.copytree(sound.folder, profile.folder)
    content = bytearray(profile.database.read_bytes())
    for page in range(len(content) // 4096 // 2, len(content) // 4096):
        content[page * 4096 + 100] ^= 1
    profile.database.write_bytes(bytes(content))

    def take_along() -> None:
        with closing(open_workspace(profile, KEY, FakeClock())) as workspace:
            export(workspace.reader, workspace.replica.registry, tmp_path / "out", "en")

    assert refusal(take_along) in EXPECTED


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("UPDATE audit SET said = X'8c'", "database_corrupt"),
        ("UPDATE audit SET kind = CAST(X'8c' AS TEXT)", "database_corrupt"),
        ("UPDATE record SET seq = 'x'", None),
    ],
)
def test_t52_values_of_a_wrong_kind_are_told_as_damage(tmp_path: Path, damage: str, code: str | None) -> None:
    """A damaged file gives any column any type, and text that is none."""
    settings, now = Settings(tmp_path / "company"), Clock()()
    create_company(settings, "Test", now)
    with closing(open_company(settings)) as database, database.write() as connection:
        staff(connection, now)
    with closing(sqlite3.connect(settings.database)) as plain:
        for (trigger,) in plain.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            plain.execute(f"DROP TRIGGER {trigger}")
        plain.execute(damage)
        plain.commit()
    problems: list[str] = []
    assert refusal(lambda: problems.extend(keeping._check_file(settings.database).problems)) == code
    assert code or problems
