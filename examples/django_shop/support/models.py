"""linecs' tables as the admin lists them; to read only, for what changes them is the desk."""

from __future__ import annotations

from django.db import models

from linecs.model import TicketStatus
from linecs.model.link import LinkEnd, LinkFlow

_FLOWS = {
    LinkFlow.ACCOUNT_LINK.value: "LINEのトークから",
    LinkFlow.SIGN_UP.value: "LINEで会員登録",
    LinkFlow.LOGIN.value: "LINEログイン",
    LinkFlow.LIFF.value: "LIFF",
    LinkFlow.IN_STORE.value: "店頭",
    LinkFlow.IMPORT.value: "移行データ",
}
_ENDS = {
    LinkEnd.UNLINKED_BY_CUSTOMER.value: "お客様が解除",
    LinkEnd.UNLINKED_BY_SHOP.value: "お店が解除",
    LinkEnd.MEMBER_WITHDRAWN.value: "退会",
    LinkEnd.REPLACED.value: "別の連携に切り替え",
    LinkEnd.ERASED.value: "データ削除",
}


class Customer(models.Model):
    """A LINE user of a channel."""

    id = models.CharField(primary_key=True, max_length=255)
    line_user_id = models.CharField(max_length=255)
    display_name = models.TextField("お名前")

    class Meta:
        managed = False
        db_table = "linecs_customers"
        default_permissions = ()

    def __str__(self) -> str:
        return self.display_name or "お名前未取得"


class Ticket(models.Model):
    """One matter of a customer; times are epoch ms UTC, 0 for none."""

    id = models.CharField(primary_key=True, max_length=255)
    conversation_id = models.CharField(max_length=255)
    customer = models.ForeignKey(Customer, models.DO_NOTHING, verbose_name="お客様")
    status = models.CharField(
        "状況",
        max_length=32,
        choices=[(each.value, each.japanese) for each in TicketStatus],
    )
    mark = models.CharField("マーク", max_length=255)
    assignee_id = models.CharField("担当", max_length=255, null=True)  # noqa: DJ001 - as it is kept
    opened_at = models.BigIntegerField("受付")
    due_at = models.BigIntegerField("期限")
    version = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "linecs_tickets"
        verbose_name = verbose_name_plural = "チケット"
        default_permissions = ()
        permissions = (
            ("operator", "LINEの問い合わせに対応できる"),
            ("lead", "LINEの担当を割り振り、記録を見られる"),
            ("admin", "LINEの連携解除とデータ削除ができる"),
        )

    def __str__(self) -> str:
        # Django's own history keeps this: nothing of the customer's.
        return f"チケット {self.pk[-6:]}"


class Link(models.Model):
    """A LINE user who was proven to be a member."""

    id = models.CharField(primary_key=True, max_length=255)
    customer = models.ForeignKey(Customer, models.DO_NOTHING, verbose_name="お客様")
    line_user_id = models.CharField(max_length=255)
    member_id = models.CharField("会員番号", max_length=255)
    flow = models.CharField("連携の方法", max_length=32, choices=list(_FLOWS.items()))
    linked_at = models.BigIntegerField("連携日時")
    ended_at = models.BigIntegerField("解除日時", null=True)
    ended_because = models.CharField(  # noqa: DJ001 - as it is kept
        "解除の理由", max_length=32, null=True, choices=list(_ENDS.items())
    )

    class Meta:
        managed = False
        db_table = "linecs_links"
        verbose_name = verbose_name_plural = "会員連携"
        default_permissions = ()

    def __str__(self) -> str:
        return f"連携 {self.pk[-6:]}"
