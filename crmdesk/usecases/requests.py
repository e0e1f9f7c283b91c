"""What only the server decides, asked offline: a record with a wish, to which the server writes what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from crmdesk.core.record import RecordKey
from crmdesk.core.values import Value
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.store.settings import Identity
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

Kind: TypeAlias = Literal["claim", "release", "hand_over"]


@dataclass(frozen=True, slots=True)
class Request:
    """A wish of this person's. `outcome` is None until the server decided; `holder` is whose the customer is now."""

    id: str
    kind: str
    customer: str
    name: str
    outcome: str | None
    code: str | None
    holder: str | None


def ask(
    replica: Replica, kind: Kind, customers: Sequence[tuple[str, str]], to_user: str | None = None
) -> Outcome[int]:
    """Wish something for each (customer, name); decided by the server in the next sync, the first that arrives wins."""
    from crmdesk.store.replica import Write

    writes = []
    for customer, name in customers:
        values: dict[str, Value] = {"kind": kind, "customer": customer, "name": name}
        if to_user is not None:
            values["to_user"] = to_user
        writes.append(Write(RecordKey("request", replica.new_id()), values))
    done = replica.commit(writes)
    return Outcome(len(writes), done.touched, done.txn)


def open_ones(reader: Reader, *, limit: int = 200) -> list[Request]:
    """This person's wishes that they have not put away, the latest first."""
    identity = reader.setting("identity", Identity)
    rows = reader.all(
        "SELECT id, coalesce(f_kind, ''), coalesce(f_customer, ''), coalesce(f_name, ''), f_outcome, f_code, f_holder "
        f"FROM p_request WHERE {SHOWN} AND bucket = ? AND coalesce(f_closed, 0) = 0 "
        "ORDER BY n DESC LIMIT ?",
        (identity.book if identity else "", limit),
    )
    return [Request(*row) for row in rows]


def answered(reader: Reader) -> list[Request]:
    """Those that the server decided."""
    return [request for request in open_ones(reader) if request.outcome is not None]


def close(replica: Replica, request: str) -> Outcome[None]:
    """Put an answer away."""
    from crmdesk.store.replica import Write

    done = replica.commit([Write(RecordKey("request", request), {"closed": True}, is_known=True)])
    return Outcome(None, done.touched, done.txn)
