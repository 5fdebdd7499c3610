"""The adapter: what a FastAPI shop adds to receive LINE's webhooks and to show what it sends."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from linecs import IntakeError, SupportDesk


def line_views(desk: SupportDesk) -> APIRouter:
    """Return the webhook view and the view of published pictures."""
    views = APIRouter(prefix="/line")

    @views.post("/webhook")
    async def webhook(request: Request) -> Response:
        try:
            await desk.receive_async(await request.body(), request.headers.get("X-Line-Signature"))
        except IntakeError:
            return Response(status_code=400)
        return Response()

    @views.get("/media/{media_id}")
    def media(media_id: str, request: Request) -> Response:
        served = desk.media.serve(media_id, range_header=request.headers.get("Range", ""))
        return StreamingResponse(served.body, served.status, dict(served.headers))

    return views
