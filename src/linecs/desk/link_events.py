"""What customers do about links in the chat, and the jobs that follow a link."""

from __future__ import annotations

import json
import unicodedata
from functools import partial
from typing import TYPE_CHECKING, Any

from linecs.desk.feed import happened
from linecs.desk.links import LinkTransaction
from linecs.desk.telling import tell_customer
from linecs.idlink import SettlementOutcome
from linecs.model import Answer, Customer, StoredEvent
from linecs.model.link import Link, LinkFlow, LinkSubject
from linecs.model.webhook import AccountLinkEvent
from linecs.storage.ports import equal

if TYPE_CHECKING:
    from linecs.desk.core import DeskCore
    from linecs.desk.filing import Filing
    from linecs.idlink import Settlement
    from linecs.model import ConversationId, Job, Message, MessageObject
    from linecs.storage.ports import Transaction

__all__ = [
    "BY_LOGIN",
    "after_linked",
    "after_unlinked",
    "attend_links",
    "farewell",
    "is_revoked_by_hand",
    "link_of",
    "subject_of",
    "take_back",
    "unlink_answer",
]

_UNLINKING = "desk:unlink"
_SETTLING = "desk:link"
BY_LOGIN = (LinkFlow.SIGN_UP, LinkFlow.LOGIN, LinkFlow.LIFF, LinkFlow.IN_STORE)
_IN_LEDGER = (
    SettlementOutcome.LINKED,
    SettlementOutcome.CONFIRMED,
    SettlementOutcome.REPLACED,
    SettlementOutcome.REFUSED,
)


def subject_of(core: DeskCore, customer: Customer) -> LinkSubject:
    """Return a customer as links know them."""
    return LinkSubject(
        provider_id=core.channels[customer.channel_id].provider_id,
        channel_id=customer.channel_id,
        customer_id=customer.id,
        line_user_id=customer.line_user_id,
    )


def link_of(core: DeskCore, tx: Transaction, customer: Customer) -> Link | None:
    """Return the link that holds for a customer now, through whatever channel. Joins."""
    subject = subject_of(core, customer)
    registry = core.linking.registry
    return registry.current(LinkTransaction(tx), subject.provider_id, subject.line_user_id)


def attend_links(core: DeskCore, filing: Filing) -> None:
    """Have this step's account links settled in its commit, and end links as customers ask."""
    if core.linking.account_link is not None:
        for stored, event in filing.view.events:
            if isinstance(event, AccountLinkEvent):
                filing.changes.then(partial(_settle, core, stored, filing.view.conversation.id))
    customer = filing.customer
    if customer is None or filing.bot_may_speak:
        return
    if any(_asks(core, each) for each in filing.fresh_bubbles):
        # A person holds the conversation: they see the words, and the link ends all the same.
        filing.changes.then(partial(_unlink_and_tell, core, customer))


def unlink_answer(core: DeskCore, filing: Filing) -> Answer | None:
    """Return the answer to a customer who asks to be unlinked, and have it done; else None."""
    customer = filing.customer
    if customer is None or not all(_asks(core, each) for each in filing.open_bubbles):
        return None
    link = core.storage.read(lambda tx: link_of(core, tx, customer))
    if link is None:
        return None
    filing.changes.then(partial(_unlink, core, customer))
    words = core.storage.read(lambda tx: farewell(core, tx, link))
    return Answer(messages=words, source=_UNLINKING)


def farewell(core: DeskCore, tx: Transaction, link: Link) -> tuple[MessageObject, ...]:
    """Return what a customer reads when a link ends. Joins.

    Where the desk cannot take back what LINE Login allowed, it offers a fresh login that does,
    and says how to do so by hand (LINE, "LINE Login development guidelines").
    """
    texts, page = core.linking.texts, core.linking.deauthorize_url
    said = [texts.bubble("unlinked")]
    if is_revoked_by_hand(core, tx, link):
        said += [texts.revoke_bubble(page)] if page else []
        said.append(texts.bubble("revoke_by_hand"))
    return tuple(said)


def is_revoked_by_hand(core: DeskCore, tx: Transaction, link: Link) -> bool:
    """Return whether only the customer can take back what LINE Login allowed. Joins."""
    keeps_tokens = core.linking.login is not None
    takes_back = keeps_tokens and LinkTransaction(tx).find_tokens(link.id) is not None
    return link.flow in BY_LOGIN and not takes_back


def _asks(core: DeskCore, message: Message) -> bool:
    text = unicodedata.normalize("NFKC", message.text).strip().strip("「」。")
    return message.kind == "text" and text in core.linking.unlink_words


def _unlink(core: DeskCore, customer: Customer, tx: Transaction) -> None:
    _ended(core, customer, tx)


def _ended(core: DeskCore, customer: Customer, tx: Transaction) -> tuple[Link, ...]:
    subject = subject_of(core, customer)
    change = core.linking.registry.unlink(
        LinkTransaction(tx), subject.provider_id, subject.line_user_id, at=core.clock()
    )
    return change.ended


def _unlink_and_tell(core: DeskCore, customer: Customer, tx: Transaction) -> None:
    for link in _ended(core, customer, tx):
        tell_customer(core, tx, customer.id, *farewell(core, tx, link), author_id=_UNLINKING)


def _settle(
    core: DeskCore, stored: StoredEvent, conversation_id: ConversationId, tx: Transaction
) -> None:
    links, sender = LinkTransaction(tx), tx.find(Customer, conversation_id)
    event = json.loads(stored.raw)
    settlement = core.linking.invitations.settle(
        links,
        links,
        event,
        channel_id=stored.channel_id,
        sender=subject_of(core, sender) if sender else None,
        now=core.clock(),
    )
    tx.update(StoredEvent, [equal("id", stored.id)], {"raw": _without_nonce(event)})
    _tell_outcome(core, stored, conversation_id, settlement, tx)
    for notice in settlement.notices:
        tell_customer(core, tx, notice.customer_id, notice.message, author_id=_SETTLING)


def _without_nonce(event: dict[str, Any]) -> str:
    """Return what is kept of an event that was settled: the nonce's hash is evidence enough."""
    link = event.get("link")
    kept = {**link, "nonce": ""} if isinstance(link, dict) else link
    return json.dumps({**event, "link": kept}, ensure_ascii=False)


def _tell_outcome(
    core: DeskCore,
    stored: StoredEvent,
    conversation_id: ConversationId,
    settlement: Settlement,
    tx: Transaction,
) -> None:
    """Put into the feed what left no line in the ledger."""
    if settlement.outcome in _IN_LEDGER:
        return
    tx.insert(
        happened(
            "link.not_made",
            channel_id=stored.channel_id,
            conversation_id=conversation_id,
            now=core.clock(),
            actor="customer",
            facts={"outcome": settlement.outcome},
        )
    )


def after_linked(core: DeskCore, job: Job) -> None:
    """Do what follows a new link."""
    link = core.storage.read(lambda tx: tx.find(Link, job.subject_id))
    if link is not None:
        core.linking.after_linked(link)


def after_unlinked(core: DeskCore, job: Job) -> None:
    """Take back what LINE Login allowed, where the shop keeps tokens; do what else follows."""
    link = core.storage.read(lambda tx: tx.find(Link, job.subject_id))
    if link is not None:
        take_back(core, link)
        core.linking.after_unlinked(link)


def take_back(core: DeskCore, link: Link) -> None:
    """Take back what the link's LINE Login allowed, as LINE asks, and forget its tokens.

    Raises:
        LineLoginError: LINE did not do it; the tokens are still there.
    """
    kept = core.storage.read(lambda tx: LinkTransaction(tx).find_tokens(link.id))
    if kept is None:
        return
    login, now = core.linking.login, core.clock()
    if login is not None and now < kept.usable_until:
        login.deauthorize(kept, now=now)
    core.storage.run(lambda tx: LinkTransaction(tx).forget_tokens(link.id))
