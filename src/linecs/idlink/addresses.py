"""Web addresses that may be linked to, and paths that may be returned to."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from linecs.errors import ConfigurationError

__all__ = ["checked_address", "safe_return_path", "with_query"]

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_LONGEST_PATH = 1000


def checked_address(name: str, url: str) -> str:
    """Return an address a customer may be sent to.

    Args:
        name: The setting, for the error.
        url: HTTPS, or HTTP on this machine for development.

    Raises:
        ConfigurationError: It is neither, or has a fragment or credentials in it.
    """
    parts = urlsplit(url)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not secure or not parts.hostname or parts.username or parts.fragment:
        msg = f"{name} must be an https address without credentials or a fragment."
        raise ConfigurationError(msg)
    return url


def with_query(url: str, **parameters: str) -> str:
    """Return the address with these parameters set, keeping the others it has."""
    parts = urlsplit(url)
    kept = list(parse_qsl(parts.query, keep_blank_values=True))
    query = [pair for pair in kept if pair[0] not in parameters]
    return urlunsplit(parts._replace(query=urlencode([*query, *parameters.items()])))


def safe_return_path(path: str | None, *, default: str = "/") -> str:
    r"""Return a path on the shop's own site, or the default where it could lead elsewhere.

    Browsers take `//evil`, `/\\evil` and paths with control characters or white space in
    them for other sites, so none of those passes; an address with a scheme or host never does.
    """
    if path is None or len(path) > _LONGEST_PATH or not path.startswith("/"):
        return default
    odd = any(character.isspace() or not character.isprintable() for character in path)
    if odd or "\\" in path or path.startswith("//"):
        return default
    return path
