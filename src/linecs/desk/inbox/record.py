"""A customer's history as a page to read and as JSON; pure."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from html import escape
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from linecs.desk.inbox.filters import KINDS
from linecs.model import Author, MessageState, NoteKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linecs.desk.inbox.history import CustomerHistory, Happening
    from linecs.model import Message, Note, Ticket

__all__ = ["html_record", "json_record"]

_JAPAN = timezone(timedelta(hours=9))
_AUTHORS = {
    Author.CUSTOMER: "お客様",
    Author.BOT: "自動応答",
    Author.OPERATOR: "担当者",
    Author.SYSTEM: "システム",
}
_STATES = {
    MessageState.UNSENT: "送信取消",
    MessageState.QUEUED: "送信待ち",
    MessageState.SENDING: "送信中",
    MessageState.UNKNOWN: "送信結果不明",
    MessageState.DEAD: "送信失敗",
    MessageState.PARKED: "保留",
    MessageState.CANCELLED: "送信前に取消",
}
_NOTES = {
    NoteKind.NOTE: "メモ",
    NoteKind.HAND_OVER: "引き継ぎメモ",
    NoteKind.COLLECTED: "聞き取り",
    NoteKind.BY_HAND: "電話・メール・店頭の記録",
}
_ACTORS = {"customer": "お客様", "bot": "自動応答", "system": "システム", "shop": "ショップ"}
_HAPPENINGS = {
    "conversation.seen": "会話を開いた",
    "customer.blocked": "ブロックされた",
    "customer.friend": "友だちになった",
    "customer.marked": "お客様のマークを変えた",
    "customer.owned": "お客様の担当を変えた",
    "customer.tagged": "タグを付けた",
    "customer.untagged": "タグを外した",
    "inquiry.answer": "自動で答えた",
    "inquiry.choices": "候補を示した",
    "inquiry.handoff": "担当者に引き継いだ",
    "link.confirmed": "会員連携を確かめた",
    "link.ended": "会員連携を終えた",
    "link.linked": "会員連携をした",
    "link.refused": "会員連携を断った",
    "message.marked": "メッセージにマークを付けた",
    "message.sent": "メッセージを送った",
    "message.unsent": "メッセージを取り消した",
    "ticket.assigned": "担当を決めた",
    "ticket.categorised": "カテゴリを変えた",
    "ticket.changed": "チケットを変えた",
    "ticket.claimed": "担当になった",
    "ticket.handed_over": "引き継いだ",
    "ticket.in_progress": "対応中にした",
    "ticket.marked": "マークを変えた",
    "ticket.merged": "チケットをまとめた",
    "ticket.noted": "メモを書いた",
    "ticket.open": "未対応にした",
    "ticket.opened": "チケットができた",
    "ticket.prioritised": "優先度を変えた",
    "ticket.released": "担当を外れた",
    "ticket.reopened": "再び対応を始めた",
    "ticket.replied": "返信した",
    "ticket.resolved": "対応を完了した",
    "ticket.snoozed": "後回しにした",
    "ticket.split": "チケットを分けた",
    "ticket.unsnoozed": "後回しを解いた",
    "ticket.waiting": "返信待ちにした",
}
_STYLE = """
body{font-family:"Hiragino Sans","Noto Sans JP","Yu Gothic",Meiryo,sans-serif;line-height:1.7;
max-width:46rem;margin:0 auto;padding:1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;border-bottom:2px solid #06753c;margin-top:2rem}
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


def html_record(history: CustomerHistory) -> str:
    """Return the history as one self-contained page."""
    name = history.customer.display_name or "（お名前なし）"
    body = "\n".join((_about(history), _tickets(history.tickets), _course(history)))
    return _PAGE.format(title=escape(f"{name} 様の対応記録"), style=_STYLE, body=body)


def json_record(history: CustomerHistory) -> str:
    """Return the history as JSON text."""
    customer = history.customer
    record = {
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
        "tickets": [_ticket_values(each) for each in history.tickets],
        "messages": [_message_values(each) for each in history.messages],
        "notes": [_note_values(each) for each in history.notes],
        "happenings": [_happening_values(each) for each in history.happenings],
    }
    return json.dumps(record, ensure_ascii=False, indent=2)


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


def _tickets(tickets: Iterable[Ticket]) -> str:
    head = "".join(
        f"<th>{name}</th>" for name in ("受付", "状態", "カテゴリ", "マーク", "担当", "完了")
    )
    rows = "".join(map(_ticket_row, tickets))
    return f'<h2>チケット</h2><div class="wide"><table><tr>{head}</tr>{rows}</table></div>'


def _ticket_row(ticket: Ticket) -> str:
    cells = (
        _said(ticket.opened_at),
        ticket.status.japanese,
        ticket.category,
        ticket.mark,
        ticket.assignee_id or "",
        _said(ticket.resolved_at),
    )
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"


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
    who = _AUTHORS[message.author]
    if message.author is Author.OPERATOR:
        who = f"{who} {message.author_id}"
    state = _STATES.get(message.state, "")
    text = message.text or f"［{KINDS.get(message.kind, 'メッセージ')}］"
    if message.state is MessageState.UNSENT:
        text = "（送信取消）"
    return _line(message.author, message.occurred_at, who, state, text)


def _note_line(note: Note) -> str:
    return _line("note", note.at, _NOTES[note.kind], note.author_id, note.text)


def _line(name: str, at: int, who: str, more: str, text: str) -> str:
    head = escape(" ・ ".join(part for part in (_time(at).strftime("%H:%M"), who, more) if part))
    return f'<li class="{name}"><small>{head}</small><p>{escape(text)}</p></li>'


def _happening_line(happening: Happening) -> str:
    what = _HAPPENINGS.get(happening.kind, happening.kind)
    who = _ACTORS.get(happening.actor, happening.actor)
    reason = f"（{happening.reason}）" if happening.reason else ""
    time = _time(happening.at).strftime("%H:%M")
    return f'<li class="happening">{escape(f"{time} {who}: {what}{reason}")}</li>'
