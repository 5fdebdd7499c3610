"""One person's data: exported, erased, looked for; and what is too old, removed."""

from __future__ import annotations

from linecs.desk.privacy.erasing import Erasure
from linecs.desk.privacy.room import PrivacyRoom
from linecs.desk.privacy.scanning import Remnant

__all__ = ["Erasure", "PrivacyRoom", "Remnant"]
