"""Is the desk well? What is wrong, in words a support lead can act on."""

from __future__ import annotations

from linecs.desk.health.examination import examine
from linecs.desk.health.finding import Finding, Severity

__all__ = ["Finding", "Severity", "examine"]
