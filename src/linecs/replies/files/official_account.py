"""Keyword lists as shops keep them for LINE Official Account Manager's 応答メッセージ.

LINE's manager has no export; shops keep such lists in a spreadsheet. Its rules are: a keyword
matches the whole message, width and case aside, and a message without keywords answers whatever
is sent, one of them at random where there are several.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linecs.errors import LinecsError
from linecs.replies.files.documents import JAPAN
from linecs.replies.files.problems import FileError, problem, refusal
from linecs.replies.files.table import read_table
from linecs.replies.files.times import parse_moment
from linecs.replies.keyword import KeywordRule
from linecs.replies.wording import Language

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from linecs.model.message import MessageObject
    from linecs.replies.files.problems import Problem
    from linecs.replies.files.table import Row, Table

__all__ = ["read_official_account_list"]

_TITLE = re.compile(r"(?:管理用)?タイトル|名前|id|title|name", re.IGNORECASE)
_KEYWORDS = re.compile(r"キーワード|応答キーワード|keywords?", re.IGNORECASE)
_REPLY = re.compile(
    r"(?:(?:応答|返信)?(?:メッセージ|文|内容|テキスト)|応答|返信|本文|message|reply|text)\s*[0-9０-９]?",
    re.IGNORECASE,
)
_STATUS = re.compile(r"ステータス|状態|利用|オン/?オフ|status", re.IGNORECASE)
_START = re.compile(r"開始(?:日時?)?|from", re.IGNORECASE)
_END = re.compile(r"終了(?:日時?)?|until", re.IGNORECASE)
_OFF = re.compile(r"オフ|off|停止|無効|false|0|[×✕]", re.IGNORECASE)
_BETWEEN = re.compile(r"[\n|｜、，,]+")


def read_official_account_list(
    data: bytes,
    *,
    name: str,
    language: Language | str = Language.JAPANESE,
    zone: tzinfo = JAPAN,
) -> tuple[KeywordRule, ...]:
    """Return the rules of a keyword list: `タイトル,キーワード,メッセージ1,メッセージ2,...`.

    Keywords in a cell are separated by line feeds, bars or commas. Rows that are switched off
    (`ステータス`) are left out, those without keywords become one rule that always answers; where
    there are several of these, each one's bubbles become one text.

    Args:
        data: The CSV file, in UTF-8, UTF-16 with a mark, or cp932 as Excel writes it.
        name: The file's name, as errors say it.
        language: What errors speak.
        zone: Of dates (`開始日`, `終了日`).

    Raises:
        FileError: There are no columns for keywords and messages, or a row cannot be used.
    """
    table = read_table(data, name=name, language=language)
    problems = list(_missing_columns(table))
    if problems:
        raise FileError(name, problems, language)
    rules: dict[str, KeywordRule] = {}
    always: list[list[str]] = []
    for row in table.rows:
        if _OFF.fullmatch(_cell(row, _STATUS)):
            continue
        if not _cell(row, _KEYWORDS):
            always += filter(None, [_replies(row)])
            continue
        try:
            rule = _rule(row, rules, zone)
        except LinecsError as error:
            problems.append(refusal(error, line=row.line, column=1))
        except ValueError as error:
            problems.append(
                problem(
                    "not_time", line=row.line, column=1, name="開始日・終了日", found=str(error)
                )
            )
        else:
            rules[rule.id] = rule
    if problems:
        raise FileError(name, problems, language)
    if always:
        id_ = _unused("always", rules)
        rules[id_] = _always(id_, always)
    return tuple(rules.values())


def _missing_columns(table: Table) -> Iterator[Problem]:
    for wanted, known in (("キーワード", _KEYWORDS), ("メッセージ1", _REPLY)):
        if not any(known.fullmatch(column) for column in table.columns):
            yield problem("missing_column", line=1, column=1, name=wanted)


def _rule(row: Row, rules: dict[str, KeywordRule], zone: tzinfo) -> KeywordRule:
    keywords = [part.strip() for part in _BETWEEN.split(_cell(row, _KEYWORDS)) if part.strip()]
    start, end = _cell(row, _START), _cell(row, _END)
    return KeywordRule(
        id=_unused(_cell(row, _TITLE) or keywords[0], rules),
        exact=tuple(dict.fromkeys(keywords)),
        messages=_text_messages(_replies(row)),
        valid_from=parse_moment(start, zone) if start else None,
        valid_until=parse_moment(end, zone, ends=True) if end else None,
    )


def _always(id_: str, replies: list[list[str]]) -> KeywordRule:
    if len(replies) == 1:
        return KeywordRule(id=id_, always=True, messages=_text_messages(replies[0]))
    return KeywordRule(id=id_, always=True, texts=tuple(map("\n".join, replies)))


def _text_messages(replies: list[str]) -> tuple[MessageObject, ...]:
    return tuple({"type": "text", "text": reply} for reply in replies)


def _replies(row: Row) -> list[str]:
    return [
        cell.replace("{Nickname}", "{{ customer.name | お客様 }}")
        for column, cell in row.cells.items()
        if _REPLY.fullmatch(column)
    ]


def _cell(row: Row, columns: re.Pattern[str]) -> str:
    cells = (cell for column, cell in row.cells.items() if columns.fullmatch(column))
    return next(cells, "").strip()


def _unused(id_: str, rules: dict[str, KeywordRule]) -> str:
    numbered = (f"{id_}-{number}" for number in range(2, len(rules) + 3))
    return id_ if id_ not in rules else next(one for one in numbered if one not in rules)
