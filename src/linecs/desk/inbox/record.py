"""A customer's history as a page to read and as JSON; pure."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from html import escape
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from linecs.desk.inbox.filters import KINDS
from linecs.desk.inbox.japanese import (
    ACTORS,
    AUTHORS,
    ENDS,
    FLOWS,
    HAPPENINGS,
    NOTES,
    REASONS,
)
from linecs.model import Author, MessageState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linecs.desk.inbox.history import CustomerHistory, Happening, LinkSpan
    from linecs.model import Message, Note, Ticket

__all__ = ["html_record", "json_record"]

_JAPAN = timezone(timedelta(hours=9))
_STYLE = """
body{font-family:"Hiragino Sans","Noto Sans JP","Yu Gothic",Meiryo,sans-serif;line-height:1.7;
max-width:46rem;margin:0 auto;padding:1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;border-bottom:2px solid #06753c;margin-top:2rem}
.person{font-size:1.3rem;border:0;margin-top:3rem}
h3{font-size:.9rem;text-align:center;color:#555;font-weight:normal;margin:1.5rem 0 .5rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{border:1px solid #ccc;padding:.3rem .5rem;text-align:left;vertical-align:top}
td{overflow-wrap:anywhere}th{background:#f3f5f4;white-space:nowrap}
.wide{overflow-x:auto}.wide td{white-space:nowrap}
ol{list-style:none;padding:0;margin:0}
li{margin:.5rem 0;padding:.5rem .75rem;border-radius:.5rem;overflow-wrap:anywhere}
li p{margin:0;white-space:pre-wrap}small{color:#555}
.customer{background:#f0f0f0;margin-right:15%}.bot,.operator,.system{background:#dff3e4;
margin-left:15%}.note{background:#fff6d6;border:1px dashed #c9a400}
.happening{padding:0 .75rem;margin:.2rem 0;font-size:.85rem;color:#444}
@media print{li{break-inside:avoid}}
"""
_PAGE = """<!DOCTYPE html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def html_record(histories: Sequence[CustomerHistory]) -> str:
    """Return the histories as one self-contained page."""
    names = [_name(history) for history in histories]
    title = f"{'、'.join(dict.fromkeys(names))} 様の対応記録"
    parts = [_person(history, alone=len(histories) == 1) for history in histories]
    return _PAGE.format(title=escape(title), style=_STYLE, body="\n".join(parts))


def _name(history: CustomerHistory) -> str:
    return history.customer.display_name or "（お名前なし）"


def _person(history: CustomerHistory, *, alone: bool) -> str:
    head = "" if alone else f'<h2 class="person">{escape(_name(history))} 様</h2>'
    parts = (_about(history), _links(history.links), _tickets(history.tickets), _course(history))
    return "\n".join((head, *parts))


def json_record(history: CustomerHistory) -> dict[str, Any]:
    """Return the history as values for JSON."""
    customer = history.customer
    return {
        "customer": {
            "id": customer.id,
            "channel": customer.channel_id,
            "line_user_id": customer.line_user_id,
            "display_name": customer.display_name,
            "friendship": customer.friendship,
            "first_seen_at": _iso(customer.first_seen_at),
            "last_seen_at": _iso(customer.last_seen_at),
            "owner": customer.owner_id,
            "mark": customer.mark,
        },
        "links": [_link_values(each) for each in history.links],
        "tickets": [_ticket_values(each) for each in history.tickets],
        "messages": [_message_values(each) for each in history.messages],
        "notes": [_note_values(each) for each in history.notes],
        "happenings": [_happening_values(each) for each in history.happenings],
    }


def _link_values(link: LinkSpan) -> dict[str, Any]:
    return {
        "flow": link.flow,
        "linked_at": _iso(link.linked_at),
        "ended_at": _iso(link.ended_at or 0),
        "ended_because": link.ended_because,
    }


def _ticket_values(ticket: Ticket) -> dict[str, Any]:
    return {
        "id": ticket.id,
        "status": ticket.status,
        "reason": ticket.reason,
        "mark": ticket.mark,
        "category": ticket.category,
        "queue": ticket.queue,
        "priority": ticket.priority,
        "assignee": ticket.assignee_id,
        "opened_at": _iso(ticket.opened_at),
        "first_replied_at": _iso(ticket.first_replied_at),
        "resolved_at": _iso(ticket.resolved_at),
        "resolved_by": ticket.resolved_by,
        "score": ticket.score or None,
        "comment_message": ticket.comment_message_id,
    }


def _message_values(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "ticket": message.ticket_id,
        "author": message.author,
        "author_id": message.author_id,
        "kind": message.kind,
        "text": message.text,
        "at": _iso(message.occurred_at),
        "sent_at": _iso(message.sent_at),
        "state": message.state,
        "mark": message.mark,
    }


def _note_values(note: Note) -> dict[str, Any]:
    return {
        "id": note.id,
        "ticket": note.ticket_id,
        "kind": note.kind,
        "author_id": note.author_id,
        "text": note.text,
        "at": _iso(note.at),
        "mentions": list(note.mentions),
    }


def _happening_values(happening: Happening) -> dict[str, Any]:
    return {
        "at": _iso(happening.at),
        "kind": happening.kind,
        "actor": happening.actor,
        "ticket": happening.ticket_id or None,
        "reason": happening.reason,
    }


def _iso(moment: int) -> str | None:
    return _time(moment).isoformat(timespec="milliseconds") if moment else None


def _time(moment: int) -> datetime:
    return datetime.fromtimestamp(moment / 1_000, tz=_JAPAN)


def _about(history: CustomerHistory) -> str:
    customer = history.customer
    rows = {
        "お客様番号": customer.id,
        "はじめての記録": _said(customer.first_seen_at),
        "最後のご連絡": _said(customer.last_seen_at),
        "担当": customer.owner_id or "",
        "マーク": customer.mark,
        "件数": f"チケット {len(history.tickets)}件、メッセージ {len(history.messages)}件",
    }
    cells = [
        f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value in rows.items()
        if value
    ]
    return f"<table>{''.join(cells)}</table>"


def _said(moment: int) -> str:
    return _time(moment).strftime("%Y年%m月%d日 %H:%M") if moment else ""


def _table(title: str, names: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{name}</th>" for name in names)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>" for cells in rows
    )
    return f'<h2>{title}</h2><div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def _links(links: Iterable[LinkSpan]) -> str:
    rows = [
        (
            FLOWS[link.flow],
            _said(link.linked_at),
            _said(link.ended_at or 0),
            ENDS[link.ended_because] if link.ended_because else "",
        )
        for link in links
    ]
    return _table("会員連携", ("方法", "連携", "終了", "理由"), rows) if rows else ""


def _tickets(tickets: Iterable[Ticket]) -> str:
    names = ("受付", "状態", "カテゴリ", "マーク", "担当", "完了", "評価")
    return _table("チケット", names, map(_ticket_cells, tickets))


def _ticket_cells(ticket: Ticket) -> tuple[str, ...]:
    return (
        _said(ticket.opened_at),
        ticket.status.japanese,
        ticket.category,
        ticket.mark,
        ticket.assignee_id or "",
        _said(ticket.resolved_at),
        str(ticket.score or ""),
    )


def _course(history: CustomerHistory) -> str:
    """Return messages, notes and happenings in one order, day by day."""
    lines = [
        *((each.at, _happening_line(each)) for each in history.happenings),
        *((each.occurred_at, _message_line(each)) for each in history.messages),
        *((each.at, _note_line(each)) for each in history.notes),
    ]
    days: dict[str, list[str]] = {}
    for at, line in sorted(lines, key=itemgetter(0)):
        days.setdefault(_time(at).strftime("%Y年%m月%d日"), []).append(line)
    parts = [
        f"<h3>{day}</h3><ol>{''.join(lines_of_day)}</ol>" for day, lines_of_day in days.items()
    ]
    return f"<h2>やりとり</h2>{''.join(parts)}"


def _message_line(message: Message) -> str:
    who = AUTHORS[message.author]
    if message.author is Author.OPERATOR:
        who = f"{who} {message.author_id}"
    state = message.state.japanese
    text = message.text or f"［{KINDS.get(message.kind, 'メッセージ')}］"
    if message.state is MessageState.UNSENT:
        text = "（送信取消）"
    return _line(message.author, message.occurred_at, who, state, text)


def _note_line(note: Note) -> str:
    return _line("note", note.at, NOTES[note.kind], note.author_id, note.text)


def _line(name: str, at: int, who: str, more: str, text: str) -> str:
    head = escape(" ・ ".join(part for part in (_time(at).strftime("%H:%M"), who, more) if part))
    return f'<li class="{name}"><small>{head}</small><p>{escape(text)}</p></li>'


def _happening_line(happening: Happening) -> str:
    what = HAPPENINGS.get(happening.kind, happening.kind)
    who = ACTORS.get(happening.actor, happening.actor)
    why = REASONS.get(happening.reason, happening.reason)
    reason = f"（{why}）" if why else ""
    time = _time(happening.at).strftime("%H:%M")
    return f'<li class="happening">{escape(f"{time} {who}: {what}{reason}")}</li>'
