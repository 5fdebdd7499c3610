"""One speaker at a time: every reachable hold is enumerated."""

from __future__ import annotations

from itertools import product

import pytest

from linecs.model import ChannelId, Conversation, ConversationId, CustomerId, Speaker
from linecs.routing import Hold, Say, SpeakerEvent, Utterance, hold_after, hold_of, may_say

BOT = Hold()
NOW, SOON, LATER = 100, 200, 300
PEOPLE, SCENARIOS, CAMPAIGNS = ("sato", "ito"), ("returns", "size"), ("sale", "news")
HOLDERS = {
    SpeakerEvent.PERSON_ACTS: PEOPLE,
    SpeakerEvent.PERSON_RELEASES: PEOPLE,
    SpeakerEvent.SCENARIO_BEGINS: SCENARIOS,
    SpeakerEvent.CAMPAIGN_BEGINS: CAMPAIGNS,
    SpeakerEvent.ENDS: (*SCENARIOS, *CAMPAIGNS),
    SpeakerEvent.TICKET_RESOLVED: ("",),
}
NAMES = {
    Speaker.BOT: ("",),
    Speaker.OPERATOR: PEOPLE,
    Speaker.SCENARIO: SCENARIOS,
    Speaker.CAMPAIGN: CAMPAIGNS,
}
MOVES = [
    (event, name, until)
    for event, names in HOLDERS.items()
    for name, until in product(names, (0, SOON))
]


def reachable() -> set[Hold]:
    """Every hold that any row of events, early or late, can lead to."""
    seen, edge = {BOT}, [BOT]
    while edge:
        hold = edge.pop()
        for (event, name, until), now in product(MOVES, (NOW, LATER)):
            after = hold_after(hold, event, now=now, holder_id=name, until=until)
            if after not in seen:
                seen.add(after)
                edge.append(after)
    return seen


REACHABLE = sorted(reachable(), key=repr)


def test_the_reachable_holds_are_just_these() -> None:
    """The bot's, and two people, scenarios and campaigns each with and without an end."""
    named = [
        Hold(speaker=speaker, holder_id=name, until=until)
        for speaker, names in NAMES.items()
        if speaker is not Speaker.BOT
        for name, until in product(names, (0, SOON))
    ]
    assert set(REACHABLE) == {BOT, *named}


@pytest.mark.parametrize("hold", REACHABLE)
def test_at_most_one_of_those_who_take_turns_may_speak(hold: Hold) -> None:
    """Bot, scenarios and campaigns never have the word together."""
    turns = [
        (Utterance.BOT_ANSWER, ""),
        *((Utterance.SCENARIO_STEP, name) for name in SCENARIOS),
    ]
    speaking = [
        (utterance, name)
        for utterance, name in turns
        if may_say(hold, utterance, now=NOW, speaker_id=name) is Say.SEND
    ]
    campaigns = [
        name
        for name in CAMPAIGNS
        if may_say(hold, Utterance.CAMPAIGN_MESSAGE, now=NOW, speaker_id=name) is Say.SEND
    ]
    assert len(speaking) + (hold.speaker is Speaker.CAMPAIGN) <= 1
    assert not campaigns or hold.speaker in (Speaker.BOT, Speaker.CAMPAIGN)


@pytest.mark.parametrize("hold", REACHABLE)
def test_a_person_silences_everybody_else_at_once(hold: Hold) -> None:
    """Whoever had the word, queued answers are dropped and campaigns wait."""
    taken = hold_after(hold, SpeakerEvent.PERSON_ACTS, now=NOW, holder_id="sato", until=SOON)
    assert taken == Hold(speaker=Speaker.OPERATOR, holder_id="sato", until=SOON)
    said = [may_say(taken, utterance, now=NOW, speaker_id="returns") for utterance in Utterance]
    assert said == [Say.SEND, Say.DROP, Say.DROP, Say.WAIT, Say.SEND, Say.SEND]


@pytest.mark.parametrize("hold", REACHABLE)
def test_nothing_but_a_persons_own_word_interrupts_a_person(hold: Hold) -> None:
    """Scenarios and campaigns that begin then have not begun."""
    taken = hold_after(hold, SpeakerEvent.PERSON_ACTS, now=NOW, holder_id="sato", until=SOON)
    for event in (SpeakerEvent.SCENARIO_BEGINS, SpeakerEvent.CAMPAIGN_BEGINS, SpeakerEvent.ENDS):
        assert hold_after(taken, event, now=NOW, holder_id="returns") == taken


@pytest.mark.parametrize("hold", REACHABLE)
def test_the_bot_comes_back_in_the_end(hold: Hold) -> None:
    """With the ticket's end, unless a campaign has the word, and when a hold runs out."""
    resolved = hold_after(hold, SpeakerEvent.TICKET_RESOLVED, now=NOW)
    assert resolved == (hold if hold.speaker is Speaker.CAMPAIGN else BOT)
    assert not hold.until or hold.at(hold.until) == BOT
    assert hold.at(NOW) == hold


@pytest.mark.parametrize("hold", REACHABLE)
def test_only_who_has_the_word_gives_it_back(hold: Hold) -> None:
    """A colleague's release or another campaign's end changes nothing."""
    for event, name in (
        (SpeakerEvent.PERSON_RELEASES, "somebody else"),
        (SpeakerEvent.ENDS, "another"),
    ):
        assert hold_after(hold, event, now=NOW, holder_id=name) == hold


@pytest.mark.parametrize("hold", REACHABLE)
def test_shipping_notices_and_people_always_pass(hold: Hold) -> None:
    """Nobody waits for a campaign to learn of a parcel."""
    passing = (Utterance.REPLY, Utterance.NOTICE, Utterance.SERVICE)
    assert all(may_say(hold, utterance, now=NOW) is Say.SEND for utterance in passing)


def test_a_scenario_may_begin_from_a_campaigns_button() -> None:
    """But a campaign never begins over a scenario."""
    sale = hold_after(BOT, SpeakerEvent.CAMPAIGN_BEGINS, now=NOW, holder_id="sale")
    size = hold_after(sale, SpeakerEvent.SCENARIO_BEGINS, now=NOW, holder_id="size")
    news = hold_after(size, SpeakerEvent.CAMPAIGN_BEGINS, now=NOW, holder_id="news")
    assert (size.speaker, size.holder_id, news) == (Speaker.SCENARIO, "size", size)


def test_a_campaign_waits_for_a_persons_hold_to_run_out() -> None:
    """Its message is still worth saying then."""
    held = Hold(speaker=Speaker.OPERATOR, holder_id="sato", until=SOON)
    said = [
        may_say(held, Utterance.CAMPAIGN_MESSAGE, now=now, speaker_id="sale")
        for now in (SOON - 1, SOON)
    ]
    assert said == [Say.WAIT, Say.SEND]


def test_a_conversations_row_says_its_hold() -> None:
    """As it is now, not as it was written."""
    row = Conversation(
        id=ConversationId("c"),
        channel_id=ChannelId("shop"),
        customer_id=CustomerId("c"),
        speaker=Speaker.OPERATOR,
        speaker_id="sato",
        speaker_until=SOON,
    )
    held = Hold(speaker=Speaker.OPERATOR, holder_id="sato", until=SOON)
    assert (hold_of(row, now=NOW), hold_of(row, now=LATER)) == (held, BOT)
