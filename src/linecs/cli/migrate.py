"""`linecs migrate URL`: make the tables, or bring them up to this release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.errors import ConfigurationError
from linecs.storage.sql import migrate, migration_sql
from linecs.storage.sql.schema import DEFAULT_PREFIX

if TYPE_CHECKING:
    import argparse

__all__ = ["register", "run"]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and what it takes."""
    parser = subparsers.add_parser(
        "migrate",
        help="データベースの表を作成・更新する / create or update the tables",
        description="データベースの表を作成・更新します。何度実行しても同じ結果になります。",
    )
    parser.add_argument(
        "url", nargs="?", help="sqlite:///shop.db, postgresql+psycopg://..., mysql+pymysql://..."
    )
    parser.add_argument(
        "--prefix", default=DEFAULT_PREFIX, help="表の名前の先頭 / goes before every table's name"
    )
    parser.add_argument(
        "--sql",
        metavar="DIALECT",
        help="実行せずSQLを表示する: sqlite, postgresql, mysql, mariadb / print the SQL instead",
    )
    parser.add_argument(
        "--since",
        type=int,
        default=0,
        metavar="N",
        help="--sql: この版より後だけ / only later steps",
    )


def run(arguments: argparse.Namespace) -> int:
    """Migrate the database, or print the SQL that would."""
    if arguments.sql is not None:
        print(migration_sql(arguments.sql, arguments.since, prefix=arguments.prefix), end="")
        return 0
    if arguments.url is None:
        raise ConfigurationError("データベースのURLを指定してください / give the database's URL")
    done = migrate(arguments.url, prefix=arguments.prefix)
    steps = ", ".join(map(str, done))
    print(f"更新しました / done: {steps}" if done else "最新です / nothing to do")
    return 0
