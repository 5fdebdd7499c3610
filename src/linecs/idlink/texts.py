"""What a customer reads about linking; a shop may say it in its own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from linecs.errors import LimitError
from linecs.limits import grapheme_length, utf16_length

if TYPE_CHECKING:
    from attrs import Attribute

    from linecs.model.message import MessageObject

__all__ = ["LinkTexts"]

_BUTTON_TEXT = 160
_LABEL = 20
_ALT_TEXT = 400
_TEXT = 5000


_Check = Callable[[object, Any, str], None]


def _at_most(limit: int, count: Callable[[str], int], unit: str) -> _Check:
    def check(_instance: object, attribute: Attribute[str], value: str) -> None:
        actual = count(value)
        if not 0 < actual <= limit:
            raise LimitError(
                field=f"LinkTexts.{attribute.name}",
                problem=f"has {actual} {unit}; give it 1 to {limit}.",
                actual=actual,
                limit=limit,
                unit=unit,
            )

    return check


def _graphemes(limit: int) -> _Check:
    return _at_most(limit, grapheme_length, "grapheme clusters")


def _units(limit: int) -> _Check:
    return _at_most(limit, utf16_length, "UTF-16 code units")


@frozen(kw_only=True)
class LinkTexts:
    """The words around a link.

    LINE asks that customers are told, when they link, that they may unlink at any time
    ("User account linking", Unlinking accounts); `invitation` says so.

    Attributes:
        invitation: In the invitation's bubble; at most 160 grapheme clusters.
        invitation_button: At most 20 grapheme clusters.
        invitation_alt: Where the bubble cannot be shown, as in notifications.
        revoke_by_hand: Where the customer takes back by hand what LINE Login allowed.
        revoke_offer: With a button to do it by a fresh LINE Login; at most 160 grapheme clusters.
        revoke_button: At most 20 grapheme clusters.

    Raises:
        LimitError: One is empty or longer than LINE allows.
    """

    invitation: str = field(
        default=(
            "会員IDとLINEを連携すると、お名前や注文番号をうかがわずにご案内できます。"
            "連携はいつでも解除できます。"
        ),
        validator=_graphemes(_BUTTON_TEXT),
    )
    invitation_button: str = field(default="会員IDを連携する", validator=_graphemes(_LABEL))
    invitation_alt: str = field(
        default="会員IDとLINEの連携のご案内（連携はいつでも解除できます）",
        validator=_units(_ALT_TEXT),
    )
    linked: str = field(
        default=("連携が完了しました。このトークで「連携解除」と送ると、いつでも解除できます。"),
        validator=_units(_TEXT),
    )
    confirmed: str = field(default="すでに連携済みです。", validator=_units(_TEXT))
    refused: str = field(
        default=(
            "このLINEアカウントまたは会員IDは、すでに別の連携に使われています。"
            "先にその連携を解除してください。"
        ),
        validator=_units(_TEXT),
    )
    failed: str = field(
        default=(
            "連携できませんでした。このトークを開いているLINEアカウントで、もう一度お試しください。"
        ),
        validator=_units(_TEXT),
    )
    expired: str = field(
        default="時間が経過したため連携できませんでした。もう一度お試しください。",
        validator=_units(_TEXT),
    )
    replayed: str = field(
        default="この連携の操作は、すでに受け付けています。", validator=_units(_TEXT)
    )
    unlinked: str = field(default="会員IDとの連携を解除しました。", validator=_units(_TEXT))
    replaced: str = field(
        default=(
            "会員IDとの連携が、ご本人の確認のうえ新しい連携に置き換わりました。"
            "お心当たりがない場合はお知らせください。"
        ),
        validator=_units(_TEXT),
    )
    revoke_by_hand: str = field(
        default=(
            "LINEアプリの「設定」→「アカウント」→「連動アプリ」から、"
            "このサービスへの許可も取り消せます。"
        ),
        validator=_units(_TEXT),
    )
    revoke_offer: str = field(
        default="もう一度LINEでログインすると、このサービスへの許可をその場で取り消せます。",
        validator=_graphemes(_BUTTON_TEXT),
    )
    revoke_button: str = field(default="許可を取り消す", validator=_graphemes(_LABEL))

    def bubble(self, name: str) -> MessageObject:
        """Return the text of that name as a LINE text message."""
        return {"type": "text", "text": getattr(self, name)}

    def invitation_bubble(self, url: str) -> MessageObject:
        """Return the invitation to link, with a button that opens an address."""
        return _button(self.invitation, self.invitation_button, url, self.invitation_alt)

    def revoke_bubble(self, url: str) -> MessageObject:
        """Return the offer to take back what LINE Login allowed, by a button."""
        return _button(self.revoke_offer, self.revoke_button, url, self.revoke_offer)


def _button(text: str, label: str, url: str, alt_text: str) -> MessageObject:
    action = {"type": "uri", "label": label, "uri": url}
    template = {"type": "buttons", "text": text, "actions": [action]}
    return {"type": "template", "altText": alt_text, "template": template}
