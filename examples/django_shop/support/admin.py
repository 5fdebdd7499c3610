"""Tickets and member links in Django's admin; what changes them is the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.urls import path
from django.utils.html import format_html

from linecs import LinecsError
from linecs.routing import LINY_MARKS, Permission
from support.acting import NAMES, act
from support.desk import joined_desk
from support.filters import AssigneeFilter, HoldsFilter, StatusFilter
from support.models import Link, Ticket
from support.operators import actor_of, may, names
from support.showing import clock_time, is_past, said_of
from support.ticket_page import TicketPage

if TYPE_CHECKING:
    from django.contrib.admin.views.main import ChangeList
    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.urls import URLPattern

_MARKS = {mark.key: mark.name for mark in LINY_MARKS.marks}


class _ReadAdmin(admin.ModelAdmin):
    """Rows that nobody writes but the desk."""

    list_per_page = 50
    show_full_result_count = False

    class Media:
        css = {"all": ("support/support.css",)}  # noqa: RUF012 - Django reads a plain dictionary

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Return one page of the list, under its plain name."""
        listed = super().get_changelist_instance(request)
        listed.title = self.opts.verbose_name_plural
        return listed

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may(request.user, Permission.READ)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002 - one rule for all rows
        return may(request.user, Permission.READ)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the desk adds
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002 - the desk changes
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:  # noqa: ARG002 - the desk erases
        return False


@admin.register(Ticket)
class TicketAdmin(_ReadAdmin):
    """Tickets, the most urgent first."""

    list_display = ("customer", "state", "assignee", "due", "member", "opened")
    list_filter = (StatusFilter, AssigneeFilter)
    list_select_related = ("customer",)
    search_fields = ("customer__display_name", "member_number")
    ordering = ("due_at", "-opened_at")
    actions = ("claim", "resolve")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the tickets with their members' numbers."""
        linked = Link.objects.filter(
            line_user_id=OuterRef("customer__line_user_id"), ended_at__isnull=True
        )
        member = Subquery(linked.values("member_id")[:1])
        return super().get_queryset(request).annotate(member_number=member)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Return one page of the list, with the names of whose the tickets are."""
        listed, called = super().get_changelist_instance(request), names()
        for ticket in listed.result_list:
            ticket.assignee_name = called.get(ticket.assignee_id or "", ticket.assignee_id)
        return listed

    def get_urls(self) -> list[URLPattern]:
        """Add what the ticket's page does."""
        page, guarded = TicketPage(self), self.admin_site.admin_view
        own = [
            path("<ticket_id>/act/<what>/", guarded(page.act), name="support_ticket_act"),
            path("<ticket_id>/invite/", guarded(page.invite), name="support_ticket_invite"),
            path("<ticket_id>/media/<media_id>", guarded(page.media), name="support_ticket_media"),
            path("<ticket_id>/change/", guarded(page.show), name="support_ticket_change"),
        ]
        return [*own, *super().get_urls()]

    def action_checkbox(self, obj: Ticket) -> str:
        """Send the version along that the person sees, so that a stale one is refused."""
        return format_html(
            '{}<input type="hidden" name="version-{}" value="{}">',
            super().action_checkbox(obj),
            obj.pk,
            obj.version,
        )

    @admin.display(description="状況", ordering="status")
    def state(self, ticket: Ticket) -> str:
        """Return the status, and the shop's mark on top of it."""
        marked = _MARKS.get(ticket.mark, ticket.mark)
        status = ticket.get_status_display()
        return f"{status}（{marked}）" if marked else status

    @admin.display(description="担当", empty_value="担当なし")
    def assignee(self, ticket: Ticket) -> str | None:
        """Return who has it in hand."""
        return ticket.assignee_name

    @admin.display(description="期限", ordering="due_at")
    def due(self, ticket: Ticket) -> str:
        """Return when something must happen next."""
        shown = clock_time(ticket.due_at)
        late = format_html('<strong class="late">{} 超過</strong>', shown)
        return late if is_past(ticket.due_at) else shown

    @admin.display(description="会員番号", empty_value="未連携")
    def member(self, ticket: Ticket) -> str | None:
        """Return the member's number while the link holds."""
        return ticket.member_number

    @admin.display(description="受付", ordering="opened_at")
    def opened(self, ticket: Ticket) -> str:
        """Return when it began."""
        return clock_time(ticket.opened_at)

    @admin.action(description=NAMES["claim"])
    def claim(self, request: HttpRequest, chosen: QuerySet) -> None:
        """Take the tickets into one's own hands."""
        self._each("claim", request, chosen)

    @admin.action(description=NAMES["resolve"])
    def resolve(self, request: HttpRequest, chosen: QuerySet) -> None:
        """End the tickets."""
        self._each("resolve", request, chosen)

    def _each(self, what: str, request: HttpRequest, chosen: QuerySet) -> None:
        """Act on each ticket in a transaction of its own, and say of each that was refused."""
        done = 0
        for ticket in chosen:
            # Of a ticket that was not on the page nobody has seen a version.
            form = {"ticket_version": request.POST.get(f"version-{ticket.pk}", "0")}
            try:
                with transaction.atomic():
                    act(what, ticket, form, request.user)
                    self.log_change(request, ticket, NAMES[what])
            except LinecsError as error:
                said = f"{ticket.customer}さん: {said_of(error, names())}"
                self.message_user(request, said, messages.ERROR)
            else:
                done += 1
        if done:
            self.message_user(request, f"{NAMES[what]}: {done}件", messages.SUCCESS)


@admin.register(Link)
class LinkAdmin(_ReadAdmin):
    """Who is a member, since when, and how that was proven."""

    list_display = ("member_id", "customer", "flow", "linked", "ended", "ended_because")
    list_display_links = None
    list_filter = (HoldsFilter, "flow")
    list_select_related = ("customer",)
    search_fields = ("member_id", "customer__display_name")
    ordering = ("-linked_at",)
    actions = ("unlink",)

    @admin.display(description="連携日時", ordering="linked_at")
    def linked(self, link: Link) -> str:
        """Return since when."""
        return clock_time(link.linked_at)

    @admin.display(description="解除日時", ordering="ended_at", empty_value="連携中")
    def ended(self, link: Link) -> str | None:
        """Return until when."""
        return clock_time(link.ended_at) or None

    @admin.action(description="連携を解除する", permissions=["unlink"])
    def unlink(self, request: HttpRequest, chosen: QuerySet) -> None:
        """End the links through the desk, which tells the customers and keeps the ledger."""
        held = [link for link in chosen if link.ended_at is None]
        for link in held:
            with transaction.atomic():
                joined_desk().links.unlink(link.customer_id, actor=actor_of(request.user))
                self.log_change(request, link, "連携を解除する")
        self.message_user(request, f"{len(held)}件の連携を解除しました。")

    def has_unlink_permission(self, request: HttpRequest) -> bool:
        """Whether the action is offered, and taken."""
        return may(request.user, Permission.EDIT_LINKS)
