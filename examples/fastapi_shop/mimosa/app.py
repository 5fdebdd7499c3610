"""The shop's ASGI application: `uvicorn --factory mimosa.app:from_environment`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.staticfiles import StaticFiles
from starlette.middleware.sessions import SessionMiddleware

from linecs import SupportDesk
from mimosa.back_office import create_back_office
from mimosa.database import Database
from mimosa.line_views import line_views
from mimosa.linking import create_linking
from mimosa.pages import create_pages
from mimosa.support import create_desk

__all__ = ["create_app", "from_environment"]


def create_app(
    desk: SupportDesk, database: Database, *, secret: str, staff_token: str, is_https: bool
) -> FastAPI:
    """Return the application.

    Args:
        desk: The shop's desk.
        database: Where members and orders are, and the desk's rows too.
        secret: Signs the sessions; all processes need the same, and one that stays.
        staff_token: Opens the back office.
        is_https: Whether browsers come by HTTPS; then cookies go no other way.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await run_in_threadpool(database.desk_storage.check)
        try:
            yield
        finally:
            await database.close()

    app = FastAPI(title="ミモザ・クローゼット", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(SessionMiddleware, secret_key=secret, https_only=is_https)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    app.include_router(line_views(desk))
    app.include_router(create_linking(desk))
    app.include_router(create_pages(desk, database))
    app.include_router(create_back_office(desk, database, staff_token))
    return app


def from_environment() -> FastAPI:
    """Return the application of this process's environment."""
    database = Database(os.environ["DATABASE_URL"])
    return create_app(
        create_desk(database, os.environ),
        database,
        secret=os.environ["SESSION_SECRET"],
        staff_token=os.environ["STAFF_TOKEN"],
        is_https=os.environ["PUBLIC_URL"].startswith("https:"),
    )
