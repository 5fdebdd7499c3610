"""What the rows themselves say: backlog, failures, dead letters, quota."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.desk.health.finding import Finding, Severity, well
from linecs.desk.orphans import find_orphans
from linecs.desk.quotas import quota_reports
from linecs.hours import DAY_MS, MINUTE_MS
from linecs.model import (
    Author,
    EventState,
    Job,
    JobState,
    Media,
    MediaState,
    Message,
    MessageState,
    OutboxItem,
    StoredEvent,
)
from linecs.storage.ports import Query, SchemaOutdatedError, at_least, at_most, equal, one_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs.desk.core import DeskCore
    from linecs.desk.quotas import QuotaReport

__all__ = ["check_store"]

_SLOW = MINUTE_MS
_STUCK = 10 * MINUTE_MS
_MEDIA_AT_RISK = DAY_MS
_SEVERAL = 100


def check_store(core: DeskCore) -> Iterator[Finding]:
    """Check what the store can tell; the schema first, for without it nothing else can be asked."""
    try:
        core.storage.check()
    except SchemaOutdatedError as error:
        yield Finding(
            check="schema",
            severity=Severity.ERROR,
            said="データベースの表が古いか、ありません。",
            to_do=str(error),
        )
        return
    yield well("schema", "データベースの表は最新です。")
    yield _backlog(core)
    yield _undelivered(core)
    yield _failed_events(core)
    yield _failed_jobs(core)
    yield _dead_letters(core)
    yield _media(core)
    yield _orphans(core)
    yield from map(_quota, quota_reports(core))


def _oldest(core: DeskCore, query: Query[StoredEvent] | Query[OutboxItem], column: str) -> int:
    """Return the age of the oldest such row in ms; 0 for none."""
    rows = core.storage.read(lambda tx: tx.select(query))
    return core.clock() - int(getattr(rows[0], column)) if rows else 0


def _aged(check: str, age: int, what: str, to_do: str) -> Finding:
    if age < _SLOW:
        return well(check, f"{what}はたまっていません。")
    severity = Severity.ERROR if age >= _STUCK else Severity.WARNING
    said = f"{what}が最長{age // MINUTE_MS}分待っています。"
    return Finding(check=check, severity=severity, said=said, to_do=to_do)


def _backlog(core: DeskCore) -> Finding:
    pending = (equal("state", EventState.PENDING),)
    query = Query(row=StoredEvent, where=pending, order=("received_at",), limit=1)
    to_do = "ワーカー(linecs work)が動いているか確認してください。"
    return _aged("backlog", _oldest(core, query, "received_at"), "未処理の受信", to_do)


def _undelivered(core: DeskCore) -> Finding:
    waiting = (equal("parked", value=False),)
    query = Query(row=OutboxItem, where=waiting, order=("due_at",), limit=1)
    to_do = "ワーカー(linecs work)と、LINEの障害情報を確認してください。"
    return _aged("undelivered", _oldest(core, query, "due_at"), "未送信のメッセージ", to_do)


def _counted(
    check: str, count: int, what: str, to_do: str, severity: Severity = Severity.ERROR
) -> Finding:
    if not count:
        return well(check, f"{what}はありません。")
    return Finding(check=check, severity=severity, said=f"{what}が{count}件あります。", to_do=to_do)


def _failed_events(core: DeskCore) -> Finding:
    query = Query(row=StoredEvent, where=(equal("state", EventState.FAILED),))
    count = core.storage.read(lambda tx: tx.count(query))
    to_do = "desk.failed_events() で原因を確認し、直したら desk.retry(id) で再処理してください。"
    return _counted("failed_events", count, "処理に失敗した受信", to_do)


def _failed_jobs(core: DeskCore) -> Finding:
    query = Query(row=Job, where=(equal("state", JobState.FAILED),))
    count = core.storage.read(lambda tx: tx.count(query))
    to_do = "desk.failed_jobs() で原因を確認してください。"
    return _counted("failed_jobs", count, "失敗した仕事", to_do, Severity.WARNING)


def _dead_letters(core: DeskCore) -> Finding:
    where = (
        one_of("state", (MessageState.DEAD, MessageState.UNKNOWN)),
        at_least("occurred_at", core.clock() - DAY_MS),
    )
    count = core.storage.read(lambda tx: tx.count(Query(row=Message, where=where)))
    to_do = "チケットは担当者に戻っています。理由を確認して、必要なら送り直してください。"
    return _counted("dead_letters", count, "この24時間に届けられなかったメッセージ", to_do)


def _media(core: DeskCore) -> Finding:
    before = core.clock() - _MEDIA_AT_RISK
    where = (equal("state", MediaState.ANNOUNCED), at_most("announced_at", before))
    count = core.storage.read(lambda tx: tx.count(Query(row=Media, where=where)))
    to_do = "LINEは画像などを一定期間で消します。ワーカーと保存先の空き容量を確認してください。"
    return _counted("media", count, "1日以上取得できていない画像・動画・ファイル", to_do)


def _orphans(core: DeskCore) -> Finding:
    count = len(find_orphans(core, limit=_SEVERAL))
    to_do = "linecs orphans で一覧を確認してください。"
    return _counted("orphans", count, "対応から漏れているもの", to_do)


def _quota(report: QuotaReport) -> Finding:
    channel = report.channel_id
    if report.limit is None:
        return well("quota", "今月の送信数に上限はありません。", channel)
    said = f"今月の送信数は{report.used}/{report.limit}通です。"
    if report.parked or report.remaining[Author.OPERATOR] == 0:
        return Finding(
            check="quota",
            severity=Severity.ERROR,
            said=f"{said}{report.parked}通が保留中です。",
            to_do="LINE公式アカウントのプランを確認してください。応答メッセージは無料で送れます。",
            channel_id=channel,
        )
    if report.run_out_day is not None:
        return Finding(
            check="quota",
            severity=Severity.WARNING,
            said=f"{said}このままだと{report.run_out_day:%m月%d日}に上限に達します。",
            to_do="プランの変更を検討するか、プッシュ送信を減らしてください。",
            channel_id=channel,
        )
    return well("quota", said, channel)
