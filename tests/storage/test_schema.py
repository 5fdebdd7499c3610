"""What the tables are on each database, and what it costs to know them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from linecs.errors import ConfigurationError
from linecs.model import EventState, StoredEvent
from linecs.storage.columns import Kind
from linecs.storage.ports import Query, equal, one_of
from linecs.storage.rows import layout_of
from linecs.storage.sql import SqlStorage, build_tables
from linecs.storage.sql.statements import RowLock, Statements
from linecs.storage.tables import TABLES

if TYPE_CHECKING:
    from linecs.storage.ports import Condition
    from linecs.storage.tables import Table

INNODB_INDEX_BYTES = 3072
BYTES_A_CHARACTER = 4
BYTES_A_NUMBER = 8
IDENTIFIER_LENGTH = 63
LONGEST_PREFIX = "a234567890123456789_"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_index_fits_innodb(table: Table) -> None:
    """MySQL refuses an index whose columns could hold more; `lengths` makes them shorter."""
    columns = {column.name: column for column in layout_of(table.row).columns}
    for names in (table.key, *table.unique, *table.indexes):
        sizes = [
            BYTES_A_NUMBER if length is None else length * BYTES_A_CHARACTER
            for length in (columns[name].length for name in names)
        ]
        assert sum(sizes) <= INNODB_INDEX_BYTES


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_only_what_compares_is_indexed(table: Table) -> None:
    """A key or index has no column of long text, which no store compares."""
    kinds = {column.name: column.kind for column in layout_of(table.row).columns}
    looked_by = {name for names in (table.key, *table.unique, *table.indexes) for name in names}
    assert {kinds[name] for name in looked_by}.isdisjoint({Kind.TEXT, Kind.JSON})


def test_no_two_tables_keep_one_name_or_class() -> None:
    """Tables that different rooms add do not meet."""
    assert len({table.name for table in TABLES}) == len(TABLES)
    assert len({table.row for table in TABLES}) == len(TABLES)


def test_every_name_fits_every_database() -> None:
    """Names of tables and indexes are short enough, and none comes twice, for any prefix."""
    tables = build_tables(prefix=LONGEST_PREFIX).tables.values()
    names = [table.name for table in tables]
    names += [str(index.name) for table in tables for index in table.indexes]
    assert len(set(names)) == len(names)
    assert max(map(len, names)) <= IDENTIFIER_LENGTH
    assert all(name.startswith(LONGEST_PREFIX) for name in names)


@pytest.mark.parametrize("prefix", ["", "Linecs_", "1_", "a-b", "a b", "a'", "x" * 21])
def test_a_prefix_that_would_need_quoting_is_refused(prefix: str) -> None:
    """A prefix is a plain lower-case name, so that no database reads it otherwise."""
    with pytest.raises(ConfigurationError, match="prefix"):
        build_tables(prefix=prefix)


@pytest.mark.parametrize(
    "url", ["nonsense", "oracle://x/y", "postgresql+psycopg_async://x/y", "sqlite+aiosqlite://"]
)
def test_an_address_that_cannot_work_is_refused(url: str) -> None:
    """What is no database of ours, or an async driver, is named at once."""
    with pytest.raises(ConfigurationError):
        SqlStorage.connect(url)


def test_the_hosts_metadata_takes_our_tables() -> None:
    """They stand beside the shop's own, under the prefix."""
    metadata = sa.MetaData()
    sa.Table("orders", metadata, sa.Column("id", sa.Integer, primary_key=True))
    assert build_tables(metadata, prefix="cs_") is metadata
    ours = {f"cs_{table.name}" for table in TABLES} | {"cs_schema"}
    assert set(metadata.tables) == ours | {"orders"}


def test_a_statement_is_compiled_once_for_its_shape() -> None:
    """Other values, and lists of about the same length, ask with the same text."""
    dialect = sa.URL.create("sqlite").get_dialect()()
    statements = Statements(dialect, "linecs_")
    layout = layout_of(StoredEvent)

    def select(*where: Condition) -> object:
        query = Query(row=StoredEvent, where=where, limit=1)
        return statements.select(layout, layout.pack_conditions(where), query, RowLock.NONE)

    assert select(equal("id", "1")) is select(equal("id", "2"))
    assert select(one_of("id", ["1", "2", "3"])) is select(one_of("id", ["1", "2", "3", "4"]))
    assert select(equal("state", EventState.DONE)) is not select(equal("id", "1"))


def test_a_store_in_memory_needs_no_sqlalchemy() -> None:
    """The port, the tables and the store in memory load nothing heavy."""
    code = "import linecs.storage.memory, linecs.storage.tables, sys; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert {"sqlalchemy", "django", "psycopg"}.isdisjoint(done.stdout.split())
