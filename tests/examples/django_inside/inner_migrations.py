"""Linecs' tables come with `manage.py migrate`, and the groups with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import transaction

from linecs import SqlStorage

if TYPE_CHECKING:
    from linecs import SupportDesk


def test_the_tables_fit_this_release(desk: SupportDesk) -> None:
    """Neither the desk nor Django has anything left to migrate."""
    with transaction.atomic():
        SqlStorage.join_django().check()
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_migrating_again_keeps_what_is_there(desk: SupportDesk) -> None:
    """Whatever made the tables, a deployment may run `migrate` each time."""
    call_command("migrate", "support", "zero", verbosity=0)
    call_command("migrate", verbosity=0)
    assert desk.knowledge.versions("faq", limit=1)


def test_a_group_is_a_role(desk: SupportDesk) -> None:
    """The shop gives its staff groups; what each may do is the desk's role."""
    roles = {group.name: group.permissions.get().codename for group in Group.objects.all()}
    assert roles == {"LINE担当者": "operator", "LINEリーダー": "lead", "LINE管理者": "admin"}
