"""How the figures of `linecs faq evaluate` are printed."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

from attrs import asdict

from linecs.replies.evaluation import bootstrap_interval, is_solved, wilson_interval
from linecs.replies.faq import Band

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linecs.replies.evaluation import Asked, Evaluation
    from linecs.replies.faq import Verdict


__all__ = ["CEILINGS", "FLOORS", "as_json", "as_table"]

FLOORS = (
    "hit_at_1",
    "hit_at_3",
    "mrr",
    "macro_hit_at_1",
    "macro_hit_at_3",
    "answered",
    "answered_precision",
    "solved",
    "macro_solved",
)
CEILINGS = ("out_of_scope_answered", "out_of_scope_offered", "latency_ms_p50", "latency_ms_p99")

_MEANINGS = {
    "hit_at_1": ("正しい項目が1位", "right entry first"),
    "hit_at_3": ("正しい項目が3位以内", "right entry among three"),
    "mrr": ("順位の逆数の平均", "mean of 1/rank"),
    "macro_hit_at_1": ("同 1位(項目ごとの平均)", "first, mean over entries"),
    "macro_hit_at_3": ("同 3位以内(項目ごとの平均)", "among three, mean over entries"),
    "answered": ("自動で答えた", "answered"),
    "offered": ("候補を出した", "offered choices"),
    "handed_off": ("人に渡した", "handed off"),
    "answered_precision": ("答えたうち正しい", "right among the answered"),
    "solved": ("解決(正答か候補に正解)", "answered right or right one offered"),
    "macro_solved": ("解決(項目ごとの平均)", "solved, mean over entries"),
    "out_of_scope_answered": ("対象外に答えた", "out of scope, answered"),
    "out_of_scope_offered": ("対象外に候補を出した", "out of scope, offered choices"),
    "latency_ms_p50": ("1件の時間(ミリ秒)中央値", "milliseconds a question, median"),
    "latency_ms_p99": ("1件の時間(ミリ秒)99%", "milliseconds a question, 99 %"),
}


def as_json(measured: Evaluation) -> str:
    """One JSON object: the figures, how they were got, and over how many questions."""
    inside = sum(1 for one in measured.asked if one.expected)
    return json.dumps(
        {
            **asdict(measured.figures),
            "embedder": measured.embedder,
            "cross_validated": measured.cross_validated,
            "in_scope": inside,
            "out_of_scope": len(measured.asked) - inside,
        }
    )


def as_table(measured: Evaluation, language: str) -> str:
    """A line a figure, with its 95 % interval where it has one."""
    intervals = _intervals(measured)
    inside = sum(1 for one in measured.asked if one.expected)
    how = "cross-validated" if measured.cross_validated else "shipped calibration"
    outside = len(measured.asked) - inside
    lines = [f"embedder: {measured.embedder} / {how} / in scope: {inside}, out of scope: {outside}"]
    for name, value in asdict(measured.figures).items():
        meaning = _MEANINGS[name][language == "en"]
        interval = intervals.get(name)
        shown = f"[{interval[0]:.3f}, {interval[1]:.3f}]" if interval else ""
        lines.append(f"{name:22} {value:8.3f}  {shown:16}  {meaning}")
    return "\n".join(lines)


def _intervals(measured: Evaluation) -> dict[str, tuple[float, float]]:
    """Wilson's for shares; for means, and means over entries, by drawing questions or entries."""
    inside = [
        (one, verdict)
        for one, verdict in zip(measured.asked, measured.verdicts, strict=True)
        if one.expected
    ]
    answered = sum(verdict.band is Band.ANSWER for _, verdict in inside)
    outside = len(measured.asked) - len(inside)
    counts = dict.fromkeys(
        ("hit_at_1", "hit_at_3", "answered", "offered", "handed_off", "solved"), len(inside)
    )
    counts |= {"answered_precision": answered}
    counts |= dict.fromkeys(("out_of_scope_answered", "out_of_scope_offered"), outside)
    shares = {
        name: wilson_interval(getattr(measured.figures, name), count)
        for name, count in counts.items()
    }
    means = {
        "mrr": [[1 / one.rank if one.rank else 0.0] for one, _ in inside],
        "macro_hit_at_1": _by_entry(inside, lambda one, _: one.rank == 1),
        "macro_hit_at_3": _by_entry(inside, lambda one, _: one.is_among_three),
        "macro_solved": _by_entry(inside, is_solved),
    }
    return shares | {name: bootstrap_interval(groups) for name, groups in means.items()}


def _by_entry(
    pairs: Sequence[tuple[Asked, Verdict]], value: Callable[[Asked, Verdict], float]
) -> list[list[float]]:
    groups: dict[str, list[float]] = defaultdict(list)
    for one, verdict in pairs:
        groups[one.expected].append(value(one, verdict))
    return list(groups.values())
