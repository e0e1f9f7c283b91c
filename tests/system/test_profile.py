"""A profile's files: preferences that survive other versions, keys that are never replaced or guessed."""

import json
import logging
from pathlib import Path

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.system import logs, preferences, secrets
from crmdesk.system.paths import Profile
from crmdesk.system.preferences import Preferences


def test_preferences_come_back_with_their_chinese_and_beside_what_others_wrote(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    path.write_text('{"from_the_future": 1, "theme": "dark"}')
    preferences.save(path, Preferences(theme="light", phrases=("客户有意向",)))
    assert preferences.load(path) == Preferences(theme="light", phrases=("客户有意向",))
    assert json.loads(path.read_bytes().decode("utf-8"))["from_the_future"] == 1


def test_one_unreadable_preference_does_not_reset_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    path.write_text('{"theme": "dark", "density": 7}')
    assert preferences.load(path) == Preferences(theme="dark")
    path.write_bytes(b"\xff\xfe{")
    assert preferences.load(path) == Preferences()


def test_a_passphrase_gives_the_same_key_again_and_another_another(tmp_path: Path) -> None:
    profile = Profile(tmp_path)
    key = secrets.new_key(profile, "口令 one")
    assert len(key) == secrets.KEY_BYTES
    assert secrets.existing_key(profile, lambda: "口令 one") == key
    assert secrets.existing_key(profile, lambda: "口令 two") != key
    assert secrets.needs_passphrase(profile)
    assert "口令" not in (tmp_path / "key.json").read_text(encoding="utf-8")


def test_the_key_of_a_database_that_exists_is_never_replaced(tmp_path: Path) -> None:
    profile = Profile(tmp_path)
    key = secrets.new_key(profile, "one")
    profile.database.write_bytes(b"a database")
    with pytest.raises(CrmError):
        secrets.new_key(profile, "two")
    assert secrets.existing_key(profile, lambda: "one") == key


@pytest.mark.parametrize("note", ["", "[]", "{}", '{"kind": "passphrase"}', '{"kind": "keychain"}'])
def test_a_damaged_key_note_is_called_damaged(tmp_path: Path, note: str) -> None:
    (tmp_path / "key.json").write_text(note)
    with pytest.raises(CrmError, match="database_corrupt"):
        secrets.existing_key(Profile(tmp_path), lambda: "one")


def test_a_profile_without_a_key_is_no_profile(tmp_path: Path) -> None:
    with pytest.raises(CrmError, match="no_profile"):
        secrets.existing_key(Profile(tmp_path), lambda: "one")


def test_a_copied_file_is_in_another_place_and_the_same_one_in_the_same(tmp_path: Path) -> None:
    first, second = Profile(tmp_path / "a"), Profile(tmp_path / "b")
    for profile in (first, second):
        profile.folder.mkdir()
        profile.database.write_bytes(b"same")
    assert first.place() == first.place() != second.place()


def test_a_machine_without_a_network_card_stays_the_same_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import uuid

    places = set()
    for invented in (0x010000000001, 0x03ABCDEF0123):
        monkeypatch.setattr(uuid, "getnode", lambda number=invented: number)
        places.add(Profile(tmp_path).place())
    assert len(places) == 1


def test_t48_a_fault_is_logged_by_kind_and_place_and_not_by_what_it_says(tmp_path: Path) -> None:
    """What an exception says may quote what a person typed, and so may what caused it."""
    profile = Profile(tmp_path)
    logs.start(profile)
    log, phone, name = logging.getLogger("crmdesk.test"), "13977718842", "金丝雀机械"
    try:
        try:
            raise KeyError(phone)  # noqa: TRY301 -- a fault with a cause
        except KeyError as error:
            raise ValueError(name) from error
    except ValueError:
        log.exception("it happened")
    said = (profile.logs / "crmdesk.log").read_text(encoding="utf-8")
    assert phone not in said
    assert name not in said
    assert "builtins.ValueError" in said
    assert "builtins.KeyError" in said
    assert "test_profile.py" in said
