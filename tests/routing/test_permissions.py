"""Roles and what they may do."""

from __future__ import annotations

import pytest

from linecs.routing import DEFAULT_ROLES, Permission, Role, RoleTable


@pytest.mark.parametrize(
    ("role", "permission", "granted"),
    [
        (Role.OPERATOR, Permission.REPLY, True),
        (Role.OPERATOR, Permission.ASSIGN, False),
        (Role.LEAD, Permission.EXPORT, True),
        (Role.LEAD, Permission.ERASE, False),
        (Role.ADMIN, Permission.ERASE, True),
    ],
)
def test_each_default_role(role: Role, permission: Permission, *, granted: bool) -> None:
    """Operators answer, leads lead, admins may do everything."""
    assert DEFAULT_ROLES.may([role], permission) is granted


def test_each_role_may_all_that_the_lower_may() -> None:
    """Nobody loses a right by promotion."""
    sets = [DEFAULT_ROLES.permissions([role]) for role in Role]
    assert sets[0] < sets[1] < sets[2] == frozenset(Permission)


def test_an_unknown_role_may_nothing() -> None:
    """A typing error opens no door."""
    assert not any(DEFAULT_ROLES.may(["Admin", "root"], permission) for permission in Permission)
    assert DEFAULT_ROLES.permissions([]) == frozenset()


def test_a_shop_defines_roles_of_its_own() -> None:
    """A trainee reads and notes; several roles add up."""
    table = RoleTable(roles={**DEFAULT_ROLES.roles, "trainee": [Permission.READ, Permission.NOTE]})
    assert table.permissions(["trainee"]) == {Permission.READ, Permission.NOTE}
    assert table.may(["trainee", Role.LEAD], Permission.ASSIGN)
