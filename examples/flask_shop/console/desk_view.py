"""The desk as the operator who is logged in sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen
from flask import abort, request

from linecs.desk import SupportDesk
from linecs.desk.inbox import InboxFilter, ListOrder
from linecs.errors import ConfigurationError
from linecs.model import TicketStatus

__all__ = ["DeskView"]

_VIEWS: dict[str, tuple[str, Callable[[str], InboxFilter]]] = {
    "all": ("すべて", lambda _me: InboxFilter()),
    "mine": ("自分の担当", lambda me: InboxFilter(assignee=me)),
    "unassigned": ("担当なし", lambda _me: InboxFilter(unassigned=True)),
    "overdue": ("期限切れ", lambda _me: InboxFilter(overdue=True)),
    "open": ("未対応", lambda _me: InboxFilter(status=TicketStatus.OPEN)),
    "in_progress": ("対応中", lambda _me: InboxFilter(status=TicketStatus.IN_PROGRESS)),
    "waiting": ("返信待ち", lambda _me: InboxFilter(status=TicketStatus.WAITING)),
    "bot": ("自動応答中", lambda _me: InboxFilter(status=TicketStatus.BOT)),
    "resolved": ("対応完了", lambda _me: InboxFilter(status=TicketStatus.RESOLVED)),
}


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
        if chosen not in _VIEWS:
            abort(404)
        counts = self.desk.inbox.counts(actor=self.me)
        try:
            page = self.desk.inbox.list(
                _VIEWS[chosen][1](self.me),
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
        }
        views = [
            (name, title, of_lists.get(name, counts.statuses.get(name, 0)))
            for name, (title, _) in _VIEWS.items()
        ]
        return {"page": page, "chosen": chosen, "views": views, "counts": counts}
