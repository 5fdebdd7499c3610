"""What a shop owes the people it keeps data of; `desk.privacy`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linecs.desk.privacy.erasing import erase_person
from linecs.desk.privacy.exporting import export_person
from linecs.desk.privacy.scanning import scan
from linecs.errors import ConfigurationError
from linecs.model import AuditEntry, Customer, OperatorId, new_id
from linecs.routing import Permission

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.desk.core import DeskCore
    from linecs.desk.privacy.erasing import Erasure
    from linecs.desk.privacy.scanning import Remnant
    from linecs.storage.ports import Transaction

__all__ = ["PrivacyRoom"]

_SHORTEST = 2
_SHOP = "shop"


class PrivacyRoom:
    """One person's data, as a customer of each channel of the desk; `desk.privacy`."""

    def __init__(self, core: DeskCore) -> None:
        self._core = core

    def export(self, customer_id: str, *, actor: str) -> str:
        """Return all that is kept of a person, as JSON text by table.

        LINE's tokens, retry keys and hashes of secrets are left out; pictures are named, and
        given by `desk.media.serve`. Opens its own transaction.

        Args:
            customer_id: The person, as a customer of any channel.
            actor: Who exports, for the audit; takes the permission `export`. `shop` is the
                host's own code, which needs none.

        Raises:
            NotPermittedError: The role does not allow it.
            RowMissingError: There is no such customer.
        """
        core = self._core
        if actor != _SHOP:
            core.staff.permit(actor, Permission.EXPORT)
        exported = core.storage.read(lambda tx: export_person(tx, customer_id))
        core.storage.run(lambda tx: self._note_export(tx, customer_id, actor))
        return exported

    def erase(self, customer_id: str, *, actor: str) -> Erasure:
        """Remove a person's data: messages, media, search, links, traces, calls, jobs, memories.

        What stays names nobody: tickets, ledger, feed and audit trail under our own id, and
        that an event came, so that LINE's repeat of it is known as one. A person who writes
        again is a new customer. May be repeated. Opens its own transactions, not under `using`:
        content is removed from the media store after the commit.

        Args:
            customer_id: The person, as a customer of any channel.
            actor: Who erases, for the audit; takes the permission `erase`. `shop` is the host's
                own code, which needs none.

        Raises:
            NotPermittedError: The role does not allow it.
            RowMissingError: There is no such customer.
        """
        if actor != _SHOP:
            self._core.staff.permit(actor, Permission.ERASE)
        return erase_person(self._core, customer_id, actor=actor)

    def scan(self, values: Sequence[str]) -> Sequence[Remnant]:
        """Return where these values are found: in any column, in the search index, in any file.

        Reads everything there is, in short transactions; after an erasure it proves that
        nothing is left.

        Args:
            values: What only this person could have left behind: the LINE user id, a phone
                number, words they wrote; two characters or more each.

        Raises:
            ConfigurationError: A value is too short to mean anything.
        """
        if any(len(value.strip()) < _SHORTEST for value in values):
            msg = "A value to look for has two characters or more."
            raise ConfigurationError(msg)
        return scan(self._core, values)

    def _note_export(self, tx: Transaction, customer_id: str, actor: str) -> None:
        now = self._core.clock()
        entry = AuditEntry(
            id=new_id(now),
            at=now,
            actor=OperatorId(actor),
            kind="customer.exported",
            channel_id=tx.get(Customer, customer_id).channel_id,
            customer_id=customer_id,
        )
        tx.insert(entry)
