"""Sends the forms of a page as a browser does: with every hidden value it holds."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.test import Client

__all__ = ["opened", "send"]


def opened(browser: Client, address: str) -> str:
    """Return a page that can be seen."""
    answer = browser.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def send(browser: Client, page: str, to: str, /, *, at: str = "", **typed: Any) -> Any:
    """Send the form of a page that goes to an address ending in `to`, filled in.

    Args:
        browser: Whose.
        page: As it was opened.
        to: How the address ends; empty for the page's own.
        at: The page's address, where the form has none.
        typed: What is typed into the fields.
    """
    forms = re.findall(r'<form[^>]*?(?:action="([^"]*)"[^>]*)?>(.*?)</form>', page, re.DOTALL)
    fits = [each for each in forms if each[0].endswith(to) and bool(each[0]) == bool(to)]
    address, fields = next(each for each in fits if _hidden(each[1]))
    return browser.post(address or at, {**_hidden(fields), **typed})


def _hidden(form: str) -> dict[str, str]:
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in inputs}
