"""The fields that a company adds to the product's own: listed with how many fill them in, added, changed, retired, ordered.

A field is a record of the company's settings: saved here, on every laptop after its next sync.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from crmdesk.core.custom_fields import EXTENSIBLE, PREFIX, check_declaration, custom_field, in_order, moved
from crmdesk.core.errors import CrmError
from crmdesk.core.form import Shown
from crmdesk.core.record import RecordKey
from crmdesk.core.registry import Field, Registry
from crmdesk.core.roles import CONFIGURERS, Role
from crmdesk.core.text import normalise
from crmdesk.core.values import Value
from crmdesk.store.names import SHOWN, column, table
from crmdesk.store.reading import Reader
from crmdesk.usecases import records
from crmdesk.usecases.codes import code_table
from crmdesk.usecases.directory import Directory, custom_declarations, read_registry
from crmdesk.usecases.outcome import Outcome

if TYPE_CHECKING:
    from crmdesk.store.replica import Replica

ENTITY: Final = "field"


@dataclass(frozen=True, slots=True)
class Declared:
    """A field that the company added, with the `values` of its record; of `total` records `filled` say something in it."""

    id: str
    entity: str
    field: Field
    values: Mapping[str, Value]
    filled: int
    total: int

    @property
    def percent(self) -> int | None:
        """How many of a hundred records fill it in; None while there are none."""
        return round(100 * self.filled / self.total) if self.total else None


def listed(reader: Reader) -> list[Declared]:
    """The company's fields, by kind of record and in the order of its forms, retired ones included."""
    declared = custom_declarations(reader)
    made = [
        (str(values["entity"]), values, custom_field(record, values)) for record, values in declared.items()
    ]
    found = []
    for entity, several in groupby(in_order(made), key=itemgetter(0)):
        fields = [field for _, field in several] if entity in EXTENSIBLE else []
        total, *filled = _filled(reader, entity, fields) if fields else [0]
        for field, count in zip(fields, filled, strict=True):
            record = field.name.removeprefix(PREFIX)
            found.append(Declared(record, entity, field, declared[record], count, total))
    return sorted(found, key=lambda one: EXTENSIBLE.index(one.entity))


def _filled(reader: Reader, entity: str, fields: list[Field]) -> list[int]:
    """How many records there are, and how many say something in each field."""
    columns = ", ".join(f'count("{column(field)}")' for field in fields)
    row = reader.one(f"SELECT count(*), {columns} FROM {table(entity)} WHERE {SHOWN}")
    return list(row or [0] * (len(fields) + 1))


def find(reader: Reader, name: str, entity: str = "") -> Declared:
    """A field by its id, its name in files, or its label in either language. Raises `not_found` or `ambiguous`."""
    wanted, own = normalise(name), listed(reader)
    found = [one for one in own if name in (one.id, one.field.name, f"{one.entity}.{one.field.name}")] or [
        one
        for one in own
        if entity in ("", one.entity)
        and wanted in (normalise(one.field.label.zh), normalise(one.field.label.en))
    ]
    if not found:
        raise CrmError("not_found")
    if len(found) > 1:
        candidates = [{"id": o.id, "name": o.field.label.zh, "detail": o.entity} for o in found]
        raise CrmError("ambiguous", query=name, candidates=candidates)
    return found[0]


def may_configure(directory: Directory, *, is_alone: bool) -> bool:
    """Whether a person may change the company's settings, as far as this laptop has heard."""
    return is_alone or directory.me.role in CONFIGURERS


def check_may_configure(replica: Replica) -> None:
    """Raise `forbidden` where the server would refuse what this person changes of the company's settings."""
    from crmdesk.store import dialect

    user = replica.identity().user
    with replica.database.read() as connection:
        role = dialect.value(connection, "SELECT f_role FROM p_user WHERE id = ?", (user,))
    if (
        role is not None
        and role not in {one.value for one in CONFIGURERS}
        and role in {r.value for r in Role}
    ):
        raise CrmError("forbidden")


def add(replica: Replica, reader: Reader, entity: str, values: Mapping[str, Value]) -> Outcome[str]:
    """A new field at the end of a form; returns its id. `values` are those of its record.

    Raises `forbidden`, `unknown_entity`, `required`, `name_taken` or `invalid_value`.
    """
    check_may_configure(replica)
    if entity not in EXTENSIBLE:
        raise CrmError("unknown_entity", entity=entity, choices=", ".join(EXTENSIBLE))
    wanted = {**records.tidy(values), "entity": entity}
    _check(reader, entity, "", wanted)
    beside = [one for one in listed(reader) if one.entity == entity]
    places = [one.values.get("position") for one in beside]
    last = max([len(beside), *(place for place in places if isinstance(place, int))], default=0)
    done = records.add(replica, ENTITY, {**wanted, "position": last + 1})
    _index(replica)
    return done


def open_form(reader: Reader, registry: Registry, field: str) -> Shown:
    """What a field's form displays, and the dots behind it. Raises `not_found`."""
    return records.open_form(reader, registry, RecordKey(ENTITY, field))


def change(
    replica: Replica, reader: Reader, field: str, wanted: Mapping[str, Value], shown: Shown
) -> Outcome[frozenset[str]]:
    """Save what was changed of a field against what its form `shown`; what it holds in records stays as it is.

    Raises `forbidden`, `required`, `name_taken`, `invalid_value`, or `fixed_field` for another kind of value.
    """
    check_may_configure(replica)
    now = {**shown.values, **records.tidy(wanted)}
    _check(reader, str(now.get("entity")), field, now)
    done = records.change(replica, RecordKey(ENTITY, field), wanted, shown)
    _index(replica)
    return done


def retire(replica: Replica, field: str, *, is_retired: bool = True) -> Outcome[None]:
    """Take a field out of every form, or bring it back; what it holds is kept. Raises `forbidden`, `record_left`."""
    from crmdesk.store.replica import Write

    check_may_configure(replica)
    done = replica.commit([Write(RecordKey(ENTITY, field), {"retired": is_retired}, is_known=True)])
    return Outcome(None, done.touched, done.txn)


def move(replica: Replica, reader: Reader, field: str, steps: int) -> Outcome[None]:
    """Move a field so many places down its form, or up where `steps` is negative. Raises `forbidden`, `not_found`."""
    from crmdesk.store.replica import Write

    check_may_configure(replica)
    own = {one.id: one for one in listed(reader)}
    if field not in own:
        raise CrmError("not_found")
    beside = [one for one in own.values() if one.entity == own[field].entity]
    order = moved([one.id for one in beside], field, steps)
    writes = [
        Write(RecordKey(ENTITY, record), {"position": place}, is_known=True)
        for place, record in enumerate(order, 1)
        if own[record].values.get("position") != place
    ]
    done = replica.commit(writes)
    return Outcome(None, done.touched, done.txn)


def _check(reader: Reader, entity: str, field: str, values: Mapping[str, Value]) -> None:
    """Raise unless a declaration says what a field needs, under a name that its form has not yet."""
    check_declaration(values, lambda code: code_table("industry").find(code) is not None)
    declared = custom_field(field, values)
    taken = (f for f in read_registry(reader)[entity].fields if f.name != PREFIX + field and not f.retired)
    mine = {normalise(declared.label.zh), normalise(declared.label.en)}
    for other in taken:
        if other.succeeded_by is None and mine & {normalise(other.label.zh), normalise(other.label.en)}:
            raise CrmError("name_taken", name=declared.label.zh)


def _index(replica: Replica) -> None:
    """Without a company nobody else makes the search words that are queued."""
    from crmdesk.store import settings

    with replica.database.read() as connection:
        is_alone = settings.read(connection, "server", settings.Server) is None
    if is_alone:
        replica.index_all()
