from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linebot.v3.webhook import WebhookParser

from intake.documented_events import CHANNELS, EVENTS, NOW, SECRET, sign, write_body
from intake.lines_view import as_line_wrote
from linecs.intake import open_body, parse_event
from linecs.model.webhook import (
    AccountLinkEvent,
    ActivatedEvent,
    AudioContent,
    BeaconEvent,
    BotResumedEvent,
    BotSuspendedEvent,
    DeactivatedEvent,
    DeliveryEvent,
    FileContent,
    FollowEvent,
    ImageContent,
    JoinEvent,
    LeaveEvent,
    LocationContent,
    MemberJoinedEvent,
    MemberLeftEvent,
    MembershipEvent,
    MessageEditedEvent,
    MessageEvent,
    ModuleEvent,
    PostbackEvent,
    StickerContent,
    TextContent,
    UnfollowEvent,
    UnsendEvent,
    VideoContent,
    VideoPlayCompleteEvent,
)

if TYPE_CHECKING:
    from linecs.model.webhook import WebhookEvent

CLASSES = {
    "messageEdited": MessageEditedEvent,
    "unsend": UnsendEvent,
    "follow": FollowEvent,
    "unfollow": UnfollowEvent,
    "join": JoinEvent,
    "leave": LeaveEvent,
    "memberJoined": MemberJoinedEvent,
    "memberLeft": MemberLeftEvent,
    "postback": PostbackEvent,
    "videoPlayComplete": VideoPlayCompleteEvent,
    "beacon": BeaconEvent,
    "accountLink": AccountLinkEvent,
    "membership": MembershipEvent,
    "delivery": DeliveryEvent,
    "module": ModuleEvent,
    "activated": ActivatedEvent,
    "deactivated": DeactivatedEvent,
    "botSuspended": BotSuspendedEvent,
    "botResumed": BotResumedEvent,
}
CONTENTS = {
    "text": TextContent,
    "image": ImageContent,
    "video": VideoContent,
    "audio": AudioContent,
    "file": FileContent,
    "location": LocationContent,
    "sticker": StickerContent,
}
# What LINE may leave out, by the member that holds it.
OPTIONAL = {
    "message": [
        "quotedMessageId",
        "markAsReadToken",
        "emojis",
        "mention",
        "imageSet",
        "duration",
        "title",
        "address",
        "keywords",
    ],
    "postback": ["params"],
    "beacon": ["dm"],
}


def typed(event: object) -> WebhookEvent:
    """Return an event's typed value, by way of a signed body."""
    body = write_body(event)
    (stored,) = open_body(body, sign(body), channels=CHANNELS, now=NOW).events
    return parse_event(stored)


@pytest.mark.parametrize("name", EVENTS)
def test_every_documented_event_has_its_class(name: str) -> None:
    """No documented kind is unrecognised."""
    value = typed(EVENTS[name])
    if EVENTS[name]["type"] == "message":
        assert isinstance(value, MessageEvent)
        assert type(value.message) is CONTENTS[EVENTS[name]["message"]["type"]]
    else:
        assert type(value) is CLASSES[EVENTS[name]["type"]]


@pytest.mark.parametrize("name", EVENTS)
def test_nothing_documented_is_lost(name: str) -> None:
    """Written back in LINE's names, the typed value is the event LINE sent."""
    assert as_line_wrote(typed(EVENTS[name])) == EVENTS[name]


@st.composite
def well_formed_events(draw: st.DrawFn) -> dict[str, Any]:
    """A documented event with other texts, redelivered or not, and without optional members."""
    event = json.loads(json.dumps(EVENTS[draw(st.sampled_from(sorted(EVENTS)))]))
    event["deliveryContext"]["isRedelivery"] = draw(st.booleans())
    event["timestamp"] = draw(st.integers(1, 253_402_300_799_999))
    event["aNewMember"] = draw(st.none() | st.integers() | st.text())
    for name, optional in OPTIONAL.items():
        for each in draw(st.sets(st.sampled_from(optional))):
            event.get(name, {}).pop(each, None)
    texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
    for holder, name in (("message", "text"), ("postback", "data"), ("message", "fileName")):
        if name in event.get(holder, {}):
            event[holder][name] = draw(texts)
    return event


@settings(max_examples=300)
@given(event=well_formed_events(), escaped=st.booleans())
def test_we_agree_with_the_sdk(*, event: dict[str, Any], escaped: bool) -> None:
    """Of a well-formed event, our typed value says the same as line-bot-sdk's model."""
    body = json.dumps({**json.loads(write_body()), "events": [event]}, ensure_ascii=escaped)
    (theirs,) = WebhookParser(SECRET).parse(body, sign(body.encode()))
    (stored,) = open_body(body.encode(), sign(body.encode()), channels=CHANNELS, now=NOW).events
    assert as_line_wrote(parse_event(stored)) == json.loads(json.dumps(theirs.to_dict()))
