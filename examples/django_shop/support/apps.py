"""The LINE desk in this project."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SupportConfig(AppConfig):
    """LINE's views, tickets and links in the admin, and the worker's command."""

    name = "support"
    verbose_name = "LINEサポート"

    def ready(self) -> None:
        """Have `manage.py migrate` make the operators' groups, once the permissions are there."""
        post_migrate.connect(_make_groups, sender=self)


def _make_groups(**_: object) -> None:
    from django.contrib.auth.models import Group, Permission  # noqa: PLC0415 - apps are ready now

    from support.operators import GROUPS  # noqa: PLC0415 - same

    for name, roles in GROUPS.items():
        group, is_new = Group.objects.get_or_create(name=name)
        if is_new:
            own = Permission.objects.filter(content_type__app_label="support", codename__in=roles)
            group.permissions.set(own)
