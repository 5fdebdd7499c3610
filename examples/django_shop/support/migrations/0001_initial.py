"""linecs' tables, and what Django's admin knows of them.

A release of linecs with new tables says so: then add a migration that does `bring_up` again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import migrations, models

from linecs import SqlStorage

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def bring_up(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the tables, or what the installed release adds to them."""
    SqlStorage.join_django(editor.connection.alias).migrate()


class Migration(migrations.Migration):
    """The first."""

    initial = True
    operations = (
        migrations.RunPython(bring_up, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("line_user_id", models.CharField(max_length=255)),
                ("display_name", models.TextField(verbose_name="お名前")),
            ],
            options={
                "db_table": "linecs_customers",
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("line_user_id", models.CharField(max_length=255)),
                ("member_id", models.CharField(max_length=255, verbose_name="会員番号")),
                (
                    "flow",
                    models.CharField(
                        choices=[
                            ("account_link", "LINEのトークから"),
                            ("sign_up", "LINEで会員登録"),
                            ("login", "LINEログイン"),
                            ("liff", "LIFF"),
                            ("in_store", "店頭"),
                            ("import", "移行データ"),
                        ],
                        max_length=32,
                        verbose_name="連携の方法",
                    ),
                ),
                ("linked_at", models.BigIntegerField(verbose_name="連携日時")),
                ("ended_at", models.BigIntegerField(null=True, verbose_name="解除日時")),
                (
                    "ended_because",
                    models.CharField(
                        choices=[
                            ("unlinked_by_customer", "お客様が解除"),
                            ("unlinked_by_shop", "お店が解除"),
                            ("member_withdrawn", "退会"),
                            ("replaced", "別の連携に切り替え"),
                            ("erased", "データ削除"),
                        ],
                        max_length=32,
                        null=True,
                        verbose_name="解除の理由",
                    ),
                ),
            ],
            options={
                "verbose_name": "会員連携",
                "verbose_name_plural": "会員連携",
                "db_table": "linecs_links",
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("conversation_id", models.CharField(max_length=255)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("bot", "自動応答中"),
                            ("open", "未対応"),
                            ("in_progress", "対応中"),
                            ("waiting", "返信待ち"),
                            ("resolved", "対応完了"),
                        ],
                        max_length=32,
                        verbose_name="状況",
                    ),
                ),
                ("mark", models.CharField(max_length=255, verbose_name="マーク")),
                ("assignee_id", models.CharField(max_length=255, null=True, verbose_name="担当")),
                ("opened_at", models.BigIntegerField(verbose_name="受付")),
                ("due_at", models.BigIntegerField(verbose_name="期限")),
                ("version", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "チケット",
                "verbose_name_plural": "チケット",
                "db_table": "linecs_tickets",
                "permissions": (
                    ("operator", "LINEの問い合わせに対応できる"),
                    ("lead", "LINEの担当を割り振り、記録を見られる"),
                    ("admin", "LINEの連携解除とデータ削除ができる"),
                ),
                "managed": False,
                "default_permissions": (),
            },
        ),
    )
