"""Names for ids: people, teams, tags and tag groups, read once and kept until one of them changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from crmdesk.core.errors import Language
from crmdesk.core.ids import is_id
from crmdesk.core.permissions import role_name
from crmdesk.core.registry import Field, Registry
from crmdesk.core.roles import Mandate, Role, withheld_from
from crmdesk.core.values import Value
from crmdesk.store import mandates
from crmdesk.store.names import DELETED, SHOWN
from crmdesk.store.reading import Reader
from crmdesk.store.settings import Identity, SeeingAs
from crmdesk.system.clock import SystemClock
from crmdesk.usecases.codes import code_name, follow

ENTITIES: Final = ("user", "team", "role", "book", "tag", "tag_group", "field", "code_list", "delegation")
"""A directory is stale once a record of one of these moved."""


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    role: str
    team: str | None
    book: str | None
    has_left: bool = False
    custom_role: str | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    id: str
    name: str
    hue: str
    group: str | None
    retired: bool


@dataclass(frozen=True, slots=True)
class Directory:
    """Everything with a name that customers refer to. `me` is the workspace's own person.

    `owners` says who answers for which bucket; `pool` is the bucket whose customers anybody may claim. `roles` are
    those that the company made itself; `mandates` say as what `me` writes.
    """

    me: Person
    people: dict[str, Person]
    owners: dict[str, Person]
    pool: str | None
    tags: dict[str, Tag]
    groups: dict[str, str]
    teams: dict[str, str]
    roles: dict[str, str]
    mandates: tuple[Mandate, ...] = ()

    def person_name(self, user: str) -> str:
        """A person's name; the id's beginning where it is not known here."""
        found = self.people.get(user)
        return found.name if found else user[:6]

    def role_name(self, person: Person, language: Language) -> str:
        """What somebody is, as people call it; a role of the company's own with what it is a copy of."""
        return role_name(person.role, self.roles.get(person.custom_role or ""), language)

    def owner_name(self, bucket: str) -> str:
        """Who owns the customers of a bucket; blank for buckets of nobody's."""
        found = self.owners.get(bucket)
        return found.name if found else ""

    def name_of(self, kind: str, key: str) -> str | None:
        """The name behind a reference, where it is one of the directory's, or behind a code of the table `kind`."""
        match kind:
            case "user":
                found = self.people.get(key)
                return found.name if found else None
            case "tag":
                tag = self.tags.get(key)
                return tag.name if tag else None
            case "tag_group":
                return self.groups.get(key)
            case "team":
                return self.teams.get(key)
            case _:
                return code_name(kind, key)


def read_directory(reader: Reader) -> Directory:
    """The directory as the workspace stands now."""
    follow(reader)
    identity = reader.setting("identity", Identity)
    assert identity is not None, "a workspace has an identity"
    people = {
        row[0]: Person(row[0], row[1] or "", row[2] or "rep", row[3], row[4], bool(row[5]), row[6])
        for row in reader.all(
            f"SELECT id, f_name, f_role, f_team, f_book, f_left, f_custom_role FROM p_user WHERE {SHOWN}"
        )
    }
    me = people.get(identity.user) or Person(
        identity.user, identity.user_name, identity.role, None, identity.book
    )
    people.setdefault(me.id, me)
    tags = {
        row[0]: Tag(row[0], row[1] or "", row[2] or "grey", row[3], bool(row[4]))
        for row in reader.all(
            f"SELECT id, f_name, f_hue, f_group, f_retired FROM p_tag WHERE {SHOWN} ORDER BY sort, n"
        )
    }
    books = reader.all(f"SELECT id, f_kind, f_owner FROM p_book WHERE {SHOWN}")
    answering = {book: people[owner] for book, _, owner in books if owner in people}
    return Directory(
        me=me,
        people=people,
        owners={person.book: person for person in people.values() if person.book} | answering,
        pool=next((book for book, kind, _ in books if kind == "pool"), None),
        tags=tags,
        groups=dict(reader.all(f"SELECT id, f_name FROM p_tag_group WHERE {SHOWN} ORDER BY sort, n")),
        teams=dict(reader.all(f"SELECT id, f_name FROM p_team WHERE {SHOWN} ORDER BY sort, n")),
        roles=dict(reader.all(f"SELECT id, f_name FROM p_role WHERE {SHOWN} ORDER BY sort, n")),
        mandates=mandates.mandates(reader.all, me.id, SystemClock().now_ms()),
    )


def read_registry(reader: Reader) -> Registry:
    """The declarations as the company's server knows them, with the fields that administrators added.

    What the person's role withholds is marked so, and what their forms leave out.
    """
    from crmdesk.core.entities import REGISTRY

    follow(reader)
    known = reader.setting("announced", dict[str, list[str]]) or {}
    identity = reader.setting("identity", Identity)
    me = identity.user if identity else ""
    found = REGISTRY.announced(known).with_fields(_custom_fields(reader, me))
    own = mandates.mandates(reader.all, me, SystemClock().now_ms())
    if reader.setting("seeing_as", SeeingAs) is not None:
        return found.less(lambda _entity, _field: True)
    if all(one.role is not Role.AUDITOR and not one.withheld for one in own):
        return found
    return found.less(lambda entity, name: withheld_from(own, entity, (name,)) is not None)


def _custom_fields(reader: Reader, me: str) -> list[tuple[str, Field]]:
    """The fields that administrators added, (entity, field), as the forms of `me` show them."""
    declared = custom_declarations(reader, with_deleted=True)
    if not declared:
        return []
    from crmdesk.core.custom_fields import custom_field, in_order, is_unseen_by

    role = reader.value("SELECT coalesce(f_custom_role, f_role) FROM p_user WHERE id = ?", (me,)) or "rep"
    return in_order(
        (
            str(values["entity"]),
            values,
            replace(custom_field(record, values), off_form=is_unseen_by(values, role)),
        )
        for record, values in declared.items()
    )


def custom_declarations(reader: Reader, *, with_deleted: bool = False) -> dict[str, dict[str, Value]]:
    """What the `field` records say, by id: their values, choices included; a deleted one's say that it is retired."""
    from crmdesk.core.entities import CUSTOM_FIELD

    names = [field.name for field in CUSTOM_FIELD.fields if not field.repeated]
    rows = reader.all(
        f"SELECT n, id, life, {', '.join(f'f_{name}' for name in names)} FROM p_field WHERE f_entity IS NOT NULL "
        f"{'' if with_deleted else f'AND {SHOWN}'} ORDER BY id"
    )
    found: dict[int, dict[str, Value]] = {}
    ids = {}
    for n, record, life, *cells in rows:
        if not is_id(record):
            continue  # it names columns
        ids[n] = record
        found[n] = {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}
        if life == DELETED:
            found[n]["retired"] = True
    if found:
        options = (
            "SELECT e.n, e.element, e.value FROM p_field p JOIN element e ON e.n = p.n AND e.field = 'option'"
        )
        for n, key, value in reader.all(options):
            if n in found:
                found[n][f"option:{key}"] = value
    return {ids[n]: values for n, values in found.items()}
