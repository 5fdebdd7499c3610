from __future__ import annotations

import json

import pytest
from attrs import evolve

from intake.documented_events import (
    CHANNEL,
    CHANNELS,
    DESTINATION,
    EVENTS,
    NOW,
    SECRET,
    sign,
    write_body,
)
from linecs.errors import DestinationError, PayloadError, SignatureError
from linecs.intake import open_body

VERIFY = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'


def test_lines_own_signature_is_accepted() -> None:
    """The signature LINE's algorithm gives for the console's Verify body opens it, empty."""
    intake = open_body(
        VERIFY, "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=", channels=CHANNELS, now=NOW
    )
    assert (intake.channel, intake.events) == (CHANNEL, ())


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLt=",
        "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs",
        " GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs=",
        "Ｇ" * 44,
        "\ud800",
        "\udcff\x00",
        "A" * 100_000,
    ],
)
def test_any_other_header_is_refused(signature: str | None) -> None:
    """A missing, wrong, cut, padded, non-ASCII or overlong header is a bad signature."""
    with pytest.raises(SignatureError):
        open_body(VERIFY, signature, channels=CHANNELS, now=NOW)


def test_the_error_tells_neither_signature_nor_content() -> None:
    """What was sent does not come back in the message."""
    body = write_body(EVENTS["text"])
    with pytest.raises(SignatureError) as refused:
        open_body(body, sign(body, "another secret"), channels=CHANNELS, now=NOW)
    told = str(refused.value)
    assert sign(body, "another secret") not in told
    assert "こんにちは" not in told


def test_each_of_several_secrets_opens() -> None:
    """While a secret is being replaced, the old and the new one are both good."""
    channel = evolve(CHANNEL, secrets=("new secret", SECRET))
    for secret in channel.secrets:
        signature = sign(VERIFY, secret)
        intake = open_body(VERIFY, signature, channels={DESTINATION: channel}, now=NOW)
        assert intake.channel is channel


def test_a_body_written_anew_is_refused() -> None:
    """The bytes are signed, not their meaning: an escaped emoji written out breaks it."""
    body = json.dumps({"destination": DESTINATION, "events": [EVENTS["text"]]}).encode()
    rewritten = json.dumps(json.loads(body), ensure_ascii=False).encode()
    with pytest.raises(SignatureError):
        open_body(rewritten, sign(body), channels=CHANNELS, now=NOW)


def test_destination_picks_the_secret() -> None:
    """One channel's secret does not open another channel's body."""
    other = evolve(CHANNEL, id="other", bot_user_id="U" + "1" * 32, secrets="other secret")
    channels = {**CHANNELS, other.bot_user_id: other}
    assert open_body(VERIFY, sign(VERIFY), channels=channels, now=NOW).channel is CHANNEL
    with pytest.raises(SignatureError):
        open_body(VERIFY, sign(VERIFY, "other secret"), channels=channels, now=NOW)


def test_an_unknown_destination_is_refused() -> None:
    """A body for a channel we do not serve says so, also when well signed."""
    body = VERIFY.replace(b"U8e7", b"U000")
    with pytest.raises(DestinationError):
        open_body(body, sign(body), channels=CHANNELS, now=NOW)


@pytest.mark.parametrize(
    "destination", [b"5", b"null", b"[]", b'""', b'"U\\u0038"', '"Ｕ"'.encode(), b'"\xff"']
)
def test_a_strange_destination_is_refused(destination: bytes) -> None:
    """A destination that is no plain string names no channel."""
    body = b'{"destination":' + destination + b',"events":[]}'
    with pytest.raises((DestinationError, PayloadError)):
        open_body(body, sign(body), channels=CHANNELS, now=NOW)


def test_a_second_destination_cannot_borrow_a_signature() -> None:
    """A body that names two destinations belongs to neither's neighbour.

    JSON's last member counts, so a body signed by one channel cannot pose as another's.
    """
    other = evolve(CHANNEL, id="other", bot_user_id="U" + "1" * 32, secrets="other secret")
    channels = {**CHANNELS, other.bot_user_id: other}
    body = VERIFY[:-1] + b',"destination":"' + other.bot_user_id.encode() + b'"}'
    with pytest.raises(DestinationError):
        open_body(body, sign(body), channels=channels, now=NOW)


def test_size_is_checked_before_all_else() -> None:
    """A body over the cap is refused even unsigned; one at the cap is read."""
    assert (
        open_body(VERIFY, sign(VERIFY), channels=CHANNELS, now=NOW, max_bytes=len(VERIFY)).events
        == ()
    )
    with pytest.raises(PayloadError, match=str(len(VERIFY))):
        open_body(VERIFY, None, channels=CHANNELS, now=NOW, max_bytes=len(VERIFY) - 1)
