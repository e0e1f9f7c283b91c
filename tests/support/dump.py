"""Everything a person can see in a local store, in one canonical form: for comparing before with after."""

from __future__ import annotations

from typing import Any, TypeAlias

from crmdesk.store.face import columns
from crmdesk.store.names import table
from crmdesk.store.reading import Reader
from crmdesk.usecases.directory import read_registry

Cells: TypeAlias = dict[tuple[str, ...], Any]

_FIXED = ("id", "root", "bucket", "life", "conflicts", "created_at", "updated_at", "sort")
_FACTS = ("last_visit_at", "visits", "tags", "person")


def seen(reader: Reader) -> Cells:
    """What is on show, cell by cell: typed tables, list elements, the inbox, each word of the search index, each key of one company.

    Row numbers, which another replica hands out in another order, are replaced by ids.
    """
    found: Cells = {}
    for entity in read_registry(reader).entities.values():
        names = [*_FIXED, *columns(entity), *(_FACTS if entity.name == "customer" else ())]
        quoted = ", ".join(f'"{name}"' for name in names)
        for row in reader.all(f"SELECT {quoted} FROM {table(entity.name)} ORDER BY id"):
            found.update({(entity.name, row[0], name): cell for name, cell in zip(names, row, strict=True)})
    for record_id, name, element, value in reader.all(
        "SELECT r.id, e.field, e.element, e.value FROM element e JOIN record r ON r.n = e.n"
    ):
        found["element", record_id, name, element] = value
    for record_id, name, *rest in reader.all("SELECT id, field, entity, root, kind FROM attention"):
        found["attention", record_id, name] = rest
    found.update({("search", *word): True for word in _index(reader)})
    for record_id, key in reader.all("SELECT r.id, k.key FROM likeness k JOIN record r ON r.n = k.n"):
        found["likeness", record_id, str(key)] = True
    return found


def difference(one: Cells, other: Cells) -> dict[tuple[str, ...], tuple[Any, Any]]:
    """The cells that differ, with both values; what is missing reads as an ellipsis."""
    keys = sorted(one.keys() | other.keys())
    return {k: (one.get(k, ...), other.get(k, ...)) for k in keys if one.get(k, ...) != other.get(k, ...)}


def kept(reader: Reader) -> dict[str, list[tuple[Any, ...]]]:
    """What must survive whatever happens to projections: records, history, outbox, what undo needs."""
    return {
        "record": reader.all(
            "SELECT entity, id, part, root, bucket, move_no, seq, state FROM record ORDER BY 1, 2, 3"
        ),
        "edit": reader.all("SELECT * FROM edit ORDER BY actor, counter"),
        "outbox": reader.all("SELECT * FROM outbox ORDER BY counter"),
        "overwrote": reader.all("SELECT * FROM overwrote ORDER BY 1, 2, 3, 4, 5, 6, 7"),
    }


def states(reader: Reader) -> list[tuple[Any, ...]]:
    """Records and placements alone: what two replicas that know the same edits agree on."""
    return reader.all("SELECT entity, id, part, bucket, move_no, state FROM record ORDER BY 1, 2, 3")


def _index(reader: Reader) -> list[tuple[Any, ...]]:
    reader.run("CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab(main, search, instance)")
    return reader.all(
        "SELECT DISTINCT r.id, w.col, w.term FROM temp.words w JOIN record r ON r.n = w.doc ORDER BY 1, 2, 3"
    )
