"""Finding the host's desk by an import path, since rules and hooks are the host's code."""

from __future__ import annotations

import importlib
import inspect
import os
import sys

from linecs.desk import SupportDesk
from linecs.errors import ConfigurationError

__all__ = ["load_desk"]


def load_desk(path: str) -> SupportDesk:
    """Return the desk that `module:attribute` names; a function there is called for it.

    Raises:
        ConfigurationError: There is no such module or attribute, or it is no desk.
    """
    module_name, _, attribute = path.partition(":")
    if not module_name or not attribute:
        msg = f"{path!r} is no import path; write it as package.module:desk."
        raise ConfigurationError(msg)
    # As `python -m` does: the host's own code stands in the current folder.
    if os.getcwd() not in sys.path:  # noqa: PTH109 - sys.path holds strings
        sys.path.insert(0, os.getcwd())  # noqa: PTH109
    found = _look_up(module_name, attribute)
    # A web application can be called as well, but not without a request.
    desk = found() if inspect.isroutine(found) else found
    if not isinstance(desk, SupportDesk):
        msg = f"{path} is a {type(desk).__name__}, not a SupportDesk. Name the desk itself."
        raise ConfigurationError(msg)
    return desk


def _look_up(module_name: str, attribute: str) -> object:
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name and module_name.startswith(error.name):
            msg = f"No module named {module_name}; run this where `import {module_name}` works."
            raise ConfigurationError(msg) from error
        raise
    try:
        return getattr(module, attribute)
    except AttributeError as error:
        msg = f"{module_name} has no {attribute}."
        raise ConfigurationError(msg) from error
