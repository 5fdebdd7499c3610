"""Where the desk logs: ids and states only, never content."""

from __future__ import annotations

import logging

__all__ = ["log"]

log = logging.getLogger("linecs")
