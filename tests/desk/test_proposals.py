"""What the FAQ could learn is found in the desk's own rows, tried on the past, and decided."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desks import make_scene
from linecs.desk import DeskSettings, Retention, Staff
from linecs.errors import ActRefusedError, NotPermittedError
from linecs.model import (
    AuditEntry,
    Author,
    ChannelId,
    Conversation,
    Customer,
    CustomerId,
    EventId,
    FeedEntry,
    Message,
    MessageId,
    MessageState,
    Ticket,
    TicketId,
    TicketStatus,
    new_id,
)
from linecs.model.knowledge import KnowledgeProposal, ProposalKind, ProposalSource, ProposalState
from linecs.replies.faq import FaqEntry
from linecs.routing import Role
from linecs.storage.memory import MemoryStorage
from linecs.storage.ports import RowMissingError, equal
from linecs.storage.tables import Trace
from linecs.testing import LineSimulator, VirtualClock
from pasts import FAQ, RETURN, WRAPPING, answer, ask, asked_and_answered

if TYPE_CHECKING:
    from desks import MakeScene, Scene

STAFF = Staff(roles=lambda name: {"reika": Role.LEAD, "root": Role.ADMIN}.get(name, Role.OPERATOR))


@pytest.fixture
def taught(make: MakeScene) -> Scene:
    """A desk that answers from a published FAQ; reika leads."""
    scene = make(responder=None, staff=STAFF)
    scene.desk.knowledge.publish("faq", FAQ, by="reika")
    return scene


def wrapping(scene: Scene) -> KnowledgeProposal:
    """Two customers ask for the same, and a person answers both."""
    asked_and_answered(scene, "c1", "ギフト包装はできますか", "花子様", WRAPPING)
    asked_and_answered(scene, "c2", "ギフト包装をお願いできますか", WRAPPING)
    proposal: KnowledgeProposal
    (proposal,) = scene.desk.knowledge.propose()
    return proposal


def customer_id(scene: Scene, name: str) -> str:
    """Our id of a customer."""
    return scene.one(Customer, equal("line_user_id", scene.line.customer(name).user_id)).id


def nothing_is_left(scene: Scene, *words: str) -> bool:
    """Whether no proposal is kept, with or without text."""
    found = [each.place for each in scene.desk.privacy.scan(words) if "propos" in each.place]
    rows = [*scene.rows(KnowledgeProposal), *scene.rows(ProposalSource)]
    return not found and not rows


def test_a_tapped_choice_is_proposed_as_a_variant(taught: Scene) -> None:
    """How the customer asked is another way of asking; the effect is measured first."""
    ask(taught, RETURN, "1", "はい")
    (proposal,) = taught.desk.knowledge.propose()
    assert (proposal.kind, proposal.entry_id, proposal.text) == (
        ProposalKind.VARIANT,
        "returns",
        RETURN,
    )
    assert (proposal.evidence, proposal.past, proposal.newly_right) == (1, 1, 1)
    assert (proposal.newly_wrong, proposal.newly_lost, proposal.gained_elsewhere) == (0, 0, 0)
    (evidence,) = taught.desk.knowledge.evidence(proposal.id)
    assert (evidence.asked, evidence.answered) == (RETURN, "")
    assert evidence.ticket_id == taught.ticket.id


def test_what_people_answer_again_and_again_is_proposed_as_an_entry(taught: Scene) -> None:
    """Without what was for one customer alone, and without touching what is published."""
    proposal = wrapping(taught)
    assert (proposal.kind, proposal.answer) == (ProposalKind.ENTRY, WRAPPING)
    assert {proposal.text, *proposal.variants} == {
        "ギフト包装はできますか",
        "ギフト包装をお願いできますか",
    }
    assert (proposal.evidence, proposal.past, proposal.newly_right) == (2, 2, 2)
    assert taught.desk.knowledge.current("faq") == FAQ
    newest, oldest = taught.desk.knowledge.evidence(proposal.id)
    assert oldest.answered == f"花子様\n{WRAPPING}"
    assert newest.answered == WRAPPING


def test_an_answer_that_did_not_help_and_the_persons_own_become_a_variant(taught: Scene) -> None:
    """A person said what another entry says: that entry should have answered."""
    ask(taught, "送料はいくらですか", "いいえ")
    answer(taught, "到着から7日以内なら返品を承ります。")
    assert taught.desk.knowledge.propose() == []
    ask(taught, "送料はいくらで返せますか", customer="c2")
    answer(taught, "到着から7日以内でしたら返品を承ります", customer="c2")
    (proposal,) = taught.desk.knowledge.propose()
    assert (proposal.entry_id, proposal.past) == ("returns", 2)


def test_confirmed_answers_weigh_against_a_proposal(taught: Scene) -> None:
    """What is answered right today and would be lost is counted."""
    ask(taught, "送料はいくらですか", "はい")
    ask(taught, RETURN, "1", customer="c2")
    (proposal,) = taught.desk.knowledge.propose()
    assert (proposal.past, proposal.newly_right, proposal.newly_lost) == (2, 1, 0)


def test_a_matter_that_only_people_saw_counts_too(taught: Scene) -> None:
    """Where a person comes first, or traces are too old, the bubbles before the reply ask."""
    asked_and_answered(taught, "c1", "ギフト包装はできますか", WRAPPING)
    asked_and_answered(taught, "c2", "ギフト包装をお願いできますか", WRAPPING)
    taught.storage.run(lambda tx: tx.delete(Trace, ()))
    (proposal,) = taught.desk.knowledge.propose()
    assert (proposal.kind, proposal.evidence) == (ProposalKind.ENTRY, 2)


def test_nobody_learns_from_an_answer_that_a_customer_was_not_content_with(taught: Scene) -> None:
    """A bad score afterwards: 不満 of five; ふつう is good enough."""
    wrapping(taught)
    taught.storage.run(lambda tx: tx.update(Ticket, (), {"score": 2}))
    assert taught.desk.knowledge.propose() == []
    taught.storage.run(lambda tx: tx.update(Ticket, (), {"score": 3}))
    assert len(taught.desk.knowledge.propose()) == 1


def test_a_bad_score_counts_against_the_entry_that_answered(taught: Scene) -> None:
    """Nobody tapped いいえ, and a person had to help."""
    ask(taught, "送料はいくらですか", "はい")
    ask(taught, "営業時間を教えてください", customer="c2")
    ask(taught, RETURN, "1", customer="c3")
    (before,) = taught.desk.knowledge.propose()
    of_c2 = equal("customer_id", customer_id(taught, "c2"))
    taught.storage.run(lambda tx: tx.update(Ticket, [of_c2], {"score": 1}))
    (after,) = taught.desk.knowledge.propose()
    assert (before.past, after.past) == (2, 3)


def test_what_rules_escalation_and_thanks_took_is_no_question(taught: Scene) -> None:
    """The FAQ was not asked, or the customer wanted a person."""
    for customer in ("c1", "c2"):
        asked_and_answered(taught, customer, "担当者と話したい", "はい、ご用件をどうぞ。")
        ask(taught, "ありがとう", customer=customer)
    assert taught.desk.knowledge.propose() == []


def test_the_same_is_not_proposed_twice(taught: Scene) -> None:
    """Another run finds the same row; another customer adds to its evidence."""
    first = wrapping(taught)
    (again,) = taught.desk.knowledge.propose()
    assert again.id == first.id
    asked_and_answered(taught, "c3", "ギフト包装ってできますか", WRAPPING)
    (grown,) = taught.desk.knowledge.propose()
    assert (grown.id, grown.evidence, grown.proposed_at) == (first.id, 3, first.proposed_at)
    assert len(taught.rows(ProposalSource)) == 3


def test_what_was_rejected_does_not_come_back(taught: Scene) -> None:
    """Neither with more customers nor in other words; who rejected it is kept."""
    proposal = wrapping(taught)
    taught.desk.knowledge.reject(proposal.id, by="reika", reason="やめました")
    asked_and_answered(taught, "c3", "ギフト包装って頼めますか", WRAPPING)
    assert taught.desk.knowledge.propose() == []
    (rejected,) = taught.desk.knowledge.proposals(ProposalState.REJECTED)
    assert (rejected.decided_by, rejected.reason) == ("reika", "やめました")
    audit = taught.one(AuditEntry, equal("kind", "proposal.rejected"))
    assert (audit.actor, audit.subject_id) == ("reika", proposal.id)


def test_accepting_publishes_and_says_what_changed(taught: Scene) -> None:
    """The lead's words win; the FAQ then answers as the proposal claimed."""
    proposal = wrapping(taught)
    accepted = taught.desk.knowledge.accept(
        proposal.id, by="reika", answer="一点300円で包みます。", entry_id="wrapping"
    )
    (change,) = accepted.changes
    assert (change.action, change.id) == ("added", "wrapping")
    assert taught.desk.knowledge.current("faq")[-1] == FaqEntry(
        id="wrapping",
        question=proposal.text,
        variants=proposal.variants,
        answer="一点300円で包みます。",
    )
    assert accepted.version == taught.desk.knowledge.versions("faq")[0]
    assert (accepted.proposal.state, accepted.proposal.version_id) == (
        ProposalState.ACCEPTED,
        accepted.version.id,
    )
    assert taught.desk.knowledge.propose() == []


def test_what_leads_decide_is_told_and_kept_without_any_text(taught: Scene) -> None:
    """Feed and audit trail name the lead, the proposal, its entry and the version."""
    ask(taught, RETURN, "1", "はい")
    (proposal,) = taught.desk.knowledge.propose()
    accepted = taught.desk.knowledge.accept(proposal.id, by="reika")
    facts = {"entry_id": "returns", "version_id": accepted.version.id}
    audit = taught.one(AuditEntry, equal("kind", "proposal.accepted"))
    told = taught.one(FeedEntry, equal("kind", "proposal.accepted"))
    assert (audit.actor, audit.subject_id, audit.facts) == ("reika", proposal.id, facts)
    assert (told.actor, told.subject_id, told.facts) == ("reika", proposal.id, facts)


def test_only_a_lead_decides(taught: Scene) -> None:
    """An operator is refused, and so is nobody; the proposal stays open."""
    proposal = wrapping(taught)
    for act in (taught.desk.knowledge.accept, taught.desk.knowledge.reject):
        with pytest.raises(NotPermittedError):
            act(proposal.id, by="sato")
        with pytest.raises(ActRefusedError):
            act(proposal.id, by="")
    assert list(taught.desk.knowledge.proposals()) == [proposal]
    assert taught.desk.knowledge.accept(proposal.id, by="shop").version.published_by == "shop"


def test_a_proposal_is_decided_once(taught: Scene) -> None:
    """The second lead hears that it was decided; nothing is published twice."""
    proposal = wrapping(taught)
    taught.desk.knowledge.accept(proposal.id, by="reika")
    for act in (taught.desk.knowledge.accept, taught.desk.knowledge.reject):
        with pytest.raises(ActRefusedError) as refused:
            act(proposal.id, by="reika")
        assert refused.value.reason == "already_decided"
    assert len(taught.desk.knowledge.versions("faq")) == 2


def test_leads_who_accept_at_once_lose_nothing(taught: Scene) -> None:
    """Each proposal is published once, and none takes another back."""
    wrapping(taught)
    ask(taught, RETURN, "1", "はい", customer="c3")
    ids = [each.id for each in taught.desk.knowledge.propose()]

    def accept(id_: str) -> bool:
        try:
            taught.desk.knowledge.accept(id_, by="reika")
        except ActRefusedError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(accept, ids * 2)) == [False, False, True, True]
    returns, *_, entry = taught.desk.knowledge.current("faq")
    assert (returns.variants, entry.answer) == ((RETURN,), WRAPPING)
    assert len(taught.desk.knowledge.versions("faq")) == 3


def test_a_proposal_that_no_longer_fits_is_refused(taught: Scene) -> None:
    """Its entry is gone, or the id for the new one is taken; nothing is published."""
    entry = wrapping(taught)
    with pytest.raises(ActRefusedError) as refused:
        taught.desk.knowledge.accept(entry.id, by="reika", entry_id="fee")
    assert refused.value.reason == "entry_id_taken"
    ask(taught, RETURN, "1", "はい", customer="c3")
    variant = next(each for each in taught.desk.knowledge.propose() if each.entry_id == "returns")
    taught.desk.knowledge.publish("faq", FAQ[1:], by="reika")
    with pytest.raises(ActRefusedError) as refused:
        taught.desk.knowledge.accept(variant.id, by="reika")
    assert refused.value.reason == "entry_gone"
    with pytest.raises(RowMissingError):
        taught.desk.knowledge.accept("nothing", by="reika")
    assert len(taught.desk.knowledge.versions("faq")) == 2


def test_what_the_faq_has_by_now_is_no_longer_proposed(taught: Scene) -> None:
    """A lead wrote it into the file by hand."""
    wrapping(taught)
    own = FaqEntry(
        id="w",
        question="ギフト包装はできますか",
        variants=("ギフト包装をお願いできますか",),
        answer=WRAPPING,
    )
    taught.desk.knowledge.publish("faq", (*FAQ, own), by="reika")
    assert taught.desk.knowledge.propose() == []
    assert nothing_is_left(taught)


def unsend(scene: Scene, customer: str, text: str) -> None:
    """Have a customer take back the bubble with this text."""
    user = scene.line.customer(customer)
    (bubble,) = [each for each in user.chat if each.text == text]
    user.unsends(bubble)
    scene.settle()


@pytest.mark.parametrize("decide", ["", "reject"])
def test_a_proposal_goes_with_a_message_that_is_taken_back(taught: Scene, decide: str) -> None:
    """Its text, its variants and what it comes from, whether open or rejected (Promise 6)."""
    proposal = wrapping(taught)
    if decide:
        taught.desk.knowledge.reject(proposal.id, by="reika")
    unsend(taught, "c2", "ギフト包装をお願いできますか")
    assert nothing_is_left(taught, "ギフト包装を", "300円")
    assert taught.desk.knowledge.propose() == []


def test_other_proposals_stay_when_one_is_taken_back(taught: Scene) -> None:
    """Also those of the same customer, from other messages."""
    proposal = wrapping(taught)
    ask(taught, RETURN, "1", "はい", customer="c2")
    assert len(taught.desk.knowledge.propose()) == 2
    unsend(taught, "c2", RETURN)
    assert [each.id for each in taught.desk.knowledge.proposals()] == [proposal.id]


def test_a_message_taken_back_while_it_is_read_is_not_kept(taught: Scene) -> None:
    """Between reading and writing lie minutes of computing."""
    ask(taught, RETURN, "1", "はい")

    def meanwhile(step: str, _done: int, _total: int) -> None:
        if step == "read":
            unsend(taught, "c1", RETURN)

    assert taught.desk.knowledge.propose(progress=meanwhile) == []
    assert nothing_is_left(taught, RETURN)


def test_proposals_go_with_an_erased_customer(taught: Scene) -> None:
    """With their text; another customer's own proposal stays."""
    wrapping(taught)
    ask(taught, RETURN, "1", "はい", customer="c3")
    taught.desk.knowledge.propose()
    taught.desk.privacy.erase(customer_id(taught, "c1"), actor="root")
    assert taught.desk.privacy.scan(["ギフト包装はでき"]) == []
    assert [each.entry_id for each in taught.desk.knowledge.proposals()] == ["returns"]
    assert len(taught.rows(ProposalSource)) == 1


def test_what_a_lead_accepted_is_named_when_its_customer_is_erased(taught: Scene) -> None:
    """The variant is the shop's own by now; the feed says where it stands, for a lead to see."""
    ask(taught, RETURN, "1", "はい")
    (proposal,) = taught.desk.knowledge.propose()
    version = taught.desk.knowledge.accept(proposal.id, by="reika").version
    taught.desk.privacy.erase(taught.conversation.id, actor="root")
    told = taught.one(FeedEntry, equal("kind", "proposal.taken_back"))
    assert told.subject_id == proposal.id
    assert told.facts == {"entry_id": "returns", "version_id": version.id}
    assert nothing_is_left(taught)


def test_an_export_names_no_proposal(taught: Scene) -> None:
    """A proposal holds other customers' words, too."""
    wrapping(taught)
    exported = taught.desk.privacy.export(customer_id(taught, "c1"), actor="shop")
    assert "ギフト包装はできますか" in exported
    assert "お願いできますか" not in exported


@pytest.mark.parametrize("kept", [{"proposals": 30}, {"messages": 30}])
def test_proposals_go_after_their_days_or_their_messages(
    make: MakeScene, kept: dict[str, int]
) -> None:
    """Whichever is shorter."""
    settings = DeskSettings(retention=Retention(**kept))
    scene = make(responder=None, staff=STAFF, settings=settings)
    scene.desk.knowledge.publish("faq", FAQ, by="reika")
    ask(scene, RETURN, "1", "はい")
    scene.desk.knowledge.propose()
    scene.clock.advance(days=29)
    scene.settle()
    assert len(scene.rows(KnowledgeProposal)) == 1
    scene.clock.advance(days=2)
    scene.settle()
    assert nothing_is_left(scene)


def test_only_recent_and_ended_matters_count(taught: Scene) -> None:
    """What is still open has no outcome; what is older than asked for is left alone."""
    asked_and_answered(taught, "c1", "ギフト包装はできますか", WRAPPING)
    ask(taught, "ギフト包装をお願いできますか", customer="c2")
    now = taught.rows(Conversation, equal("speaker", "bot"))
    assert now
    assert taught.desk.knowledge.propose() == []
    answer(taught, WRAPPING, customer="c2")
    assert len(taught.desk.knowledge.propose(days=90)) == 1
    taught.clock.advance(days=20)
    assert taught.desk.knowledge.propose(days=10) == []


LETTERS = "".join(map(chr, range(0x4E00, 0x4E00 + 60)))


def fill(scene: Scene, count: int) -> None:
    """Keep ended matters that a person answered, one a minute, oldest first."""
    first, rows = scene.clock() - count * 60_000, list[object]()
    for number in range(count):
        at = first + number * 60_000
        ticket = Ticket(
            id=TicketId(f"t{number:04d}"),
            channel_id=ChannelId("main"),
            conversation_id=scene.conversation.id,
            customer_id=CustomerId(scene.conversation.id),
            status=TicketStatus.RESOLVED,
            opened_at=at,
        )
        said = [
            (Author.CUSTOMER, f"ギフト包装{LETTERS[number // 60]}{LETTERS[number % 60]}"),
            (Author.OPERATOR, WRAPPING),
        ]
        bubbles = [
            Message(
                id=MessageId(new_id(at + place)),
                channel_id=ChannelId("main"),
                conversation_id=ticket.conversation_id,
                ticket_id=ticket.id,
                author=author,
                kind="text",
                text=text,
                occurred_at=at + place,
                state=MessageState.SENT if place else MessageState.RECEIVED,
                event_id=None if place else EventId(f"e{number}"),
            )
            for place, (author, text) in enumerate(said)
        ]
        rows += [ticket, *bubbles]
    scene.storage.run(lambda tx: tx.insert(*rows))


def test_a_long_past_is_read_page_by_page_and_the_newest_count(taught: Scene) -> None:
    """More tickets than a page holds; the limit keeps the newest."""
    taught.asks("こんにちは")
    fill(taught, 430)
    told: list[tuple[str, int, int]] = []
    (all_,) = taught.desk.knowledge.propose(progress=lambda *step: told.append(step))
    assert (all_.past, all_.evidence) == (430, 430)
    assert told[:3] == [("read", 200, 2_000), ("read", 400, 2_000), ("read", 430, 2_000)]
    assert told[-1][:2] == ("try", 1)
    (some,) = taught.desk.knowledge.propose(limit=50)
    assert (some.id, some.evidence) == (all_.id, 50)
    oldest = min(each.inquiry_id for each in taught.rows(ProposalSource))
    assert oldest == "e380"


ASKED = st.lists(
    st.tuples(
        st.sampled_from(
            [RETURN, "送料はいくらですか", "ギフト包装はできますか", "ギフト包装したい", "送料の件"]
        ),
        st.sampled_from(["1", "はい", "いいえ", ""]),
        st.sampled_from(["", WRAPPING, FAQ[0].answer]),
    ),
    max_size=5,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(ASKED)
def test_whatever_was_asked_accepting_keeps_its_promise(asked: list[tuple[str, str, str]]) -> None:
    """Any history: runs repeat themselves, and what is accepted is as right as was claimed."""
    clock = VirtualClock()
    with LineSimulator(clock=clock) as line:
        scene = make_scene(line, clock, storage=MemoryStorage(), responder=None, staff=STAFF)
        knowledge = scene.desk.knowledge
        knowledge.publish("faq", FAQ, by="reika")
        for number, (text, tap, reply) in enumerate(asked):
            customer = f"c{number}"
            user = line.customer(customer)
            ask(scene, text, customer=customer)
            if tap:
                user.says(tap)
                scene.settle()
            if reply:
                answer(scene, reply, customer=customer)
            clock.advance(minutes=40)
            scene.settle()
        opened = knowledge.propose(least=1)
        assert list(knowledge.propose(least=1)) == list(opened)
        while opened:
            claimed = opened[0]
            accepted = knowledge.accept(claimed.id, by="reika")
            assert accepted.version.entries == len(knowledge.current("faq"))
            assert claimed.newly_right + claimed.newly_offered >= claimed.newly_lost
            opened = knowledge.propose(least=1)
            assert claimed.id not in {each.id for each in opened}
