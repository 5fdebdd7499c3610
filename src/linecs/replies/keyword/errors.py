"""What can be wrong with a keyword rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.errors import ConfigurationError
from linecs.replies.wording import Language, Sentence

if TYPE_CHECKING:
    from linecs.replies.wording import Phrasebook

__all__ = ["RuleError"]

_PHRASES: Phrasebook = {
    "no_id": ("id を書いてください。", "give it an id."),
    "says_nothing": (
        "返す内容がありません。messages か texts を書いてください。",
        "says nothing; give it messages or texts.",
    ),
    "too_many_messages": (
        "メッセージが {count} 通あります。LINE で一度に送れるのは5通までです。",
        "has {count} messages; LINE takes 5 at most.",
    ),
    "too_many_texts": (
        "texts が {count} 件あります。200件までにしてください。",
        "has {count} texts; 200 at most.",
    ),
    "triggers_or_always": (
        "キーワードなどの条件か always のどちらか一方を書いてください。",
        "give it triggers, or always, not both.",
    ),
    "empty_group": (
        "all_of に空の組があります。キーワードを書くか、消してください。",
        "has an empty group in all_of; fill or remove it.",
    ),
    "empty_pattern": (
        "{field} に空のキーワードがあります。消してください。",
        "has an empty pattern in {field}; remove it.",
    ),
    "ends_before_it_starts": (
        "終了が開始より前です。期間を確認してください。",
        "ends before it starts; check its dates.",
    ),
    "regex": (
        (
            "正規表現「{pattern}」は使えません({reason})。RE2 の書き方にしてください"
            "(先読みと後方参照はありません)。"
        ),
        (
            "has a regex that RE2 cannot run ({reason}): {pattern}. "
            "RE2 has no look-ahead and no back references."
        ),
    ),
    "placeholder": (
        "「{placeholder}」は変数として読めません。{{{{ customer.name }}}} のように書いてください。",
        "has '{placeholder}', which is no variable; write {{{{ customer.name }}}}.",
    ),
    "repeated_id": (
        "同じ id が2回あります。別の id にしてください。",
        "appears twice; give each rule an id of its own.",
    ),
    "needs_opening_hours": (
        "営業時間の条件がありますが、営業時間が渡されていません(is_open)。",
        "asks for opening hours; give the responder `is_open`.",
    ),
}


class RuleError(ConfigurationError):
    """A keyword rule cannot work.

    Attributes:
        rule_id: Which rule.
        code: What is wrong, for tools.
        path: Where in the rule's fields.
        sentence: What is wrong and what to do, in both languages.
    """

    def __init__(self, rule_id: str, code: str, *, field: str = "", **values: object) -> None:
        self.rule_id = rule_id
        self.code = code
        self.sentence = Sentence(_PHRASES, code, {"field": field, **values})
        self.path = (field,) if field else ()
        super().__init__(f"Keyword rule {rule_id!r}: {self.sentence.say(Language.ENGLISH)}")
