"""Stores on every database there is, and shops whose transactions they join."""

from __future__ import annotations

from databases import database_url, open_storage, sql_storage

__all__ = ["database_url", "open_storage", "sql_storage"]
