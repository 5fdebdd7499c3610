"""Why a login did not come to its end, decided from what came back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linecs.idlink.login_values import LoginRefusal, LoginRefused
from linecs.idlink.secret import hash_secret, is_same_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linecs.idlink.errors import LineLoginError
    from linecs.model.link import LoginAttempt

__all__ = ["reason_of", "refusal_before_calling", "refused"]

_BAD_REQUEST = 400
_ERROR_CODE = re.compile("[A-Za-z_]{0,64}")
_ERRORS = {
    "ACCESS_DENIED": LoginRefusal.DECLINED,
    "LOGIN_REQUIRED": LoginRefusal.LOGIN_REQUIRED,
    "INTERACTION_REQUIRED": LoginRefusal.LOGIN_REQUIRED,
    "INVALID_REQUEST": LoginRefusal.MISCONFIGURED,
    "INVALID_SCOPE": LoginRefusal.MISCONFIGURED,
    "UNSUPPORTED_RESPONSE_TYPE": LoginRefusal.MISCONFIGURED,
}
_FINAL = frozenset({LoginRefusal.DECLINED, LoginRefusal.MISCONFIGURED})


def refusal_before_calling(
    query: Mapping[str, str], attempt: LoginAttempt | None, now: int
) -> LoginRefusal | None:
    """Return why a callback is refused before LINE is asked anything; None to go on."""
    if attempt is None:
        return LoginRefusal.NO_ATTEMPT
    if not is_same_secret(hash_secret(query.get("state", "")), attempt.state_hash):
        return LoginRefusal.STATE_MISMATCH
    if now >= attempt.expires_at:
        return LoginRefusal.EXPIRED
    if "error" in query:
        return _ERRORS.get(query["error"], LoginRefusal.LINE_FAILED)
    return None if query.get("code") else LoginRefusal.LINE_FAILED


def reason_of(error: LineLoginError) -> LoginRefusal:
    """Return why LINE's answer to the code refuses the login."""
    if error.status == _BAD_REQUEST and error.code == "invalid_grant":
        return LoginRefusal.CODE_REFUSED
    if error.code == "invalid_client":
        return LoginRefusal.MISCONFIGURED
    return LoginRefusal.LINE_FAILED


def refused(
    reason: LoginRefusal,
    attempt: LoginAttempt | None,
    query: Mapping[str, str],
    error: LineLoginError | None = None,
) -> LoginRefused:
    """Return the refusal as the host sees it.

    Args:
        reason: Why.
        attempt: The browser's attempt; None where it has none.
        query: The callback's parameters.
        error: LINE's refusal of a call, where that is the reason.
    """
    told = query.get("error", "") if error is None else error.code
    return LoginRefused(
        reason=reason,
        error=told if _ERROR_CODE.fullmatch(told) else "",
        may_retry=reason not in _FINAL and (attempt is None or attempt.auto_login),
        return_to=attempt.return_to if attempt else "/",
        request_id=error.request_id if error else "",
    )
