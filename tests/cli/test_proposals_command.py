"""`linecs knowledge propose`, `proposals`, `accept` and `reject` as a support lead runs them."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING, Any

import pytest

from linecs import SqlStorage
from linecs.cli import main
from linecs.model.knowledge import KnowledgeProposal
from linecs.storage.ports import equal
from pasts import RETURN, teach

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHOP = """\
from linecs import Channel, SqlStorage, SupportDesk
from linecs.desk import Staff

desk = SupportDesk(
    storage=SqlStorage.connect("sqlite:///desk.db"),
    channels=[Channel(id="main", bot_user_id="U" + "0" * 32, secrets="s", access_token="t")],
    staff=Staff(roles=lambda name: "lead" if name == "寺澤" else "operator"),
)
"""


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a month of customers in it."""
    database = tmp_path_factory.mktemp("past") / "desk.db"
    teach(database)
    return database


@pytest.fixture(autouse=True)
def shop(past: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder with a desk that has that past."""
    for file in past.parent.iterdir():
        shutil.copy(file, tmp_path / file.name)
    (tmp_path / "learning_shop.py").write_text(SHOP, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop("learning_shop", None)


def run(*arguments: str) -> int:
    """Run `linecs knowledge` on the shop's desk."""
    action, *rest = arguments
    return main(["knowledge", action, "learning_shop:desk", *rest])


def proposed(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    """What is proposed, by the text."""
    assert run("propose", "--json") == 0
    return {each["text"]: each for each in json.loads(capsys.readouterr().out)}


def test_what_is_found_is_listed_and_progress_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The best supported first; on the error stream how far it is."""
    assert run("propose") == 0
    out, err = capsys.readouterr()
    assert out.count("■") == 3
    assert "もとの問い合わせ: 2 件" in out
    assert "FAQ returns「返品はできますか」に、ほかの聞き方を足す" in out
    assert ("問い合わせ 6/2000" in err, "提案 3/3" in err) == (True, True)


def test_one_lists_without_looking_anew(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing was proposed before the first run; in English where one asks for it."""
    run("proposals")
    assert capsys.readouterr().out == "提案はありません。\n"
    run("propose")
    capsys.readouterr()
    run("proposals", "--lang", "en")
    out = capsys.readouterr().out
    assert "another way of asking FAQ entry returns '返品はできますか'" in out
    assert "answered right +1" in out


def test_accepting_says_what_changed_and_the_rest_is_to_be_measured_anew(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The lead's own words are published, and the others were tried on the FAQ before."""
    id_ = proposed(capsys)[RETURN]["id"]
    assert run("accept", id_, "--by", "寺澤", "--text", "サイズ違いで返したい") == 0
    assert "ほかの聞き方(variants): ＋「サイズ違いで返したい」" in capsys.readouterr().out
    run("proposals")
    assert capsys.readouterr().out.count("測ったあとに FAQ が変わりました") == 2
    run("proposals", "--state", "accepted")
    assert "寺澤 が決めました。" in capsys.readouterr().out


def test_why_something_cannot_be_decided_is_said_in_the_leads_language(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Who may not, what was decided, which id is taken, and what is gone."""
    wrapping = proposed(capsys)["ギフト包装はできますか"]["id"]
    assert run("accept", wrapping, "--by", "山田") == 1
    assert "山田 さんは FAQ を変えられません" in capsys.readouterr().out
    assert run("accept", wrapping, "--by", "寺澤", "--id", "fee") == 1
    assert "--id で別の名前" in capsys.readouterr().out
    assert run("reject", wrapping, "--by", "寺澤", "--reason", "載せない") == 0
    assert "もう出ません" in capsys.readouterr().out
    assert run("accept", wrapping, "--by", "寺澤", "--lang", "en") == 1
    assert capsys.readouterr().out == "This proposal was decided already.\n"
    assert run("reject", "nothing", "--by", "寺澤") == 1
    assert capsys.readouterr().out.startswith("提案 nothing はありません")


def test_what_would_go_worse_is_pointed_out(capsys: pytest.CaptureFixture[str]) -> None:
    """A lead is warned before accepting it."""
    found = proposed(capsys)[RETURN]["id"]
    storage = SqlStorage.connect("sqlite:///desk.db")
    # No past as small as this one makes such a proposal.
    worse = {"newly_lost": 2}
    storage.run(lambda tx: tx.update(KnowledgeProposal, [equal("id", found)], worse))
    storage.close()
    run("proposals")
    assert "！ 悪くなる問い合わせがあります" in capsys.readouterr().out
