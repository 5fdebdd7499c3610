from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linecs.cli import main
from linecs.desk import SupportDesk
from linecs.limits import utf16_length
from linecs.replies import KeywordResponder, KeywordRule
from linecs.storage.memory import MemoryStorage
from linecs.testing import desk_channel, settle
from linecs.testing.anonymising import Pseudonyms, TextAnonymiser, Vocabulary, anonymise, phrases_in
from linecs.testing.replay import RecordedDesk, ReplayError, replay, rows

if TYPE_CHECKING:
    from pathlib import Path

    from linecs.model import Message
    from linecs.testing import LineSimulator

RULE = KeywordRule(
    id="returns",
    exact=("返品したい", "営業時間"),
    contains=("ドレスの延長",),
    texts=("14日以内にお送りください。",),
)
TEXTS = TextAnonymiser(
    vocabulary=Vocabulary.of(phrases_in(RULE)), pseudonyms=Pseudonyms(key=b"for tests")
)

SURNAMES = [
    "佐藤",
    "田中",
    "山田",
    "渡邉",
    "佐々木",
    "五十嵐",
    "今",
    "サトウ",
    "さとう",
    "ﾀﾅｶ",
    "Tanaka",
]
GIVEN = ["花子", "太郎", "さくら", "はな", "ひまり", "かよ", "今日子", "ハナコ", "Hanako", "Will"]
ADDRESSES = [
    "東京都千代田区丸の内1丁目2-3",
    "大阪府大阪市北区梅田三丁目",
    "〒100-0005",
    "北海道札幌市中央区大通西４丁目",
    "1-2-3 Ginza",
]
PHONES = [
    "090-1234-5678",
    "０３−１２３４−５６７８",
    "+81 90 1234 5678",
    "0120 444 444",
    "09012345678",
]
ORDERS = ["A-10234", "ORD2026060112", "#99881", "注文番号:7788990", "ＡＢ１２３４５"]
URLS = [
    "https://example.com/u/hanako",
    "http://192.168.0.1/",
    "www.hanako.example",
    "hanako@example.com",
]
PRIVATE = st.sampled_from(
    [*SURNAMES[:6], *SURNAMES[7:], *GIVEN, *ADDRESSES, *PHONES, *ORDERS, *URLS]
)
AROUND = st.sampled_from(
    [
        "",
        "です",
        "の",
        "返品したいのですが",
        "営業時間は",
        "、",
        "。",
        " ",
        "キャンセル",
        "ください",
        "\n",
        "🍎",
        "は",
        "order ",
    ]
)


@given(private=PRIVATE, before=AROUND, after=AROUND)
@settings(max_examples=600, derandomize=True)
def test_names_addresses_and_numbers_never_survive(private: str, before: str, after: str) -> None:
    """Whatever known words stand around it, nothing of a person comes through."""
    made = TEXTS.text(before + private + after)
    assert made[len(before) : len(before) + len(private)] != private
    assert len(private) < 5 or private not in made


@given(
    name=st.sampled_from(SURNAMES),
    given_name=st.sampled_from(GIVEN),
    blank=st.sampled_from(["", " ", "　"]),
)
def test_a_full_name_loses_both_halves(name: str, given_name: str, blank: str) -> None:
    """A family name beside a given name is replaced as well as one that stands alone."""
    made = TEXTS.text(f"{name}{blank}{given_name}です。")
    assert given_name not in made
    assert f"{name}{blank}" not in made


@given(number=st.from_regex(r"[0-9]{4,16}", fullmatch=True), word=AROUND)
def test_numbers_never_survive(number: str, word: str) -> None:
    """Every number of four digits or more becomes another."""
    assert number not in TEXTS.text(f"{word}{number}")


@given(st.text())
def test_the_shape_stays(text: str) -> None:
    """A text keeps its length as LINE counts it, its line breaks and its signs."""
    made = TEXTS.text(text)
    assert utf16_length(made) == utf16_length(text)
    assert [each in "\n、。！？ 🍎" for each in made] == [each in "\n、。！？ 🍎" for each in text]


@given(st.text(alphabet="ァアイタナカ", min_size=2), st.text(alphabet="0123456789", min_size=2))
def test_scripts_stay(katakana: str, digits: str) -> None:
    """Kana become kana, and digits become digits."""
    made = TEXTS.text(katakana + digits)
    assert all("ァ" <= each <= "ヺ" for each in made[: len(katakana)])
    assert made[len(katakana) :].isdigit()


@pytest.mark.parametrize(
    "text",
    [
        "返品したい",
        "営業時間",
        "ドレスの延長",
        "すみません、返品したいのですが",
        "キャンセルできますか？",
        "Please cancel my order",
    ],
)
def test_words_of_the_shop_and_common_words_stay(text: str) -> None:
    """What rules, FAQ and the list of common words hold says nothing of a customer."""
    assert TEXTS.text(text) == text


def test_the_same_word_becomes_the_same_word() -> None:
    """A name that comes twice is recognisably the same, in this run alone."""
    first, second = TEXTS.text("田中です"), TEXTS.text("担当は田中です")
    assert first[:2] == second[3:5] != "田中"
    other = TextAnonymiser(vocabulary=TEXTS.vocabulary, pseudonyms=Pseudonyms(key=b"another"))
    assert other.text("田中です") != first


def test_what_names_hide_in_words_is_replaced_whole() -> None:
    """A known word inside a longer name goes with it; はな is no は and な."""
    assert "返品" not in TEXTS.text("返品田中")
    assert "今日" not in TEXTS.text("今日子さん")
    assert TEXTS.text("はなです") != "はなです"


def test_a_phone_number_in_the_shops_own_answer_does_not_let_customers_in() -> None:
    """A phrase of the FAQ with a number is not kept whole when a customer writes it."""
    vocabulary = Vocabulary.of(["電話は0120-444-444です"])
    texts = TextAnonymiser(vocabulary=vocabulary, pseudonyms=Pseudonyms(key=b"for tests"))
    assert "0120" not in texts.text("電話は0120-444-444です")


def make_desk(line: LineSimulator) -> SupportDesk:
    """Return a desk with the rule."""
    return SupportDesk(
        storage=MemoryStorage(),
        channels=[desk_channel(line)],
        responder=KeywordResponder([RULE]),
        clock=line.clock,
    )


@pytest.fixture
def log(line: LineSimulator) -> list[str]:
    """A log of a customer who tells too much, and of an operator who answers."""
    written = io.StringIO()
    desk = RecordedDesk(make_desk(line), written, configuration="rules 1")
    line.deliver_to(desk.receive)
    customer = line.customer("c1", display_name="田中花子")
    customer.says("返品したい")
    settle(desk)
    customer.says("田中花子です。電話は090-1234-5678、注文はA-10234です。")
    customer.sends_location(43.06, 141.35, title="自宅", address="札幌市中央区1-2-3")
    customer.sends_image()
    settle(desk)
    (conversation,) = [
        each for each in rows(desk._desk._core.storage)["conversations"] if each.customer_id
    ]
    desk.reply(
        conversation.id,
        "田中様、承知いたしました。",
        actor="suzuki@example.com",
        version=conversation.version,
        seen=conversation.newest_message_id,
    )
    settle(desk)
    return list(io.StringIO(written.getvalue()))


LEAKS = [
    "田中",
    "花子",
    "090-1234-5678",
    "1234",
    "A-10234",
    "札幌",
    "141.35",
    "自宅",
    "suzuki",
    "example",
]


def test_nothing_of_the_customer_is_in_the_log(log: list[str], line: LineSimulator) -> None:
    """Names, numbers, places, ids and tokens of LINE: all are others than they were."""
    made = "".join(anonymise(log, TEXTS))
    assert [leak for leak in LEAKS if leak not in "".join(log)] == []
    ids = [line.customer("c1").user_id, line.channel.bot_user_id]
    for sent in line.webhooks.sent:
        message = sent.event["message"]
        ids += [
            sent.webhook_event_id,
            str(sent.reply_token),
            message["id"],
            message["markAsReadToken"],
        ]
    assert [leak for leak in (*LEAKS, *ids) if leak in made] == []


def test_the_anonymous_log_replays(log: list[str], line: LineSimulator) -> None:
    """It is still a test: the same rule answers, and the same number of rows come of it."""
    before, after = make_desk(line), make_desk(line)
    replay(log, before)
    replay(anonymise(log, TEXTS), after)
    counts = [
        {name: len(found) for name, found in rows(desk._core.storage).items() if name != "grams"}
        for desk in (before, after)
    ]
    assert counts[0]["messages"] == counts[1]["messages"] > 4
    assert counts[0]["tickets"] == counts[1]["tickets"]
    messages: list[Message] = rows(after._core.storage)["messages"]
    assert {"返品したい", "14日以内にお送りください。"} <= {each.text for each in messages}


def test_ids_are_mapped_consistently(log: list[str]) -> None:
    """One user id stays one user id, and an unsend still names its message."""
    events: list[dict[str, Any]] = []
    for entry in map(json.loads, list(anonymise(log, TEXTS))[1:]):
        events += json.loads(entry["body"])["events"] if "body" in entry else []
    assert len({event["source"]["userId"] for event in events}) == 1
    assert len({event["webhookEventId"] for event in events}) == len(events) == 4


def test_the_command_writes_the_log_to_standard_output(
    log: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`linecs anonymise LOG --rules ... --faq ...` prints a log with the shop's own words kept."""
    (tmp_path / "log.jsonl").write_text("".join(log), encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(
        "rules:\n  - id: returns\n    exact: [返品したい]\n    texts: [14日以内です。]\n",
        encoding="utf-8",
    )
    (tmp_path / "faq.csv").write_text(
        "id,question,answer\nq1,注文はどこで見られますか,マイページです。\n", encoding="utf-8"
    )
    arguments = ["--rules", str(tmp_path / "rules.yaml"), "--faq", str(tmp_path / "faq.csv")]
    assert main(["anonymise", str(tmp_path / "log.jsonl"), *arguments]) == 0
    made = capsys.readouterr().out
    assert "返品したい" in made
    assert [leak for leak in LEAKS if leak in made] == []
    assert len(list(io.StringIO(made))) == len(log)


def test_a_missing_log_is_an_error_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """The command says which file it cannot read."""
    assert main(["anonymise", "nowhere.jsonl"]) == 2
    assert "nowhere.jsonl" in capsys.readouterr().err


def test_what_is_no_log_is_refused() -> None:
    """A file that no recorded desk wrote is not passed on as anonymous."""
    with pytest.raises(ReplayError):
        list(anonymise(["田中花子\n"], TEXTS))
