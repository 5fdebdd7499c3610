"""`linecs doctor shop.line:desk`: is the desk well, and what to do where it is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import attrs

from linecs.cli.desks import load_desk
from linecs.desk.health import Severity

if TYPE_CHECKING:
    import argparse

    from linecs.desk.health import Finding

__all__ = ["register", "run"]

_SIGNS = {Severity.OK: "○", Severity.WARNING: "△", Severity.ERROR: "×"}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and what it takes."""
    parser = subparsers.add_parser(
        "doctor",
        help="設定と稼働状況を点検する / check settings and operation",
        description="トークン、Webhook、滞留、送信数などを点検し、対処を示します。",
    )
    parser.add_argument("desk", help="デスクの場所 (例: shop.line:desk)")
    parser.add_argument("--offline", action="store_true", help="LINEには問い合わせない")
    parser.add_argument("--json", action="store_true", help="JSONで出力する")


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; 1 where something is wrong."""
    findings = load_desk(arguments.desk).health(ask_line=not arguments.offline)
    if arguments.json:
        print(json.dumps([attrs.asdict(each) for each in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            _print(finding)
    return int(any(finding.severity is Severity.ERROR for finding in findings))


def _print(finding: Finding) -> None:
    channel = f"[{finding.channel_id}] " if finding.channel_id else ""
    print(f"{_SIGNS[finding.severity]} {channel}{finding.said}")
    if finding.to_do:
        print(f"   → {finding.to_do}")
