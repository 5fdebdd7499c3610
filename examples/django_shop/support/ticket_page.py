"""The page of one ticket in the admin: its conversation to read, and what may be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponseNotAllowed, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from linecs import LinecsError
from linecs.storage.ports import RowMissingError
from support.acting import NAMES, act
from support.bubbles import entries
from support.desk import desk
from support.models import Ticket
from support.operators import actor_of, names
from support.showing import said_of

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    from django.http import HttpRequest, HttpResponse

    from linecs.desk.inbox import ConversationView

__all__ = ["TicketPage"]


class TicketPage:
    """Views of one ticket; who may see them is the admin's to say."""

    def __init__(self, admin: ModelAdmin) -> None:
        self._admin = admin

    def show(self, request: HttpRequest, ticket_id: str) -> HttpResponse:
        """Show the conversation."""
        return self._shown(request, self._ticket(request, ticket_id))

    def act(self, request: HttpRequest, ticket_id: str, what: str) -> HttpResponse:
        """Do what a button says; where the desk refuses, show why, and what was typed."""
        ticket = self._ticket(request, ticket_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            with transaction.atomic():
                act(what, ticket, request.POST, request.user)
                self._admin.log_change(request, ticket, NAMES[what])
        except LinecsError as error:
            problem, typed = said_of(error, names()), request.POST.get("text", "")
            return self._shown(request, ticket, problem=problem, typed={what: typed})
        messages.success(request, f"{NAMES[what]}: 完了しました。")
        return redirect(self._address(ticket))

    def invite(self, request: HttpRequest, ticket_id: str) -> HttpResponse:
        """Send the customer an invitation to link; it asks LINE, so no transaction is open."""
        ticket = self._ticket(request, ticket_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            desk().links.invite(ticket.customer_id, actor=actor_of(request.user))
        except LinecsError as error:
            return self._shown(request, ticket, problem=said_of(error, names()))
        messages.success(request, "連携の案内を送りました。")
        return redirect(self._address(ticket))

    def media(self, request: HttpRequest, ticket_id: str, media_id: str) -> StreamingHttpResponse:
        """Show what the customer sent."""
        self._ticket(request, ticket_id)
        asked = request.headers.get("Range", "")
        served = desk().media.serve(media_id, public=False, range_header=asked)
        headers = dict(served.headers)
        return StreamingHttpResponse(served.body, status=served.status, headers=headers)

    def _ticket(self, request: HttpRequest, ticket_id: str) -> Ticket:
        if not self._admin.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(Ticket.objects.select_related("customer"), pk=ticket_id)

    def _address(self, ticket: Ticket) -> str:
        return reverse("admin:support_ticket_change", args=[ticket.pk])

    def _shown(
        self,
        request: HttpRequest,
        ticket: Ticket,
        *,
        problem: str = "",
        typed: dict[str, str] | None = None,
    ) -> HttpResponse:
        ticket.refresh_from_db()
        context = {
            **self._admin.admin_site.each_context(request),
            **_read(request, ticket),
            "opts": Ticket._meta,  # noqa: SLF001 - Django's own name for it
            "title": f"{ticket.customer}さん",
            "ticket": ticket,
            "me": actor_of(request.user),
            "problem": problem,
            "typed": typed or {},
        }
        status = 409 if problem else 200
        return TemplateResponse(request, "admin/support/ticket/page.html", context, status=status)


def _read(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    """Return what the page shows; the operator has read the chat by then."""
    view, actor = _view(request, ticket), actor_of(request.user)
    desk().open_chat(view.conversation.id, actor=actor, seen=view.conversation.newest_message_id)
    return {
        "view": view,
        "entries": entries(desk(), view),
        "card": desk().members.card(ticket.customer_id, actor=actor),
        "names": names(),
    }


def _view(request: HttpRequest, ticket: Ticket) -> ConversationView:
    before = request.GET.get("before")
    try:
        return desk().inbox.conversation(ticket.conversation_id, before=before)
    except RowMissingError as error:
        raise Http404 from error
