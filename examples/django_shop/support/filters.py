"""Which tickets and links a list shows; what is over is left out until it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin

from linecs.model import TicketStatus
from support.operators import actor_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.admin.views.main import ChangeList
    from django.db.models import QuerySet
    from django.http import HttpRequest

__all__ = ["AssigneeFilter", "HoldsFilter", "StatusFilter"]

_ALL = "all"


class _WithDefault(admin.SimpleListFilter):
    """A filter that leaves something out where nothing was chosen."""

    default: str

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        """Return the default first, in place of Django's own "all"."""
        named = [(None, self.default), *self.lookup_choices]
        for value, name in named:
            query = changelist.get_query_string({self.parameter_name: value})
            yield {"selected": self.value() == value, "query_string": query, "display": name}


class StatusFilter(_WithDefault):
    """Where the matter stands."""

    title = "状況"
    parameter_name = "state"
    default = "未完了"

    def lookups(self, _request: HttpRequest, _admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Return each status, and all."""
        return [*((each.value, each.japanese) for each in TicketStatus), (_ALL, "すべて")]

    def queryset(self, _request: HttpRequest, tickets: QuerySet) -> QuerySet:
        """Return what is chosen."""
        if self.value() is None:
            return tickets.exclude(status=TicketStatus.RESOLVED)
        return tickets if self.value() == _ALL else tickets.filter(status=self.value())


class AssigneeFilter(admin.SimpleListFilter):
    """Whose it is."""

    title = "担当"
    parameter_name = "whose"

    def lookups(self, _request: HttpRequest, _admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Return one's own, and nobody's."""
        return [("mine", "自分"), ("nobody", "担当なし")]

    def queryset(self, request: HttpRequest, tickets: QuerySet) -> QuerySet:
        """Return what is chosen."""
        if self.value() == "mine":
            return tickets.filter(assignee_id=actor_of(request.user))
        return tickets.filter(assignee_id__isnull=True) if self.value() == "nobody" else tickets


class HoldsFilter(_WithDefault):
    """Whether the link holds."""

    title = "状態"
    parameter_name = "holds"
    default = "連携中"

    def lookups(self, _request: HttpRequest, _admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Return the others."""
        return [("ended", "解除済み"), (_ALL, "すべて")]

    def queryset(self, _request: HttpRequest, links: QuerySet) -> QuerySet:
        """Return what is chosen."""
        if self.value() == _ALL:
            return links
        return links.filter(ended_at__isnull=self.value() is None)
