"""How a company is made up, as this laptop has heard: its teams in a tree, its roles and what they withhold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crmdesk.core.registry import Entity, Registry
from crmdesk.core.roles import EVERY_FIELD, SERVER_ENTITIES, Role
from crmdesk.store.names import SHOWN
from crmdesk.store.reading import Reader
from crmdesk.usecases.directory import Person

_MADE_BY_SERVER = frozenset((*SERVER_ENTITIES, "late_work"))


@dataclass(frozen=True, slots=True)
class TeamShown:
    """A team; `depth` is how many teams it is part of."""

    id: str
    name: str
    parent: str | None
    shares_books: bool
    depth: int = 0


@dataclass(frozen=True, slots=True)
class RoleShown:
    """A role of the company's own: a copy of `base` that withholds some fields and hides some parts."""

    id: str
    name: str
    base: str
    withheld: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()


def teams(reader: Reader) -> list[TeamShown]:
    """Every team after the one it is part of, by name."""
    rows = reader.all(f"SELECT id, f_name, f_parent, f_shares_books FROM p_team WHERE {SHOWN}")
    known = {row[0]: TeamShown(row[0], row[1] or "", row[2], bool(row[3])) for row in rows}
    found = list(_below(known, None, 0))
    seen = {team.id for team in found}
    return found + [team for team in known.values() if team.id not in seen]  # tied in a ring: never made here


def _below(known: Mapping[str, TeamShown], parent: str | None, depth: int) -> Iterator[TeamShown]:
    here = [t for t in known.values() if (t.parent if t.parent in known else None) == parent]
    for team in sorted(here, key=lambda team: team.name):
        yield TeamShown(team.id, team.name, team.parent, team.shares_books, depth)
        yield from _below(known, team.id, depth + 1)


def parents_for(team: str, among: Sequence[TeamShown]) -> list[TeamShown]:
    """The teams that a team may be part of: not itself, and none below it."""
    parents = {one.id: one.parent for one in among}

    def is_within(one: str | None) -> bool:
        for _ in parents:
            if one is None or one == team:
                return one == team
            one = parents.get(one)
        return False

    return [one for one in among if not is_within(one.id)]


def roles(reader: Reader) -> list[RoleShown]:
    """The company's own roles, by name."""
    rows = reader.all(f"SELECT id, f_name, f_base, f_withheld, f_hidden FROM p_role WHERE {SHOWN}")
    found = (
        RoleShown(
            i, name or "", base or "rep", frozenset((less or "").split()), frozenset((parts or "").split())
        )
        for i, name, base, less, parts in rows
    )
    return sorted(found, key=lambda role: role.name)


def holders(people: Collection[Person], role: str) -> list[Person]:
    """Who has a role: one that comes with the product by its name, one of the company's own by its id."""
    own = {one.value for one in Role}
    return sorted(
        (
            p
            for p in people
            if not p.has_left
            and (p.custom_role == role if role not in own else p.role == role and not p.custom_role)
        ),
        key=lambda person: person.name,
    )


def writable(registry: Registry) -> dict[str, list[str]]:
    """The fields that a role may withhold, by entity: those that people write somewhere."""
    found = {
        name: [field.name for field in entity.fields if not field.server]
        for name, entity in registry.entities.items()
        if name not in _MADE_BY_SERVER
    }
    return {name: fields for name, fields in found.items() if fields}


def withheld_fields(withheld: Collection[str], entity: Entity, fields: Sequence[str]) -> set[str]:
    """Which of an entity's fields are withheld."""
    if f"{entity.name}.{EVERY_FIELD}" in withheld:
        return set(fields)
    return {field for field in fields if f"{entity.name}.{field}" in withheld}


def told(
    ticked: Mapping[str, Collection[str]], fields: Mapping[str, Sequence[str]], before: Collection[str] = ()
) -> frozenset[str]:
    """What a role withholds where just these fields are ticked; an entity without a tick is withheld whole.

    What it withheld `before` and is not shown here (a field that a newer program declares) stays so.
    """
    found = set()
    for entity, names in fields.items():
        missing = [name for name in names if name not in ticked.get(entity, ())]
        found |= (
            {f"{entity}.{EVERY_FIELD}"} if len(missing) == len(names) else {f"{entity}.{n}" for n in missing}
        )
    unknown = (
        one
        for one in before
        if one.partition(".")[2] not in (*fields.get(one.partition(".")[0], ()), EVERY_FIELD)
        or one.partition(".")[0] not in fields
    )
    return frozenset(found) | frozenset(unknown)
