"""Why an answer was given, told to the person who wrote the answers (Promise 10)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from linecs.replies.wording import Language, Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from linecs.model.inquiry import Trace, TraceStep
    from linecs.replies.wording import Phrasebook

__all__ = ["explain"]

_PHRASES: Phrasebook = {
    "responder": ("【{name}】{outcome}", "[{name}] {outcome}"),
    "normalised": (
        "  {step}: 「{before}」→「{after}」",
        "  {step}: '{before}' → '{after}'",
    ),
    "rule": ("  ルール {rule}: {matched} → {outcome}", "  rule {rule}: {matched} → {outcome}"),
    "rule_forbidden": (
        "  ルール {rule}: {matched}。ただし {forbidden} → {outcome}",
        "  rule {rule}: {matched}, but {forbidden} → {outcome}",
    ),
    "matched": ("「{text}」が{kind}「{pattern}」に一致", "'{text}' matches {kind} '{pattern}'"),
    "matched_itself": ("{kind}「{pattern}」に一致", "matches {kind} '{pattern}'"),
    "nothing_needed": ("条件なし", "no condition"),
    "faq_words": ("  比べた言葉: {words}", "  words compared: {words}"),
    "faq_by_words": (
        "  意味の比較に失敗したので、言葉だけで比べました: {problem}",
        "  compared by words alone, since meanings could not be compared: {problem}",
    ),
    "faq_chosen": ("  お客様が候補から {entry} を選択", "  the customer chose {entry}"),
    "faq_none_of_these": (
        "  お客様が「この中にない・担当者へ」を選択",
        "  the customer chose a person, none of the offered",
    ),
    "faq_solved": ("  {entry} の回答で解決", "  the answer of {entry} helped"),
    "faq_unsolved": ("  {entry} の回答では解決せず", "  the answer of {entry} did not help"),
    "faq_exact": (
        "  登録された質問と同じなので、確率によらず判断",
        "  the very question of an entry, so no probability is needed",
    ),
    "faq_judged": (
        (
            "  正答の確率 {answer_probability:.0%}(回答は {answer_from:.0%} から{exact_only})、"
            "候補に正答がある確率 {offer_probability:.0%}(提示は {offer_from:.0%} から) → {outcome}"
        ),
        (
            "  {answer_probability:.0%} sure of the answer (answers from {answer_from:.0%}"
            "{exact_only}), {offer_probability:.0%} sure that it is among three (offers from "
            "{offer_from:.0%}) → {outcome}"
        ),
    ),
    "exact_only": ("、いまは登録と同じ質問だけ", ", for now only the very questions"),
    "candidate": (
        "    {place}位 {entry}「{text}」 言葉 {lexical}{semantic}、合計 {score}",
        "    {place}. {entry} '{text}': words {lexical}{semantic}, together {score}",
    ),
    "semantic": ("、意味 {value}", ", meaning {value}"),
    "faq_cannot_be_sent": (
        "  {entry} の回答は送れません: {problem}",
        "  the answer of {entry} cannot be sent: {problem}",
    ),
    "scenario": ("  シナリオ {step}: {outcome}", "  scenario {step}: {outcome}"),
    "model_read": (
        "  渡したFAQ: {entries} / 引用: {cited} → {outcome}",
        "  entries given: {entries} / cited: {cited} → {outcome}",
    ),
    "other": ("  {name}: {detail}", "  {name}: {detail}"),
}

_NAMES: Phrasebook = {
    "keyword": ("キーワード応答", "keyword rules"),
    "faq": ("FAQ", "FAQ"),
    "scenario": ("シナリオ", "scenarios"),
    "language_model": ("言語モデル", "language model"),
    "normalise:line_emoji": ("LINE絵文字・顔文字を外す", "without LINE emoji"),
    "normalise:width": ("全角・半角をそろえる", "widths made equal"),
    "normalise:case": ("大文字・小文字をそろえる", "cases made equal"),
    "normalise:emoji": ("絵文字を外す", "without emoji"),
    "normalise:punctuation": ("記号を外す", "without punctuation"),
    "normalise:spaces": ("空白を外す", "without spaces"),
    "normalise:long_vowels": ("長音をそろえる", "long vowels made equal"),
    "normalise:kana": ("かな・カナをそろえる", "kana made equal"),
    "normalise:polite": ("丁寧な語尾を外す", "without polite endings"),
    "kind:exact": ("完全一致", "exact"),
    "kind:contains": ("部分一致", "contained"),
    "kind:prefix": ("前方一致", "prefix"),
    "kind:regex": ("正規表現", "regex"),
    "kind:stickers": ("スタンプ", "sticker"),
    "kind:postbacks": ("ボタン", "tap"),
    "outcome:answer": ("回答します", "answers"),
    "outcome:choices": ("候補を示します", "offers choices"),
    "outcome:offer": ("候補を示します", "offers choices"),
    "outcome:handoff": ("担当者に渡します", "hands over to a person"),
    "outcome:hand_off": ("ここでは答えません", "does not answer"),
    "outcome:silent": ("該当なし", "nothing to say"),
    "outcome:failed": ("失敗しました(次に進みます)", "failed (passed over)"),
    "outcome:out_of_time": ("時間切れで見ていません", "not asked, out of time"),
    "outcome:chosen": ("これで応答", "this one answers"),
    "outcome:outranked": ("一致したが、優先順で下", "matched, but is outranked"),
    "outcome:none_of": ("none_of があるので応答しない", "kept from answering by none_of"),
    "outcome:not_yet_valid": ("まだ期間の前", "its time has not come"),
    "outcome:expired": ("期間が終わっている", "its time is over"),
    "outcome:only_while_open": ("営業時間外なので応答しない", "only while the shop is open"),
    "outcome:only_while_closed": ("営業時間内なので応答しない", "only while the shop is closed"),
    "outcome:segment:member": ("会員の条件に合わない", "not for this customer (member)"),
    "outcome:segment:language": ("言語の条件に合わない", "not for this customer (language)"),
    "outcome:segment:tags": ("タグの条件に合わない", "not for this customer (tags)"),
    "outcome:segment:fields": ("項目の条件に合わない", "not for this customer (fields)"),
    "outcome:cooldown": ("先ほど応答したので休み中", "answered a moment ago, resting"),
    "outcome:missing_variable": ("変数に値がないので応答しない", "a variable has no value"),
    "outcome:too_long": ("LINE の上限を超えるので応答しない", "too long for LINE"),
    "outcome:asked": ("質問しました", "asked"),
    "outcome:not_understood": ("読み取れず、もう一度質問しました", "not understood, asked again"),
    "outcome:cancelled": ("中止しました", "cancelled"),
    "outcome:ended": ("終わりました", "ended"),
    "outcome:handed_off": ("担当者に渡しました", "handed over to a person"),
    "outcome:refused": ("答えられないと判断", "it says that it cannot answer"),
    "outcome:nothing_found": ("近いFAQがない", "no entry is near"),
    "outcome:unknown_number": (
        "FAQにない数字があるので使わない",
        "not used, it has a number that the entries do not",
    ),
    "outcome:unknown_address": (
        "FAQにないURLやメールがあるので使わない",
        "not used, it has an address that the entries do not",
    ),
    "outcome:uncited": ("引用がないので使わない", "not used, it cites nothing"),
    "outcome:answered": ("引用して回答", "answers and cites"),
}


def explain(trace: Trace, language: Language | str = Language.JAPANESE) -> tuple[str, ...]:
    """Return the trace of a decision as lines a support lead can read."""
    return tuple(line for step in trace for line in _Speaker(Language(language)).lines(step))


class _Speaker:
    def __init__(self, language: Language) -> None:
        self._language = language

    def lines(self, step: TraceStep) -> Iterator[str]:
        """Yield what a step says; one of an unknown kind is printed as it is."""
        kind, _, rest = step.name.partition(":")
        known = {
            "responder": self._responder,
            "normalise": self._normalise,
            "rule": self._rule,
            "scenario": self._scenario,
            "faq": self._faq,
            "model": self._model,
        }
        told = known[kind](rest, step.detail) if kind in known else None
        yield from [self._other(step)] if told is None else told

    def _say(self, code: str, **values: object) -> str:
        return Sentence(_PHRASES, code, values).say(self._language)

    def _name(self, code: str, otherwise: str = "") -> str:
        if code in _NAMES:
            return Sentence(_NAMES, code).say(self._language)
        return otherwise or code.partition(":")[2]

    def _outcome(self, detail: Mapping[str, Any], key: str = "outcome") -> str:
        outcome = f"outcome:{detail.get(key, '')}"
        while outcome not in _NAMES and outcome.count(":") > 1:
            outcome = outcome.rpartition(":")[0]
        said = self._name(outcome)
        extra = str(detail.get(key, "")).removeprefix(outcome.removeprefix("outcome:")).strip(":")
        return f"{said} ({extra})" if extra and outcome in _NAMES else said

    def _responder(self, name: str, detail: Mapping[str, Any]) -> list[str]:
        outcome = self._outcome(detail)
        error = f" ({detail['error']})" if detail.get("error") else ""
        return [self._say("responder", name=self._name(name, name), outcome=outcome + error)]

    def _normalise(self, step: str, detail: Mapping[str, Any]) -> list[str]:
        said = self._name(f"normalise:{step}", step)
        return [self._say("normalised", step=said, before=detail["before"], after=detail["after"])]

    def _rule(self, rule: str, detail: Mapping[str, Any]) -> list[str]:
        values = {
            "rule": rule,
            "matched": self._matched(detail["matched"]),
            "outcome": self._outcome(detail),
        }
        if not detail.get("forbidden"):
            return [self._say("rule", **values)]
        return [self._say("rule_forbidden", **values, forbidden=self._matched(detail["forbidden"]))]

    def _matched(self, patterns: Sequence[Mapping[str, str]]) -> str:
        told = [
            self._say(
                "matched" if "text" in pattern else "matched_itself",
                **{**pattern, "kind": self._name(f"kind:{pattern['kind']}")},
            )
            for pattern in patterns
        ]
        return "、".join(told) or self._say("nothing_needed")

    def _scenario(self, step: str, detail: Mapping[str, Any]) -> list[str]:
        return [self._say("scenario", step=step, outcome=self._outcome(detail))]

    def _faq(self, kind: str, detail: Mapping[str, Any]) -> list[str] | None:
        if kind == "words":
            return [self._say("faq_words", words=" / ".join(map(str, detail["clauses"])))]
        if kind == "judged":
            return self._judged(detail)
        return [self._say(f"faq_{kind}", **detail)] if f"faq_{kind}" in _PHRASES else None

    def _judged(self, detail: Mapping[str, Any]) -> list[str]:
        only = self._say("exact_only") if detail["exact_only"] else ""
        values = {**detail, "exact_only": only, "outcome": self._outcome(detail, "band")}
        lines = [self._say("faq_exact")] if detail["is_exact"] else []
        lines.append(self._say("faq_judged", **values))
        near = [candidate for candidate in detail["candidates"] if candidate["score"] > 0]
        for place, candidate in enumerate(near[:3], start=1):
            meaning = candidate["semantic"]
            semantic = "" if meaning is None else self._say("semantic", value=meaning)
            lines.append(
                self._say("candidate", **{**candidate, "place": place, "semantic": semantic})
            )
        return lines

    def _model(self, _name: str, detail: Mapping[str, Any]) -> list[str]:
        entries = ", ".join(detail.get("entries", ())) or "-"
        cited = ", ".join(detail.get("cited", ())) or "-"
        outcome = self._outcome(detail)
        return [self._say("model_read", entries=entries, cited=cited, outcome=outcome)]

    def _other(self, step: TraceStep) -> str:
        detail = json.dumps(dict(step.detail), ensure_ascii=False, default=str)
        return self._say("other", name=step.name, detail=detail)
