"""Links taken out to CSV and taken over from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idlink.people import NOW, PROVIDER, claim, subject
from linecs.idlink import (
    LinkClaim,
    LinkFileError,
    LinkPolicy,
    LinkProblem,
    LinkRegistry,
    MemoryLinks,
    ProblemKind,
    export_links,
    import_links,
    plan_import,
    read_link_file,
)
from linecs.model import LineUserId, MemberId, ProviderId
from linecs.model.link import LinkFlow, LinkSubject

if TYPE_CHECKING:
    from linecs.idlink import (
        ImportedLink,
    )

HEADER = "line_user_id,member_id\n"


def lines_of(*pairs: tuple[str, str]) -> list[ImportedLink]:
    """Return the lines of a file of these pairs."""
    text = HEADER + "".join(f"U-{name},{member}\n" for name, member in pairs)
    good, bad = read_link_file(text, provider_id=PROVIDER)
    assert bad == []
    return good


def subject_of(user: LineUserId) -> LinkSubject:
    """Return the customer of a LINE user."""
    return subject(user.removeprefix("U-"))


def taken_over(
    store: MemoryLinks, registry: LinkRegistry, *pairs: tuple[str, str]
) -> list[LinkProblem]:
    """Plan and import pairs, and return what stood in conflict."""
    plan = plan_import(lines_of(*pairs), store, policy=registry.policy)
    assert plan.problems == ()
    return import_links(plan, registry, store, subject_of=subject_of, now=NOW, actor="operator-1")


def test_links_come_out_with_their_evidence(registry: LinkRegistry, store: MemoryLinks) -> None:
    """Who, which member, how and when, and when it ended; readable by a spreadsheet."""
    link = registry.link(store, claim()).link
    assert link is not None
    text = "".join(export_links([link]))
    assert text.startswith("\ufeffprovider_id,line_user_id,member_id,")
    assert text.splitlines()[1] == (
        "default,U-hanako,M1,main,account_link,"
        "2026-05-28T20:26:40.000+00:00,2026-05-28T20:26:40.000+00:00,,"
    )


def test_no_cell_is_a_formula(registry: LinkRegistry, store: MemoryLinks) -> None:
    """A member id that a spreadsheet would run goes out as text."""
    link = registry.link(store, claim(member="=HYPERLINK(evil)")).link
    assert link is not None
    assert ",'=HYPERLINK(evil)," in "".join(export_links([link]))


@given(
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40),
    st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40),
)
def test_what_goes_out_comes_back(user: str, member: str) -> None:
    """Any LINE user id and member id survives the way through a file."""
    whose = LinkSubject(
        provider_id=PROVIDER,
        channel_id=subject().channel_id,
        customer_id=subject().customer_id,
        line_user_id=LineUserId(user),
    )
    proof = LinkClaim(subject=whose, member_id=MemberId(member), flow=LinkFlow.ACCOUNT_LINK, at=NOW)
    link = LinkRegistry().link(MemoryLinks(), proof).link
    assert link is not None
    good, bad = read_link_file("".join(export_links([link])), provider_id=PROVIDER)
    assert [(each.line_user_id, each.member_id) for each in good] == [(user, member)]
    assert bad == []


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """A file is lines and problems, or a LinkFileError; nothing else comes out of it."""
    try:
        good, bad = read_link_file(HEADER + text, provider_id=PROVIDER)
    except LinkFileError:
        return
    lines = [each.line for each in good] + [each.line for each in bad]
    assert all(line > 1 for line in lines)


@pytest.mark.parametrize(
    "text", ["", "member_id\nM1\n", "a,b\n", "\ufeff\n", '"a"b,c\n', f'{HEADER}"U1"x,M1\n']
)
def test_what_is_no_file_of_links_is_refused(text: str) -> None:
    """No header, columns missing, or quotes that are no CSV."""
    with pytest.raises(LinkFileError):
        read_link_file(text, provider_id=PROVIDER)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",M1", "line_user_id"),
        ("U 1,M1", "line_user_id"),
        ("U1,", "member_id"),
        ("U1, M1", "member_id"),
        ("U1", "member_id"),
        (f"U1,{'M' * 256}", "member_id"),
    ],
)
def test_a_wrong_line_is_named_by_number_and_column(row: str, column: str) -> None:
    """The other lines are still read."""
    good, bad = read_link_file(f"{HEADER}U0,M0\n{row}\n", provider_id=PROVIDER)
    assert [each.member_id for each in good] == ["M0"]
    assert bad == [LinkProblem(line=3, kind=ProblemKind.UNREADABLE, column=column)]


@pytest.mark.parametrize("moment", ["yesterday", "2026-06-01T00:00:00"])
def test_a_time_has_its_zone(moment: str) -> None:
    """A time that could be any is none."""
    text = f"line_user_id,member_id,linked_at\nU1,M1,{moment}\n"
    _, bad = read_link_file(text, provider_id=PROVIDER)
    assert [each.column for each in bad] == ["linked_at"]


def test_ended_links_and_other_providers_are_left_out() -> None:
    """What is over, or not ours, is not taken over."""
    text = (
        "provider_id,line_user_id,member_id,ended_at\n"
        "default,U1,M1,2026-06-01T00:00:00Z\n"
        "other,U2,M2,\n"
        "default,U3,M3,\n"
    )
    good, bad = read_link_file(text, provider_id=ProviderId("default"))
    assert ([each.line_user_id for each in good], bad) == (["U3"], [])


def test_a_dry_run_changes_nothing_and_names_every_conflict(
    registry: LinkRegistry, store: MemoryLinks
) -> None:
    """New, known, against a current link, and against an earlier line."""
    registry.link(store, claim("hanako", "M1"))
    before = (list(store.ledger), dict(store._links))
    plan = plan_import(
        lines_of(
            ("hanako", "M1"),
            ("hanako", "M2"),
            ("taro", "M1"),
            ("jiro", "M3"),
            ("jiro", "M3"),
            ("jiro", "M4"),
            ("saburo", "M3"),
        ),
        store,
        policy=LinkPolicy.ONE_TO_ONE,
    )
    assert [each.line for each in plan.known] == [2, 6]
    assert [each.line for each in plan.new] == [5]
    assert [(each.line, each.kind) for each in plan.problems] == [
        (3, ProblemKind.USER_TWICE),
        (4, ProblemKind.MEMBER_TWICE),
        (7, ProblemKind.USER_TWICE),
        (8, ProblemKind.MEMBER_TWICE),
    ]
    assert (list(store.ledger), dict(store._links)) == before


def test_a_dry_run_sees_current_links(registry: LinkRegistry, store: MemoryLinks) -> None:
    """Both sides of a conflict with the store are told apart."""
    registry.link(store, claim("hanako", "M1"))
    plan = plan_import(
        lines_of(("hanako", "M2"), ("taro", "M1")), store, policy=LinkPolicy.ONE_TO_ONE
    )
    kinds = [each.kind for each in plan.problems]
    assert kinds == [ProblemKind.USER_TAKEN, ProblemKind.MEMBER_TAKEN]


def test_a_family_file_shares_members(store: MemoryLinks) -> None:
    """Under the family policy a member may come twice."""
    plan = plan_import(lines_of(("hanako", "M1"), ("taro", "M1")), store, policy=LinkPolicy.FAMILY)
    assert (len(plan.new), plan.problems) == (2, ())


def test_imported_links_say_so_in_the_ledger(store: MemoryLinks, registry: LinkRegistry) -> None:
    """Flow `import`, by whom, and what the file said of how it was proven."""
    text = (
        "line_user_id,member_id,flow,linked_at\nU-hanako,M1,line_login,2025-01-01T09:00:00+09:00\n"
    )
    good, _ = read_link_file(text, provider_id=PROVIDER)
    plan = plan_import(good, store, policy=registry.policy)
    import_links(plan, registry, store, subject_of=subject_of, now=NOW, actor="operator-1")
    (entry,) = store.ledger
    assert (entry.flow, entry.actor, entry.at) == (LinkFlow.IMPORT, "operator-1", NOW)
    assert entry.reason == "line_login 2025-01-01T00:00:00+00:00"


def test_importing_twice_is_importing_once(store: MemoryLinks, registry: LinkRegistry) -> None:
    """The second dry run finds everything known."""
    pairs = [("hanako", "M1"), ("taro", "M2")]
    taken_over(store, registry, *pairs)
    plan = plan_import(lines_of(*pairs), store, policy=registry.policy)
    assert (plan.new, len(plan.known)) == ((), 2)


def test_what_changed_since_the_dry_run_is_not_overwritten(
    store: MemoryLinks, registry: LinkRegistry
) -> None:
    """A customer who linked in between keeps that link."""
    plan = plan_import(lines_of(("hanako", "M1")), store, policy=registry.policy)
    registry.link(store, claim("hanako", "M9"))
    problems = import_links(
        plan, registry, store, subject_of=subject_of, now=NOW, actor="operator-1"
    )
    assert problems == [LinkProblem(line=2, kind=ProblemKind.USER_TAKEN)]
