"""From signed bytes to webhook events: verify, split, and give each event its type."""

from __future__ import annotations

from linecs.intake.opening import MAX_BODY_BYTES, Intake, open_body
from linecs.intake.parsing import parse_event

__all__ = ["MAX_BODY_BYTES", "Intake", "open_body", "parse_event"]
