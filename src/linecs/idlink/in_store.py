"""Linking in a store: a QR code and a short address for the member at the counter."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from attrs import field, frozen

from linecs.idlink.addresses import checked_address
from linecs.idlink.errors import CodeError
from linecs.idlink.links import checked_member_id
from linecs.idlink.secret import hash_secret
from linecs.model.link import LinkCode

if TYPE_CHECKING:
    from linecs.idlink.ports import CodeStore
    from linecs.model.ids import MemberId, OperatorId, ProviderId

__all__ = ["InStoreLink", "LinkOffer", "qr_code_svg"]

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's Base32: no letter that a hand could take for a digit."""
_LENGTH = 10
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
_TEN_MINUTES = 600_000


def qr_code_svg(url: str) -> str:
    """Return a QR code of an address as an SVG element, for a page or a printer."""
    import segno  # noqa: PLC0415 - the extra `login`

    svg: str = segno.make(url, error="m", micro=False).svg_inline(scale=6, border=4)
    return svg


@frozen(kw_only=True)
class LinkOffer:
    """What staff show or read out to a member.

    Attributes:
        code: Ten characters, in two groups.
        url: The short address with the code in it.
        expires_at: Epoch ms UTC.
    """

    code: str = field(repr=False)
    url: str = field(repr=False)
    expires_at: int

    def qr_code_svg(self) -> str:
        """Return the address as a QR code, an SVG element."""
        return qr_code_svg(self.url)


def _checked_url(_instance: object, _attribute: object, value: str) -> None:
    checked_address("InStoreLink.short_url", value)


@frozen(kw_only=True)
class InStoreLink:
    """Gives out codes by which a member links without typing a password.

    A code stands for the member: 50 random bits, for ten minutes, once. The page at
    `short_url` must redeem it by a button (a POST), since previews open addresses, must limit
    tries, and then start a LINE Login of the flow `in_store`.

    Attributes:
        short_url: The shop's page; the code comes after a slash.
        code_life: In ms.
    """

    short_url: str = field(validator=_checked_url)
    code_life: int = _TEN_MINUTES

    def offer(
        self,
        store: CodeStore,
        provider_id: ProviderId,
        member_id: str,
        *,
        issued_by: OperatorId,
        now: int,
    ) -> LinkOffer:
        """Return a fresh code for a member whom staff identified.

        Args:
            store: The open transaction.
            provider_id: The provider.
            member_id: Whom staff have before them.
            issued_by: The staff member, for the record.
            now: Epoch ms UTC.
        """
        code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        expires_at = now + self.code_life
        store.add_code(
            LinkCode(
                code_hash=hash_secret(code),
                provider_id=provider_id,
                member_id=checked_member_id(member_id),
                issued_by=issued_by,
                issued_at=now,
                expires_at=expires_at,
            )
        )
        shown = f"{code[: _LENGTH // 2]}-{code[_LENGTH // 2 :]}"
        url = f"{self.short_url.rstrip('/')}/{shown}"
        return LinkOffer(code=shown, url=url, expires_at=expires_at)

    def redeem(self, store: CodeStore, code: str, *, now: int) -> MemberId:
        """Return the member a code stands for, using it up.

        Small letters, spaces, hyphens and I, L, O for 1, 1, 0 are read as meant.

        Args:
            store: The open transaction.
            code: As scanned or typed.
            now: Epoch ms UTC.

        Raises:
            CodeError: It is unknown, used, or too old.
        """
        known = store.find_code(hash_secret(code.upper().translate(_READ_AS)))
        if known is None or now >= known.expires_at or not store.use_code(known.code_hash, now):
            raise CodeError("The code is unknown, used or too old; ask the staff for another.")
        return known.member_id
