"""`linecs anonymise`: a recorded desk's log, as a test that may be shared."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from linecs.cli.answers import load_faq, load_rules, read_file
from linecs.errors import ConfigurationError
from linecs.testing.anonymising import (
    Pseudonyms,
    TextAnonymiser,
    Vocabulary,
    anonymise,
    phrases_in,
)

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

__all__ = ["register", "run"]

_KEY_BYTES = 32


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and what it takes."""
    parser = subparsers.add_parser(
        "anonymise",
        help="記録を共有できるテストにする / turn a log into a shareable test",
        description=(
            "応答ルール・FAQ・一般的な語のほかは、文字の種類と長さが同じ別の文字に置きかえます。"
            "結果は標準出力に書きます。共有する前に目を通してください。"
        ),
    )
    parser.add_argument("log", type=Path, metavar="LOG", help="記録したファイル")
    parser.add_argument(
        "--rules", type=Path, action="append", default=[], help="応答ルール (YAML, CSV; 複数可)"
    )
    parser.add_argument(
        "--faq", type=Path, action="append", default=[], help="FAQ (YAML, CSV; 複数可)"
    )
    parser.add_argument("--words", type=Path, help="残してよい語 (1行に1語)")
    parser.add_argument("--language", choices=("ja", "en"), default="ja", help="エラーの言語")


def run(arguments: argparse.Namespace) -> int:
    """Write the anonymous log to standard output."""
    words = read_file(arguments.words).decode("utf-8").splitlines() if arguments.words else []
    vocabulary = Vocabulary.of(_phrases(arguments), words=words)
    texts = TextAnonymiser(vocabulary=vocabulary, pseudonyms=Pseudonyms(key=os.urandom(_KEY_BYTES)))
    try:
        with arguments.log.open(encoding="utf-8") as log:
            lines = list(anonymise(log, texts))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{arguments.log} cannot be read.") from error
    sys.stdout.writelines(lines)
    return 0


def _phrases(arguments: argparse.Namespace) -> Iterator[str]:
    for path in arguments.rules:
        for rule in load_rules(path, arguments.language):
            yield from phrases_in(rule)
    for path in arguments.faq:
        for entry in load_faq(path, arguments.language):
            yield from phrases_in(entry)
