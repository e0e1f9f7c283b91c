"""What a serving process does by itself, each minute, hour or day. Several processes may do it at once; locks keep them apart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from crmdesk.core.errors import CrmError
from crmdesk.store.database import Database
from sync_server import blobs, elsewhere, handing_in, roots, sharing, shut_out
from sync_server.clock import Moment
from sync_server.leases import Authority
from sync_server.settings import Settings
from sync_server.signing import Signer
from sync_server.storage import attempts
from sync_server.sweeping import sweep

_log: Final = logging.getLogger(__name__)

FIRST_SECONDS: Final = 10 * 60.0
"""A server that was just started has laptops to answer first."""
EVERY_SECONDS: Final = 24 * 60 * 60.0
DUE_SECONDS: Final = 30.0
"""How often shares and delegations are looked at while nobody asks for anything."""
ROOT_SECONDS: Final = 5 * 60.0
"""How often it is asked whether a signed root is due."""
KNOWN_SECONDS: Final = 60.0
"""How often it is looked whether customers were written that somebody may ask about."""
KNOWN_PAUSE_SECONDS: Final = 0.5
"""How long others may write before more of them are read."""
SHUT_OUT_SECONDS: Final = 10.0
"""How long somebody may be shut out before that outlives the database."""


def _forget_attempts(database: Database, now: Moment) -> None:
    with database.write() as connection:
        attempts.forget(connection, now)


async def keep_house(
    database: Database, settings: Settings, authority: Authority, now: Callable[[], Moment]
) -> None:
    """Take contents in that were handed in before their records, bury what was deleted long ago and remove contents that nothing names, now and then, until cancelled."""
    await asyncio.sleep(FIRST_SECONDS)
    while True:
        try:
            store = blobs.store_of(database, settings)
            taken = await asyncio.to_thread(handing_in.take_kept, store, authority, settings, now())
            _log.info("stored: %s contents that had been handed in sealed", taken)
            swept = await asyncio.to_thread(sweep, database, now(), settings.away_ms)
            _log.info("swept: %s records gone for good, %s deletions wait", *swept)
            collected = await asyncio.to_thread(blobs.collect, store, now(), settings.away_ms)
            await asyncio.to_thread(_forget_attempts, database, now())
            _log.info("collected: %s contents, %s strays, %s unfinished uploads", *collected)
        except CrmError as error:
            _log.warning("not swept today: %s", error.code)
        await asyncio.sleep(EVERY_SECONDS)


async def keep_roots(database: Database, signer: Signer, now: Callable[[], Moment]) -> None:
    """Sign a root of the audit every hour, until cancelled; of several processes whichever comes first."""
    while True:
        await asyncio.sleep(ROOT_SECONDS)
        try:
            await asyncio.to_thread(_sign_root, database, signer, now())
        except CrmError as error:
            _log.warning("no root was signed: %s", error.code)


def _sign_root(database: Database, signer: Signer, now: Moment) -> None:
    with database.write() as connection:
        roots.make(connection, signer, now)


async def keep_time(database: Database, now: Callable[[], Moment]) -> None:
    """End and begin shares and delegations when their time has come, until cancelled.

    Requests do so as well, before they are answered; this tells those who only listen.
    """
    while True:
        try:
            await asyncio.to_thread(sharing.settle_due, database, now())
        except CrmError as error:
            _log.warning("shares not looked at: %s", error.code)
        await asyncio.sleep(DUE_SECONDS)


async def keep_known(database: Database) -> None:
    """Read by what customers are found again, until cancelled."""
    pause = KNOWN_SECONDS
    while True:
        await asyncio.sleep(pause)
        try:
            pause = (
                KNOWN_PAUSE_SECONDS if await asyncio.to_thread(elsewhere.read_on, database) else KNOWN_SECONDS
            )
        except CrmError as error:
            pause = KNOWN_SECONDS
            _log.warning("customers are not found again yet: %s", error.code)


async def keep_shut_out(database: Database, settings: Settings) -> None:
    """Write down beside the database who was shut out, until cancelled."""
    while True:
        await asyncio.sleep(SHUT_OUT_SECONDS)
        await asyncio.to_thread(note_shut_out, database, settings)


def note_shut_out(database: Database, settings: Settings) -> None:
    """Write it down now, if it can be."""
    try:
        shut_out.note(database, settings)
    except CrmError as error:
        _log.warning("who was shut out is in the database alone: %s", error.code)
