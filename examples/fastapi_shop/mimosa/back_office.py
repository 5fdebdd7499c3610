"""What the shop's own staff tools call, with a bearer token: parcels, tickets, replies.

A shop with an operators' page would put it over these; `examples/flask_shop` has one to look at.
"""

import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from linecs import SupportDesk
from linecs.desk.inbox import InboxFilter, ListedTicket
from linecs.errors import StaleReplyError, UnreachableError, UnseenMessageError
from linecs.model import ConversationId
from linecs.storage.ports import RowMissingError
from mimosa.database import Database
from mimosa.shipping import NotReadyError, ship

__all__ = ["create_back_office"]


class Parcel(BaseModel):
    """With whom an order left."""

    carrier: str
    tracking: str


class Reply(BaseModel):
    """What an operator answers; `version` and `seen` as the list of tickets gave them."""

    text: str
    operator: str
    version: int
    seen: str | None


def create_back_office(desk: SupportDesk, database: Database, token: str) -> APIRouter:
    """Return the calls; whoever knows the token may make them."""

    def check(given: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> None:
        if not hmac.compare_digest(given.credentials.encode(), token.encode()):
            raise HTTPException(401)

    calls = APIRouter(prefix="/back-office", dependencies=[Depends(check)])

    @calls.post("/orders/{number}/shipped")
    async def shipped(number: str, parcel: Parcel) -> dict[str, int]:
        with _refusals():
            async with database.sessions.begin() as session:
                told = await ship(session, desk, database.desk_storage, number, **dict(parcel))
        return {"told": told}

    @calls.get("/tickets")
    def tickets() -> list[dict[str, Any]]:
        return [_listed(each) for each in desk.inbox.list(InboxFilter()).items]

    @calls.post("/conversations/{conversation}/replies")
    def reply(conversation: ConversationId, reply: Reply) -> dict[str, int]:
        with _refusals():
            acted = desk.reply(
                conversation,
                reply.text,
                actor=reply.operator,
                version=reply.version,
                seen=reply.seen,
            )
        return {"version": acted.conversation_version}

    @calls.post("/conversations/{conversation}/invitation")
    def invite(conversation: ConversationId) -> dict[str, int]:
        with _refusals():
            return {"told": len(desk.links.invite(conversation))}

    return calls


def _listed(listed: ListedTicket) -> dict[str, Any]:
    return {
        "conversation": listed.conversation.id,
        "customer": listed.customer.display_name,
        "status": listed.ticket.status,
        "text": listed.preview,
        "version": listed.conversation.version,
        "seen": listed.conversation.newest_message_id,
    }


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except RowMissingError as error:
        raise HTTPException(404) from error
    except (NotReadyError, StaleReplyError, UnseenMessageError, UnreachableError) as error:
        raise HTTPException(409, str(error)) from error
