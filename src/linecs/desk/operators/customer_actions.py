"""What operators do with customers, and who may look up who did what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.desk.operators import customers, looking
from linecs.desk.operators.base import Actions
from linecs.model import OperatorId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.desk.operators.act import Acted
    from linecs.model import AuditEntry, CustomerId, MessageId

__all__ = ["CustomerActions"]


class CustomerActions(Actions):
    """Acts on customers.

    Each opens its own transaction (joins one under `using`), takes the customer's version that
    `actor` saw and returns the new one as `customer_version`. Raises `StaleCustomerError` where
    somebody changed the customer meanwhile, and `NotPermittedError` where the role takes no
    `mark`.
    """

    def mark_customer(
        self, customer_id: CustomerId, mark: str, *, actor: str, version: int
    ) -> Acted:
        """Put one of the desk's marks on a customer; an empty text takes it off.

        Raises:
            ConfigurationError: The desk has no such mark.
        """
        return self._act(
            lambda core, tx: customers.mark_customer(
                core, tx, customer_id, mark, actor=OperatorId(actor), version=version
            )
        )

    def mark_message(self, message_id: MessageId, mark: str, *, actor: str, version: int) -> Acted:
        """Put one of the desk's marks on a single bubble; the version is the customer's.

        Raises:
            ConfigurationError: The desk has no such mark.
        """
        return self._act(
            lambda core, tx: customers.mark_message(
                core, tx, message_id, mark, actor=OperatorId(actor), version=version
            )
        )

    def tag(self, customer_id: CustomerId, tag: str, *, actor: str, version: int) -> Acted:
        """Put a tag on a customer.

        Raises:
            FieldError: The tag is empty, too long, or has control characters.
        """
        return self._tag(customer_id, tag, actor, version, present=True)

    def untag(self, customer_id: CustomerId, tag: str, *, actor: str, version: int) -> Acted:
        """Take a tag off a customer; nothing happens where it is not there."""
        return self._tag(customer_id, tag, actor, version, present=False)

    def _tag(
        self, customer_id: CustomerId, tag: str, actor: str, version: int, *, present: bool
    ) -> Acted:
        return self._act(
            lambda core, tx: customers.tag(
                core,
                tx,
                customer_id,
                tag,
                present=present,
                actor=OperatorId(actor),
                version=version,
            )
        )

    def set_owner(
        self, customer_id: CustomerId, owner: str | None, *, actor: str, version: int
    ) -> Acted:
        """Say which operator looks after a customer; None for nobody."""
        return self._act(
            lambda core, tx: customers.set_owner(
                core,
                tx,
                customer_id,
                OperatorId(owner) if owner else None,
                actor=OperatorId(actor),
                version=version,
            )
        )

    def audit(
        self,
        *,
        actor: str,
        customer_id: CustomerId | None = None,
        of: str | None = None,
        after: AuditEntry | None = None,
        limit: int = 100,
    ) -> Sequence[AuditEntry]:
        """Return who saw and did what, the newest first.

        Args:
            actor: Who asks.
            customer_id: Only what concerns this customer.
            of: Only what this operator did.
            after: The last entry seen, for the next page.
            limit: At most so many.

        Raises:
            NotPermittedError: The role takes no `see_audit`.
        """
        return looking.audit_trail(
            self._core,
            actor=OperatorId(actor),
            customer_id=customer_id,
            of=OperatorId(of) if of else None,
            after=after,
            limit=limit,
        )
