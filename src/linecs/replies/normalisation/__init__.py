"""Japanese text made comparable, in named steps that can be switched off and explained."""

from __future__ import annotations

from linecs.replies.normalisation.normaliser import Applied, Normalised, Normaliser
from linecs.replies.normalisation.sound import sound_text
from linecs.replies.normalisation.steps import ALL_STEPS, DEFAULT_STEPS, Step

__all__ = [
    "ALL_STEPS",
    "DEFAULT_STEPS",
    "Applied",
    "Normalised",
    "Normaliser",
    "Step",
    "sound_text",
]
