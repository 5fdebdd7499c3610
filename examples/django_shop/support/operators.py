"""Django's users as operators: their permissions are roles, their primary keys actors' ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model

from linecs.routing import DEFAULT_ROLES, Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.models import AbstractBaseUser

    from linecs.routing import Permission

__all__ = ["GROUPS", "actor_of", "may", "names", "role_of"]

GROUPS = {
    "LINE担当者": (Role.OPERATOR,),
    "LINEリーダー": (Role.LEAD,),
    "LINE管理者": (Role.ADMIN,),
}
"""The groups that `manage.py migrate` makes, and the permissions `support.…` they have."""


def actor_of(user: AbstractBaseUser) -> str:
    """Return what the desk calls a user; a name may change, this does not."""
    return str(user.pk)


def role_of(actor: str) -> str:
    """Return an operator's role, empty for none. Called by the desk before each act."""
    known = actor.isdecimal()
    user = get_user_model().objects.filter(pk=actor, is_staff=True).first() if known else None
    return _role(user) if user is not None else ""


def may(user: AbstractBaseUser, permission: Permission) -> bool:
    """Return whether a user's role takes this."""
    return DEFAULT_ROLES.may([_role(user)], permission)


def names() -> Mapping[str, str]:
    """Return what to call each of the staff, and the desk itself, by actors' ids."""
    staff = get_user_model().objects.filter(is_staff=True)
    return {
        "bot": "自動応答",
        "system": "システム",
        **{actor_of(user): user.get_full_name() or user.get_username() for user in staff},
    }


def _role(user: AbstractBaseUser) -> str:
    highest_first = (Role.ADMIN, Role.LEAD, Role.OPERATOR)
    return next((role for role in highest_first if user.has_perm(f"support.{role}")), "")
