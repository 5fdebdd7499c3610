"""What the FAQ could learn, for a support lead: `linecs knowledge propose`, `accept`, `reject`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import attrs

from linecs.cli.progress import progress_of
from linecs.errors import ActRefusedError, NotPermittedError
from linecs.model.knowledge import KnowledgeKind, ProposalKind, ProposalState
from linecs.replies.wording import Sentence
from linecs.storage.ports import RowMissingError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

    from linecs.desk import SupportDesk
    from linecs.model.knowledge import KnowledgeProposal

    AddAction = Callable[[str, str], argparse.ArgumentParser]

__all__ = ["ACTIONS", "register"]

_PHRASES = {
    "none": ("提案はありません。", "There is no proposal."),
    "variant": (
        "■ {id}  FAQ {entry_id}「{title}」に、ほかの聞き方を足す",
        "■ {id}  another way of asking FAQ entry {entry_id} '{title}'",
    ),
    "entry": ("■ {id}  新しい質問を FAQ に足す", "■ {id}  a new question for the FAQ"),
    "asked": ("  聞き方: {text}", "  asked: {text}"),
    "question": ("  質問: {text}", "  question: {text}"),
    "variants": ("  ほかの聞き方: {text}", "  other ways: {text}"),
    "answer": ("  回答(担当者の文): {text}", "  answer, as a person wrote it: {text}"),
    "evidence": ("  もとの問い合わせ: {evidence} 件", "  comes from {evidence} inquiries"),
    "effect": (
        (
            "  過去の {past} 件で試すと: 正しく回答 +{newly_right}、候補に正答 +{newly_offered}"
            "(うち、もと以外 +{gained_elsewhere})、誤った回答 +{newly_wrong}、悪くなる {newly_lost}"
        ),
        (
            "  on {past} past inquiries: answered right +{newly_right}, right one offered "
            "+{newly_offered} (elsewhere +{gained_elsewhere}), answered wrong +{newly_wrong}, "
            "worse {newly_lost}"
        ),
    ),
    "careful": (
        "  ！ 悪くなる問い合わせがあります。採用する前に、言葉を見直してください。",
        "  ! Some inquiries would go worse. Look at the words before accepting.",
    ),
    "outdated": (
        "  ※ 測ったあとに FAQ が変わりました。linecs knowledge propose で測り直せます。",
        "  * The FAQ has changed since. Try it again with linecs knowledge propose.",
    ),
    "decided": ("  {decided_by} が決めました。{reason}", "  decided by {decided_by}. {reason}"),
    "next": (
        (
            "採用: linecs knowledge accept {desk} ID --by お名前\n"
            "却下: linecs knowledge reject {desk} ID --by お名前"
        ),
        (
            "accept: linecs knowledge accept {desk} ID --by NAME\n"
            "reject: linecs knowledge reject {desk} ID --by NAME"
        ),
    ),
    "accepted": ("採用し、公開しました: 版 {id}", "accepted and published: version {id}"),
    "rejected": (
        "却下しました: {id}。同じ提案は、もう出ません。",
        "rejected: {id}. It will not be proposed again.",
    ),
    "already_decided": (
        "この提案は、もう採用か却下がされています。",
        "This proposal was decided already.",
    ),
    "entry_gone": (
        "足す先の FAQ がもうありません。却下してください。",
        "The FAQ no longer has the entry it is for. Reject it.",
    ),
    "entry_id_taken": (
        "その id の FAQ がもうあります。--id で別の名前を付けてください。",
        "The FAQ has an entry with this id. Choose another with --id.",
    ),
    "missing": (
        "提案 {id} はありません。お客様が送信を取り消すと、提案も消えます。",
        "There is no proposal {id}. It goes when a customer takes a message back.",
    ),
    "not_permitted": (
        "{by} さんは FAQ を変えられません(権限 edit_answers が必要です)。",
        "{by} may not change the FAQ; it takes the permission edit_answers.",
    ),
}


def register(add_action: AddAction) -> None:
    """Add the actions to `linecs knowledge`."""
    propose = add_action("propose", "FAQへの提案を過去の問い合わせから作る / find what to learn")
    propose.add_argument("--days", type=int, default=90, help="何日前までのチケットを見るか")
    propose.add_argument("--limit", type=int, default=2_000, help="問い合わせの最大件数")
    propose.add_argument("--least", type=int, default=2, help="新しい質問に必要な問い合わせの数")
    proposals = add_action("proposals", "FAQへの提案の一覧 / what was proposed")
    states = [state.value for state in ProposalState]
    proposals.add_argument("--state", choices=states, default="open", help="状態")
    for action in (propose, proposals):
        action.add_argument("--json", action="store_true", help="JSONで出力する")
    accept = add_action("accept", "提案を採用し、FAQを公開する / accept a proposal and publish")
    reject = add_action("reject", "提案を却下する / put a proposal aside")
    for action in (accept, reject):
        action.add_argument("proposal", metavar="ID")
        action.add_argument("--by", required=True, metavar="NAME", help="決める人 / who")
    accept.add_argument("--text", default="", help="聞き方・質問を書き直す / in other words")
    accept.add_argument("--answer", default="", help="回答を書き直す / another answer")
    accept.add_argument("--id", default="", dest="entry_id", help="新しい質問のid / its id")
    reject.add_argument("--reason", default="", help="ひとこと / why")


def _propose(desk: SupportDesk, arguments: argparse.Namespace) -> int:
    told = {"read": progress_of("問い合わせ"), "try": progress_of("提案")}
    found = desk.knowledge.propose(
        days=arguments.days,
        limit=arguments.limit,
        least=arguments.least,
        progress=lambda step, done, total: told[step](done, total),
    )
    return _print(desk, found, arguments)


def _proposals(desk: SupportDesk, arguments: argparse.Namespace) -> int:
    return _print(desk, desk.knowledge.proposals(arguments.state), arguments)


def _accept(desk: SupportDesk, arguments: argparse.Namespace) -> int:
    accepted = desk.knowledge.accept(
        arguments.proposal,
        by=arguments.by,
        text=arguments.text,
        answer=arguments.answer,
        entry_id=arguments.entry_id,
    )
    for change in accepted.changes:
        print("\n".join([change.say(arguments.lang), *change.details(arguments.lang)]))
    print(_say("accepted", arguments, id=accepted.version.id))
    return 0


def _reject(desk: SupportDesk, arguments: argparse.Namespace) -> int:
    rejected = desk.knowledge.reject(arguments.proposal, by=arguments.by, reason=arguments.reason)
    print(_say("rejected", arguments, id=rejected.id))
    return 0


def _explained(
    decide: Callable[[SupportDesk, argparse.Namespace], int],
) -> Callable[[SupportDesk, argparse.Namespace], int]:
    """Return an action that says in the lead's language why it could not be."""

    def act(desk: SupportDesk, arguments: argparse.Namespace) -> int:
        try:
            return decide(desk, arguments)
        except ActRefusedError as error:
            print(_say(error.reason, arguments))
        except RowMissingError:
            print(_say("missing", arguments, id=arguments.proposal))
        except NotPermittedError:
            print(_say("not_permitted", arguments, by=arguments.by))
        return 1

    return act


ACTIONS = {
    "propose": _propose,
    "proposals": _proposals,
    "accept": _explained(_accept),
    "reject": _explained(_reject),
}


def _print(
    desk: SupportDesk, found: Sequence[KnowledgeProposal], arguments: argparse.Namespace
) -> int:
    if arguments.json:
        print(json.dumps([attrs.asdict(each) for each in found], ensure_ascii=False, indent=2))
        return 0
    newest = next(iter(desk.knowledge.versions(KnowledgeKind.FAQ, limit=1)), None)
    entries = desk.knowledge.entries(newest.id) if newest else ()
    titles = {entry.id: entry.question for entry in entries}
    for proposal in found:
        lines = list(_lines(proposal, titles.get(proposal.entry_id, ""), arguments))
        if proposal.state is ProposalState.OPEN and newest and proposal.tried_on != newest.id:
            lines.append(_say("outdated", arguments))
        print("\n".join(lines), end="\n\n")
    if not found:
        print(_say("none", arguments))
    elif found[0].state is ProposalState.OPEN:
        print(_say("next", arguments, desk=arguments.desk))
    return 0


def _lines(proposal: KnowledgeProposal, title: str, arguments: argparse.Namespace) -> Iterator[str]:
    values = {**attrs.asdict(proposal), "title": title}
    yield _say(proposal.kind.value, arguments, **values)
    is_variant = proposal.kind is ProposalKind.VARIANT
    yield _say("asked" if is_variant else "question", arguments, text=_in_a_line(proposal.text))
    if proposal.variants:
        yield _say("variants", arguments, text=" / ".join(map(_in_a_line, proposal.variants)))
    if proposal.answer:
        yield _say("answer", arguments, text=_in_a_line(proposal.answer))
    yield _say("evidence", arguments, **values)
    yield _say("effect", arguments, **values)
    if proposal.state is not ProposalState.OPEN:
        yield _say("decided", arguments, **values).rstrip()
    elif proposal.newly_wrong or proposal.newly_lost:
        yield _say("careful", arguments)


def _in_a_line(text: str) -> str:
    return text.replace("\n", "⏎")


def _say(code: str, arguments: argparse.Namespace, **values: object) -> str:
    return Sentence(_PHRASES, code, values).say(arguments.lang)
