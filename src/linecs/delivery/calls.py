"""Authorised calls to LINE: the token found, and renewed once where LINE does not take it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from linecs.delivery.account import LineApiError
from linecs.delivery.tokens import AccessTokenError, checked
from linecs.delivery.wire import Deadline, NoAnswerError, exchange, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from urllib3 import PoolManager

    from linecs.delivery.wire import Answer, Incoming
    from linecs.model import AccessTokenSource

__all__ = ["AuthorisedCalls", "api_error", "parsed"]


class AuthorisedCalls:
    """Calls in one channel's name. Safe between threads and across forks.

    Args:
        source: The channel's access tokens.
        pool: Returns this process's connections.
        headers: Sent with every call.
        timeout: How long a call may take, a renewed token's repetition included, in seconds.
    """

    def __init__(
        self,
        source: AccessTokenSource,
        *,
        pool: Callable[[], PoolManager],
        headers: Mapping[str, str],
        timeout: float,
    ) -> None:
        self._source = source
        self._pool = pool
        self._headers = headers
        self._timeout = timeout

    def answer(
        self,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Make a call and return LINE's answer, whatever its status.

        Raises:
            NoAnswerError: None came in time.
            AccessTokenError: There is no token to call with.
        """
        deadline = None
        for authorisation in self.authorisations():
            # Having a first token issued has a time limit of its own.
            deadline = deadline or Deadline(self._timeout)
            answer = exchange(
                self._pool(),
                method,
                url,
                headers={**self._headers, **(headers or {}), **authorisation},
                body=body,
                deadline=deadline,
            )
            if answer.status != HTTPStatus.UNAUTHORIZED or deadline.left <= 0:
                break
        return answer

    def told(
        self,
        operation: str,
        method: str,
        url: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Do as `answer` does.

        Raises:
            LineApiError: No answer came.
        """
        try:
            return self.answer(method, url, body=body, headers=headers)
        except (NoAnswerError, AccessTokenError) as error:
            raise _unanswered(operation, error) from error

    def content(
        self, operation: str, method: str, url: str, value: object = None
    ) -> dict[str, Any]:
        """Make a call with a JSON value and return the JSON object LINE answers.

        Raises:
            LineApiError: Any other answer, or none.
        """
        body = None if value is None else json.dumps(value).encode()
        headers = {} if value is None else {"Content-Type": "application/json"}
        answer = self.told(operation, method, url, body=body, headers=headers)
        content = parsed(answer.body)
        if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES or content is None:
            raise api_error(operation, answer.status, answer.headers, answer.body)
        return content

    @contextmanager
    def stream(
        self, operation: str, method: str, url: str, *, seconds: float
    ) -> Iterator[Incoming]:
        """Make a call and give its answer to be read, all within so many seconds.

        Raises:
            LineApiError: No answer came, no token is taken, or reading ended early.
        """
        deadline = Deadline(seconds)
        try:
            for authorisation in self.authorisations():
                headers = {**self._headers, **authorisation}
                with opened(
                    self._pool(), method, url, headers=headers, deadline=deadline
                ) as incoming:
                    if incoming.status != HTTPStatus.UNAUTHORIZED:
                        yield incoming
                        return
        except (NoAnswerError, AccessTokenError) as error:
            raise _unanswered(operation, error) from error
        raise LineApiError(operation, status=HTTPStatus.UNAUTHORIZED)

    def authorisations(self) -> Iterator[Mapping[str, str]]:
        """Yield the `Authorization` header, and once more, renewed, where there is another.

        Raises:
            AccessTokenError: There is no token.
        """
        token = self._checked(self._source.token)
        yield {"Authorization": f"Bearer {token}"}
        fresh = self._checked(self._source.token)
        if fresh == token:
            fresh = self._checked(self._source.renew)
        if fresh != token:
            yield {"Authorization": f"Bearer {fresh}"}

    @staticmethod
    def _checked(provide: Callable[[], str]) -> str:
        try:
            return checked(provide())
        except AccessTokenError:
            raise
        except Exception as error:
            problem = f"the channel's source raised {type(error).__name__}"
            raise AccessTokenError(problem, transient=False) from error


def _unanswered(operation: str, error: NoAnswerError | AccessTokenError) -> LineApiError:
    transient = error.transient if isinstance(error, AccessTokenError) else True
    return LineApiError(operation, explanation=str(error), transient=transient)


def parsed(body: bytes) -> dict[str, Any] | None:
    """Return a JSON object, an empty one for an empty body, or None for anything else."""
    if not body.strip():
        return {}
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def api_error(
    operation: str, status: int, headers: Mapping[str, str], body: bytes = b""
) -> LineApiError:
    """Return the error that tells of an answer."""
    message = (parsed(body) or {}).get("message")
    return LineApiError(
        operation,
        status=status,
        explanation=message if isinstance(message, str) else "",
        request_id=headers.get("x-line-request-id", ""),
        transient=status == HTTPStatus.TOO_MANY_REQUESTS
        or status >= HTTPStatus.INTERNAL_SERVER_ERROR,
    )
