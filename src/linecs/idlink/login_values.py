"""What a LINE Login starts with, and how it can end."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from linecs.model.ids import LineUserId, MemberId, ProviderId
from linecs.model.link import LoginAttempt, LoginFlow

__all__ = ["BotPrompt", "LoginProof", "LoginRefusal", "LoginRefused", "StartedLogin"]


class BotPrompt(StrEnum):
    """How LINE offers the account on the way (LINE's `bot_prompt`)."""

    NORMAL = "normal"
    """On the consent screen."""
    AGGRESSIVE = "aggressive"
    """On a screen of its own after it."""


class LoginRefusal(StrEnum):
    """Why a login did not come to its end."""

    NO_ATTEMPT = "no_attempt"
    """This browser started none, or it was used already."""
    EXPIRED = "expired"
    STATE_MISMATCH = "state_mismatch"
    """Somebody else's callback, or LINE's auto login failed; the two look alike."""
    DECLINED = "declined"
    """The customer said no (`ACCESS_DENIED`)."""
    LOGIN_REQUIRED = "login_required"
    """Nobody could be asked (`LOGIN_REQUIRED`, `INTERACTION_REQUIRED`)."""
    MISCONFIGURED = "misconfigured"
    """LINE does not take the request (`INVALID_REQUEST`, `INVALID_SCOPE`,
    `UNSUPPORTED_RESPONSE_TYPE`); look at the channel's settings."""
    LINE_FAILED = "line_failed"
    """`SERVER_ERROR`, no answer, or an answer that is not as LINE describes it."""
    CODE_REFUSED = "code_refused"
    """The authorization code was used, too old, or not for us."""
    IDENTITY_REFUSED = "identity_refused"
    """The id token does not hold."""


@frozen(kw_only=True)
class StartedLogin:
    """A browser about to leave for LINE.

    Attributes:
        url: Redirect the browser there.
        browser_key: Set it as a cookie whose name starts with `__Host-`: HttpOnly, Secure,
            SameSite=Lax, for the attempt's life.
        attempt: Keep it on the server before redirecting.
    """

    url: str = field(repr=False)
    browser_key: str = field(repr=False)
    attempt: LoginAttempt


@frozen(kw_only=True)
class LoginProof:
    """Somebody proved to be this LINE user, just now.

    Keep it in the server-side session only; it is as good as the customer's presence.

    Attributes:
        flow: What the login was for; it serves nothing else.
        member_id: The member it was started for; None in other flows.
        return_to: A path on the shop's own site.
        at: Epoch ms UTC.
        is_friend: Whether the account is their friend and not blocked; None if not known.
        friendship_changed: Whether that changed on the way; None where LINE did not ask.
        sealed_tokens: The tokens, where the shop keeps them.
        deauthorized: Whether the app's rights were taken back with this login.
    """

    flow: LoginFlow
    provider_id: ProviderId
    line_user_id: LineUserId
    member_id: MemberId | None
    return_to: str
    at: int
    display_name: str = field(default="", repr=False)
    picture_url: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    methods: tuple[str, ...] = ()
    is_friend: bool | None = None
    friendship_changed: bool | None = None
    sealed_tokens: str | None = field(default=None, repr=False)
    tokens_until: int = 0
    deauthorized: bool = False


@frozen(kw_only=True)
class LoginRefused:
    """A login that did not come to its end.

    Attributes:
        error: LINE's error code; empty where it gave none.
        may_retry: Whether `LineLogin.retry` may help. Not after it was tried without auto
            login already: LINE warns of the loop.
        request_id: LINE's id of the call that failed; empty for none.
    """

    reason: LoginRefusal
    error: str = ""
    may_retry: bool = False
    return_to: str = "/"
    request_id: str = ""
