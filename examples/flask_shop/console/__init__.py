"""The operators' console: a Flask blueprint that a shop can lift out whole.

It knows the desk, who is logged in, and nothing else of the shop.
"""

from __future__ import annotations

from console.blueprint import create_console

__all__ = ["create_console"]
