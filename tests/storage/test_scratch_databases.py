"""A database that does not answer is seen: skipped on a desk, failed in CI."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import databases

if TYPE_CHECKING:
    from pathlib import Path

NOBODY = {
    "postgresql": "postgresql+psycopg://postgres@127.0.0.1:1/postgres",
    "mariadb": "mysql+pymysql://root@127.0.0.1:1/test",
}


@pytest.mark.parametrize("kind", NOBODY)
@pytest.mark.parametrize(
    ("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)]
)
def test_a_silent_server_is_a_skip_or_in_ci_a_failure(
    kind: str,
    ci: str,
    outcome: type[BaseException],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody mistakes a run without a database for one with it."""
    monkeypatch.setattr(databases, "SERVERS", NOBODY)
    monkeypatch.setenv("CI", ci)
    with (
        pytest.raises(outcome, match="does not answer"),
        databases.scratch_database(kind, tmp_path),
    ):
        pass
