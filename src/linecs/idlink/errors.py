"""What can go wrong with a link, said without a token, a nonce or an id in it."""

from __future__ import annotations

from linecs.errors import LinecsError

__all__ = [
    "CodeError",
    "IdTokenError",
    "InvitationError",
    "LineLoginError",
    "LinkBusyError",
    "LinkError",
    "ProofError",
]


class LinkError(LinecsError):
    """A link could not be made or ended."""


class LinkBusyError(LinkError):
    """Others changed the same link at the same time, again and again; try again later."""


class InvitationError(LinkError):
    """The link token is unknown or its ten minutes are over; send a new invitation."""


class CodeError(LinkError):
    """The code for linking in a store is unknown, used or too old; staff can give another."""


class ProofError(LinkError):
    """The proof is for another flow or another member than it is used for."""


class IdTokenError(LinkError):
    """An id token is not what it should be.

    Attributes:
        reason: Which check failed, such as `signature`, `aud`, `exp` or `nonce`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The id token was refused: {reason}. Have the customer log in with LINE again."
        )
        self.reason = reason


class LineLoginError(LinkError):
    """LINE Login refused a call, or did not answer as its reference says.

    Attributes:
        operation: Which call, such as `token`.
        status: LINE's HTTP status; 0 for no answer.
        code: LINE's `error`, such as `invalid_grant`; empty where it gave none.
        request_id: LINE's `x-line-request-id`; empty where it gave none.
    """

    def __init__(
        self, operation: str, *, status: int = 0, code: str = "", request_id: str = ""
    ) -> None:
        answer = f"HTTP {status} {code}".strip() if status else "no answer"
        super().__init__(f"LINE Login, {operation}: {answer}. Have the customer log in again.")
        self.operation = operation
        self.status = status
        self.code = code
        self.request_id = request_id
