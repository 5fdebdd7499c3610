"""The desk as the operator who is logged in sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import frozen
from flask import abort, request

from linecs.desk import SupportDesk
from linecs.desk.inbox import InboxFilter, ListOrder
from linecs.errors import ConfigurationError
from linecs.model import TicketStatus

if TYPE_CHECKING:
    from linecs.desk.inbox import InboxCounts

__all__ = ["DeskView"]

_VIEWS: dict[str, tuple[str, Callable[[str], InboxFilter]]] = {
    "all": ("すべて", lambda _me: InboxFilter()),
    "mine": ("自分", lambda me: InboxFilter(assignee=me)),
    "unassigned": ("担当なし", lambda _me: InboxFilter(unassigned=True)),
    "overdue": ("期限切れ", lambda _me: InboxFilter(overdue=True)),
    "open": ("未対応", lambda _me: InboxFilter(status=TicketStatus.OPEN)),
    "in_progress": ("対応中", lambda _me: InboxFilter(status=TicketStatus.IN_PROGRESS)),
    "waiting": ("返信待ち", lambda _me: InboxFilter(status=TicketStatus.WAITING)),
    "bot": ("自動", lambda _me: InboxFilter(status=TicketStatus.BOT)),
    "resolved": ("完了", lambda _me: InboxFilter(status=TicketStatus.RESOLVED)),
}
_NARROWER: dict[str, tuple[str, Callable[[str], InboxFilter]]] = {
    "member": ("会員", lambda value: InboxFilter(is_member=value == "yes")),
    "mark": ("対応マーク", lambda value: InboxFilter(mark=value)),
    "category": ("分類", lambda value: InboxFilter(category=value)),
    "tag": ("タグ", lambda value: InboxFilter(tag=value)),
}
"""Views that take a value, as `mark:complaint`."""


@frozen(kw_only=True)
class DeskView:
    """What every page starts from; the arguments are those of `create_console`."""

    desk: SupportDesk
    operator: Callable[[], str | None]
    colleagues: Callable[[], dict[str, str]]

    @property
    def me(self) -> str:
        """Who is logged in."""
        found = self.operator()
        if found is None:
            abort(401)
        return found

    def listed(self) -> dict[str, Any]:
        """Return the list beside every page, as this request's address chose it."""
        chosen = request.args.get("view", "all")
        counts = self.desk.inbox.counts(actor=self.me)
        try:
            page = self.desk.inbox.list(
                self._filter(chosen),
                order=ListOrder.NEWEST if chosen == "resolved" else ListOrder.WAITING_LONGEST,
                after=request.args.get("after"),
                actor=self.me,
            )
        except ConfigurationError:
            abort(404)
        of_lists = {
            "all": counts.live,
            "mine": counts.mine,
            "unassigned": counts.unassigned,
            "overdue": counts.overdue,
            **{str(status): count for status, count in counts.statuses.items()},
        }
        views = [(name, title, of_lists.get(name, 0)) for name, (title, _) in _VIEWS.items()]
        return {
            "page": page,
            "chosen": chosen,
            "views": views,
            "narrower": self._narrower(counts),
            "counts": counts,
        }

    def _filter(self, chosen: str) -> InboxFilter:
        if chosen in _VIEWS:
            return _VIEWS[chosen][1](self.me)
        kind, _, value = chosen.partition(":")
        if kind not in _NARROWER or not value:
            abort(404)
        return _NARROWER[kind][1](value)

    def _narrower(self, counts: InboxCounts) -> dict[str, list[tuple[str, str, int]]]:
        """Return the views of single marks, categories and tags that have any tickets."""
        staff = self.desk.staff
        names = {
            "mark": {each.key: each.name for each in staff.marks.by_urgency()},
            "category": {each.key: each.name for each in staff.categories.marks},
            "tag": {tag: tag for tag in sorted(counts.tags)},
        }
        tallies = {"mark": counts.marks, "category": counts.categories, "tag": counts.tags}
        found = {
            _NARROWER[kind][0]: [
                (f"{kind}:{key}", name, tallies[kind][key])
                for key, name in each.items()
                if tallies[kind].get(key)
            ]
            for kind, each in names.items()
        }
        others = counts.live - counts.members
        members = [("member:yes", "会員", counts.members), ("member:no", "会員以外", others)]
        return {"会員": members, **found}
