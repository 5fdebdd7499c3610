"""`linecs knowledge` as a support lead runs it: publish, compare, take back, write to a file."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

from linecs.cli import main
from linecs.replies.files import read_faq, read_rules

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHOP = """\
from linecs import Channel, MemoryStorage, SupportDesk

desk = SupportDesk(
    storage=MemoryStorage(),
    channels=[Channel(id="main", bot_user_id="U" + "0" * 32, secrets="s", access_token="t")],
)
"""
FAQ = "- {id: fee, question: 送料は, answer: 500円です}\n"
SCENARIOS = "- {id: s, start: a, steps: {x: {say: b, ask: text}, y: {end: hand_off}}}\n"
CHANGED = "- {id: fee, question: 送料は, answer: 600円です}\n"
MORE = """\
- {id: fee, question: 送料は, variants: [配送料], answer: "600円です。\\n沖縄は別です。"}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a desk and an FAQ."""
    (tmp_path / "knowing_shop.py").write_text(SHOP, encoding="utf-8")
    (tmp_path / "faq.yaml").write_text(FAQ, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("knowing_shop", None)


def run(*arguments: str) -> int:
    """Run `linecs knowledge` on the shop's desk."""
    action, *rest = arguments
    return main(["knowledge", action, "knowing_shop:desk", *rest])


def test_publishing_says_what_changed(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first time everything is added, then only what differs."""
    assert run("publish", "--faq", "faq.yaml", "--by", "寺澤") == 0
    assert capsys.readouterr().out.startswith("＋ FAQ fee を追加\n公開しました: faq 1 件、版 ")
    (shop / "faq.yaml").write_text(CHANGED, encoding="utf-8")
    assert run("diff", "--faq", "faq.yaml") == 0
    assert capsys.readouterr().out == (
        "＊ FAQ fee を変更: answer\n    回答(answer): 500円です → 600円です\n"
    )
    run("publish", "--faq", "faq.yaml", "--by", "寺澤")
    run("diff", "--faq", "faq.yaml", "--lang", "en")
    assert capsys.readouterr().out.endswith("There is no difference.\n")


def test_an_earlier_version_comes_back(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Versions are listed newest first; rolling back publishes the old one again."""
    run("publish", "--faq", "faq.yaml", "--by", "寺澤", "--note", "初版")
    (shop / "faq.yaml").write_text(CHANGED, encoding="utf-8")
    assert run("publish", "--faq", "faq.yaml", "--by", "佐藤") == 1
    (based_on,) = set(re.findall(r"--based-on (\w{26})", capsys.readouterr().out))
    assert run("publish", "--faq", "faq.yaml", "--by", "佐藤", "--based-on", based_on) == 0
    capsys.readouterr()
    run("versions", "--kind", "faq")
    newest, first = capsys.readouterr().out.splitlines()
    assert newest.endswith("1 件  佐藤")
    assert first.endswith("1 件  寺澤  初版")
    assert re.match(r"\w{26}  \d{4}-\d\d-\d\d \d\d:\d\d ", first)
    assert run("rollback", first.split()[0], "--by", "佐藤") == 0
    assert capsys.readouterr().out.startswith("元に戻しました: faq 1 件、版 ")
    run("export", "now.csv", "--kind", "faq")
    (entry,) = read_faq((shop / "now.csv").read_bytes(), name="now.csv")
    assert entry.answer == "500円です"


def test_what_is_published_can_be_written_to_a_file(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file's name says whether YAML or CSV; scenarios have no table."""
    (shop / "rules.csv").write_text("id,exact,texts\na,返品,はい\n", encoding="cp932")
    run("publish", "--rules", "rules.csv", "--by", "寺澤")
    assert run("export", "rules.yaml", "--kind", "rules") == 0
    assert "rules.yaml に 1 件を書き出しました" in capsys.readouterr().out
    (rule,) = read_rules((shop / "rules.yaml").read_bytes(), name="rules.yaml")
    assert rule.exact == ("返品",)
    assert run("export", "s.csv", "--kind", "scenarios") == 2
    (shop / "s.yaml").write_text(SCENARIOS, encoding="utf-8")
    run("publish", "--scenarios", "s.yaml", "--by", "寺澤")
    assert run("export", "s.csv", "--kind", "scenarios") == 2


def test_nobody_publishes_over_a_colleague_unawares(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who published last is named, and so is the version to look at; nothing is lost."""
    run("publish", "--faq", "faq.yaml", "--by", "寺澤")
    first = capsys.readouterr().out.split()[-1]
    (shop / "faq.yaml").write_text(CHANGED, encoding="utf-8")
    run("publish", "--faq", "faq.yaml", "--by", "佐藤", "--based-on", first)
    capsys.readouterr()
    assert run("publish", "--faq", "faq.yaml", "--by", "鈴木") == 0
    assert capsys.readouterr().out == "違いはありません。\n"
    (shop / "faq.yaml").write_text(MORE, encoding="utf-8")
    assert run("publish", "--faq", "faq.yaml", "--by", "鈴木", "--lang", "en") == 1
    assert "what is published now is by 佐藤" in capsys.readouterr().out
    assert run("publish", "--faq", "faq.yaml", "--by", "鈴木", "--based-on", first) == 2
    assert "佐藤 さんが" in capsys.readouterr().err
    assert run("rollback", first, "--by", "鈴木", "--based-on", first) == 2


def test_two_versions_are_compared_field_by_field(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What stood there before and what stands there now, under the lead's own words."""
    versions = []
    for text in (FAQ, MORE):
        (shop / "faq.yaml").write_text(text, encoding="utf-8")
        run("publish", "--faq", "faq.yaml", "--by", "寺澤")
        versions.append(capsys.readouterr().out.split()[-1])
    assert run("diff", *versions) == 0
    assert capsys.readouterr().out == (
        "＊ FAQ fee を変更: variants, answer\n"
        "    ほかの聞き方(variants): ＋「配送料」\n"
        "    回答(answer): 500円です → 600円です。⏎沖縄は別です。\n"
    )
    assert run("diff", versions[0]) == 2


def test_a_file_with_a_mistake_is_not_published(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The mistake is told with its line, and nothing changes."""
    (shop / "faq.yaml").write_text("- {id: fee, answr: 送料は}\n", encoding="utf-8")
    assert run("publish", "--faq", "faq.yaml", "--by", "寺澤") == 1
    assert "faq.yaml: 1行目 13列目: 「answr」という項目はありません。" in capsys.readouterr().out
    run("versions", "--kind", "faq")
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("shop")
def test_a_file_must_be_named() -> None:
    """Nothing is published by accident."""
    assert run("publish", "--by", "寺澤") == 2
