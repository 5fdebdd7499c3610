"""Members and their orders, as any Django shop has them."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Member(models.Model):
    """A customer who has an account; `number` is what links hold as the member's id."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="ユーザー")
    number = models.CharField("会員番号", max_length=20, unique=True)
    name = models.CharField("お名前", max_length=100)
    rank = models.CharField("ランク", max_length=20)

    class Meta:
        verbose_name = verbose_name_plural = "会員"

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Order(models.Model):
    """One order."""

    class Status(models.TextChoices):
        """Where it stands."""

        PREPARING = "preparing", "発送準備中"
        SHIPPED = "shipped", "発送済み"
        DELIVERED = "delivered", "お届け済み"

    number = models.CharField("注文番号", max_length=20, unique=True)
    member = models.ForeignKey(Member, models.PROTECT, related_name="orders", verbose_name="会員")
    title = models.CharField("商品", max_length=200)
    status = models.CharField(
        "状況", max_length=20, choices=Status.choices, default=Status.PREPARING
    )
    placed_at = models.DateTimeField("注文日時")
    carrier = models.CharField("配送会社", max_length=50, default="ヤマト運輸")
    tracking = models.CharField("お問い合わせ番号", max_length=50, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "注文"
        ordering = ("-placed_at",)

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
