"""The `linecs` command; works from the bare install."""

from __future__ import annotations

from linecs.cli.main import main

__all__ = ["main"]
