"""Links in files: taken out with their evidence, and taken over after a dry run.

CSV as spreadsheets in Japan read it: UTF-8 with a byte-order mark, a header row, times in
ISO 8601. A cell that a spreadsheet would run as a formula goes out with an apostrophe before
it, and comes back without.
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

from linecs.errors import ConfigurationError
from linecs.idlink.errors import LinkError
from linecs.idlink.links import LinkClaim, LinkOutcome, LinkPolicy, checked_member_id
from linecs.model.ids import LineUserId, ProviderId
from linecs.model.link import LinkFlow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from linecs.idlink.ports import LinkStore
    from linecs.idlink.registry import LinkRegistry
    from linecs.model.link import Link, LinkSubject

__all__ = [
    "ImportPlan",
    "ImportedLink",
    "LinkFileError",
    "LinkProblem",
    "ProblemKind",
    "export_links",
    "import_links",
    "plan_import",
    "read_link_file",
]

_COLUMNS = (
    "provider_id",
    "line_user_id",
    "member_id",
    "channel_id",
    "flow",
    "linked_at",
    "proven_at",
    "ended_at",
    "ended_because",
)
_ESCAPED = tuple("=+-@\t\r'")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 255
_LONGEST_FLOW = 40


class LinkFileError(LinkError, ValueError):
    """A file is no CSV of links; the message says what it lacks."""


class ProblemKind(StrEnum):
    """Why a line was not, or would not be, taken over."""

    UNREADABLE = "unreadable"
    """A column is missing or holds what no link can have."""
    USER_TAKEN = "user_taken"
    """The LINE user is linked to another member now."""
    MEMBER_TAKEN = "member_taken"
    """The member is linked to another LINE user now."""
    USER_TWICE = "user_twice"
    """An earlier line of the file links the LINE user to another member."""
    MEMBER_TWICE = "member_twice"
    """An earlier line of the file links the member to another LINE user."""


@frozen(kw_only=True)
class LinkProblem:
    """One line that cannot be taken over.

    Attributes:
        line: Its number in the file, the header being 1.
        column: Which column is wrong; empty where none is alone.
    """

    line: int
    kind: ProblemKind
    column: str = ""


@frozen(kw_only=True)
class ImportedLink:
    """One line of a file, well-formed.

    Attributes:
        line: Its number in the file, the header being 1.
        evidence: How and when the other system says it was linked; empty if not said.
    """

    line: int
    provider_id: ProviderId
    line_user_id: LineUserId
    member_id: str
    evidence: str = ""


@frozen(kw_only=True)
class ImportPlan:
    """What an import would do.

    Attributes:
        new: Lines that become links.
        known: Lines whose link is there already.
        problems: Lines that cannot be taken over.
    """

    new: tuple[ImportedLink, ...] = ()
    known: tuple[ImportedLink, ...] = ()
    problems: tuple[LinkProblem, ...] = ()


def export_links(links: Iterable[Link]) -> Iterator[str]:
    """Yield the lines of a CSV file of links, current and ended, with their evidence.

    It names LINE users and members: give it only to who may see both, and note who had it.
    """
    yield "\ufeff" + _line(_COLUMNS)
    for link in links:
        yield _line(_cell(getattr(link, name)) for name in _COLUMNS)


def read_link_file(
    text: str, *, provider_id: ProviderId
) -> tuple[list[ImportedLink], list[LinkProblem]]:
    """Return the well-formed lines of a file and what is wrong with the others.

    Lines of links that ended, and those of other providers, are left out. Only
    `line_user_id` and `member_id` are required.

    Args:
        text: The file, decoded as UTF-8.
        provider_id: Whose links are taken over.

    Raises:
        LinkFileError: There is no header, or it lacks a required column.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    missing = {"line_user_id", "member_id"} - set(_header(reader))
    if missing:
        raise LinkFileError(f"The file lacks {', '.join(sorted(missing))} in its first line.")
    good: list[ImportedLink] = []
    bad: list[LinkProblem] = []
    for number, cells in _rows(reader):
        row = {name: _plain(value) for name, value in cells.items() if isinstance(value, str)}
        if row.get("ended_at") or row.get("provider_id", provider_id) != provider_id:
            continue
        read = _read(number, row, provider_id)
        if isinstance(read, LinkProblem):
            bad.append(read)
        else:
            good.append(read)
    return good, bad


def plan_import(
    lines: Iterable[ImportedLink], store: LinkStore, *, policy: LinkPolicy
) -> ImportPlan:
    """Return what importing these lines would do, changing nothing.

    Args:
        lines: From `read_link_file`.
        store: An open transaction; it is only read.
        policy: How many LINE users one member may have.
    """
    plan = _Planner(store, policy)
    for line in lines:
        plan.take(line)
    return ImportPlan(new=tuple(plan.new), known=tuple(plan.known), problems=tuple(plan.problems))


def import_links(
    plan: ImportPlan,
    registry: LinkRegistry,
    store: LinkStore,
    *,
    subject_of: Callable[[LineUserId], LinkSubject],
    now: int,
    actor: str,
) -> list[LinkProblem]:
    """Link what a plan found new; return the lines that stood in conflict by now.

    A file proves nothing, so an import never replaces a link, whatever the policy. The
    ledger says `import`, when, by whom, and what the file said of how it was proven.

    Args:
        plan: From `plan_import`.
        registry: Makes the links.
        store: The open transaction; a large file is better taken over in several.
        subject_of: Returns our customer of a LINE user, made where there is none.
        now: Epoch ms UTC.
        actor: The operator's id.
    """
    problems = []
    for line in plan.new:
        claim = LinkClaim(
            subject=subject_of(line.line_user_id),
            member_id=checked_member_id(line.member_id),
            flow=LinkFlow.IMPORT,
            at=now,
            actor=actor,
            note=line.evidence,
        )
        kind = _REFUSALS.get(registry.link(store, claim).outcome)
        if kind is not None:
            problems.append(LinkProblem(line=line.line, kind=kind))
    return problems


_REFUSALS: Mapping[LinkOutcome | None, ProblemKind] = {
    LinkOutcome.USER_TAKEN: ProblemKind.USER_TAKEN,
    LinkOutcome.MEMBER_TAKEN: ProblemKind.MEMBER_TAKEN,
}


class _Planner:
    """Sorts lines into new, known and conflicting."""

    def __init__(self, store: LinkStore, policy: LinkPolicy) -> None:
        self._store = store
        self._alone = policy is LinkPolicy.ONE_TO_ONE
        self._member_of: dict[str, str] = {}
        self._user_of: dict[str, str] = {}
        self.new: list[ImportedLink] = []
        self.known: list[ImportedLink] = []
        self.problems: list[LinkProblem] = []

    def take(self, line: ImportedLink) -> None:
        """Sort one line."""
        kind = self._in_file(line) or self._in_store(line)
        if kind is not None:
            self.problems.append(LinkProblem(line=line.line, kind=kind))
        elif self._is_known(line):
            self.known.append(line)
        else:
            self.new.append(line)
        if kind is None:
            self._member_of[line.line_user_id] = line.member_id
            self._user_of[line.member_id] = line.line_user_id

    def _in_file(self, line: ImportedLink) -> ProblemKind | None:
        if self._member_of.get(line.line_user_id, line.member_id) != line.member_id:
            return ProblemKind.USER_TWICE
        user = self._user_of.get(line.member_id, line.line_user_id)
        if self._alone and user != line.line_user_id:
            return ProblemKind.MEMBER_TWICE
        return None

    def _in_store(self, line: ImportedLink) -> ProblemKind | None:
        if any(each.member_id != line.member_id for each in self._of_user(line)):
            return ProblemKind.USER_TAKEN
        if not self._alone:
            return None
        member = checked_member_id(line.member_id)
        links = self._store.current_links(line.provider_id, member_id=member)
        if any(each.line_user_id != line.line_user_id for each in links):
            return ProblemKind.MEMBER_TAKEN
        return None

    def _is_known(self, line: ImportedLink) -> bool:
        return line.line_user_id in self._member_of or bool(self._of_user(line))

    def _of_user(self, line: ImportedLink) -> list[Link]:
        return self._store.current_links(line.provider_id, line_user_id=line.line_user_id)


def _header(reader: csv.DictReader[str]) -> list[str]:
    try:
        return list(reader.fieldnames or ())
    except csv.Error as error:
        raise LinkFileError("The file is not CSV.") from error


def _rows(reader: csv.DictReader[str]) -> Iterator[tuple[int, Mapping[str, object]]]:
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as error:
        raise LinkFileError(f"The file is not CSV from line {reader.line_num} on.") from error


def _read(
    number: int, row: Mapping[str, str], provider_id: ProviderId
) -> ImportedLink | LinkProblem:
    user = row.get("line_user_id", "")
    if not 0 < len(user) <= _LONGEST or " " in user or not user.isprintable():
        return LinkProblem(line=number, kind=ProblemKind.UNREADABLE, column="line_user_id")
    try:
        member = checked_member_id(row.get("member_id", ""))
    except ConfigurationError:
        return LinkProblem(line=number, kind=ProblemKind.UNREADABLE, column="member_id")
    try:
        evidence = _evidence(row)
    except ValueError:
        return LinkProblem(line=number, kind=ProblemKind.UNREADABLE, column="linked_at")
    return ImportedLink(
        line=number,
        provider_id=provider_id,
        line_user_id=LineUserId(user),
        member_id=member,
        evidence=evidence,
    )


def _evidence(row: Mapping[str, str]) -> str:
    flow, linked_at = row.get("flow", "")[:_LONGEST_FLOW], row.get("linked_at", "")
    if linked_at:
        moment = datetime.fromisoformat(linked_at)
        if moment.tzinfo is None:
            raise ValueError("a time needs its zone")
        linked_at = moment.astimezone(UTC).isoformat(timespec="seconds")
    said = " ".join(part for part in (flow, linked_at) if part)
    return said if said.isprintable() else ""


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return (_EPOCH + timedelta(milliseconds=value)).isoformat(timespec="milliseconds")
    text = str(value)
    return f"'{text}" if text.startswith(_ESCAPED) else text


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_ESCAPED) else cell


def _line(cells: Iterable[str]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
