"""What each role may do; the host says who has which role."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["DEFAULT_ROLES", "Permission", "Role", "RoleTable"]


class Role(StrEnum):
    """The roles a shop begins with."""

    OPERATOR = "operator"
    LEAD = "lead"
    ADMIN = "admin"


class Permission(StrEnum):
    """One thing a person may do; the desk asks for each.

    Hours, settings and published answers are the shop's files and code: who may change those is
    for the host to say.
    """

    READ = "read"
    """Conversations, tickets and lists."""
    REPLY = "reply"
    NOTE = "note"
    MARK = "mark"
    """Marks, tags, categories and priority."""
    CLAIM = "claim"
    """Take a ticket, or give back one's own."""
    RESOLVE = "resolve"
    """Resolve, reopen, snooze, split and merge."""
    ASSIGN = "assign"
    """Give and take tickets of others."""
    BULK_CHANGE = "bulk_change"
    SPEND_RESERVE = "spend_reserve"
    """Push what no reply token carries, when the month's reserve is reached."""
    EDIT_ANSWERS = "edit_answers"
    """Accept or reject what the desk proposes for the FAQ."""
    EXPORT = "export"
    """A customer's whole history, out of the desk."""
    SEE_AUDIT = "see_audit"
    EDIT_LINKS = "edit_links"
    """End a member link by hand."""
    ERASE = "erase"
    """A person's data."""


_OPERATOR = frozenset(
    {
        Permission.READ,
        Permission.REPLY,
        Permission.NOTE,
        Permission.MARK,
        Permission.CLAIM,
        Permission.RESOLVE,
        Permission.SPEND_RESERVE,
    }
)
_LEAD = _OPERATOR | {
    Permission.ASSIGN,
    Permission.BULK_CHANGE,
    Permission.EDIT_ANSWERS,
    Permission.EXPORT,
    Permission.SEE_AUDIT,
}


def _as_sets(roles: Mapping[str, Iterable[Permission]]) -> Mapping[str, frozenset[Permission]]:
    return {role: frozenset(permissions) for role, permissions in roles.items()}


@frozen(kw_only=True)
class RoleTable:
    """What each role may do.

    Attributes:
        roles: Permissions by the role's name; a shop may add names of its own.
    """

    roles: Mapping[str, frozenset[Permission]] = field(converter=_as_sets, hash=False)

    def may(self, roles: Iterable[str], permission: Permission) -> bool:
        """Whether somebody with these roles may do it; a role that is not known may nothing."""
        return any(permission in self.roles.get(role, frozenset()) for role in roles)

    def permissions(self, roles: Iterable[str]) -> frozenset[Permission]:
        """All that somebody with these roles may do."""
        granted = (self.roles.get(role, frozenset()) for role in roles)
        return frozenset().union(*granted)


DEFAULT_ROLES = RoleTable(
    roles={Role.OPERATOR: _OPERATOR, Role.LEAD: _LEAD, Role.ADMIN: frozenset(Permission)}
)
"""Operators answer; leads assign, export and see the trail; admins may do everything."""
