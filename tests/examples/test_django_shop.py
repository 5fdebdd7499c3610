"""The Django shop, each database in a process of its own: Django's settings are the process's."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from databases import scratch_database
from django_shops import INSIDE, shop_environment

if TYPE_CHECKING:
    from pathlib import Path

_OPTIONS = (
    *("-q", "-p", "scene", "-p", "no:cacheprovider", "--import-mode=importlib"),
    *("-c", "/dev/null", "--rootdir", INSIDE, "--confcutdir", INSIDE),
    *("-W", "error", "-W", "ignore:Core Pydantic V1 functionality:UserWarning"),
)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_shop_keeps_its_rules(kind: str, tmp_path: Path) -> None:
    """Host contract, orders, links, admin and migrations, as `django_inside` has them."""
    with scratch_database(kind, tmp_path) as url:
        ended = subprocess.run(  # noqa: S603 - our own tests
            [sys.executable, "-m", "pytest", *_OPTIONS, *sorted(INSIDE.glob("inner_*.py"))],
            cwd=INSIDE,
            env=shop_environment(url, tmp_path),
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 0, ended.stdout[-20_000:] + ended.stderr[-2_000:]
