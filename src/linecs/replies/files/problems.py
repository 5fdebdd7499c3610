"""What is wrong with a file, where, and what to do about it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from attrs import frozen

from linecs.errors import LinecsError
from linecs.replies.wording import Language, Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.replies.wording import Phrasebook

__all__ = ["PROBLEM_CODES", "FileError", "Problem", "hint", "problem", "refusal"]

_PHRASES: Phrasebook = {
    "not_yaml": (
        (
            "YAML として読めません。字下げ、コロンの後の空白、引用符の閉じ忘れを確認してください。"
            "{{{{ }}}} で始まる文は引用符で囲みます。"
        ),
        (
            "This is no YAML ({detail}). Check indentation, the space after a colon and open "
            "quotes; a text that starts with {{{{ }}}} needs quotes."
        ),
    ),
    "not_json": ("JSON として読めません。", "This is no JSON."),
    "empty": ("中身がありません。", "There is nothing in it."),
    "alias": (
        "YAML の別名(&名前、*名前)は使えません。同じ内容をもう一度書いてください。",
        "YAML aliases (&name, *name) cannot be used here. Write it out again.",
    ),
    "repeated_key": (
        "「{name}」が2回書かれています。どちらかを消してください。",
        "'{name}' is written twice. Remove one of them.",
    ),
    "encoding": (
        "文字コードが読めません。UTF-8 か Shift_JIS(Excel の CSV)で保存し直してください。",
        "The encoding cannot be read. Save it again as UTF-8 or Shift_JIS (Excel's CSV).",
    ),
    "missing_column": (
        "列「{name}」がありません。1行目に列名を書いてください。",
        "There is no column '{name}'. Write the column names in the first line.",
    ),
    "extra_cells": (
        "列名のない列に「{found}」が書かれています。値の中のカンマは引用符で囲んでください。",
        "There is '{found}' beyond the last column. Quote a value that has a comma in it.",
    ),
    "unclosed_quote": (
        "引用符が閉じていません。",
        "A quotation mark is not closed.",
    ),
    "missing": ("「{name}」を書いてください。", "'{name}' is missing; write it."),
    "unknown_field": (
        "「{name}」という項目はありません。{hint}",
        "There is no field '{name}'. {hint}",
    ),
    "not_text": ("「{name}」は文字で書いてください。", "'{name}' must be a text."),
    "not_list": (
        "「{name}」は一覧で書いてください: [返品, 交換]",
        "'{name}' must be a list: [返品, 交換]",
    ),
    "not_fields": (
        "「{name}」は「項目: 値」の形で書いてください。",
        "'{name}' must be written as 'field: value' lines.",
    ),
    "not_number": (
        "「{name}」は整数で書いてください。「{found}」は数として読めません。",
        "'{name}' must be a whole number; '{found}' is none.",
    ),
    "not_yes_no": (
        "「{name}」は true か false で書いてください(「{found}」になっています)。",
        "'{name}' must be true or false (it is '{found}').",
    ),
    "not_one_of": (
        "「{name}」は {allowed} のどれかです(「{found}」になっています)。",
        "'{name}' must be one of {allowed} (it is '{found}').",
    ),
    "not_time": (
        (
            "「{name}」の日時「{found}」が読めません。"
            "2026-12-31 か 2026-12-31 18:00 のように書いてください。"
        ),
        "'{name}' has no date that can be read: '{found}'. Write 2026-12-31 or 2026-12-31 18:00.",
    ),
    "not_duration": (
        "「{name}」の長さ「{found}」が読めません。30m、24h、7d のように書いてください。",
        "'{name}' has no duration that can be read: '{found}'. Write 30m, 24h or 7d.",
    ),
    "not_hours": (
        "「{name}」の時間「{found}」が読めません。10:00-13:00, 14:00-19:00 と書いてください。",
        "'{name}' has no hours that can be read: '{found}'. Write 10:00-13:00, 14:00-19:00.",
    ),
    "not_weekday": (
        "「{found}」は曜日として読めません。月、月-金、mon、mon-fri のように書いてください。",
        "'{found}' is no weekday. Write mon, mon-fri, 月 or 月-金.",
    ),
    "not_days": (
        (
            "「{name}」の日付「{found}」が読めません。"
            "2026-12-31、2026-08-10/2026-08-14、毎年なら 12-29/01-03 のように書いてください。"
        ),
        (
            "'{name}' has no date that can be read: '{found}'. "
            "Write 2026-12-31, 2026-08-10/2026-08-14 or, for every year, 12-29/01-03."
        ),
    ),
    "never_opens": (
        "開いている日がありません。少なくとも1日に時間を書いてください。",
        "This never opens. Give at least one day hours.",
    ),
    "warns_at_once": (
        "「{name}」が期限より長いので、受け取ったとたんに知らせることになります。短くしてください。",
        "'{name}' is as long as the deadline, so it would warn at once. Make it shorter.",
    ),
    "not_message": (
        "「{name}」は文字か、type のある LINE のメッセージで書いてください。",
        "'{name}' must be a text or a LINE message object with a type.",
    ),
    "long_label": (
        "「{name}」が長すぎます。ボタンに出せるのは20文字までです。",
        "'{name}' is too long; a button shows 20 characters.",
    ),
    "repeated_id": (
        "id「{name}」は {first} 行目でも使われています。別の id にしてください。",
        "The id '{name}' is already used in line {first}. Give this one another id.",
    ),
    "refused": ("使えません: {reason}", "{reason}"),
    "other": ("「{name}」の値が正しくありません: {detail}", "'{name}' cannot be used: {detail}"),
}


PROBLEM_CODES = frozenset(_PHRASES)
"""Every code that `problem` knows."""


@frozen(kw_only=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        line: Counted from 1; 0 where it concerns the whole file.
        column: Counted from 1 in characters; in a CSV the number of the cell.
        sentence: What is wrong and what to do.
    """

    line: int
    column: int
    sentence: Sentence

    def say(self, language: Language | str = Language.JAPANESE) -> str:
        """Return it with its place: `12行目 5列目: ...`."""
        said = self.sentence.say(language)
        if not self.line:
            return said
        if Language(language) is Language.ENGLISH:
            return f"line {self.line}, column {self.column}: {said}"
        return f"{self.line}行目 {self.column}列目: {said}"


def problem(code: str, *, line: int = 0, column: int = 0, **values: object) -> Problem:
    """Return a problem by its code."""
    return Problem(line=line, column=column, sentence=Sentence(_PHRASES, code, values))


def hint(name: str, known: Sequence[str]) -> str:
    """Return what an unknown name was probably meant to be, or all that are known."""
    close = difflib.get_close_matches(name, known, n=1)
    return f"→ {close[0]} ?" if close else f"({', '.join(known)})"


def refusal(error: LinecsError, *, line: int, column: int) -> Problem:
    """Return the problem that stopped a thing from being made, in both languages if it has both."""
    sentence = getattr(error, "sentence", None)
    if isinstance(sentence, Sentence):
        return Problem(line=line, column=column, sentence=sentence)
    return problem("refused", line=line, column=column, reason=str(error))


class FileError(LinecsError, ValueError):
    """A file cannot be read; nothing of it was taken.

    Attributes:
        name: The file.
        problems: Everything that is wrong with it, from top to bottom.
    """

    def __init__(
        self,
        name: str,
        problems: Sequence[Problem],
        language: Language | str = Language.JAPANESE,
    ) -> None:
        ordered = tuple(sorted(problems, key=lambda found: (found.line, found.column)))
        lines = [f"{name}: {problem.say(language)}" for problem in ordered]
        super().__init__("\n".join(lines))
        self.name = name
        self.problems = ordered
