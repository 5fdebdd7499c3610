"""Members and orders in the shop's own tables."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen
from werkzeug.security import check_password_hash, generate_password_hash

from linecs.idlink.member import MemberCard, Order, Shipment

if TYPE_CHECKING:
    from linecs.model import MemberId

__all__ = ["Shop"]

_TABLES = """
CREATE TABLE IF NOT EXISTS members (
    id TEXT PRIMARY KEY, email TEXT UNIQUE, name TEXT, rank TEXT, password TEXT
);
CREATE TABLE IF NOT EXISTS orders (
    number TEXT PRIMARY KEY, member_id TEXT REFERENCES members, placed_at INTEGER, title TEXT,
    status TEXT, carrier TEXT, tracking TEXT
);
"""
_CONTENT = Path(__file__).parents[2] / "shop_content" / "shop.json"
_DAY = 86_400_000


@frozen
class Shop:
    """The shop's own database; keeps `linecs.idlink.MemberDirectory` for the desk."""

    path: Path

    def install(self, now: int, *, password: str) -> None:
        """Make the tables, with believable members and orders; all have this password."""
        content = json.loads(_CONTENT.read_text("utf-8"))
        members = [
            (each["number"], each["email"], each["name"], each["rank"], "")
            for each in content["members"]
        ]
        orders = [
            (
                *(each["number"], each["member"], now - each["days_ago"] * _DAY),
                *(each["title"], each["status"], "ヤマト運輸", f"4000-{each['number']}"),
            )
            for each in content["orders"]
        ]
        with closing(self._connect()) as db, db:
            db.executescript(_TABLES)
            db.executemany("INSERT OR IGNORE INTO members VALUES (?, ?, ?, ?, ?)", members)
            db.execute("UPDATE members SET password = ?", [generate_password_hash(password)])
            db.executemany("INSERT OR IGNORE INTO orders VALUES (?, ?, ?, ?, ?, ?, ?)", orders)

    def log_in(self, email: str, password: str) -> str | None:
        """Return the member's id, None where the two do not belong together."""
        with closing(self._connect()) as db:
            row = db.execute("SELECT id, password FROM members WHERE email = ?", [email]).fetchone()
        # An unknown address takes as long as a wrong password.
        fits = check_password_hash(row[1] if row else generate_password_hash("nobody"), password)
        return row[0] if row and fits else None

    def orders(self, member_id: str) -> list[sqlite3.Row]:
        """Return a member's orders, newest first."""
        with closing(self._connect()) as db:
            query = "SELECT * FROM orders WHERE member_id = ? ORDER BY placed_at DESC"
            return db.execute(query, [member_id]).fetchall()

    def card(self, member_id: MemberId) -> MemberCard | None:
        """Return what operators see of a member. Called by the desk."""
        with closing(self._connect()) as db:
            query = "SELECT name, rank FROM members WHERE id = ?"
            row = db.execute(query, [member_id]).fetchone()
        if row is None:
            return None
        orders = self.orders(member_id)
        return MemberCard(
            member_id=member_id,
            name=row["name"],
            rank=row["rank"],
            orders=tuple(
                Order(
                    number=each["number"],
                    placed_at=each["placed_at"],
                    status=each["status"],
                    title=each["title"],
                )
                for each in orders
            ),
            shipments=tuple(
                Shipment(
                    order_number=each["number"],
                    carrier=each["carrier"],
                    tracking_number=each["tracking"],
                    status=each["status"],
                )
                for each in orders
            ),
        )

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path)
        connection.row_factory = sqlite3.Row
        return connection
