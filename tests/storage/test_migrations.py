"""The tables come to be the same by every way, once, and a host's own tools know them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from databases import KINDS, scratch_database
from linecs.cli import main
from linecs.errors import ConfigurationError
from linecs.model import StoredEvent
from linecs.storage.ports import Query, SchemaOutdatedError
from linecs.storage.sql import SqlStorage, build_tables, migrate, migration_sql
from linecs.testing.storage_contract.samples import event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVENTS = Query(row=StoredEvent)


@pytest.fixture(scope="module", params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty database of each kind; tests use prefixes of their own."""
    with scratch_database(request.param, tmp_path_factory.mktemp("migrations")) as url:
        yield url


@pytest.fixture(scope="module")
def migrated(url: str) -> str:
    """A database migrated under the prefix `main_`."""
    assert migrate(url, prefix="main_") == [1]
    return url


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    """A host's way to it."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    yield engine
    engine.dispose()


def described(engine: sa.Engine, prefix: str) -> dict[str, Any]:
    """Every table, column, key and index as the database has it, without the prefix."""
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        names = [name for name in inspector.get_table_names() if name.startswith(prefix)]
        return {
            name.removeprefix(prefix): described_table(inspector, name, prefix) for name in names
        }


def described_table(inspector: sa.Inspector, name: str, prefix: str) -> tuple[Any, ...]:
    """One table."""
    columns = [
        (column["name"], repr(column["type"]), column["nullable"])
        for column in inspector.get_columns(name)
    ]
    indexes = [
        (str(index["name"]).removeprefix(prefix), index["column_names"], index["unique"])
        for index in inspector.get_indexes(name)
    ]
    key = inspector.get_pk_constraint(name)["constrained_columns"]
    has_options = inspector.dialect.name == "mysql"
    options = inspector.get_table_options(name) if has_options else {}
    return columns, sorted(indexes), key, options


@pytest.mark.usefixtures("migrated")
def test_all_migrations_make_what_the_tables_say(engine: sa.Engine) -> None:
    """Migrating step by step gives what `create_all` gives at once."""
    build_tables(prefix="whole_").create_all(engine)
    by_steps = described(engine, "main_")
    assert by_steps == described(engine, "whole_")
    assert {"schema", "events", "tickets"} <= by_steps.keys()


def test_migrating_again_changes_nothing(engine: sa.Engine, migrated: str) -> None:
    """It finds nothing to do and keeps the rows."""
    storage = SqlStorage.connect(migrated, prefix="main_")
    storage.run(lambda tx: tx.insert_absent(event("1")))
    before = described(engine, "main_")
    assert migrate(migrated, prefix="main_") == []
    assert described(engine, "main_") == before
    assert storage.read(lambda tx: tx.find(StoredEvent, "1")) == event("1")
    storage.close()


def test_migrating_at_once_is_done_once(migrated: str) -> None:
    """Of processes that start together one migrates; another prefix has rows of its own."""
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda _: migrate(migrated, prefix="other_"), range(4)))
    assert sorted(done) == [[], [], [], [1]]
    stores = [SqlStorage.connect(migrated, prefix=prefix) for prefix in ("main_", "other_")]
    stores[0].run(lambda tx: tx.insert_absent(event("1")))
    assert [store.read(lambda tx: tx.find(StoredEvent, "1")) for store in stores] == [
        event("1"),
        None,
    ]
    for store in stores:
        store.check()
        store.close()


def test_a_step_cut_short_is_done_again(engine: sa.Engine, migrated: str) -> None:
    """What a crash left half made is made whole, also where tables cannot be rolled back."""
    whole = described(engine, "main_")
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM main_schema")
        connection.exec_driver_sql("DROP TABLE main_tickets")
    if engine.dialect.name != "sqlite":  # which mends itself on connecting
        with pytest.raises(SchemaOutdatedError, match="version 0"):
            SqlStorage.connect(migrated, prefix="main_").check()
        assert migrate(migrated, prefix="main_") == [1]
    storage = SqlStorage.connect(migrated, prefix="main_")
    storage.check()
    assert described(engine, "main_") == whole
    storage.close()


def test_the_sql_text_makes_the_same_tables(engine: sa.Engine, migrated: str) -> None:
    """Run by Alembic or Django, the text gives tables that `check` accepts."""
    with engine.begin() as connection:
        for statement in migration_sql(engine.dialect.name, prefix="text_").split(";\n"):
            if statement:
                connection.exec_driver_sql(statement)
    assert described(engine, "text_") == described(engine, "main_")
    storage = SqlStorage.connect(migrated, prefix="text_")
    storage.check()
    storage.close()


def test_no_text_is_left_after_the_newest_step() -> None:
    """Only the steps after the version that is there are given."""
    assert migration_sql("postgresql", since=1) == ""
    with pytest.raises(ConfigurationError, match="dialect"):
        migration_sql("oracle")


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_migration_inside_the_hosts_transaction_is_the_hosts(engine: sa.Engine) -> None:
    """On a connection it is given, it commits nothing: rolled back, no table stays."""
    with engine.connect() as connection:
        assert migrate(connection, prefix="joined_") == [1]
        connection.rollback()
    assert described(engine, "joined_") == {}


@pytest.mark.usefixtures("migrated")
def test_autogenerate_finds_nothing_to_do(engine: sa.Engine) -> None:
    """Alembic, comparing with MetaData that has our tables, makes and drops nothing of ours."""
    metadata = sa.MetaData()
    sa.Table("main_shop_orders", metadata, sa.Column("id", sa.BigInteger, primary_key=True))
    build_tables(metadata, prefix="main_")
    assert differences(engine, metadata) == [("add_table", "main_shop_orders")]


@pytest.mark.usefixtures("migrated")
def test_autogenerate_can_be_told_to_leave_our_tables_alone(engine: sa.Engine) -> None:
    """Without our tables in the MetaData, a filter by name keeps Alembic from dropping them."""

    def include_name(name: str | None, kind: str, parents: object) -> bool:
        return kind != "table" or not (name or "").startswith("main_")

    metadata = sa.MetaData()
    dropped = differences(engine, metadata)
    assert ("remove_table", "main_events") in dropped
    assert ("remove_table", "main_events") not in differences(
        engine, metadata, include_name=include_name
    )


def differences(engine: sa.Engine, metadata: sa.MetaData, **options: Any) -> list[Any]:
    """What Alembic would do to the tables of this test, short."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, **options}
        )
        found = compare_metadata(context, metadata)
    named = [(each[0], each[1].name) if len(each) == 2 else each for each in found]
    return [each for each in named if "main_" in str(each)]


def test_the_command_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`linecs migrate URL` makes the tables and says so, or that there was nothing to do."""
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    assert main(["migrate", url, "--prefix", "shop_"]) == 0
    assert "done: 1" in capsys.readouterr().out
    assert main(["migrate", url, "--prefix", "shop_"]) == 0
    assert "nothing to do" in capsys.readouterr().out
    engine = sa.create_engine(url)
    assert "shop_events" in sa.inspect(engine).get_table_names()
    engine.dispose()


def test_the_command_prints_sql_instead(capsys: pytest.CaptureFixture[str]) -> None:
    """`--sql` asks no database."""
    assert main(["migrate", "--sql", "mariadb", "--prefix", "shop_"]) == 0
    assert capsys.readouterr().out == migration_sql("mariadb", prefix="shop_")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["migrate"], "URL"),
        (["migrate", "nonsense"], "no address"),
        (["migrate", "sqlite://", "--prefix", "Shop-"], "prefix"),
        (["migrate", "sqlite+aiosqlite:///x.db"], "aiosqlite"),
        (["migrate", "mysql+mysqlconnector://127.0.0.1/x"], "linecs[mysql]"),
    ],
)
def test_the_command_names_what_is_wrong(
    arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends with 2 and one line that says what to do."""
    assert main(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert reason in line


@pytest.mark.parametrize("url", ["mariadb"], indirect=True)
def test_a_connection_that_loses_emoji_is_refused(migrated: str) -> None:
    """MySQL would keep `?` for an emoji; `check` names the setting."""
    address = sa.make_url(migrated).update_query_dict({"charset": "latin1"})
    storage = SqlStorage.connect(address, prefix="main_")
    with pytest.raises(ConfigurationError, match="utf8mb4"):
        storage.check()
    storage.close()
