"""`linecs rules`: check keyword rules and FAQ entries, and turn lists of others into rules."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from attrs import frozen

from linecs.cli.answers import load_faq, load_rules, read_file
from linecs.errors import ConfigurationError
from linecs.replies.files import (
    FileError,
    decode,
    is_yaml,
    read_official_account_list,
    write_rules_csv,
    write_rules_yaml,
)
from linecs.replies.lint import Finding, Severity, lint_faq, lint_rules

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Mapping, Sequence

    from linecs.replies.lint import IsThere

__all__ = ["register", "run"]

_WORDS = {
    "ja": {"error": "エラー", "warning": "注意", "none": "問題は見つかりませんでした。"},
    "en": {"error": "error", "warning": "warning", "none": "Nothing to mend."},
}
_TOTALS = {
    "ja": "エラー {errors} 件、注意 {warnings} 件",
    "en": "{errors} errors, {warnings} warnings",
}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `linecs`."""
    parser = subparsers.add_parser(
        "rules", help="キーワード応答とFAQを点検する / check keyword rules and FAQ entries"
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _register_lint(actions)
    _register_import(actions)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; return 1 where `lint` found an error."""
    if arguments.action == "import":
        return _import(arguments)
    try:
        return _lint(arguments)
    except FileError as error:
        print(error)
        return 1


def _register_lint(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    lint = actions.add_parser(
        "lint",
        help="間違いを探す / find mistakes",
        description=(
            "応答しないルール、重なり、広すぎるキーワード、長すぎる文、ない画像を探します。"
            "エラーがあれば終了コードは1です。"
        ),
    )
    lint.add_argument("rules", nargs="?", type=Path, metavar="RULES", help="YAML か CSV")
    lint.add_argument("--faq", type=Path, metavar="FAQ", help="FAQ の YAML か CSV")
    lint.add_argument(
        "--messages", type=Path, metavar="FILE", help="過去の問い合わせ、1行に1件 / past inquiries"
    )
    lint.add_argument(
        "--images",
        action="append",
        default=[],
        metavar="URL=FOLDER",
        help="URL の画像があるフォルダー / the folder that is served at a URL",
    )
    lint.add_argument("--lang", choices=("ja", "en"), default="ja")
    lint.add_argument("--json", action="store_true", help="機械向けの出力 / for programs")


def _register_import(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    importer = actions.add_parser(
        "import",
        help="LINE公式アカウントのキーワード一覧(CSV)をルールにする / rules from a keyword list",
        description="列: タイトル,キーワード,ステータス,メッセージ1,メッセージ2,…,開始日,終了日",
    )
    importer.add_argument("list", type=Path, metavar="CSV")
    importer.add_argument("--to", type=Path, metavar="FILE", help="rules.yaml か rules.csv")
    importer.add_argument("--lang", choices=("ja", "en"), default="ja")


def _lint(arguments: argparse.Namespace) -> int:
    if arguments.rules is None and arguments.faq is None:
        raise ConfigurationError("name a rules file, or an FAQ with --faq.")
    now, is_there = int(time.time() * 1_000), _picture_check(arguments.images)
    found: list[_Located] = []
    if arguments.rules is not None:
        rules = load_rules(arguments.rules, arguments.lang)
        findings = lint_rules(
            [one.value for one in rules],
            now=now,
            traffic=_past_inquiries(arguments.messages),
            is_there=is_there,
        )
        found += _located(arguments.rules, {one.value.id: one.line for one in rules}, findings)
    if arguments.faq is not None:
        entries = load_faq(arguments.faq, arguments.lang)
        findings = lint_faq([one.value for one in entries], now=now, is_there=is_there)
        found += _located(arguments.faq, {one.value.id: one.line for one in entries}, findings)
    (_print_json if arguments.json else _print)(found, arguments.lang)
    return int(any(one.finding.severity is Severity.ERROR for one in found))


@frozen
class _Located:
    file: Path
    line: int
    finding: Finding


def _located(file: Path, lines: Mapping[str, int], findings: Iterable[Finding]) -> list[_Located]:
    return [_Located(file, lines[finding.subject], finding) for finding in findings]


def _print(found: Sequence[_Located], language: str) -> None:
    words = _WORDS[language]
    for one in found:
        finding = one.finding
        place = f"{one.file}:{one.line}: {words[finding.severity]} [{finding.subject}]"
        print(f"{place} {finding.say(language)}")
    errors = sum(one.finding.severity is Severity.ERROR for one in found)
    totals = _TOTALS[language].format(errors=errors, warnings=len(found) - errors)
    print(totals if found else words["none"])


def _print_json(found: Sequence[_Located], language: str) -> None:
    rows = [
        {
            "file": str(one.file),
            "line": one.line,
            "id": one.finding.subject,
            "severity": one.finding.severity,
            "code": one.finding.code,
            "message": one.finding.say(language),
        }
        for one in found
    ]
    print(json.dumps(rows, ensure_ascii=False, indent=2))


def _past_inquiries(path: Path | None) -> list[str]:
    if path is None:
        return []
    lines = decode(read_file(path), name=path.name, language="ja").splitlines()
    return [line for line in lines if line.strip()]


def _picture_check(folders: Sequence[str]) -> IsThere | None:
    served: dict[str, Path] = {}
    for given in folders:
        url, _, folder = given.rpartition("=")
        if not url or not Path(folder).is_dir():
            raise ConfigurationError(f"--images {given}: write it as https://...=FOLDER.")
        served[url.rstrip("/") + "/"] = Path(folder)

    def is_there(picture: str) -> bool:
        for url, folder in served.items():
            if picture.startswith(url):
                name = unquote(urlsplit(picture.removeprefix(url)).path)
                return (folder / name).is_file()
        return True

    return is_there if served else None


def _import(arguments: argparse.Namespace) -> int:
    data, name = read_file(arguments.list), arguments.list.name
    rules = read_official_account_list(data, name=name, language=arguments.lang)
    if arguments.to is None:
        print(write_rules_yaml(rules), end="")
    elif is_yaml(arguments.to.name):
        arguments.to.write_text(write_rules_yaml(rules), encoding="utf-8")
    else:
        arguments.to.write_bytes(write_rules_csv(rules))
    return 0
