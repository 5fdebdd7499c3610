"""How a shop links LINE users to its members, and what the desk does about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from attrs import Factory, field, frozen

from linecs.errors import ConfigurationError
from linecs.idlink import AccountLink, LineLogin, LinkRegistry, LinkTexts
from linecs.idlink.addresses import checked_address
from linecs.model.link import Link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from attrs import Attribute

__all__ = ["AfterLink", "Linking"]

AfterLink = Callable[[Link], None]
"""Called by a job with the link as it is by then, once the commit is durable; at least once, with
no transaction open. What it raises has the job tried again."""


def _nothing(_link: Link) -> None:
    """Do nothing."""


def _own_registry(linking: Linking) -> LinkRegistry:
    return linking.account_link.registry if linking.account_link else LinkRegistry()


def _checked_page(_instance: object, attribute: Attribute[Any], value: str | None) -> None:
    if value is not None:
        checked_address(f"Linking.{attribute.name}", value)


def _words(given: Iterable[str]) -> frozenset[str]:
    return frozenset(given)


@frozen(kw_only=True)
class Linking:
    """A desk's choices about links.

    What `registry.on_linked` and `registry.on_unlinked` write commits with the link; what cannot
    roll back (mails, calls, rich menus) belongs into `after_linked` and `after_unlinked`.

    Attributes:
        account_link: Invitations by LINE's account link; None where the shop has LINE Login only.
        registry: Makes and ends links; the account link's own by default.
        login: LINE Login with a vault, where the shop keeps tokens: their rights are taken back
            when the link ends.
        deauthorize_url: The shop's page that starts a LINE Login of the flow `DEAUTHORIZE`; where
            no tokens are kept, a customer whose link ended is offered it.
        unlink_words: A customer who writes just this ends their link; empty for none.
        after_linked: Called after a link was made.
        after_unlinked: Called after a link ended.

    Raises:
        ConfigurationError: The account link has another registry, or an address is not https.
    """

    account_link: AccountLink | None = None
    registry: LinkRegistry = field(default=Factory(_own_registry, takes_self=True))
    login: LineLogin | None = None
    deauthorize_url: str | None = field(default=None, validator=_checked_page)
    unlink_words: frozenset[str] = field(default=frozenset({"連携解除"}), converter=_words)
    after_linked: AfterLink = field(default=_nothing, repr=False)
    after_unlinked: AfterLink = field(default=_nothing, repr=False)

    def __attrs_post_init__(self) -> None:
        """Refuse two registries: links would be made under one policy and ended under another."""
        if self.account_link is not None and self.account_link.registry != self.registry:
            msg = "Linking.registry and its account link's registry differ; give only one."
            raise ConfigurationError(msg)

    @property
    def texts(self) -> LinkTexts:
        """What customers read about linking."""
        return self.account_link.texts if self.account_link else LinkTexts()

    @property
    def invitations(self) -> AccountLink:
        """The account link.

        Raises:
            ConfigurationError: There is none.
        """
        if self.account_link is None:
            msg = "Give SupportDesk linking=Linking(account_link=AccountLink(page_url=...))."
            raise ConfigurationError(msg)
        return self.account_link
