"""友だち情報: typed fields and tags of customers: set, looked up, imported, with their history."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import field, frozen

from linecs.desk.changes import Changes
from linecs.desk.operators.customers import CustomerAct
from linecs.errors import ConfigurationError
from linecs.idlink import FieldError, set_field, set_tag
from linecs.model import Customer, CustomerId, OperatorId, new_id
from linecs.model.fields import CustomerField, CustomerTag, FieldChange
from linecs.routing import Permission
from linecs.storage.ports import Query, at_least, at_most, equal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linecs.desk.core import DeskCore
    from linecs.desk.operators.act import Acted
    from linecs.idlink import FieldEdit, TagEdit
    from linecs.model.fields import FieldDefinition
    from linecs.storage.ports import Condition, Transaction

__all__ = ["FieldImport", "FieldProblem", "FieldRoom"]

_CUSTOMER = "customer_id"
_TAGS = "tags"


@frozen(kw_only=True)
class FieldProblem:
    """A cell that was not taken over.

    Attributes:
        line: Counted from 1, the header's.
        column: As in the header.
        problem: What is wrong, without the value.
    """

    line: int
    column: str
    problem: str


@frozen(kw_only=True)
class FieldImport:
    """What an import did, or would do.

    Attributes:
        changes: How many values and tags became others.
        problems: What was not taken over.
    """

    changes: int = 0
    problems: Sequence[FieldProblem] = ()


@frozen(kw_only=True)
class _Cell:
    line: int
    column: str
    customer_id: CustomerId
    text: str = field(repr=False)


class FieldRoom:
    """What a shop keeps of its customers; `desk.fields`.

    Each act opens its own transaction (joins one under `using`). Tags are put on and taken off
    by `desk.tag` and `desk.untag`.
    """

    def __init__(self, core: DeskCore) -> None:
        self._core = core

    @property
    def definitions(self) -> Sequence[FieldDefinition]:
        """The shop's fields, in order."""
        return tuple(self._core.fields.values())

    def set(
        self, customer_id: CustomerId, name: str, text: str, *, actor: str, version: int
    ) -> Acted:
        """Set a field as typed; an empty text empties it.

        Args:
            customer_id: Whose.
            name: The field.
            text: Full-width digits, Japanese dates, はい and いいえ are read as meant.
            actor: Who sets it; takes the permission `mark`.
            version: The customer's version that the actor saw.

        Raises:
            FieldError: The value does not fit the field.
            ConfigurationError: The desk has no such field.
            StaleCustomerError: Somebody changed the customer meanwhile.
            NotPermittedError: The role does not allow it.
        """
        core, definition = self._core, self._definition(name)

        def act(tx: Transaction) -> Acted:
            acting = CustomerAct(core, tx, customer_id, actor=OperatorId(actor), version=version)
            edit = _edit_field(tx, definition, text, customer_id, now=acting.now, actor=actor)
            _write_field(acting.changes, edit, customer_id, name)
            return acting.end("customer.field_set", facts={"field": name})

        return core.storage.run(act)

    def of_customer(self, customer_id: CustomerId) -> Mapping[str, str]:
        """Return a customer's fields that have a value, each in its canonical form."""
        query = Query(row=CustomerField, where=(equal("customer_id", customer_id),))
        rows = self._core.storage.read(lambda tx: tx.select(query))
        return {row.name: row.value for row in rows}

    def tags_of(self, customer_id: CustomerId) -> Sequence[str]:
        """Return a customer's tags, in order."""
        where = (equal("customer_id", customer_id),)
        query = Query(row=CustomerTag, where=where, order=("tag",))
        return [row.tag for row in self._core.storage.read(lambda tx: tx.select(query))]

    def history(self, customer_id: CustomerId) -> Sequence[FieldChange]:
        """Return what changed in a customer's tags and fields, oldest first."""
        where = (equal("customer_id", customer_id),)
        query = Query(row=FieldChange, where=where, order=("at", "id"))
        return self._core.storage.read(lambda tx: tx.select(query))

    def tagged(self, tag: str) -> Sequence[CustomerId]:
        """Return the customers who have a tag, those who have it longest first."""
        query = Query(row=CustomerTag, where=(equal("tag", tag.strip()),))
        rows = self._core.storage.read(lambda tx: tx.select(query))
        return [row.customer_id for row in sorted(rows, key=lambda row: (row.at, row.customer_id))]

    def find(
        self,
        name: str,
        value: str | None = None,
        *,
        least: int | None = None,
        most: int | None = None,
    ) -> Sequence[CustomerId]:
        """Return the customers whose field has a value, or a number within bounds.

        Args:
            name: The field.
            value: In its canonical form; None for any.
            least: The least number, for a field of whole numbers.
            most: The greatest.

        Raises:
            ConfigurationError: The desk has no such field.
        """
        where: list[Condition] = [equal("name", self._definition(name).name)]
        where += [equal("value", value)] if value is not None else []
        where += [at_least("number", least)] if least is not None else []
        where += [at_most("number", most)] if most is not None else []
        query = Query(row=CustomerField, where=tuple(where), order=("customer_id",))
        return [row.customer_id for row in self._core.storage.read(lambda tx: tx.select(query))]

    def import_csv(self, text: str, *, actor: str, dry_run: bool = False) -> FieldImport:
        """Take over fields and tags from a CSV file; what does not fit is said and left out.

        Args:
            text: A header and a line for each customer: `customer_id`, any fields by name, and
                `tags`, several apart by `;`. An empty cell changes nothing.
            actor: Who imports; takes the permission `bulk_change`.
            dry_run: Whether to change nothing and only say what would happen.

        Raises:
            ConfigurationError: The file has no `customer_id`, or names an unknown field.
            NotPermittedError: The role does not allow it.
        """
        self._core.staff.permit(actor, Permission.BULK_CHANGE)
        cells = list(self._cells(text))
        results = [
            self._core.storage.run(lambda tx, cell=cell: self._import(tx, cell, actor, dry_run))  # type: ignore[misc]
            for cell in cells
        ]
        problems = tuple(each for each in results if isinstance(each, FieldProblem))
        changes = sum(each for each in results if not isinstance(each, FieldProblem))
        return FieldImport(changes=changes, problems=problems)

    def _definition(self, name: str) -> FieldDefinition:
        if name not in self._core.fields:
            raise ConfigurationError(f"SupportDesk.fields has no field {name!r}.")
        return self._core.fields[name]

    def _cells(self, text: str) -> Iterator[_Cell]:
        reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
        columns = [each for each in reader.fieldnames or () if each != _CUSTOMER]
        if _CUSTOMER not in (reader.fieldnames or ()):
            raise ConfigurationError("The file's header has no customer_id.")
        for column in columns:
            if column != _TAGS:
                self._definition(column)
        for row in reader:
            for column in columns:
                parts = (row[column] or "").split(";") if column == _TAGS else [row[column] or ""]
                for part in filter(str.strip, parts):
                    who = CustomerId((row[_CUSTOMER] or "").strip())
                    yield _Cell(line=reader.line_num, column=column, customer_id=who, text=part)

    def _import(
        self,
        tx: Transaction,
        cell: _Cell,
        actor: str,
        dry_run: bool,  # noqa: FBT001 - private
    ) -> FieldProblem | int:
        if tx.find(Customer, cell.customer_id, lock=True) is None:
            return FieldProblem(line=cell.line, column=_CUSTOMER, problem="There is no such one.")
        try:
            changes = self._changes(tx, cell, actor)
        except FieldError as error:
            return FieldProblem(line=cell.line, column=cell.column, problem=error.problem)
        if not dry_run:
            changes.write(tx)
        return int(bool(changes.added))

    def _changes(self, tx: Transaction, cell: _Cell, actor: str) -> Changes:
        changes, now, who = Changes(), self._core.clock(), cell.customer_id
        if cell.column == _TAGS:
            tagging = _edit_tag(tx, cell.text, who, now, actor)
            if tagging.change is not None and tagging.tag is not None:
                changes.add(tagging.tag, tagging.change)
        else:
            definition = self._definition(cell.column)
            edit = _edit_field(tx, definition, cell.text, who, now=now, actor=actor)
            _write_field(changes, edit, who, cell.column)
        return changes


def _edit_field(
    tx: Transaction,
    definition: FieldDefinition,
    text: str,
    customer_id: CustomerId,
    *,
    now: int,
    actor: str,
) -> FieldEdit:
    before = tx.find(CustomerField, (customer_id, definition.name))
    return set_field(
        definition, text, before, customer_id=customer_id, now=now, actor=actor, new_id=new_id
    )


def _edit_tag(tx: Transaction, text: str, customer_id: CustomerId, now: int, actor: str) -> TagEdit:
    before = tx.find(CustomerTag, (customer_id, text.strip()))
    return set_tag(
        text, before, present=True, customer_id=customer_id, now=now, actor=actor, new_id=new_id
    )


def _write_field(changes: Changes, edit: FieldEdit, customer_id: CustomerId, name: str) -> None:
    if edit.change is None:
        return
    changes.add(edit.change)
    key = (equal("customer_id", customer_id), equal("name", name))
    if edit.field is None:
        changes.remove(CustomerField, *key)
    elif edit.change.before is None:
        changes.add(edit.field)
    else:
        after = edit.field
        columns = {"value": after.value, "number": after.number, "changed_at": after.changed_at}
        changes.set_all(CustomerField, key, columns)
