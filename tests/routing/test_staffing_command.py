"""`linecs staffing`, as a person runs it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import pytest

from linecs.cli import staffing

if TYPE_CHECKING:
    from pathlib import Path


def run(*words: str) -> int:
    """Run the command as `linecs` does."""
    parser = argparse.ArgumentParser()
    staffing.register(parser.add_subparsers(required=True))
    args = parser.parse_args(["staffing", *words])
    return int(args.run(args))


def test_the_table_is_japanese_and_aligned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Full-width headings stand over their columns."""
    table = tmp_path / "arrivals.csv"
    table.write_text("時刻,件数\n10:00,6\n１０：３０,30\n", encoding="utf-8-sig")
    assert run("--arrivals", str(table), "--handling", "10m", "--target", "80/20s") == 0
    assert capsys.readouterr().out.splitlines() == [
        "時間帯  件数  必要人数  シフト人数  時間内  平均待ち  稼働率  離脱",
        " 10:00   6.0         4           4   83.7%      52秒     50%  0.0%",
        " 10:30  30.0        14          14   84.8%      26秒     71%  0.0%",
        "目標: 80% を 20秒 以内に回答 / のべ 9 人時",
    ]


def test_english_and_patience_are_options(capsys: pytest.CaptureFixture[str]) -> None:
    """Erlang A shows who gives up."""
    words = ["--per-hour", "60", "--handling", "10m", "--target", "58/20s", "--patience", "5m"]
    assert run(*words, "--lang", "en") == 0
    heading, row, last = capsys.readouterr().out.splitlines()
    assert heading.split()[:2] == ["time", "arrivals"]
    assert row.split() == ["half", "hour", "30.0", "10", "10", "58.1%", "44s", "85%", "14.6%"]
    assert last == "target: 58% answered within 20s / 5 person-hours"


def test_page_views_need_a_contact_rate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The rate cannot be guessed."""
    views = tmp_path / "views.csv"
    views.write_text('10:10,"1,500"\n10:20,1500\n\n', encoding="utf-8")
    assert run("--views", str(views), "--handling", "10m") == 2
    assert "--contact-rate" in capsys.readouterr().err
    words = ["--views", str(views), "--handling", "10m", "--contact-rate", "0.01"]
    assert run(*words, "--target", "80/20s") == 0
    assert capsys.readouterr().out.splitlines()[1].split()[:3] == ["10:00", "30.0", "14"]


@pytest.mark.parametrize("text", ["", "10:00", "25:00,3", "10:00,many", "10:00,-1", "10:00,nan"])
def test_an_unusable_table_is_named_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """The command answers 2 and shows how a row is written."""
    table = tmp_path / "arrivals.csv"
    table.write_text(text, encoding="utf-8")
    assert run("--arrivals", str(table), "--handling", "10m") == 2
    assert "10:00,12" in capsys.readouterr().err


def test_a_missing_file_is_no_crash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command answers 2 and names the file."""
    assert run("--arrivals", str(tmp_path / "none.csv"), "--handling", "10m") == 2
    assert "none.csv" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["--handling", "10"], ["--target", "80"], ["--target", "100/20s"]]
)
def test_a_wrong_duration_or_target_is_refused(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Argparse answers 2 with the option's name."""
    with pytest.raises(SystemExit):
        run("--per-hour", "60", "--handling", "10m", *words)
    assert words[0] in capsys.readouterr().err


def test_a_target_of_nobody_still_keeps_up_with_the_work(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Ten erlangs need eleven people, or the queue only grows."""
    assert run("--per-hour", "60", "--handling", "10m", "--target", "0/20s") == 0
    assert capsys.readouterr().out.splitlines()[1].split()[2] == "11"
