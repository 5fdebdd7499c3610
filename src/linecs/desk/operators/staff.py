"""Who may do what, and the words a shop's staff sort its matters by."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from attrs import field, frozen

from linecs.errors import ActRefusedError, NotPermittedError
from linecs.routing import CATEGORIES, DEFAULT_ROLES, LINY_MARKS, MarkSet, Role
from linecs.routing.permissions import RoleTable

if TYPE_CHECKING:
    from linecs.routing import Permission

__all__ = ["RoleOf", "Staff"]

RoleOf = Callable[[str], str]
"""Returns the role of an operator's id: a `Role`, or a name from the shop's own `RoleTable`."""


def _operator(_actor: str) -> str:
    return Role.OPERATOR


@frozen(kw_only=True)
class Staff:
    """Who may do what, and the shop's words.

    Attributes:
        roles: The host's word on who is what. By default everyone may do what an operator
            may, and nobody what takes a lead or an admin.
        role_table: What each role may do.
        marks: On tickets, customers and messages.
        categories: Of tickets.
    """

    roles: RoleOf = field(default=_operator, repr=False)
    role_table: RoleTable = DEFAULT_ROLES
    marks: MarkSet = LINY_MARKS
    categories: MarkSet = CATEGORIES

    def may(self, actor: str, permission: Permission) -> bool:
        """Whether somebody's role allows it."""
        return self.role_table.may([self.roles(actor)], permission)

    def permit(self, actor: str, permission: Permission) -> None:
        """Let it pass, or raise `NotPermittedError`; `ActRefusedError` where nobody acts."""
        if not actor:
            raise ActRefusedError(reason="no_actor")
        if not self.may(actor, permission):
            raise NotPermittedError(actor=actor, permission=permission)
