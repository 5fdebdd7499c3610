"""Tags and custom fields of a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idlink.people import NOW, counted_ids
from linecs.errors import ConfigurationError
from linecs.idlink import (
    FieldError,
    canonical_value,
    check_definitions,
    set_field,
    set_tag,
)
from linecs.model import CustomerId
from linecs.model.fields import CustomerField, FieldDefinition, FieldKind

if TYPE_CHECKING:
    from linecs.idlink import (
        FieldEdit,
        TagEdit,
    )
    from linecs.model.fields import CustomerTag

WHO = CustomerId("customer-hanako")


def field(kind: FieldKind, *choices: str) -> FieldDefinition:
    """Return a definition of a kind."""
    return FieldDefinition(name="size", label="サイズ", kind=kind, choices=choices)


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        (FieldKind.TEXT, "  東京  ", "東京"),
        (FieldKind.TEXT, "か\u3099", "が"),
        (FieldKind.WHOLE_NUMBER, "１２，３００", "12300"),
        (FieldKind.WHOLE_NUMBER, "−5", "-5"),
        (FieldKind.WHOLE_NUMBER, "+007", "7"),
        (FieldKind.DATE, "2026年6月1日", "2026-06-01"),
        (FieldKind.DATE, "2026/6/1", "2026-06-01"),
        (FieldKind.DATE, "２０２６．０６．０１", "2026-06-01"),
        (FieldKind.YES_NO, "はい", "yes"),
        (FieldKind.YES_NO, "ＮＯ", "no"),
        (FieldKind.YES_NO, "なし", "no"),
    ],
)
def test_what_is_typed_is_read_as_meant(kind: FieldKind, typed: str, kept: str) -> None:
    """One canonical form for each value, however it was typed."""
    assert canonical_value(field(kind), typed) == kept


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (FieldKind.TEXT, "a\nb"),
        (FieldKind.TEXT, "a" * 256),
        (FieldKind.WHOLE_NUMBER, "1.5"),
        (FieldKind.WHOLE_NUMBER, "1" * 19),
        (FieldKind.DATE, "2026-02-30"),
        (FieldKind.DATE, "6/1"),
        (FieldKind.YES_NO, "たぶん"),
    ],
)
def test_what_does_not_fit_is_refused_without_being_repeated(kind: FieldKind, typed: str) -> None:
    """The error says what the field takes, and not what was typed."""
    with pytest.raises(FieldError) as told:
        canonical_value(field(kind), typed)
    assert typed not in str(told.value)


def test_a_choice_is_one_of_the_choices() -> None:
    """To the letter."""
    sizes = field(FieldKind.CHOICE, "S", "M", "L")
    assert canonical_value(sizes, "M") == "M"
    with pytest.raises(FieldError):
        canonical_value(sizes, "m")


@given(st.sampled_from([each for each in FieldKind if each is not FieldKind.CHOICE]), st.text())
def test_a_canonical_value_is_its_own(kind: FieldKind, typed: str) -> None:
    """Reading twice is reading once; nothing else is raised than FieldError."""
    try:
        kept = canonical_value(field(kind), typed)
    except FieldError:
        return
    assert canonical_value(field(kind), kept) == kept
    assert len(kept) <= 255


def edit(kind: FieldKind, typed: str, before: CustomerField | None) -> FieldEdit:
    """Return what a new value leads to."""
    return set_field(
        field(kind),
        typed,
        before,
        customer_id=WHO,
        now=NOW,
        actor="operator-1",
        new_id=counted_ids(),
    )


def tagged(tag: str, before: CustomerTag | None, *, present: bool) -> TagEdit:
    """Return what a tag put on or taken off leads to."""
    return set_tag(
        tag,
        before,
        present=present,
        customer_id=WHO,
        now=NOW,
        actor="bot",
        new_id=counted_ids(),
    )


def test_a_change_is_history() -> None:
    """What was there, what is there now, when, and by whom."""
    before = CustomerField(customer_id=WHO, name="size", value="3", number=3, changed_at=1)
    made = edit(FieldKind.WHOLE_NUMBER, "４", before)
    assert made.field is not None
    assert made.change is not None
    assert (made.field.value, made.field.number, made.field.changed_at) == ("4", 4, NOW)
    change = made.change
    assert (change.before, change.after, change.actor, change.at) == ("3", "4", "operator-1", NOW)


def test_the_same_value_is_no_change() -> None:
    """Typed differently, meant the same: nothing is written."""
    before = CustomerField(customer_id=WHO, name="size", value="4", number=4, changed_at=1)
    made = edit(FieldKind.WHOLE_NUMBER, "４", before)
    assert (made.field, made.change) == (before, None)


def test_an_emptied_field_is_gone_with_history() -> None:
    """The value goes, the line says what it was."""
    before = CustomerField(customer_id=WHO, name="size", value="M", changed_at=1)
    made = edit(FieldKind.TEXT, "", before)
    assert made.field is None
    assert made.change is not None
    assert (made.change.before, made.change.after) == ("M", None)


def test_a_tag_goes_on_and_off_with_history() -> None:
    """Both are changes; putting on what is there is none."""
    on = tagged(" 再入荷待ち ", None, present=True)
    assert on.tag is not None
    assert on.change is not None
    assert (on.tag.tag, on.change.after) == ("再入荷待ち", "再入荷待ち")
    again = tagged("再入荷待ち", on.tag, present=True)
    assert (again.tag, again.change) == (on.tag, None)
    off = tagged("再入荷待ち", on.tag, present=False)
    assert off.tag is None
    assert off.change is not None
    assert (off.change.before, off.change.after) == ("再入荷待ち", None)


@pytest.mark.parametrize("tag", ["", "   ", "a\tb", "a" * 256])
def test_a_tag_is_a_short_line(tag: str) -> None:
    """Empty, long or odd tags are refused."""
    with pytest.raises(FieldError):
        tagged(tag, None, present=True)


@pytest.mark.parametrize(
    "definitions",
    [
        [FieldDefinition(name="Size", label="x")],
        [FieldDefinition(name="tag", label="x")],
        [FieldDefinition(name="size", label="x"), FieldDefinition(name="size", label="y")],
        [FieldDefinition(name="size", label="x", kind=FieldKind.CHOICE)],
        [FieldDefinition(name="size", label="x", choices=("S",))],
    ],
)
def test_definitions_that_cannot_work_are_refused(definitions: list[FieldDefinition]) -> None:
    """Odd names, names taken twice, and choices where none belong."""
    with pytest.raises(ConfigurationError):
        check_definitions(definitions)


def test_definitions_are_found_by_name() -> None:
    """As templates and files call them."""
    size = field(FieldKind.TEXT)
    assert check_definitions([size]) == {"size": size}
