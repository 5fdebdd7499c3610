"""`manage.py seed_shop`: members, orders, operators, and what the support lead wrote."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from support.desk import CONTENT, publish_content

from shop.models import Member, Order

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

_STAFF = (("hanako", "花子", "LINE管理者"), ("taro", "太郎", "LINE担当者"))


class Command(BaseCommand):
    """Fills an empty shop; what is there already stays."""

    help = "会員・注文・担当者・FAQを用意します（パスワードは環境変数 DEMO_PASSWORD）"

    def handle(self, **_: object) -> None:
        """Fill the shop."""
        password = os.environ.get("DEMO_PASSWORD", "")
        if not password:
            raise CommandError("DEMO_PASSWORD を設定してください。全員のパスワードになります。")
        data = json.loads((CONTENT / "shop.json").read_text("utf-8"))
        for each in data["members"]:
            user = _user(each["email"], password)
            own = {"user": user, "name": each["name"], "rank": each["rank"]}
            Member.objects.get_or_create(number=each["number"], defaults=own)
        for each in data["orders"]:
            _order(**each)
        for username, name, group in _STAFF:
            user = _user(username, password, first_name=name, is_staff=True)
            user.groups.add(Group.objects.get(name=group))
            user.user_permissions.add(*Permission.objects.filter(codename="change_order"))
        publish_content(by="lead")


def _user(username: str, password: str, **own: object) -> AbstractUser:
    user, is_new = get_user_model().objects.get_or_create(username=username, defaults=own)
    if is_new:
        user.set_password(password)
        user.save()
    return user


def _order(*, number: str, member: str, days_ago: int, title: str, status: str) -> None:
    kinds = {name: value for value, name in Order.Status.choices}
    own = {
        "member": Member.objects.get(number=member),
        "title": title,
        "status": kinds[status],
        "placed_at": timezone.now() - timedelta(days=days_ago),
        "tracking": f"4000-{number}",
    }
    Order.objects.get_or_create(number=number, defaults=own)
