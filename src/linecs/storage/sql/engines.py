"""Database addresses, and engines made of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from linecs.errors import ConfigurationError
from linecs.storage.ports import StorageError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["address_of", "address_of_django", "in_memory", "make_engine", "open_connection"]

_EXTRAS = {"postgresql": "linecs[postgresql]", "mysql": "linecs[mysql]"}
_EXTRAS["mariadb"] = _EXTRAS["mysql"]
_BACKENDS = {"sqlite", *_EXTRAS}
_DJANGO_DRIVERS = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
}
_ADDRESSES = (
    "no address of a database: use sqlite:///shop.db, postgresql+psycopg://... or "
    "mysql+pymysql://..."
)


def address_of(url: str | sa.URL) -> sa.URL:
    """Return a database's address; a SQLite file's no longer depends on the directory.

    Raises:
        ConfigurationError: It is no address of a database linecs keeps rows in.
    """
    try:
        address = sa.make_url(url)
        is_async = address.get_dialect().is_async
    except (sa.exc.ArgumentError, ImportError) as error:
        raise ConfigurationError(_ADDRESSES) from error
    if address.get_backend_name() not in _BACKENDS:
        raise ConfigurationError(_ADDRESSES)
    if is_async:
        raise ConfigurationError(
            f"{address.drivername} is for a host to join; connect by postgresql+psycopg, "
            "mysql+pymysql or sqlite"
        )
    if address.get_backend_name() != "sqlite" or in_memory(address):
        return address
    return address.set(database=str(Path(str(address.database)).absolute()))


def address_of_django(vendor: str, database: Mapping[str, Any]) -> sa.URL:
    """Return the address of an entry of Django's `DATABASES`.

    Text options, such as PostgreSQL's `sslmode`, go along; SQLite's are Django's own.

    Args:
        vendor: `connections[alias].vendor`.
        database: `connections[alias].settings_dict`.

    Raises:
        ConfigurationError: It is no database linecs keeps rows in.
    """
    if vendor not in _DJANGO_DRIVERS:
        raise ConfigurationError(f"Django's {vendor}: linecs keeps rows in {sorted(_BACKENDS)}")
    if vendor == "sqlite":
        return sa.URL.create("sqlite", database=str(database["NAME"]))
    options = database.get("OPTIONS", {}).items()
    return sa.URL.create(
        _DJANGO_DRIVERS[vendor],
        username=database["USER"] or None,
        password=database["PASSWORD"] or None,
        host=database["HOST"] or None,
        port=int(database["PORT"]) if database["PORT"] else None,
        database=str(database["NAME"]),
        query={name: value for name, value in options if isinstance(value, str)},
    )


def in_memory(address: sa.URL) -> bool:
    """Return whether a SQLite database forgets everything at the end."""
    return address.database in {None, "", ":memory:"}


def make_engine(address: sa.URL, **options: Any) -> sa.Engine:  # noqa: ANN401 - SQLAlchemy's own
    """Return an engine. Raises `ConfigurationError` where the driver is not installed."""
    try:
        return sa.create_engine(address, **options)
    except ImportError as error:
        extra = _EXTRAS.get(address.get_backend_name(), "its driver")
        raise ConfigurationError(
            f"{address.drivername}: the driver is not installed; `pip install '{extra}'`"
        ) from error


def open_connection(engine: sa.Engine) -> sa.Connection:
    """Return a new connection. Raises `StorageError` where the server cannot be reached."""
    try:
        return engine.connect()
    except sa.exc.DBAPIError as error:
        raise StorageError(f"cannot connect to the database: {error.orig}") from error.orig
