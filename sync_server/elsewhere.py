"""Whether a customer that somebody types is with a colleague already: the one thing told of what they may not see.

Told is whom to ask, or that it is in the pool, and how sure it is; never which customer, or anything of it. Only strong
evidence counts, so that nobody learns by trying what they did not know: one true credit code, one phone of the company
under a like name, or the same name in its parts where its place says nothing else. People's phones and mail addresses are never
looked at. Who asks names the company by four characters at least, asks so often a day, and stands in the audit with each question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from crmdesk.core.answers import Elsewhere
from crmdesk.core.errors import CrmError
from crmdesk.core.matching import FEATURES, SURE, Party, compare, levels, party
from crmdesk.core.record import RecordKey
from crmdesk.core.resolve import Life, read_record
from crmdesk.core.roles import Role
from crmdesk.core.text import Readings
from crmdesk.core.values import Value
from crmdesk.store import records
from crmdesk.store.database import Database
from crmdesk.store.found_by import number
from sync_server import audit, policy
from sync_server.clock import Moment
from sync_server.fields import known_registry
from sync_server.limits import ELSEWHERE, Try
from sync_server.policy import Kind, Org
from sync_server.storage import attempts, known, people, rights
from sync_server.storage.devices import Bearer

LEAST_NAME: Final = 4
"""Characters, without blanks and marks, that a name has at least."""
_AT_ONCE: Final = 1000
"""Customers written since that are read in one transaction: by a question, or by the server itself."""
_UNHEARD: Final = Readings.parse("")
"""Names that only sound alike are no strong evidence: nothing is read aloud here."""
_LIKE: Final = frozenset(("same", "same_short", "edit", "within"))
_NONE: Final = Elsewhere()


def keys_of(values: Mapping[str, Value]) -> list[int]:
    """By what a customer is found again."""
    return _keys(party(_UNHEARD, values))


def _keys(one: Party) -> list[int]:
    found = [f"u{one.code}"] if one.is_true else []
    found += [f"p{phone}" for phone in sorted(one.phones)]
    if one.name.trade:
        found.append(f"w{one.name.stem}")
    return [number(key) for key in found]


def is_strong(typed: Party, theirs: Party) -> bool:
    """Whether what is typed is surely enough this customer for its asker to be told that there is one."""
    if typed.is_true and theirs.is_true:
        return typed.code == theirs.code
    stem, place = (dict(zip(FEATURES, levels(typed, theirs), strict=True))[f] for f in ("stem", "place"))
    if stem in _LIKE and not typed.phones.isdisjoint(theirs.phones):
        return True
    return bool(typed.name.trade) and typed.name.stem == theirs.name.stem and place != "other"


def ask(database: Database, who: Bearer, values: Mapping[str, Value], now: Moment) -> Elsewhere:
    """Whom to ask about the customer with these values. Raises `too_many_tries`; that is in the audit too."""
    try:
        with database.write() as connection:
            return _ask(connection, who, values, now)
    except CrmError as error:
        if error.code == "too_many_tries":
            with database.write() as connection:
                audit.note_refusal(connection, (who.user, who.device), "elsewhere", error.code, {}, now)
        raise


def _ask(connection: Connection, who: Bearer, values: Mapping[str, Value], now: Moment) -> Elsewhere:
    people.lock_company(connection)
    attempts.count(connection, [Try(f"elsewhere {who.user}", ELSEWHERE)], now)
    registry = known_registry(connection)
    known.catch_up(connection, registry, keys_of, _AT_ONCE)
    typed = party(_UNHEARD, values)
    found = None
    if len(typed.name.whole) >= LEAST_NAME:
        found = _surest(connection, who, typed, known.having(connection, _keys(typed)))
    told = {"customer": found[0] if found else None, "name": typed.name.whole}
    audit.act(connection, "elsewhere", (who.user, who.device), told, now)
    return found[1] if found else _NONE


def _surest(
    connection: Connection, who: Bearer, typed: Party, customers: Sequence[str]
) -> tuple[str, Elsewhere] | None:
    registry = known_registry(connection)
    stored = records.load(connection, [RecordKey("customer", one) for one in customers])
    known.forget(connection, set(customers) - {key.id for key in stored})
    visible = rights.rights(connection, who.user)
    company = people.load_company(connection)
    near: list[tuple[float, str, str]] = []
    for key, one in stored.items():
        place = one.record.placement.bucket
        view = read_record(one.record, "customer", registry)
        theirs = party(_UNHEARD, view.values)
        is_hidden = place not in visible or place == company.pool
        if is_hidden and view.life is not Life.DELETED and is_strong(typed, theirs):
            near.append((-compare(typed, theirs).certainty, key.id, place))
    if who.role in policy.ONLY_READ or not near:
        return None
    certainty, customer, place = min(near)
    band = "certain" if -certainty >= SURE else "likely"
    domain = people.domain(connection, place)
    if domain.kind is Kind.POOL:
        return customer, Elsewhere(None, in_pool=True, certainty=band)
    whom = whom_to_ask(people.load_org(connection, 0), domain.owner or "")
    return customer, Elsewhere(whom, in_pool=False, certainty=band)


def whom_to_ask(org: Org, owner: str) -> str | None:
    """The owner; of one who was shut out the nearest manager above, else an administrator; None where there is nobody."""
    member = org.members.get(owner)
    if member is not None and not member.is_disabled:
        return owner
    present = sorted(org.present(), key=lambda one: one.user)
    for team in org.above(member.team if member else None):
        leaders = _of_role(present, Role.MANAGER, team)
        if leaders:
            return leaders[0]
    return next((one.user for one in present if one.role is Role.ADMINISTRATOR), None)


def _of_role(present: Iterable[policy.Member], role: Role, team: str) -> list[str]:
    return [one.user for one in present if one.role is role and one.team == team]


def read_on(database: Database) -> int:
    """Read what customers were written since, some of them; returns how many."""
    with database.write() as connection:
        people.lock_company(connection)
        return known.catch_up(connection, known_registry(connection), keys_of, _AT_ONCE)
