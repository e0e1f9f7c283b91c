"""The second net: what PostgreSQL itself keeps from a transaction that reads on somebody's behalf."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import Connection, inspect

from crmdesk.core.record import RecordKey
from crmdesk.store import dialect
from crmdesk.store.database import Database
from crmdesk.store.dialect import Service
from sync_server import row_security
from sync_server.storage import rights
from tests.support.laptop import Laptop, enrolled
from tests.support.postgres import Postgres, in_a_service
from tests.support.server import RunningServer, small_company


@contextmanager
def reading_as(server: RunningServer, user: str) -> Iterator[Connection]:
    with server.database.write() as connection:
        assert row_security.ensure(connection)
    server.database.confines = True
    with server.database.read_as(user) as connection:
        yield connection


def filled(server: RunningServer) -> tuple[Laptop, Laptop, RecordKey]:
    ann, cai = enrolled(server, "Ann"), enrolled(server, "Cai")
    customer = ann.customer()
    ann.visit(customer)
    ann.push()
    cai.customer("别人的客户")
    cai.push()
    return ann, cai, customer


@in_a_service
def test_a_query_that_forgets_to_ask_who_reads_sees_only_what_they_may(server: RunningServer) -> None:
    ann, cai, customer = filled(server)
    for laptop, sees in ((ann, 1), (cai, 0)):
        with reading_as(server, laptop.user) as connection:
            readable = rights.rights(connection, laptop.user).keys()
            for table in ("record", "edit"):
                found = dialect.value(
                    connection, f"SELECT count(*) FROM {table} WHERE id = ?", (customer.id,)
                )
                assert found == sees, table
            for table, column in (("record", "bucket"), ("movement", "bucket"), ("bucket", "id")):
                rows = dialect.run(connection, f"SELECT DISTINCT {column} FROM {table}").fetchall()
                assert {row[0] for row in rows} <= readable, table
            others = dialect.value(
                connection, 'SELECT count(*) FROM reader WHERE "user" <> ?', (laptop.user,)
            )
            assert others == 0


@in_a_service
def test_without_anybody_to_read_for_there_is_nothing(server: RunningServer) -> None:
    filled(server)
    with reading_as(server, "") as connection:
        for table in row_security.POLICIES:
            assert dialect.value(connection, f"SELECT count(*) FROM {table}") == 0, table


@in_a_service
def test_no_other_table_is_there_to_read_and_nothing_to_write(server: RunningServer) -> None:
    filled(server)
    with server.database.read() as connection:
        tables = set(inspect(connection).get_table_names())
    closed = tables - row_security.POLICIES.keys() - set(row_security.OPEN)
    assert {"account", "token", "password", "refused", "command", "audit"} <= closed
    for table in sorted(closed):
        with (
            reading_as(server, server.people["Ann"].user) as connection,
            pytest.raises(errors.InsufficientPrivilege),
        ):
            dialect.run(connection, f'SELECT 1 FROM "{table}"')
    with (
        reading_as(server, server.people["Ann"].user) as connection,
        pytest.raises((errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)),
    ):
        dialect.run(connection, "DELETE FROM record")


@in_a_service
def test_the_role_ends_with_the_transaction(server: RunningServer) -> None:
    _, cai, customer = filled(server)
    with reading_as(server, cai.user):
        pass
    with server.database.read() as connection:
        query = "SELECT count(*) FROM record WHERE id = ?"
        assert dialect.value(connection, query, (customer.id,)) == 1


@in_a_service
def test_the_routes_that_read_run_under_it(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the code's own question gone, the answers are still empty."""
    ann, cai, customer = filled(server)
    everything = {ann.book: next(iter(policy_of(server, ann.user).values()))}
    monkeypatch.setattr(rights, "rights", lambda _connection, _user: everything)
    assert not cai.ask_page(ann.book).json().get("items")
    assert cai.http.get(f"/v1/records/customer/{customer.id}/history").status_code == 404
    heads = {head.bucket for head in cai.heads().heads}
    assert ann.book not in heads


def policy_of(server: RunningServer, user: str) -> dict[str, object]:
    with server.database.read() as connection:
        return dict(rights.rights(connection, user))


def test_a_login_that_may_make_no_role_does_without_and_says_so(postgres_service: Postgres) -> None:
    name = f"poor{secrets.token_hex(4)}"
    with postgres_service.empty() as url:
        small_company(url)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"CREATE ROLE {name} LOGIN".encode())
            connection.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {name}".encode())
        database = Database.open(Service(url.replace("postgres:", f"{name}:", 1)))
        try:
            with database.write() as made:
                assert not row_security.ensure(made)
        finally:
            database.close()
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"DROP OWNED BY {name}".encode())
                connection.execute(f"DROP ROLE {name}".encode())
