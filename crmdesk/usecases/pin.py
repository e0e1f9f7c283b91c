"""A PIN that uncovers the window on this laptop: kept as an Argon2id digest inside the encrypted database."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.registry import Label
from crmdesk.store.settings import Server
from crmdesk.system import secrets

if TYPE_CHECKING:
    from crmdesk.store.reading import Reader
    from crmdesk.store.replica import Replica

SHORTEST: Final = 6
TRIES: Final = 10
"""Wrong PINs after which no PIN is looked at: the company has to say who is there."""
_FREE: Final = 3
_FIRST_WAIT_MS: Final = 5_000
_LONGEST_WAIT_MS: Final = 60 * 60_000
_SALT_BYTES: Final = 16


class Pin(msgspec.Struct, frozen=True):
    """The digest and its salt in hexadecimal; `tries` that were wrong in a row, and when the next is looked at."""

    salt: str
    digest: str
    tries: int = 0
    until_ms: int = 0


def is_set(reader: Reader) -> bool:
    """Whether this laptop has a PIN."""
    return reader.setting("pin", Pin) is not None


def choose(replica: Replica, old: str, new: str) -> None:
    """Set the PIN, with the present one if there is one. Raises `bad_argument`, and what `check` raises."""
    from crmdesk.store import settings

    with replica.database.read() as connection:
        known = settings.read(connection, "pin", Pin)
    if known is not None:
        check(replica, old)
    replace(replica, new)


def replace(replica: Replica, new: str) -> None:
    """Set the PIN without the present one, for whom the company vouches. Raises `bad_argument` if it is too short."""
    from crmdesk.store import settings

    if len(new) < SHORTEST:
        hint = Label(f"PIN 至少要 {SHORTEST} 位。", f"A PIN has at least {SHORTEST} characters.")
        raise CrmError("bad_argument", argument="PIN", hint=hint)
    salt = replica.clock.random(_SALT_BYTES)
    fresh = Pin(salt.hex(), secrets.stretch(new, salt).hex())
    with replica.database.write() as connection:
        settings.write(connection, {"pin": fresh})


def check(replica: Replica, typed: str) -> None:
    """Raise `pin_wrong`, `pin_wait` or `pin_spent` unless this is the PIN.

    A try counts before it is looked at, so that ending the program gives none back.
    """
    from crmdesk.store import settings

    now = replica.clock.now_ms()
    with replica.database.write() as connection:
        known = settings.read(connection, "pin", Pin)
        if known is None:
            return
        has_company = settings.read(connection, "server", Server) is not None
        if has_company and known.tries >= TRIES:
            raise CrmError("pin_spent")
        if (left := min(known.until_ms - now, _LONGEST_WAIT_MS)) > 0:
            raise CrmError("pin_wait", seconds=-(-left // 1000))
        tries = known.tries + 1
        settings.write(
            connection, {"pin": msgspec.structs.replace(known, tries=tries, until_ms=now + _wait_ms(tries))}
        )
    if not hmac.compare_digest(secrets.stretch(typed, bytes.fromhex(known.salt)).hex(), known.digest):
        left_tries = TRIES - tries
        raise (
            CrmError("pin_wrong", left=left_tries)
            if left_tries > 0 or not has_company
            else CrmError("pin_spent")
        )
    renew(replica)


def renew(replica: Replica) -> None:
    """All tries are left again: the PIN was right, or the company vouches for the person."""
    from crmdesk.store import settings

    with replica.database.write() as connection:
        known = settings.read(connection, "pin", Pin)
        if known is not None:
            settings.write(connection, {"pin": msgspec.structs.replace(known, tries=0, until_ms=0)})


def _wait_ms(tries: int) -> int:
    """Three tries are free; then each wait doubles."""
    return 0 if tries < _FREE else min(_FIRST_WAIT_MS << min(tries - _FREE, 20), _LONGEST_WAIT_MS)
