from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from crmdesk.core.errors import CrmError
from crmdesk.store import dialect
from crmdesk.store.database import Database
from crmdesk.store.dialect import File


@pytest.mark.parametrize("width", [3, 33, 300, 1500])
def test_rows_of_a_very_wide_table_are_written_within_what_a_statement_may_bind(tmp_path: Path, width: int):
    """Administrators add fields, and each is a column."""
    names = [f"c{n}" for n in range(width)]
    rows = [tuple(range(row, row + width)) for row in range(1276)]
    database = Database.create(File(tmp_path / "wide.db", driver="sqlite"), ())
    with database.write() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)  # as it is built by default
        dialect.run(connection, f"CREATE TABLE wide ({', '.join(names)})")
        dialect.insert_rows(connection, "wide", names, rows)
        assert dialect.run(connection, "SELECT * FROM wide ORDER BY c0").fetchall() == rows
    database.close()


def test_a_database_that_was_destroyed_is_not_made_anew_by_whoever_still_works_with_it(
    tmp_path: Path,
) -> None:
    """An empty file in its place would hide that everything is gone."""
    database = Database.create(File(tmp_path / "a.db", driver="sqlite"), ())
    database.close()  # the next statement needs a new connection
    (tmp_path / "a.db").unlink()
    with pytest.raises(CrmError) as refused, database.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    assert refused.value.code == "database_unwritable"
    assert list(tmp_path.iterdir()) == []
