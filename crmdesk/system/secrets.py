"""The key of a profile's database: in the system's keychain, or made from a passphrase; never in plain text.

A profile says in `key.json` which of the two it uses and, for a passphrase, the salt. Nothing falls back to
an unencrypted file.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.values import NOT_JSON
from crmdesk.system.paths import Profile

KEY_BYTES: Final = 32
PASSPHRASE_VARIABLE: Final = "CRMDESK_PASSPHRASE"  # noqa: S105 -- the name of a variable
SHORTEST_PASSPHRASE: Final = 8
_SERVICE: Final = "crmdesk"
_MEMORY_KIB: Final = 64 * 1024
_TIME_COST: Final = 3

AskPassphrase = Callable[[], "str | None"]


def check_new_passphrase(passphrase: str) -> None:
    """Refuse what is guessed too soon as the passphrase of a new profile. Raises `passphrase_short`."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise CrmError("passphrase_short", shortest=SHORTEST_PASSPHRASE)


def new_key(profile: Profile, passphrase: str | None) -> bytes:
    """Mint the key of a new profile. Raises `no_keychain` if there is neither keychain nor passphrase.

    Raises `profile_exists` rather than replace the only key of what is there, and `database_unwritable`.
    """
    if profile.exists():
        raise CrmError("profile_exists", path=profile.folder)
    try:
        profile.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CrmError("database_unwritable", path=profile.folder) from error
    if passphrase:
        salt = secrets.token_bytes(16)
        _note(profile, {"kind": "passphrase", "salt": salt.hex()})
        return _derive(passphrase, salt)
    key = secrets.token_bytes(KEY_BYTES)
    name = secrets.token_hex(8)
    keyring = _keyring()
    if keyring is None:
        raise CrmError("no_keychain")
    from keyring.errors import KeyringError

    try:
        keyring.set_password(_SERVICE, name, key.hex())
    except KeyringError as error:
        raise CrmError("no_keychain") from error
    _note(profile, {"kind": "keychain", "name": name})
    return key


def existing_key(profile: Profile, ask: AskPassphrase) -> bytes:
    """The key of an existing profile. `ask` gives the passphrase, or None to give up.

    Raises `no_profile` or `no_keychain`; a wrong passphrase shows only when the database is opened.
    """
    note = _read_note(profile)
    if note["kind"] == "passphrase":
        passphrase = ask()
        if not passphrase:
            raise CrmError("no_keychain")
        return _derive(passphrase, bytes.fromhex(str(note["salt"])))
    keyring = _keyring()
    if keyring is None:
        raise CrmError("no_keychain")
    from keyring.errors import KeyringError

    try:
        found = keyring.get_password(_SERVICE, str(note["name"]))
    except KeyringError as error:
        raise CrmError("no_keychain") from error
    if not found:
        raise CrmError("no_keychain")
    return bytes.fromhex(found)


def needs_passphrase(profile: Profile) -> bool:
    """Whether an existing profile opens with a passphrase rather than the keychain."""
    return _read_note(profile)["kind"] == "passphrase"


def stretch(text: str, salt: bytes) -> bytes:
    """32 bytes from what a person types, slow to guess: Argon2id, 64 MiB, about 0.2 s."""
    return _derive(text, salt)


def forget_key(profile: Profile) -> None:
    """Destroy a profile's key for good: the keychain's entry, or the salt without which no passphrase makes it.

    Nothing where it is gone already; a keychain that does not answer leaves its entry. Nobody can promise more than
    this of a disk: an unlinked file, or its bytes before they were overwritten, may be recovered from a flash disk, a
    journal or a snapshot. With such a salt a passphrase still opens what else was recovered; a keychain's key does only
    where its entry stayed.
    """
    path = profile.folder / "key.json"
    try:
        note = _read_note(profile)
    except CrmError:
        path.unlink(missing_ok=True)
        return
    keyring = _keyring() if note["kind"] == "keychain" else None
    if keyring is not None:
        from keyring.errors import KeyringError

        with suppress(KeyringError, KeyError):
            keyring.delete_password(_SERVICE, note["name"])
    try:
        with path.open("r+b") as file:  # the very bytes, where the disk writes in place
            file.write(b"0" * path.stat().st_size)
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except OSError as error:
        raise CrmError("database_unwritable", path=path) from error


def has_keychain() -> bool:
    """Whether this machine has a keychain that can hold a key."""
    return _keyring() is not None


def passphrase_from_environment() -> str | None:
    """The passphrase that scripts hand over; it is never stored."""
    return os.environ.get(PASSPHRASE_VARIABLE) or None


def _keyring() -> Any:
    """The keyring module where a real backend answers, else None. Imported late: it costs 70 ms."""
    import keyring
    from keyring.backends import fail

    return None if isinstance(keyring.get_keyring(), fail.Keyring) else keyring


def _derive(passphrase: str, salt: bytes) -> bytes:
    """Argon2id, 64 MiB, three passes: about 0.2 s once at each start."""
    from argon2.low_level import Type, hash_secret_raw

    return hash_secret_raw(
        passphrase.encode(), salt, time_cost=_TIME_COST, memory_cost=_MEMORY_KIB, parallelism=1,
        hash_len=KEY_BYTES, type=Type.ID,
    )  # fmt: skip


def _note(profile: Profile, note: dict[str, str]) -> None:
    path = profile.folder / "key.json"
    temporary = path.with_suffix(".tmp")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(json.dumps(note))
            file.flush()
            os.fsync(file.fileno())  # without the salt no passphrase opens the database again
        temporary.chmod(0o600)
        temporary.replace(path)
    except OSError as error:
        raise CrmError("database_unwritable", path=path) from error


def _read_note(profile: Profile) -> dict[str, str]:
    path = profile.folder / "key.json"
    try:
        note = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
        if note["kind"] == "passphrase":
            bytes.fromhex(note["salt"])
        else:
            _ = note["name"]
    except (FileNotFoundError, NotADirectoryError) as error:
        raise CrmError("no_profile", path=profile.folder) from error
    except (OSError, ValueError, KeyError, *NOT_JSON) as error:
        raise CrmError("database_corrupt", path=path) from error
    return note
