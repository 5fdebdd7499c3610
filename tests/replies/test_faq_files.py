"""FAQ files and keyword lists: read as people keep them, told where they are wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linecs.replies.faq.entry import FaqEntry
from linecs.replies.files import (
    FileError,
    read_faq,
    read_official_account_list,
    write_faq_csv,
    write_faq_yaml,
)
from linecs.replies.keyword import KeywordRule

YAML = """\
faq:
  - id: returns
    question: 返品はできますか
    variants: [返品したい, 返したい]
    answer: |
      7日以内にご連絡ください。
    label: 返品について
    related: exchange
"""


def test_an_faq_in_yaml_is_read_as_it_looks() -> None:
    """One variant or many, an answer over several lines, and what belongs to it."""
    assert read_faq(YAML.encode(), name="faq.yaml") == (
        FaqEntry(
            id="returns",
            question="返品はできますか",
            variants=("返品したい", "返したい"),
            answer="7日以内にご連絡ください。\n",
            label="返品について",
            related=("exchange",),
        ),
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_an_faq_in_a_table_is_read(encoding: str) -> None:
    """The same columns that `linecs faq evaluate` reads."""
    table = "id,question,variants,answer\r\nreturns,返品,返したい|戻したい,承ります\r\n"
    (entry,) = read_faq(table.encode(encoding), name="faq.csv")
    assert entry == FaqEntry(
        id="returns", question="返品", variants=("返したい", "戻したい"), answer="承ります"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- id: a\n  question: ''", "2:3 missing"),
        ("- id: a\n  question: b\n  label: " + "長" * 21, "3:3 long_label"),
        ("- id: a\n  question: b\n  anwser: c", "3:3 unknown_field"),
        ("- {id: a, question: b}\n- {id: a, question: c}", "2:4 repeated_id"),
    ],
)
def test_a_mistake_in_an_faq_is_told_with_its_place(text: str, problem: str) -> None:
    """Each mistake is found, at its line and column."""
    with pytest.raises(FileError) as raised:
        read_faq(text.encode(), name="faq.yaml")
    found = [f"{one.line}:{one.column} {one.sentence.code}" for one in raised.value.problems]
    assert found == [problem]


WORDS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
IDS = WORDS.filter(str.strip)
LISTS = st.lists(WORDS, max_size=3).map(tuple)
TEXT_MESSAGES = WORDS.map(lambda text: {"type": "text", "text": text})
MOMENTS = st.none() | st.integers(0, 4_000_000_000_000)
ENTRIES = st.builds(
    FaqEntry,
    id=IDS,
    question=IDS,
    variants=LISTS,
    answer=st.just("") | IDS,
    messages=st.lists(TEXT_MESSAGES, max_size=5).map(tuple),
    category=st.just("") | IDS,
    valid_from=MOMENTS,
    valid_until=MOMENTS,
    links=LISTS,
    related=LISTS,
    label=st.just("") | IDS,
)


@given(ENTRIES)
def test_an_faq_survives_both_kinds_of_file_without_loss(entry: FaqEntry) -> None:
    """What is written reads back to an equal entry, whatever its texts hold."""
    assert read_faq(write_faq_yaml([entry]).encode(), name="faq.yaml") == (entry,)
    assert read_faq(write_faq_csv([entry]), name="faq.csv") == (entry,)


LIST = """\
タイトル,キーワード,ステータス,メッセージ1,メッセージ2,開始日,終了日
営業時間,"営業時間、何時まで
開店",オン,10時から18時です。,{Nickname}様のお越しをお待ちしています。,,
営業時間,定休日,オン,火曜です。,,2026/12/01,2026/12/31
古い,むかし,オフ,もうありません。,,,
,,オン,ただいま確認しています。,,,
,,オン,少々お待ちください。,,,
"""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_a_keyword_list_becomes_exact_rules(encoding: str) -> None:
    """Keywords match whole messages, switched-off rows stay out, the rest always answers."""
    hours, closed, always = read_official_account_list(LIST.encode(encoding), name="list.csv")
    assert hours == KeywordRule(
        id="営業時間",
        exact=("営業時間", "何時まで", "開店"),
        messages=(
            {"type": "text", "text": "10時から18時です。"},
            {
                "type": "text",
                "text": "{{ customer.name | お客様 }}様のお越しをお待ちしています。",
            },
        ),
    )
    assert (closed.id, closed.exact) == ("営業時間-2", ("定休日",))
    assert closed.valid_until is not None
    assert closed.valid_from is not None
    assert closed.valid_until - closed.valid_from == 31 * 86_400_000
    assert always == KeywordRule(
        id="always", always=True, texts=("ただいま確認しています。", "少々お待ちください。")
    )


def test_a_reply_without_keywords_keeps_its_bubbles_together() -> None:
    """The only one says all of them; among several each is drawn whole. A blank row is nothing."""
    head, one, other = "キーワード,返信1,返信2\n", ",確認中です。,お待ちください。\n", ",はい。,\n"
    (alone,) = read_official_account_list((head + one + ",,\n").encode(), name="list.csv")
    assert [message["text"] for message in alone.messages] == ["確認中です。", "お待ちください。"]
    (drawn,) = read_official_account_list((head + one + other).encode(), name="list.csv")
    assert drawn.texts == ("確認中です。\nお待ちください。", "はい。")


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("a,b\nc,d", ["1:1 missing_column", "1:1 missing_column"]),
        ("キーワード,返信\n返品,\n", ["2:1 says_nothing"]),
        ("キーワード,返信,終了日\n返品,はい,いつか\n", ["2:1 not_time"]),
    ],
)
def test_a_keyword_list_that_cannot_be_used_is_told(text: str, problems: list[str]) -> None:
    """Missing columns, rows without a reply and unreadable dates are found."""
    with pytest.raises(FileError) as raised:
        read_official_account_list(text.encode(), name="list.csv")
    found = [f"{one.line}:{one.column} {one.sentence.code}" for one in raised.value.problems]
    assert found == problems
