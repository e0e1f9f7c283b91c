"""What a server answers beside a sync, as both sides write and read it; what a sync exchanges is `core.wire`'s.

What came later has a default: a laptop also reads what an older server answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from crmdesk.core.values import NOT_JSON
from crmdesk.core.wire import Versions


class Hello(msgspec.Struct, frozen=True):
    """Who a server says it is, which versions it has and works with, and the fields it knows by entity.

    `proof` is its signature over the challenge that came with the question.
    """

    server_id: str
    company: str
    protocol: int
    minimum_protocol: int
    server_ms: int
    entities: dict[str, list[str]]
    merge: int = 1
    minimum_merge: int = 1
    schema: int = 1
    minimum_schema: int = 1
    proof: str = ""

    @property
    def versions(self) -> Versions:
        return Versions(self.protocol, self.merge, self.schema)

    @property
    def oldest(self) -> Versions:
        """The oldest program that the server works with."""
        return Versions(self.minimum_protocol, self.minimum_merge, self.minimum_schema)


class Enrolment(msgspec.Struct, frozen=True):
    """What a device learns on enrolling. No `access` while it waits for approval."""

    device: str
    state: str
    words: str
    server_id: str
    company: str
    user: str
    user_name: str
    role: str
    book: str
    config: str
    refresh: str
    access: str | None = None
    access_expires_in: int = 0
    server_key: str = ""


class Tokens(msgspec.Struct, frozen=True):
    """A fresh pair; `access_expires_in` is in seconds."""

    access: str
    refresh: str
    access_expires_in: int


class Result(msgspec.Struct, frozen=True, array_like=True):
    """What became of one customer: `done`, or `refused` for `code`; `holder` is whose it is now, if anybody's.

    `made` is the share that it got, if it was to be shared.
    """

    customer: str
    outcome: str
    code: str | None = None
    holder: str | None = None
    moved: int = 0
    made: str | None = None


class Laptop(msgspec.Struct, frozen=True):
    """A device and when it was last up to date (UTC milliseconds): what it holds unsent since, nobody knows."""

    name: str
    state: str
    pulled_at: int | None = None


class Standing(msgspec.Struct, frozen=True):
    """A person's books in numbers, and their laptops."""

    user: str
    customers: int
    records: int
    open_tasks: int
    laptops: tuple[Laptop, ...] = ()


class Refusal(msgspec.Struct, frozen=True):
    """A record that the server refused. `title` is what it is called where that is known; times are UTC milliseconds."""

    name: str
    entity: str
    id: str
    title: str
    user: str
    user_name: str
    at: int
    verdict: str
    code: str
    about: str | None = None
    edits: int = 0
    discarded_at: int | None = None
    discarded_by: str | None = None


class RefusedContents(msgspec.Struct, frozen=True):
    """A refused record with what was written: per edit its counter, claimed time and values."""

    summary: Refusal
    edits: list[tuple[int, int, dict[str, Any]]]


class Judgement(msgspec.Struct, frozen=True):
    """The verdict on refused edits that were judged again, or `discarded`."""

    verdict: str
    code: str | None = None
    about: str | None = None


class Refusals(msgspec.Struct, frozen=True):
    """What was refused, the oldest first."""

    refused: list[Refusal]


class SightChange(msgspec.Struct, frozen=True):
    """Somebody whose sight is concerned: `read`, `write` or None, before and after."""

    user: str
    name: str
    before: str | None = None
    after: str | None = None


class Elsewhere(msgspec.Struct, frozen=True):
    """Whom to ask about a customer that is there already, out of sight; `certainty` is `certain` or `likely`, blank for none.

    Nobody to ask (`user` is None) and not `in_pool`: somebody has it, and who leads them all is gone.
    """

    user: str | None = None
    in_pool: bool = False
    certainty: str = ""


class Foresight(msgspec.Struct, frozen=True):
    """What an order about a person will bring about; nothing is changed yet.

    `readers` are those who read the person's books, `sees` the people whose books the person reads. With `heir` the
    books go to them, who have `heir_customers`. Shares stay as they are, but those that the heir holds of these
    customers, which are over; those that the person holds count only while they are here. What is unsent on the laptops, nobody knows.
    """

    user: str
    name: str
    customers: int
    records: int
    open_tasks: int
    shares_given: int
    shares_held: int
    delegations: int
    heir: str | None
    heir_customers: int
    has_left: bool
    gets_book: bool
    readers: tuple[SightChange, ...] = ()
    sees: tuple[SightChange, ...] = ()
    laptops: tuple[Laptop, ...] = ()


class DeviceShown(msgspec.Struct, frozen=True):
    """A laptop of the company. Times are UTC milliseconds; `doubt` is why it waits, if not for its first approval."""

    device: str
    user: str
    name: str
    state: str
    words: str
    created_at: int
    pulled_at: int | None = None
    doubt: str | None = None
    revoked_at: int | None = None
    wiped_at: int | None = None


class Devices(msgspec.Struct, frozen=True):
    """Every laptop, the oldest first, and how many days without contact lock and empty one."""

    devices: list[DeviceShown]
    lock_days: int
    purge_days: int


class ShareShown(msgspec.Struct, frozen=True):
    """A customer of `owner` that `user` sees until a time (UTC milliseconds), or until it is ended."""

    share: str
    customer: str
    owner: str | None
    user: str
    can_write: bool
    until: int | None
    by: str
    at: int


class DelegationShown(msgspec.Struct, frozen=True):
    """From `starts` to `ends` (UTC milliseconds) `deputy` does what `user` may do."""

    delegation: str
    user: str
    deputy: str
    starts: int
    ends: int
    by: str
    at: int


class Grants(msgspec.Struct, frozen=True):
    """The company's shares and delegations that last or will begin, the oldest first; of `total` shares the latest."""

    shares: list[ShareShown]
    delegations: list[DelegationShown]
    total: int


class IssuedCode(msgspec.Struct, frozen=True):
    """A code that works once, until then (UTC milliseconds); nobody can see it again."""

    code: str
    expires_at: int


class Moved(msgspec.Struct, frozen=True):
    """What a command did: how many records moved, what became of each customer, the id of what it made, if anything."""

    moved: int = 0
    results: tuple[Result, ...] = ()
    made: str | None = None

    @property
    def refused(self) -> tuple[Result, ...]:
        return tuple(result for result in self.results if result.outcome != "done")


class History(msgspec.Struct, frozen=True):
    edits: list[msgspec.Raw]


class AuditRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of the audit. `said` is its JSON, `at` in UTC milliseconds, `seal` in hexadecimal."""

    chain: str
    number: int
    at: int
    kind: str
    user: str
    device: str
    said: msgspec.Raw
    seal: str

    @property
    def told(self) -> dict[str, Any]:
        """What it says; nothing for what is no object."""
        try:
            found = msgspec.json.decode(self.said)
        except NOT_JSON:
            return {}
        return found if isinstance(found, dict) else {}


class AuditPage(msgspec.Struct, frozen=True):
    """Some rows, the latest first; `next` names where those before them begin, null at the end."""

    rows: list[AuditRow]
    next: str | None = None


class AuditStep(msgspec.Struct, frozen=True):
    """A part of a verification: rows read, (chain, number, what) of what is wrong, where the `next` part begins.

    The first part says how many rows there are in `total`; the last one (`next` is null) has looked at the roots too.
    """

    rows: int
    problems: Sequence[tuple[str, int, str]]
    next: str | None = None
    total: int | None = None
