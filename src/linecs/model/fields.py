"""A friend's information (友だち情報): tags and typed custom fields of a customer."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen

from linecs.model.ids import CustomerId

__all__ = ["CustomerField", "CustomerTag", "FieldChange", "FieldDefinition", "FieldKind"]


class FieldKind(StrEnum):
    """What a custom field holds."""

    TEXT = "text"
    WHOLE_NUMBER = "whole_number"
    DATE = "date"
    """A day, `YYYY-MM-DD`."""
    CHOICE = "choice"
    """One of the definition's choices."""
    YES_NO = "yes_no"


@frozen(kw_only=True)
class FieldDefinition:
    """A custom field a shop keeps of its customers; part of the shop's settings.

    Attributes:
        name: Short and stable, such as `shirt_size`; what templates and files call it.
        label: As operators see it.
        choices: For `choice`: what may be chosen, in order.
        personal: Whether it is about the person; left out where data is shared or learnt from.
    """

    name: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    choices: tuple[str, ...] = ()
    personal: bool = True


@frozen(kw_only=True)
class CustomerTag:
    """One tag on one customer.

    Attributes:
        at: Since when, epoch ms UTC.
        actor: Who put it there: `customer`, `bot`, `system`, or the operator's id.
    """

    customer_id: CustomerId
    tag: str
    at: int
    actor: str


@frozen(kw_only=True)
class CustomerField:
    """One custom field's value of one customer.

    Attributes:
        value: In its canonical form: `YYYY-MM-DD`, `yes`, `no`, a choice, a number's digits, or
            text.
        number: The number of a `whole_number`, to search by size; else None.
        changed_at: Epoch ms UTC.
    """

    customer_id: CustomerId
    name: str
    value: str = field(repr=False)
    number: int | None = field(default=None, repr=False)
    changed_at: int


@frozen(kw_only=True)
class FieldChange:
    """What changed in a customer's tags and fields, kept as history; erased with the customer.

    Attributes:
        name: The field, or `tag`.
        before: The value that was there; None for none.
        after: The value that is there now; None for none.
        at: Epoch ms UTC.
        actor: Who changed it.
    """

    id: str
    customer_id: CustomerId
    name: str
    before: str | None = field(repr=False)
    after: str | None = field(repr=False)
    at: int
    actor: str
