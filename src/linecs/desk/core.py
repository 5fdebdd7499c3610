"""What every part of the desk works with: the store, the channels, the clock, the responder."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import field, frozen

from linecs.delivery.media import MediaStore
from linecs.desk.alerting import Alerting
from linecs.desk.evaluating import Evaluator
from linecs.desk.gateways import Gateways
from linecs.desk.linking import Linking
from linecs.desk.operators.staff import Staff
from linecs.desk.settings import DeskSettings
from linecs.desk.tickets import TicketRules
from linecs.idlink import MemberCards
from linecs.model import Channel, ChannelId, Responder, new_id
from linecs.model.fields import FieldDefinition
from linecs.storage.ports import Storage

__all__ = ["DeskCore"]


@frozen(kw_only=True)
class DeskCore:
    """The desk's parts, shared by all its rooms.

    Attributes:
        channels: By the shop's own short names.
        destinations: By the bot user id that a webhook names.
        gateways: The way to LINE, per channel.
        staff: Who may do what, and the words they sort by.
        linking: How LINE users become members.
        alerting: How staff are told outside the desk; None where they are not.
        members: Gives out member cards; None where the shop shows none.
        fields: What the shop keeps of its customers, by name.
        media_store: Where content is kept; None where the host keeps none.
        media_url: The public address of the host's media view.
        clock: Returns epoch milliseconds UTC.
        worker: Names this process in leases.
    """

    storage: Storage
    gateways: Gateways
    channels: Mapping[ChannelId, Channel]
    destinations: Mapping[str, Channel]
    responder: Responder
    evaluator: Evaluator
    rules: TicketRules
    settings: DeskSettings
    staff: Staff
    linking: Linking
    alerting: Alerting | None
    members: MemberCards | None
    fields: Mapping[str, FieldDefinition]
    media_store: MediaStore | None
    media_url: str
    clock: Callable[[], int] = field(repr=False)
    worker: str

    def new_id(self) -> str:
        """Return a fresh id that sorts by time."""
        return new_id(self.clock())
