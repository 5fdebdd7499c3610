"""Rule files: read as people write them, with errors that point at the place."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from linecs.replies.files import FileError, read_rules, write_rules_csv, write_rules_yaml
from linecs.replies.keyword import KeywordRule, Opening, RuleError, Segment, Triggers

JST = timezone(timedelta(hours=9))


def moment(*parts: int) -> int:
    """Epoch ms of a Japanese wall clock."""
    return int(datetime(*[*parts, 0, 0][:5], tzinfo=JST).timestamp() * 1_000)


EXAMPLE = """\
rules:
  - id: returns
    exact: 返品
    contains: [返品したい, "1234", 0123, yes]
    all_of:
      - [サイズ, 大きさ]
      - exact: 交換
    none_of: キャンセル
    messages:
      - |
        返品は7日以内に
        ご連絡ください。
      - type: sticker
        packageId: "446"
        stickerId: "1988"
    priority: 10
    from: 2026-12-01
    until: 2026-12-31
    opening: closed
    segment: {member: true, tags: vip, fields: {rank: [gold, silver]}}
    cooldown: 24h
    resolves: false
  - id: person
    regex: オペレー?ター
    hand_off: asked_for_person
    queue:
"""


def test_a_yaml_file_is_read_as_it_looks() -> None:
    """Words stay as written (0123 keeps its zero), one stands for a list of one, dates are days."""
    returns, person = read_rules(EXAMPLE.encode(), name="rules.yaml")
    assert returns == KeywordRule(
        id="returns",
        exact=("返品",),
        contains=("返品したい", "1234", "0123", "yes"),
        all_of=(Triggers(contains=("サイズ", "大きさ")), Triggers(exact=("交換",))),
        none_of=Triggers(contains=("キャンセル",)),
        messages=(
            {"type": "text", "text": "返品は7日以内に\nご連絡ください。\n"},
            {"type": "sticker", "packageId": "446", "stickerId": "1988"},
        ),
        priority=10,
        valid_from=moment(2026, 12, 1),
        valid_until=moment(2027, 1, 1),
        opening=Opening.CLOSED,
        segment=Segment(member=True, tags=("vip",), fields={"rank": ("gold", "silver")}),
        cooldown=86_400_000,
        resolves=False,
    )
    assert person == KeywordRule(id="person", regex=("オペレー?ター",), hand_off="asked_for_person")


def test_a_message_keeps_the_types_of_its_values() -> None:
    """Inside a LINE message object, numbers and switches are what YAML says; texts stay texts."""
    message = "{type: x, n: 12, f: 1.5, h: 0x1F, b: yes, t: true, z: }"
    text = f"- id: a\n  exact: 12\n  messages: [12, {message}]"
    (rule,) = read_rules(text.encode(), name="rules.yaml")
    assert rule.exact == ("12",)
    assert rule.messages == (
        {"type": "text", "text": "12"},
        {"type": "x", "n": 12, "f": 1.5, "h": 31, "b": "yes", "t": True, "z": None},
    )


CSV = """\
id,exact,contains,regex,all_of,none_of,message_1,message_2,texts,until,member,fields
returns,返品|返品したい,,,"サイズ|大きさ
交換",キャンセル,承ります。,"{""type"": ""sticker"", ""packageId"": ""1""}",,2026/12/31 18:00,true,
order,,,(注文|購入)番号,,,,,はい|ええ,,,"{""rank"": ""gold""}"
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_table_is_read_in_any_encoding_that_excel_writes(encoding: str) -> None:
    """The same rules come out of UTF-8, with a mark or without, Shift_JIS and UTF-16."""
    returns, order = read_rules(CSV.encode(encoding), name="rules.csv")
    assert returns == KeywordRule(
        id="returns",
        exact=("返品", "返品したい"),
        all_of=(Triggers(contains=("サイズ", "大きさ")), Triggers(contains=("交換",))),
        none_of=Triggers(contains=("キャンセル",)),
        messages=({"type": "text", "text": "承ります。"}, {"type": "sticker", "packageId": "1"}),
        valid_until=moment(2026, 12, 31, 18),
        segment=Segment(member=True),
    )
    assert order == KeywordRule(
        id="order",
        regex=("(注文|購入)番号",),
        texts=("はい", "ええ"),
        segment=Segment(fields={"rank": ("gold",)}),
    )


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("rules:\n  - id: a\n    contians: x", ["3:5 unknown_field"]),
        ("rules:\n  - id: a\n    exact: x\n    texts: a\n    priority: 高い", ["5:5 not_number"]),
        ("- id: a\n  exact: x\n  texts: a\n  always: 多分", ["4:3 not_yes_no"]),
        ("- id: a\n  exact: x\n  texts: a\n  opening: 夜", ["4:3 not_one_of"]),
        ("- id: a\n  exact: x\n  texts: a\n  until: 明日", ["4:3 not_time"]),
        ("- id: a\n  exact: x\n  texts: a\n  until: 2026-02-30", ["4:3 not_time"]),
        ("- id: a\n  exact: x\n  texts: a\n  cooldown: '5'", ["4:3 not_duration"]),
        ("- id: a\n  exact: x\n  messages:\n  - {text: a}", ["3:3 not_message"]),
        ("- id: a\n  exact: x\n  texts: {a: b}", ["3:3 not_list"]),
        ("- id: a\n  exact: [[x]]\n  texts: a", ["2:11 not_text"]),
        ("- id: a\n  exact: x\n  texts: a\n  segment: 会員", ["4:3 not_fields"]),
        ("- exact: x\n  texts: a", ["1:3 missing"]),
        ("- id: a\n  exact: x", ["1:3 says_nothing"]),
        ("- id: a\n  regex: (?=x)\n  texts: a", ["2:3 regex"]),
        ("- id: a\n  exact: x\n  texts: '{{a}}'", ["1:3 placeholder"]),
        (
            "- {id: a, exact: x, texts: a}\n- {id: a, exact: y, texts: a}\n- {id: b}",
            ["2:4 repeated_id", "3:3 says_nothing"],
        ),
        ("- id: a\n  id: b\n  exact: x\n  texts: a", ["2:3 repeated_key"]),
        ("- &a\n  id: a\n  exact: x\n  texts: a\n- *a", ["1:3 alias"]),
        ("rules: {a: b}", ["1:1 not_list"]),
        ("返品", ["1:1 not_list"]),
        ("- id: a\n exact: x", ["2:2 not_yaml"]),
        ("a: \x07", ["0:0 not_yaml"]),
        pytest.param("[" * 5_000 + "]" * 5_000, ["0:0 not_yaml"], id="nested too deep"),
        ("# nothing", ["0:0 empty"]),
    ],
)
def test_a_mistake_in_yaml_is_told_with_its_place(text: str, problems: list[str]) -> None:
    """Each mistake is found, at its line and column, all in one go."""
    with pytest.raises(FileError) as raised:
        read_rules(text.encode(), name="rules.yaml")
    found = [f"{one.line}:{one.column} {one.sentence.code}" for one in raised.value.problems]
    assert found == problems


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (b"", ["0:0 empty"]),
        (b"\x81\x00\xff", ["0:0 encoding"]),
        (b"exact,texts\nx,a", ["1:1 missing_column"]),
        (b"id,exat\na,x", ["1:2 unknown_field"]),
        (b"id,exact,exact\na,x,y", ["1:3 repeated_key"]),
        (b"id,exact\na,x,y", ["2:3 extra_cells"]),
        (b'id,exact\na,"x', ["2:1 unclosed_quote"]),
        (b"id,exact,texts,priority\na,x,y,1\nb,x,y,?\n", ["3:4 not_number"]),
        (b"id,exact,texts,member\na,x,y,?\n", ["2:4 not_yes_no"]),
        (b"id,exact,message_1\na,x,a\na,x,a\n", ["3:1 repeated_id"]),
        (b"id,exact\na,x\n", ["2:1 says_nothing"]),
    ],
)
def test_a_mistake_in_a_table_is_told_with_its_cell(text: bytes, problems: list[str]) -> None:
    """Each mistake is found, at its line and the number of its cell."""
    with pytest.raises(FileError) as raised:
        read_rules(text, name="rules.csv")
    found = [f"{one.line}:{one.column} {one.sentence.code}" for one in raised.value.problems]
    assert found == problems


def test_errors_speak_japanese_or_english() -> None:
    """A support lead reads what to do in her own language."""
    text = b"- id: a\n  contians: x"
    with pytest.raises(FileError) as japanese:
        read_rules(text, name="rules.yaml")
    with pytest.raises(FileError) as english:
        read_rules(text, name="rules.yaml", language="en")
    assert str(japanese.value) == (
        "rules.yaml: 2行目 3列目: 「contians」という項目はありません。→ contains ?"
    )
    assert str(english.value) == (
        "rules.yaml: line 2, column 3: There is no field 'contians'. → contains ?"
    )


def test_a_cell_never_becomes_a_formula() -> None:
    """What Excel would run as a formula is guarded, and reads back as it was."""
    rule = KeywordRule(id="a", exact=('=HYPERLINK("x")', "'=1", "-1"), texts=("@SUM(1)",))
    written = write_rules_csv([rule])
    assert b",=" not in written
    assert b",@" not in written
    assert read_rules(written, name="rules.csv") == (rule,)


WORDS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
ODD = st.sampled_from(
    [
        "true",
        "~",
        "1_0",
        "0x1F",
        "1e3",
        "2026-12-31",
        "- a",
        "a: b",
        "#",
        "'",
        "[]",
        "{}",
        " a",
        "a ",
        "?0",
        "!a",
        "&a",
        "*a",
        "%a",
        "@a",
        "`a",
        "=1",
        "'=1",
    ]
) | st.sampled_from(
    ["a|b", "a\n", "\n a", "a\n\n b\n", "a\nb\n", "\t", "\x85", "\ufeff", "🍎\u200d"]
)
TEXTS = WORDS | ODD
PLAIN = TEXTS.filter(lambda text: text == text.strip())
LISTS = st.lists(TEXTS, max_size=3).map(tuple)
TRIGGERS = st.builds(
    Triggers,
    exact=LISTS,
    contains=LISTS,
    prefix=LISTS,
    regex=st.lists(st.sampled_from(["a|b", "(返|反)品", r"\d{4}", "[0-9]"]), max_size=2).map(tuple),
    stickers=LISTS,
    postbacks=LISTS,
)
SOME = TRIGGERS.filter(lambda triggers: any(triggers.patterns()))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda part: st.lists(part, max_size=3) | st.dictionaries(TEXTS, part, max_size=3),
    max_leaves=6,
)
MESSAGES = st.one_of(
    TEXTS.map(lambda text: {"type": "text", "text": text}),
    st.dictionaries(TEXTS, JSON, max_size=3).map(lambda rest: {**rest, "type": "flex"}),
)
MOMENTS = st.none() | st.integers(0, 4_000_000_000_000) | st.just(moment(2026, 12, 1))


@st.composite
def rules(draw: st.DrawFn) -> KeywordRule:
    """Any rule that can be made."""
    triggers = draw(SOME)
    start, end = draw(MOMENTS), draw(MOMENTS)
    try:
        return KeywordRule(
            id=draw(PLAIN),
            exact=triggers.exact,
            contains=triggers.contains,
            prefix=triggers.prefix,
            regex=triggers.regex,
            stickers=triggers.stickers,
            postbacks=triggers.postbacks,
            all_of=tuple(draw(st.lists(SOME, max_size=2))),
            none_of=draw(TRIGGERS),
            messages=tuple(draw(st.lists(MESSAGES, max_size=4))),
            texts=draw(LISTS) or ("a",),
            hand_off=draw(st.just("") | PLAIN),
            queue=draw(st.just("") | PLAIN),
            resolves=draw(st.booleans()),
            priority=draw(st.integers()),
            valid_from=start,
            valid_until=end if start is None or end is None or start < end else None,
            opening=draw(st.sampled_from(Opening)),
            segment=draw(
                st.builds(
                    Segment,
                    member=st.none() | st.booleans(),
                    languages=LISTS,
                    tags=LISTS,
                    without_tags=LISTS,
                    fields=st.dictionaries(TEXTS, LISTS, max_size=2),
                )
            ),
            cooldown=draw(st.integers(0, 10**12)),
        )
    except RuleError as error:
        assume(error.code == "placeholder")
        return KeywordRule(id="always", always=True, texts=("a",))


@given(rules())
def test_rules_survive_yaml_without_loss(rule: KeywordRule) -> None:
    """What is written reads back to an equal rule, whatever its texts hold."""
    written = write_rules_yaml([rule])
    assert read_rules(written.encode(), name="rules.yaml") == (rule,)


@given(rules())
def test_rules_survive_a_table_without_loss(rule: KeywordRule) -> None:
    """What is written reads back to an equal rule, whatever its texts hold."""
    assert read_rules(write_rules_csv([rule]), name="rules.csv") == (rule,)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_give_rules_or_a_file_error(data: bytes) -> None:
    """A broken file is told, never a crash."""
    for name in ("rules.yaml", "rules.csv"):
        with contextlib.suppress(FileError):
            assert isinstance(read_rules(data, name=name), tuple)
