"""What a check of rules and FAQ entries found, and what to do about it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

from linecs.replies.wording import Language, Sentence

if TYPE_CHECKING:
    from linecs.replies.wording import Phrasebook

__all__ = ["Finding", "Severity", "finding"]


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    """Something will not work; `linecs rules lint` exits with 1."""
    WARNING = "warning"
    """Something works otherwise than it looks."""


_PHRASES: Phrasebook = {
    "shadowed": (
        (
            "このルールは応答しません。必ず先に {others} が応答します。"
            "優先度(priority)を {others} より上げるか、どちらかを消してください。"
        ),
        (
            "This rule never answers: {others} always answers first. "
            "Raise its priority above {others}, or remove one of them."
        ),
    ),
    "shadowed_pattern": (
        (
            "「{pattern}」では応答しません。先に {others} が応答します。"
            "優先度を上げるか、「{pattern}」を消してください。"
        ),
        (
            "'{pattern}' never answers: {others} answers first. "
            "Raise the priority, or remove '{pattern}'."
        ),
    ),
    "unreachable": (
        (
            "このルールは決して一致しません: 「{pattern}」があれば "
            "none_of の「{forbidden}」もあります。none_of を見直してください。"
        ),
        (
            "This rule never matches: where '{pattern}' is, '{forbidden}' of none_of is too. "
            "Look at none_of again."
        ),
    ),
    "tap_and_text": (
        (
            "このルールは決して一致しません: ボタン(postbacks)と文字の条件は同時に成り立ちません。"
            "ルールを2つに分けてください。"
        ),
        (
            "This rule never matches: a tap (postbacks) has no text to match all_of. "
            "Make two rules of it."
        ),
    ),
    "odd_sticker": (
        "「{pattern}」はスタンプの番号ではありません。446/1989 か 446/* のように書いてください。",
        "'{pattern}' is no sticker. Write 446/1989, or 446/* for a whole package.",
    ),
    "expired": (
        "期間が終わっています。消すか、until を延ばしてください。",
        "Its time is over. Remove it, or move `until`.",
    ),
    "overlap": (
        (
            "「{pattern}」は {others} にもあります。"
            "優先度が同じなので、ファイルで先にある方が応答します。優先度を分けるか、片方から消してください。"
        ),
        (
            "'{pattern}' is also in {others} with the same priority, "
            "so the first in the file answers. "
            "Give them different priorities, or remove it from one."
        ),
    ),
    "same_spelling": (
        (
            "{patterns} は同じものとして扱われます(全角・半角、大文字・小文字、かな・カナ)。"
            "1つ残して消してください。"
        ),
        "{patterns} are the same to linecs (width, case, kana). Keep one and remove the others.",
    ),
    "same_spelling_elsewhere": (
        (
            "「{pattern}」は {others} の「{other_pattern}」と同じものとして扱われます。"
            "ルールを1つにまとめられます。"
        ),
        (
            "'{pattern}' is the same to linecs as '{other_pattern}' in {others}. "
            "The two rules can be one."
        ),
    ),
    "too_broad": (
        "「{pattern}」は短すぎて、関係のない文にも一致します。長くするか、exact にしてください。",
        "'{pattern}' is so short that it matches unrelated texts. Make it longer, or use exact.",
    ),
    "everyday_words": (
        "「{pattern}」はどの問い合わせにも出てくる言葉です。用件の言葉にしてください。",
        "'{pattern}' stands in almost any question. Use words of the matter itself.",
    ),
    "matches_everything": (
        "正規表現「{pattern}」は空の文にも一致するので、いつでも応答します。書き直してください。",
        "The regex '{pattern}' matches even an empty text, so it always answers. Write it anew.",
    ),
    "matches_much_traffic": (
        (
            "「{pattern}」は過去の問い合わせ {total} 件のうち {count} 件({share:.0%})に一致します。"
            "狙いより広くないか確認してください。"
        ),
        (
            "'{pattern}' matches {count} of {total} past inquiries ({share:.0%}). "
            "Check that it is not broader than meant."
        ),
    ),
    "missing_image": (
        "{place} の画像「{url}」がありません。ファイルを置くか、URL を直してください。",
        "The picture '{url}' of {place} is not there. Put it in its folder, or mend the URL.",
    ),
    "refused_by_line": (
        "LINE が受け付けません: {japanese} メッセージを直してください。",
        "LINE would refuse it: {english} Mend the message.",
    ),
    "may_be_too_long": (
        "お客様名などが入ると LINE の上限を超えることがあります: {japanese} 短くしてください。",
        "With a longer name filled in it may be too long for LINE: {english} Shorten it.",
    ),
    "unknown_variable": (
        "「{variable}」は自動応答では使えません。customer. か member. の項目にしてください。",
        "'{variable}' has no value in an automatic answer. Use a field of customer. or member.",
    ),
    "same_question": (
        "「{pattern}」は {others} と同じ質問です。片方を消すか、言い方を変えてください。",
        "'{pattern}' is the same question as in {others}. Remove one, or word it differently.",
    ),
    "no_answer": (
        "回答がありません。answer か messages を書いてください。",
        "There is no answer. Write answer or messages.",
    ),
    "unknown_related": (
        "related の「{other}」という id はありません。id を確認してください。",
        "There is no entry '{other}', which is named in related. Check the id.",
    ),
}


@frozen(kw_only=True)
class Finding:
    """One thing that was found.

    Attributes:
        severity: Whether it is an error.
        subject: The id of the rule or FAQ entry.
        sentence: What it is and what to do.
    """

    severity: Severity
    subject: str
    sentence: Sentence

    @property
    def code(self) -> str:
        """Which kind of finding, for tools."""
        return self.sentence.code

    def say(self, language: Language | str = Language.JAPANESE) -> str:
        """Return what it is and what to do, in a language."""
        return self.sentence.say(language)


def finding(severity: Severity, subject: str, code: str, **values: object) -> Finding:
    """Return a finding by its code."""
    return Finding(severity=severity, subject=subject, sentence=Sentence(_PHRASES, code, values))
