"""What an earlier demonstration left: gone on with where it fits this release, else set aside."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

from linecs import SqlStorage
from linecs.errors import LinecsError
from linecs.storage.sql import build_tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["make_room"]

_SET_ASIDE = """\
前回のデータは、いまの版の linecs と形が違うため、{aside} に移しました。最初から始めます。
The data of last time was made by another version.
It is in {aside} now, and this starts afresh.
"""
_REFUSED = """\
{folder} のデータは、いまの版の linecs と形が違います。
実際のお客様のデータなので、そのままにしました。
作成したときの版で開くか、フォルダーを移してから、もう一度実行してください。
The data there was made by another version, and is of real customers: nothing was changed."""


def make_room(folder: Path, *, is_real: bool) -> None:
    """Make the folder where it is missing, and a new one where the old database does not fit.

    Ends the program where that would put real customers' data away.
    """
    database = folder / "desk.sqlite3"
    if database.exists() and not _fits(database):
        if is_real:
            sys.exit(_REFUSED.format(folder=folder))
        aside = folder.with_name(f"{folder.name}-{time.strftime('%Y%m%d-%H%M%S')}")
        folder.rename(aside)
        sys.stdout.write(_SET_ASIDE.format(aside=aside))
    folder.mkdir(parents=True, exist_ok=True)


def _fits(database: Path) -> bool:
    """Return whether each table is as this release has it, once its own steps were taken."""
    url = f"sqlite:///{database}"
    try:
        SqlStorage.connect(url).close()
        with _engine(url) as engine:
            return _has_our_columns(sa.inspect(engine))
    except (LinecsError, sa.exc.DatabaseError):
        return False


def _has_our_columns(inspector: sa.Inspector) -> bool:
    there = set(inspector.get_table_names())
    return all(
        name in there
        and {each["name"] for each in inspector.get_columns(name)} == set(table.columns.keys())
        for name, table in build_tables().tables.items()
    )


@contextmanager
def _engine(url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        yield engine
    finally:
        engine.dispose()
