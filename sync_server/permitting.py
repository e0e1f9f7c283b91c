"""Everybody's list of what they may, made from the rights in force, and who has confirmed it.

The list is a pure function of the company's people, the table of readers, shares and delegations; what a person
confirmed is kept by its digest, so that any change of their rights shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from crmdesk.core.entities import REGISTRY
from crmdesk.core.errors import CrmError
from crmdesk.core.permissions import (
    Access,
    Colleague,
    Own,
    Permissions,
    Shared,
    StandIn,
    Standing,
    Standings,
    state_of,
)
from crmdesk.core.permissions import Confirmation as Told
from crmdesk.core.record import RecordKey
from crmdesk.core.resolve import read_record
from crmdesk.core.roles import CONFIGURERS, Role
from crmdesk.store import records
from sync_server import audit, policy
from sync_server.audit import Word
from sync_server.clock import Moment
from sync_server.policy import Domain, Kind, Right
from sync_server.storage import confirmations, devices, people, rights, sharing
from sync_server.storage.confirmations import Confirmation, SharedCustomer
from sync_server.storage.people import Account, CustomRole
from sync_server.storage.sharing import Delegation


@dataclass(frozen=True, slots=True)
class Company:
    """Everything that the lists are made from, as it stands at one moment."""

    accounts: Mapping[str, Account]
    roles: Mapping[str, CustomRole]
    teams: Mapping[str, str]
    domains: Mapping[str, Domain]
    readers: Mapping[str, Mapping[str, Right]]
    shared: tuple[SharedCustomer, ...]
    delegations: tuple[Delegation, ...]
    now_ms: int


def load(connection: Connection, now_ms: int) -> Company:
    """The company as the lists need it."""
    return Company(
        {account.user: account for account in people.accounts(connection)},
        people.custom_roles(connection),
        people.team_names(connection),
        people.domains(connection),
        rights.of_everybody(connection),
        tuple(confirmations.shared_customers(connection)),
        tuple(one for one in sharing.delegations(connection) if one.ends > now_ms),
        now_ms,
    )


def permissions(company: Company, user: str, name_of: Callable[[str], str] = lambda _: "") -> Permissions:
    """What somebody may. `name_of` names a customer."""
    account, own = company.accounts[user], company.readers.get(user, {})
    custom = company.roles.get(account.custom_role or "")
    return Permissions(
        user=user,
        name=account.name,
        role=account.role.value,
        custom_role=account.custom_role,
        custom_role_name=custom.name if custom else None,
        withheld=tuple(sorted(custom.withheld)) if custom else (),
        hidden=tuple(sorted(custom.hidden)) if custom else (),
        team=account.team,
        team_name=company.teams.get(account.team or ""),
        colleagues=tuple(_colleagues(company, user, own)),
        pool=_access(company, own, Kind.POOL),
        pool_details=_access(company, own, Kind.POOL_DETAILS),
        settings=_access(company, own, Kind.CONFIG),
        shares_to=tuple(
            _shared(company, (s for s in company.shared if s.user == user), name_of, is_guest=True)
        ),
        shares_from=tuple(
            _shared(company, (s for s in company.shared if s.owner == user), name_of, is_guest=False)
        ),
        stands_in_for=tuple(
            StandIn(one.user, company.accounts[one.user].name, one.starts, one.ends)
            for one in company.delegations
            if one.deputy == user
        ),
        deputies=tuple(
            StandIn(one.deputy, company.accounts[one.deputy].name, one.starts, one.ends)
            for one in company.delegations
            if one.user == user
        ),
        acts=tuple(_acts(account.role, _access(company, own, Kind.POOL))),
    )


def _colleagues(company: Company, user: str, own: Mapping[str, Right]) -> Iterable[Colleague]:
    """Whose books somebody reads; who has several is written in if any may be written in."""
    found: dict[str, bool] = {}
    for bucket, right in own.items():
        domain = company.domains.get(bucket)
        if domain is None or domain.kind is not Kind.BOOK or domain.owner in (None, user):
            continue
        assert domain.owner is not None, "a book has an owner"
        found[domain.owner] = found.get(domain.owner, False) or right.can_write
    names = {owner: company.accounts[owner].name for owner in found}
    return (
        Colleague(owner, names[owner], found[owner]) for owner in sorted(found, key=lambda o: (names[o], o))
    )


def _access(company: Company, own: Mapping[str, Right], kind: Kind) -> Access:
    here = [right for bucket, right in own.items() if _kind_of(company, bucket) is kind]
    return "none" if not here else "write" if any(right.can_write for right in here) else "read"


def _kind_of(company: Company, bucket: str) -> Kind | None:
    domain = company.domains.get(bucket)
    return domain.kind if domain else None


def _shared(
    company: Company, found: Iterable[SharedCustomer], name_of: Callable[[str], str], *, is_guest: bool
) -> Iterable[Shared]:
    for one in found:
        other = one.owner if is_guest else one.user
        known = company.accounts.get(other or "")
        yield Shared(
            one.customer,
            name_of(one.customer),
            other or "",
            known.name if known else "",
            one.can_write,
            one.until,
        )


_ACTS: Final = (
    ("claim", (Role.REP, Role.MANAGER)),
    ("share", (Role.REP, Role.MANAGER, Role.DIRECTOR, Role.ADMINISTRATOR)),
    ("hand_over", (Role.MANAGER, Role.ADMINISTRATOR)),
    ("review", (Role.MANAGER,)),
    ("configure", tuple(CONFIGURERS)),
)


def _acts(role: Role, pool: Access) -> Iterable[str]:
    """What somebody may do beyond reading and writing records, by the same decisions that judge it."""
    may = {
        **{act: role in roles for act, roles in _ACTS},
        "claim": policy.may_claim(role, is_pool_read=pool != "none"),
        "lead": policy.may_lead(role),
        "judge": policy.may_lead(role),
        "audit": policy.may_audit(role),
        "see_as": policy.may_see_as(role),
    }
    return (act for act, is_allowed in may.items() if is_allowed)


# -- confirming ---------------------------------------------------------------------------------------------


def own(connection: Connection, user: str, now: Moment) -> Own:
    """Somebody's list and what of it they confirmed. Raises `not_found`."""
    account = people.find_account(connection, user)
    found = permissions(load(connection, now.ms), account.user, lambda c: customer_name(connection, c))
    kept = confirmations.find(connection, account.user)
    told = None if kept is None else Told(kept.digest, kept.at, kept.device)
    return Own(found, found.digest, state_of(found.digest, told), told)


def confirm(connection: Connection, user: str, device: str, digest: str, now: Moment) -> Own:
    """Somebody says that this is what they may. Raises `permissions_changed` where it is so no longer."""
    people.lock_company(connection)
    before = own(connection, user, now)
    if before.digest != digest:
        raise CrmError("permissions_changed")
    confirmations.save(connection, Confirmation(user, digest, now.ms, device))
    audit.act(connection, "confirm_permissions", (user, device), {"digest": Word(digest)}, now)
    return own(connection, user, now)


def standings(connection: Connection, now: Moment) -> Standings:
    """Of everybody who is not shut out: whether they confirmed what they may, by name."""
    company, kept = load(connection, now.ms), confirmations.everybody(connection)
    laptops = {device.id: device.name for device in devices.devices(connection)}
    found = []
    for account in sorted(company.accounts.values(), key=lambda a: a.name):
        if account.is_disabled:
            continue
        listed, before = permissions(company, account.user), kept.get(account.user)
        told = None if before is None else Told(before.digest, before.at, before.device)
        found.append(
            Standing(
                account.user,
                account.name,
                account.role.value,
                listed.custom_role_name,
                listed.team_name,
                state_of(listed.digest, told),
                listed.digest,
                told.at if told else None,
                laptops.get(told.device, told.device) if told else None,
            )
        )
    return Standings(tuple(found))


def customer_name(connection: Connection, customer: str) -> str:
    """What a customer is called; blank where that is not known."""
    key = RecordKey("customer", customer)
    stored = records.load(connection, [key]).get(key)
    found = read_record(stored.record, "customer", REGISTRY).values.get("name") if stored else None
    return str(found or "")
