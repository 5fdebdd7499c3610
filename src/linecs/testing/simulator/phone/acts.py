"""What hands can do on the page, checked and passed to the customer they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel

from linecs.testing.simulator.errors import SimulationError

if TYPE_CHECKING:
    from linecs.testing.simulator.chats import Bubble
    from linecs.testing.simulator.customer import Customer

__all__ = ["NewCustomer", "perform", "send_file"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=to_camel)


class NewCustomer(_Body):
    """A person who takes up a phone.

    Attributes:
        name: What they call themselves.
        friend: Whether they have added the account.
    """

    name: str = Field(min_length=1, max_length=20, pattern=r"\S")
    friend: bool = True


class _Says(_Body):
    act: Literal["says"]
    text: str = Field(min_length=1, max_length=10_000)
    quoting: str | None = None

    def perform(self, customer: Customer) -> None:
        quoted = _bubble(customer, self.quoting) if self.quoting else None
        customer.says(self.text, quoting=quoted)


class _SendsSticker(_Body):
    act: Literal["sends_sticker"]
    package_id: str
    sticker_id: str
    keywords: list[str] | None = Field(default=None, max_length=15)

    def perform(self, customer: Customer) -> None:
        customer.sends_sticker(self.package_id, self.sticker_id, keywords=self.keywords)


class _SendsLocation(_Body):
    act: Literal["sends_location"]
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    title: str | None = None
    address: str | None = None

    def perform(self, customer: Customer) -> None:
        customer.sends_location(
            self.latitude, self.longitude, title=self.title, address=self.address
        )


class _Taps(_Body):
    act: Literal["taps"]
    action: dict[str, Any]
    value: str | None = None

    def perform(self, customer: Customer) -> None:
        customer.taps(self.action, value=self.value)


class _Unsends(_Body):
    act: Literal["unsends"]
    message_id: str

    def perform(self, customer: Customer) -> None:
        customer.unsends(_bubble(customer, self.message_id))


class _Watches(_Body):
    act: Literal["watches"]
    message_id: str

    def perform(self, customer: Customer) -> None:
        customer.watches(_bubble(customer, self.message_id))


class _Befriends(_Body):
    act: Literal["follows", "blocks", "unblocks"]

    def perform(self, customer: Customer) -> None:
        getattr(customer, self.act)()


_Act = Annotated[
    _Says | _SendsSticker | _SendsLocation | _Taps | _Unsends | _Watches | _Befriends,
    Field(discriminator="act"),
]
_acts: TypeAdapter[_Act] = TypeAdapter(_Act)


def perform(customer: Customer, body: bytes) -> None:
    """Do what the page asks for.

    Raises:
        ValidationError: The body asks for nothing that hands can do.
        SimulationError: A person could not do it in the app now.
    """
    _acts.validate_json(body).perform(customer)


def send_file(customer: Customer, data: bytes, *, content_type: str, name: str) -> None:
    """Send a picture, video, voice message or any other file, as its media type says.

    Raises:
        SimulationError: A person could not do it in the app now.
    """
    kind = content_type.partition("/")[0]
    if kind == "image":
        customer.sends_image(data, content_type=content_type)
    elif kind == "video":
        customer.sends_video(data, content_type=content_type)
    elif kind == "audio":
        customer.sends_audio(data, content_type=content_type)
    else:
        customer.sends_file(name, data, content_type=content_type)


def _bubble(customer: Customer, message_id: str) -> Bubble:
    for bubble in customer.chat:
        if bubble.message_id == message_id:
            return bubble
    raise SimulationError("That message is not on the screen any more.")
