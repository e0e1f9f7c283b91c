"""A laptop that has to give up what it holds: by its company's order, or because its lease ran out.

Unsent work is sealed first; then everything goes, the key before all else; then the company is told and what was
sealed is handed in, now or whenever it is reached.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from crmdesk.core.errors import CrmError
from crmdesk.core.lease import Standing, judge
from crmdesk.core.sealed import HandedIn, Order, Reason, signed_wipe
from crmdesk.core.values import NOT_JSON
from crmdesk.store import leases, settings
from crmdesk.store.replica import Replica
from crmdesk.store.settings import Device, Server
from crmdesk.sync import sealing
from crmdesk.sync.brake import set_aside
from crmdesk.sync.device_key import sign
from crmdesk.sync.http import Http
from crmdesk.sync.lock import sync_lock
from crmdesk.sync.pinned import verify
from crmdesk.sync.transport import Transport
from crmdesk.system import wiping as system
from crmdesk.system.paths import Profile
from crmdesk.system.wiping import Wiped

_log: Final = logging.getLogger(__name__)
ENDS: Final = ("device_wiped", "device_purged")
"""Problems of a sync after which the profile is to be closed and given to `wipe`."""
_NOT_ASKED: Final = ("device_wiped", "database_busy", "profile_gone", "upgrade_needed")
"""Ends of a sync that say nothing of whether the company would renew the lease."""


def ended(replica: Replica, problem: CrmError | None) -> CrmError | None:
    """What ended a sync; for a laptop that is to give up what it holds, that: see `ENDS`."""
    if problem is not None and problem.code == "device_revoked":
        problem = obeyed(replica, problem)
    was_asked = problem is None or problem.code not in _NOT_ASKED
    return CrmError("device_purged", unsent=system.SEALED) if was_asked and overdue(replica) else problem


def obeyed(replica: Replica, said: CrmError) -> CrmError:
    """What a laptop makes of `device_revoked`: `device_wiped`, if its own company ordered that of this very laptop.

    An order by another key, or for another laptop, is as if there were none.
    """
    if said.code != "device_revoked" or _order(replica, said) is None:
        return said
    found = CrmError("device_wiped")
    found.about = {**said.about, "unsent": system.SEALED}
    return found


def overdue(replica: Replica) -> bool:
    """Whether the lease ran out so long ago that nothing may stay; asked after the company did not renew it."""
    with replica.database.read() as connection:
        seen = settings.identity(connection).seen_ms
        return judge(leases.kept(connection), seen, replica.clock.now_ms()).standing is Standing.PURGE


def wipe(profile: Profile, replica: Replica, problem: CrmError) -> bool:
    """Seal what is unsent and destroy everything else; closes `replica`.

    From the first look at what is unsent until nothing can be written any more, no process of this profile commits
    anything: it waits, and is refused with `profile_gone`. Does nothing and returns False where neither a valid order
    nor the lease asks for it. Raises `database_unwritable` or `disk_full` where what is unsent can't be made safe, and
    `database_busy` while another process syncs: then nothing was destroyed.
    """
    order = _order(replica, problem)
    if order is None and not (problem.code == "device_purged" and overdue(replica)):
        return False
    try:
        with sync_lock(replica.database.path), replica.database.write():
            _seal_all(profile, replica, order)
    except CrmError as error:
        if error.code != "profile_gone":
            raise
        # Another process of this profile did it a moment ago, or is about to.
    replica.close()
    system.carry_out(profile)
    return system.done(profile) is not None


def _seal_all(profile: Profile, replica: Replica, order: Order | None) -> None:
    with replica.database.read() as connection:
        kept, device = leases.kept(connection), settings.read(connection, "device", Device)
        server = settings.read(connection, "server", Server)
    reason: Reason = "lease" if order is None else "order"
    seal_key = order.seal_key if order is not None else kept.lease.seal_key if kept is not None else ""
    made = sealing.seal(replica, reason, seal_key, system.sealed_folder(profile), set_aside(replica))
    now = replica.clock.now_ms()
    word = sign(device.key, signed_wipe(device.id, now))
    system.begin(profile, Wiped(reason, now, device.id, server.url, server.company, word, sealed=len(made)))


@dataclass
class Account:
    """What became of sealed files: the company's answers, those that wait, those that it can't open."""

    answers: list[HandedIn] = field(default_factory=list)
    waiting: list[Path] = field(default_factory=list)
    unreadable: list[Path] = field(default_factory=list)
    problem: CrmError | None = None


def hand_in(
    profile: Profile, files: Sequence[Path] | None = None, transport: Transport | None = None
) -> Account:
    """Give the company what waits for it: sealed files (these, or the profile's own), and word of a destruction.

    A file goes once the company has it. Expected trouble ends up in the account, and another try may follow.
    """
    account = Account()
    own = files is None
    for path in sealing.waiting(system.sealed_folder(profile)) if files is None else files:
        _hand_in(path, account, transport, profile if own else None)
    note = system.done(profile)
    if note is not None and not note.is_told and account.problem is None:
        try:
            server = Http(note.url, transport=transport)
            try:
                server.wiped(note.device, note.at_ms, note.signature)
            finally:
                server.close()
            system.note_told(profile, note)
        except CrmError as error:
            account.problem = error
    return account


def _hand_in(path: Path, account: Account, transport: Transport | None, own: Profile | None) -> None:
    """Hand in a file; one of a profile's own goes once it is noted there what became of it."""
    try:
        cover, sealed = sealing.read(path)
        server = Http(cover.url, transport=transport)
        try:
            account.answers.append(server.hand_in(sealed))
        finally:
            server.close()
        if own is not None:
            system.note_handed_in(own, path.name, account.answers[-1])
            path.unlink(missing_ok=True)
    except CrmError as error:
        _log.warning("%s was not handed in: %s", path.name, error.code)
        account.problem = error
        (account.unreadable if error.code == "sealed_unreadable" else account.waiting).append(path)


def _order(replica: Replica, said: CrmError) -> Order | None:
    """The order that came with a refusal, if this laptop's company signed it for this laptop."""
    with replica.database.read() as connection:
        server = settings.read(connection, "server", Server)
        device = settings.read(connection, "device", Device)
    return None if server is None or device is None else read_order(said, server.key, device.id)


def read_order(said: CrmError, key: str, device: str) -> Order | None:
    """The order in a refusal, if it was signed by `key` and is for `device`; None for anything else."""
    content, signature = str(said.about.get("order", "")).encode(), str(said.about.get("signature", ""))
    if not verify(key, "wipe", content, signature):
        return None
    try:
        order = msgspec.json.decode(content, type=Order)
    except NOT_JSON:
        return None
    return order if order.device == device else None
