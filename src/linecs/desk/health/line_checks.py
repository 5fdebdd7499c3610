"""What LINE says of each channel: token, webhook, chat mode, answers of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from linecs.delivery.account import LineApiError
from linecs.desk.health.finding import Finding, Severity, well

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linecs.delivery.gateway import LineGateway
    from linecs.desk.core import DeskCore
    from linecs.model import Channel

__all__ = ["check_channel"]

_JAPAN = timezone(timedelta(hours=9))


def check_channel(core: DeskCore, channel: Channel) -> Iterator[Finding]:
    """Ask LINE about a channel; where the token does not work, nothing else can be asked."""
    gateway = core.gateways.of(channel.id)
    try:
        token = gateway.check_token()
        if not token.valid:
            yield Finding(
                check="token",
                severity=Severity.ERROR,
                said="チャネルアクセストークンが無効です。",
                to_do="LINE Developersコンソールでトークンを発行し直し、設定を更新してください。",
                channel_id=channel.id,
            )
            return
        yield well("token", "チャネルアクセストークンは有効です。", channel.id)
        yield _webhook(gateway, channel)
        yield from _account(gateway, channel)
        yield from _own_answers(core, gateway, channel)
    except LineApiError as error:
        yield Finding(
            check="line",
            severity=Severity.ERROR,
            said=f"LINEに確認できませんでした({error})。",
            to_do="ネットワークと、LINEの障害情報を確認してください。",
            channel_id=channel.id,
        )


def _webhook(gateway: LineGateway, channel: Channel) -> Finding:
    endpoint = gateway.webhook_endpoint()
    if endpoint is not None and endpoint.active:
        return well("webhook", f"Webhookは有効です({endpoint.url})。", channel.id)
    return Finding(
        check="webhook",
        severity=Severity.ERROR,
        said="Webhook URLが未設定です。" if endpoint is None else "Webhookの利用がオフです。",
        to_do="LINE DevelopersでWebhook URLを設定し、「Webhookの利用」をオンにしてください。",
        channel_id=channel.id,
    )


def _account(gateway: LineGateway, channel: Channel) -> Iterator[Finding]:
    info = gateway.bot_info()
    if info.user_id != channel.bot_user_id:
        yield Finding(
            check="account",
            severity=Severity.ERROR,
            said="トークンのアカウントと、設定のbot_user_idが違います。",
            to_do=f"Channel.bot_user_id を {info.user_id} にしてください。",
            channel_id=channel.id,
        )
    if info.chat_mode == "chat":
        yield Finding(
            check="chat_mode",
            severity=Severity.WARNING,
            said="LINE公式アカウントのチャットがオンです。コンソールからの返信はここに記録されません。",
            to_do="返信はここから送ってください。既読をここから付けるにはオンのままにします。",
            channel_id=channel.id,
        )
    else:
        yield well("chat_mode", "チャットはオフです(ボットモード)。", channel.id)


def _own_answers(core: DeskCore, gateway: LineGateway, channel: Channel) -> Iterator[Finding]:
    now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=core.clock())
    yesterday = now.astimezone(_JAPAN).date() - timedelta(days=1)
    deliveries = gateway.insight_deliveries(yesterday)
    if deliveries is None:
        return
    own = deliveries.get("autoResponse", 0) + deliveries.get("welcomeResponse", 0)
    if own:
        yield Finding(
            check="own_answers",
            severity=Severity.WARNING,
            said=f"昨日、LINE側の応答メッセージ・あいさつメッセージが{own}通送られました。",
            to_do="二重の返信を防ぐため、LINE公式アカウントの応答設定でオフにしてください。",
            channel_id=channel.id,
        )
    else:
        yield well("own_answers", "LINE側の自動応答は送られていません。", channel.id)
