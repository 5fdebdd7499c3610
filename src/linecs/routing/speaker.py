"""One speaker at a time: who holds a conversation, and who may speak in it.

A person who claims or replies takes the conversation at once; the bot comes back when the
ticket is resolved or the person's hold runs out. A scenario holds it while it asks, a campaign
while it waits for its answers.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import field, frozen, validators

from linecs.model import Speaker

if TYPE_CHECKING:
    from linecs.model import Conversation

__all__ = ["Hold", "Say", "SpeakerEvent", "Utterance", "hold_after", "hold_of", "may_say"]


@frozen(kw_only=True)
class Hold:
    """Who has the word.

    Attributes:
        speaker: The bot where nobody else has it.
        holder_id: The operator, scenario or campaign; empty for the bot.
        until: When the word goes back to the bot, epoch ms UTC; 0 for no end.
    """

    speaker: Speaker = Speaker.BOT
    holder_id: str = ""
    until: int = field(default=0, validator=validators.ge(0))

    def at(self, now: int) -> Hold:
        """The hold as it is now: the bot's, once it has run out."""
        return _BOT if self.until and self.until <= now else self


_BOT = Hold()


class SpeakerEvent(StrEnum):
    """What may pass the word on."""

    PERSON_ACTS = "person_acts"
    """A person claims, replies or extends the hold."""
    PERSON_RELEASES = "person_releases"
    SCENARIO_BEGINS = "scenario_begins"
    CAMPAIGN_BEGINS = "campaign_begins"
    ENDS = "ends"
    """The scenario or campaign that has the word is over."""
    TICKET_RESOLVED = "ticket_resolved"
    """Its person and its scenario are done; a campaign is none of its business."""


_TAKES = {
    SpeakerEvent.PERSON_ACTS: (Speaker.OPERATOR, frozenset(Speaker)),
    SpeakerEvent.SCENARIO_BEGINS: (Speaker.SCENARIO, frozenset(Speaker) - {Speaker.OPERATOR}),
    SpeakerEvent.CAMPAIGN_BEGINS: (Speaker.CAMPAIGN, frozenset({Speaker.BOT})),
}
"""Which speaker an event gives the word, and from whom."""
_GIVES_BACK = {
    SpeakerEvent.PERSON_RELEASES: frozenset({Speaker.OPERATOR}),
    SpeakerEvent.ENDS: frozenset({Speaker.SCENARIO, Speaker.CAMPAIGN}),
    SpeakerEvent.TICKET_RESOLVED: frozenset({Speaker.OPERATOR, Speaker.SCENARIO}),
}


class Utterance(StrEnum):
    """What somebody wants to say."""

    REPLY = "reply"
    """A person's."""
    BOT_ANSWER = "bot_answer"
    SCENARIO_STEP = "scenario_step"
    CAMPAIGN_MESSAGE = "campaign_message"
    NOTICE = "notice"
    """Shipping and the like, of the shop's own systems."""
    SERVICE = "service"
    """The desk's own: receipts, nudges, questions after the end."""


class Say(StrEnum):
    """What becomes of it."""

    SEND = "send"
    WAIT = "wait"
    """Until the word is free; it is still worth saying then."""
    DROP = "drop"
    """It answers something that somebody else now answers."""


_NEEDS = {
    Utterance.BOT_ANSWER: ({Speaker.BOT}, Say.DROP),
    Utterance.SCENARIO_STEP: ({Speaker.SCENARIO}, Say.DROP),
    Utterance.CAMPAIGN_MESSAGE: ({Speaker.BOT, Speaker.CAMPAIGN}, Say.WAIT),
}
"""Who must have the word for it, and what becomes of it otherwise; anything else passes."""


def hold_of(conversation: Conversation, *, now: int) -> Hold:
    """The hold that a conversation's row says, as it is now."""
    return Hold(
        speaker=conversation.speaker,
        holder_id=conversation.speaker_id,
        until=conversation.speaker_until,
    ).at(now)


def hold_after(
    hold: Hold, event: SpeakerEvent, *, now: int, holder_id: str = "", until: int = 0
) -> Hold:
    """Who has the word after an event; the same hold where the event cannot take it.

    Only a person interrupts. A scenario begins in the bot's turn, in a campaign (a tap on one of
    its buttons) or in place of another scenario; a campaign only in the bot's turn.

    Args:
        hold: As it was.
        event: What happened.
        now: When, epoch ms UTC.
        holder_id: Who begins, releases or ends; somebody who has not the word ends nothing.
        until: When the new hold runs out, epoch ms UTC; 0 for no end.
    """
    current = hold.at(now)
    if event in _TAKES:
        speaker, over = _TAKES[event]
        return (
            Hold(speaker=speaker, holder_id=holder_id, until=until)
            if current.speaker in over
            else current
        )
    named = event is SpeakerEvent.TICKET_RESOLVED or current.holder_id == holder_id
    return _BOT if named and current.speaker in _GIVES_BACK[event] else current


def may_say(hold: Hold, utterance: Utterance, *, now: int, speaker_id: str = "") -> Say:
    """What becomes of something somebody wants to say, or has queued and not yet sent.

    A person is never held back, and so takes the word (`PERSON_ACTS`). The bot's and a
    scenario's words are dropped when they have lost it; a campaign waits; notices and the
    desk's own words pass.

    Args:
        hold: Who has the word.
        utterance: What kind of word it is.
        now: Epoch ms UTC.
        speaker_id: The scenario or campaign that wants to say it.
    """
    if utterance not in _NEEDS:
        return Say.SEND
    current = hold.at(now)
    speakers, otherwise = _NEEDS[utterance]
    is_free = current.speaker is Speaker.BOT
    has_it = current.speaker in speakers and (is_free or current.holder_id == speaker_id)
    return Say.SEND if has_it else otherwise
