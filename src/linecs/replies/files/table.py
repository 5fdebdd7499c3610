"""CSV as Excel, Numbers and Google Sheets write it, and as they open it safely."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from linecs.replies.files.problems import FileError, hint, problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linecs.replies.files.problems import Problem
    from linecs.replies.wording import Language

__all__ = ["Row", "Table", "decode", "read_table", "write_table"]

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


@frozen
class Row:
    """One record.

    Attributes:
        line: The line of the file it ends in, from 1.
        cells: Values by column name; empty cells are left out.
    """

    line: int
    cells: Mapping[str, str]


@frozen
class Table:
    """A CSV file.

    Attributes:
        columns: The names in the first line, stripped.
        rows: The records that are not empty.
    """

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def column(self, name: str) -> int:
        """Return the number of a column from 1, or 0."""
        return self.columns.index(name) + 1 if name in self.columns else 0


def decode(data: bytes, *, name: str, language: Language | str) -> str:
    """Return the text of a file in UTF-8 (with or without a mark), UTF-16 with one, or cp932.

    Raises:
        FileError: It is in none of them.
    """
    encodings = [_BYTE_ORDER_MARKS[mark] for mark in _BYTE_ORDER_MARKS if data.startswith(mark)]
    for encoding in encodings[:1] or ("utf-8", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileError(name, [problem("encoding")], language)


def read_table(
    data: bytes,
    *,
    name: str,
    language: Language | str,
    needed: Sequence[str] = (),
    known: Sequence[str] = (),
) -> Table:
    """Return the records of a CSV file whose first line names the columns.

    The separator may be a comma, a tab or a semicolon, as the first line has it. An apostrophe
    that guards a formula is taken off, as `write_table` puts it on.

    Raises:
        FileError: The encoding is unknown, a quote is open, a row is longer than the first, or
            there is no column of `needed` or one that is not `known` (if any are).
    """
    text = decode(data, name=name, language=language)
    lines = _records(text, name=name, language=language)
    if not lines:
        raise FileError(name, [problem("empty")], language)
    columns = tuple(cell.strip() for cell in lines[0][1])
    problems = [*_in_header(columns, needed, known), *_beyond_header(columns, lines)]
    if problems:
        raise FileError(name, problems, language)
    return Table(columns, tuple(Row(line, _named(columns, cells)) for line, cells in lines[1:]))


def write_table(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return a CSV file that Excel opens as UTF-8 and never runs a formula from."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_guarded(row.get(column, "")) for column in columns])
    return written.getvalue().encode("utf-8-sig")


def _records(text: str, *, name: str, language: Language | str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    try:
        return [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        found = problem("unclosed_quote", line=reader.line_num, column=1)
        raise FileError(name, [found], language) from error


def _in_header(
    columns: Sequence[str], needed: Sequence[str], known: Sequence[str]
) -> Iterable[Problem]:
    for name in needed:
        if name not in columns:
            yield problem("missing_column", line=1, column=1, name=name)
    for place, column in enumerate(columns):
        if column in columns[:place]:
            yield problem("repeated_key", line=1, column=place + 1, name=column)
        elif known and column not in known:
            meant = hint(column, known)
            yield problem("unknown_field", line=1, column=place + 1, name=column, hint=meant)


def _beyond_header(
    columns: Sequence[str], lines: Iterable[tuple[int, Sequence[str]]]
) -> Iterable[Problem]:
    for line, cells in lines:
        extra = "".join(cells[len(columns) :])
        if extra.strip():
            yield problem("extra_cells", line=line, column=len(columns) + 1, found=extra)


def _separator(text: str) -> str:
    first = text.partition("\n")[0]
    return max(",\t;", key=first.count)


def _named(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    return {
        column: _unguarded(cell)
        for column, cell in zip(columns, cells, strict=False)
        if cell.strip()
    }


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
