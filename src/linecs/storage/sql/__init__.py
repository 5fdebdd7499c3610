"""Stores on SQLite, PostgreSQL, and MySQL or MariaDB."""

from __future__ import annotations

from linecs.storage.sql.joined import JoinedStorage
from linecs.storage.sql.migrations import migrate, migration_sql
from linecs.storage.sql.schema import build_tables
from linecs.storage.sql.store import SqlStorage

__all__ = ["JoinedStorage", "SqlStorage", "build_tables", "migrate", "migration_sql"]
