"""The adapter: what a Django shop adds to receive LINE's webhooks and to show what it sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from linecs import IntakeError
from support.desk import desk

if TYPE_CHECKING:
    from django.http import HttpRequest


@transaction.non_atomic_requests  # receive() commits by itself, before LINE gets its 200
@csrf_exempt  # LINE signs its webhooks; it has no session and no token of ours
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Keep what LINE sends."""
    try:
        desk().receive(request.body, request.headers.get("X-Line-Signature"))
    except IntakeError:
        return HttpResponse(status=400)
    return HttpResponse()


@require_safe
def media(request: HttpRequest, media_id: str) -> StreamingHttpResponse:
    """Show what was published."""
    served = desk().media.serve(media_id, range_header=request.headers.get("Range", ""))
    return StreamingHttpResponse(served.body, status=served.status, headers=dict(served.headers))


urlpatterns = [path("webhook", webhook), path("media/<media_id>", media)]
