"""`linecs rules` as a support lead runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from linecs.cli import main
from linecs.replies.files import read_rules

if TYPE_CHECKING:
    from pathlib import Path

SHADOWED = """\
- {id: fee, contains: 返品送料, texts: 無料です}
- {id: returns, contains: 返品, texts: 承ります, priority: 1}
"""


def test_lint_says_where_what_and_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A finding has file, line, rule and advice, in Japanese; errors make the status 1."""
    file = tmp_path / "rules.yaml"
    file.write_text(SHADOWED, encoding="utf-8")
    assert main(["rules", "lint", str(file)]) == 1
    printed = capsys.readouterr().out
    assert f"{file}:1: エラー [fee] このルールは応答しません。" in printed
    assert "エラー 1 件、注意 0 件" in printed


def test_lint_speaks_english_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Programs get the same findings with codes."""
    file = tmp_path / "rules.yaml"
    file.write_text(SHADOWED, encoding="utf-8")
    main(["rules", "lint", str(file), "--lang", "en", "--json"])
    (finding,) = json.loads(capsys.readouterr().out)
    assert (finding["line"], finding["id"], finding["code"]) == (1, "fee", "shadowed")
    assert finding["message"].startswith("This rule never answers: returns always answers first.")


def test_lint_of_sound_files_exits_with_zero(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rules and FAQ together; a warning is no error."""
    rules, faq = tmp_path / "rules.csv", tmp_path / "faq.csv"
    rules.write_text("id,exact,texts\nreturns,返品,承ります\n", encoding="cp932")
    faq.write_text("id,question,answer\nhours,営業時間は,10時から\n", encoding="utf-8-sig")
    assert main(["rules", "lint", str(rules), "--faq", str(faq)]) == 0
    assert "問題は見つかりませんでした。" in capsys.readouterr().out


def test_lint_of_a_broken_file_points_at_the_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be read is an error like others."""
    file = tmp_path / "rules.yaml"
    file.write_text("- id: a\n  contians: x\n", encoding="utf-8")
    assert main(["rules", "lint", str(file)]) == 1
    assert "2行目 3列目: 「contians」という項目はありません。" in capsys.readouterr().out


def test_lint_looks_for_pictures_in_their_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A picture under a served address must be in the folder; others are left alone."""
    (tmp_path / "a b.png").touch()
    picture = "{type: image, originalContentUrl: '%s', previewImageUrl: '%s'}"
    here = picture % ("https://shop.example/i/a%20b.png?v=1", "https://else.example/b.png")
    gone = picture % ("https://shop.example/i/gone.png", "https://else.example/b.png")
    file = tmp_path / "rules.yaml"
    file.write_text(f"- {{id: a, exact: a, messages: [{here}, {gone}]}}\n", encoding="utf-8")
    served = f"https://shop.example/i={tmp_path}"
    assert main(["rules", "lint", str(file), "--images", served]) == 1
    printed = capsys.readouterr().out
    assert "messages[1] の画像「https://shop.example/i/gone.png」がありません。" in printed
    assert "エラー 1 件" in printed


@pytest.mark.parametrize(
    "arguments", [["lint"], ["lint", "nosuch.yaml"], ["lint", "--faq", "x", "--images", "y"]]
)
def test_lint_without_its_files_exits_with_two(arguments: list[str]) -> None:
    """What was asked cannot be done; the message says so."""
    assert main(["rules", *arguments]) == 2


def test_lint_compares_with_past_inquiries(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One inquiry a line, in any encoding; a word in most of them is too broad."""
    rules, past = tmp_path / "rules.yaml", tmp_path / "past.txt"
    rules.write_text("- {id: a, contains: ドレス, texts: はい}\n", encoding="utf-8")
    past.write_text("ドレスの丈\n\n靴\n" * 30, encoding="cp932")
    assert main(["rules", "lint", str(rules), "--messages", str(past)]) == 0
    assert "過去の問い合わせ 60 件のうち 30 件(50%)" in capsys.readouterr().out


def test_import_prints_where_no_file_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rules can be looked at first."""
    listed = tmp_path / "list.csv"
    listed.write_text("キーワード,返信\n営業時間,10時から\n", encoding="utf-8")
    assert main(["rules", "import", str(listed)]) == 0
    assert capsys.readouterr().out.startswith("rules:\n  - id: 営業時間\n")


@pytest.mark.parametrize("name", ["rules.yaml", "rules.csv"])
def test_import_turns_a_keyword_list_into_rules(tmp_path: Path, name: str) -> None:
    """A list from elsewhere becomes a file that is read as rules."""
    listed, rules = tmp_path / "list.csv", tmp_path / name
    listed.write_text("キーワード,返信\n営業時間,10時から\n", encoding="cp932")
    assert main(["rules", "import", str(listed), "--to", str(rules)]) == 0
    (rule,) = read_rules(rules.read_bytes(), name=name)
    assert (rule.id, rule.exact) == ("営業時間", ("営業時間",))
