"""Turns a recorded desk's log into a test that may be shared: `linecs anonymise`.

Ids are mapped the same way wherever they stand. Of what people wrote, only words stay that
the shop's own rules and FAQ hold, or a list of common ones; every other word becomes
pseudo-text of the same length and script, the same for the same word. Digits become other
digits, places one place, and the log holds no media.
"""

from __future__ import annotations

from linecs.testing.anonymising.logs import anonymise
from linecs.testing.anonymising.pseudonyms import Pseudonyms
from linecs.testing.anonymising.texts import TextAnonymiser
from linecs.testing.anonymising.vocabulary import Vocabulary, phrases_in

__all__ = ["Pseudonyms", "TextAnonymiser", "Vocabulary", "anonymise", "phrases_in"]
