"""What the database finds by criteria is what the kernel says of each record, in a file and in a service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import given, settings
from sqlalchemy import create_engine

from crmdesk.core.criteria import Bearings, Criteria, Seen, fits
from crmdesk.core.criteria_json import parse, read, write
from crmdesk.core.entities import REGISTRY
from crmdesk.store import dialect
from crmdesk.store.criteria import compile_criteria
from crmdesk.store.names import SHOWN
from crmdesk.store.projected_tables import metadata
from crmdesk.usecases.codes import code_table
from crmdesk.usecases.workspace import Workspace
from tests.support import criteria as chance
from tests.support.postgres import Postgres
from tests.support.workspace import make


def below(table: str, code: str) -> tuple[str, ...]:
    return code_table(table).covered(code)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    made = make(tmp_path_factory.mktemp("criteria") / "desk")
    chance.fill(made, 70, seed=3)
    yield made
    made.close()


@pytest.fixture(scope="module")
def bearings(desk: Workspace) -> Bearings:
    me = desk.identity()
    return Bearings(REGISTRY, chance.TODAY, "ann", {me.book: "ann", "elsewhere": "bo"}, "the pool", below)


def asked(desk: Workspace, criteria: Criteria, bearings: Bearings) -> set[str]:
    where, bind = compile_criteria(criteria, bearings)
    return chance.kept(desk.reader.all(f"SELECT c.id FROM p_customer c WHERE c.{SHOWN} AND {where}", bind))


@settings(max_examples=400)
@given(criteria=chance.trees())
def test_a_file_finds_what_the_kernel_says_of_each_record(
    desk: Workspace, bearings: Bearings, criteria: Criteria
) -> None:
    everybody = _seen(desk)
    expected = {key for key, seen in everybody.items() if fits(criteria, seen, bearings)}
    assert asked(desk, criteria, bearings) == expected
    assert read(write(criteria), REGISTRY) == criteria


_known: dict[int, dict[str, Seen]] = {}


def _seen(desk: Workspace) -> dict[str, Seen]:
    if id(desk) not in _known:
        _known[id(desk)] = chance.everybody(desk.reader)
    return _known[id(desk)]


@pytest.fixture(scope="module")
def service(desk: Workspace, postgres_service: Postgres) -> Iterator[psycopg.Connection]:
    """The same projections in a PostgreSQL of their own."""
    with postgres_service.empty() as url:
        dialect._compare_text_by_bytes()
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        made = metadata(REGISTRY.entities.values())
        made.create_all(engine)
        with engine.begin() as connection:
            for table in (one for one in made.sorted_tables if one.name.startswith(("p_", "element"))):
                names = tuple(column.name for column in table.columns)
                listed = ", ".join(f'"{name}"' for name in names)
                rows = desk.reader.all(f"SELECT {listed} FROM {table.name}")
                dialect.insert_rows(connection, table.name, names, rows)
        engine.dispose()
        with psycopg.connect(url) as connection:
            yield connection


@settings(max_examples=60)
@given(criteria=chance.trees())
def test_a_service_finds_the_same(
    desk: Workspace, bearings: Bearings, service: psycopg.Connection, criteria: Criteria
) -> None:
    where, bind = compile_criteria(criteria, bearings, "postgresql")
    sql = f"SELECT c.id FROM p_customer c WHERE c.{SHOWN} AND {where}"
    found = service.execute(dialect._marked(sql).encode(), bind).fetchall()
    assert chance.kept(found) == asked(desk, criteria, bearings)


@pytest.mark.parametrize(
    "where",
    [
        {"field": "name", "op": "contains", "value": "%"},
        {"field": "name", "op": "begins", "value": "a\\"},
        {"field": "name", "op": "is", "value": "'; DROP TABLE record; --"},
        {"field": "tag", "op": "has_all", "value": ["t1' OR 1=1", "%s", "?"]},
        {"all": []},
        {"any": []},
        {"none": [{"none": [{"has": "visit"}]}]},
    ],
)
def test_hostile_and_empty_conditions_mean_what_they_say(
    desk: Workspace, bearings: Bearings, where: dict[str, object]
) -> None:
    criteria = parse(where, REGISTRY)
    expected = {key for key, seen in _seen(desk).items() if fits(criteria, seen, bearings)}
    assert asked(desk, criteria, bearings) == expected


def test_a_province_finds_its_districts_those_of_the_past_and_what_took_their_place(
    tmp_path: Path, bearings: Bearings
) -> None:
    desk = make(tmp_path / "desk")
    from crmdesk.usecases import customers

    table = code_table("region")
    gone = next(line for line in table.lines if not line.is_current and table.current(line.code))
    now = table.current(gone.code)
    assert now is not None
    for code in ("440305", "110101", gone.code, now.code):
        customers.add(desk.replica, {"name": code, "region_code": code})

    def found(code: str) -> set[str]:
        criteria = parse({"field": "region_code", "op": "below", "value": code}, REGISTRY)
        ids = asked(desk, criteria, bearings)
        return {desk.reader.value("SELECT f_name FROM p_customer WHERE id = ?", (one,)) for one in ids}

    assert "440305" in found("44")
    assert "110101" not in found("44")
    assert {gone.code, now.code} <= found(gone.code)
    assert {gone.code, now.code} <= found(now.code)
    desk.close()
