"""Members and orders."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The first."""

    initial = True
    dependencies = (migrations.swappable_dependency(settings.AUTH_USER_MODEL),)
    operations = (
        migrations.CreateModel(
            name="Member",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="会員番号")),
                ("name", models.CharField(max_length=100, verbose_name="お名前")),
                ("rank", models.CharField(max_length=20, verbose_name="ランク")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ユーザー",
                    ),
                ),
            ],
            options={
                "verbose_name": "会員",
                "verbose_name_plural": "会員",
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="注文番号")),
                ("title", models.CharField(max_length=200, verbose_name="商品")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("preparing", "発送準備中"),
                            ("shipped", "発送済み"),
                            ("delivered", "お届け済み"),
                        ],
                        default="preparing",
                        max_length=20,
                        verbose_name="状況",
                    ),
                ),
                ("placed_at", models.DateTimeField(verbose_name="注文日時")),
                (
                    "carrier",
                    models.CharField(default="ヤマト運輸", max_length=50, verbose_name="配送会社"),
                ),
                (
                    "tracking",
                    models.CharField(blank=True, max_length=50, verbose_name="お問い合わせ番号"),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="shop.member",
                        verbose_name="会員",
                    ),
                ),
            ],
            options={
                "verbose_name": "注文",
                "verbose_name_plural": "注文",
                "ordering": ("-placed_at",),
            },
        ),
    )
