"""Canned replies: found as operators type, filled for one customer, kept in files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linecs.errors import LimitError
from linecs.limits import check_messages
from linecs.model.inquiry import CustomerFacts
from linecs.model.ticket import Ticket, TicketStatus
from linecs.replies.files import (
    FileError,
    read_templates,
    write_templates_csv,
    write_templates_yaml,
)
from linecs.replies.templates import (
    MissingVariableError,
    Template,
    TemplateBook,
    TemplateError,
    missing_variables,
    reply_variables,
)


def template(id_: str, title: str, text: str = "はい", **values: str) -> Template:
    """A template of one text."""
    messages = ({"type": "text", "text": text},)
    return Template(id=id_, title=title, messages=messages, **values)


BOOK = TemplateBook(
    [
        template("thanks", "お礼", kana="おれい", category="挨拶"),
        template("returns", "返品のご案内", kana="へんぴんのごあんない", category="返品・交換"),
        template("exchange", "交換のご案内", "返品はできませんが交換を承ります", kana="こうかん"),
        template("hours", "営業時間", kana="えいぎょうじかん"),
    ]
)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("へんぴ", ["returns"]),
        ("ヘンピ", ["returns"]),
        ("ﾍﾝﾋﾟﾝ", ["returns"]),
        ("返品", ["returns", "exchange"]),
        ("ご案内", ["returns", "exchange"]),
        ("ごあんない", ["returns"]),
        ("交換 案内", ["exchange", "returns"]),
        ("挨拶", ["thanks"]),
        ("HOURS", ["hours"]),
        ("", ["thanks", "returns", "exchange", "hours"]),
        ("送料", []),
    ],
)
def test_templates_are_found_as_operators_type(typed: str, found: list[str]) -> None:
    """By reading, title, category, id and text; what starts with it comes first."""
    assert [one.id for one in BOOK.search(typed)] == found


def test_a_template_is_found_by_its_id() -> None:
    """What a console keeps is the id."""
    found = BOOK.get("hours")
    assert found is not None
    assert found.title == "営業時間"
    assert BOOK.get("gone") is None


@pytest.mark.parametrize("values", [{"id_": " "}, {"title": ""}])
def test_a_template_without_id_or_title_is_refused(values: dict[str, str]) -> None:
    """Nobody could find it."""
    with pytest.raises(TemplateError, match="needs an id, a title and messages"):
        template(**{"id_": "a", "title": "b", **values})


def test_two_templates_with_one_id_are_refused() -> None:
    """An id names one template."""
    with pytest.raises(TemplateError, match="'a': appears twice"):
        TemplateBook([template("a", "b"), template("a", "c")])


def test_a_template_that_names_what_a_reply_never_knows_is_refused() -> None:
    """A slip in a namespace is found when the template is written, not when it is sent."""
    with pytest.raises(TemplateError, match=r"'custmer\.name'"):
        template("a", "b", "{{ custmer.name }}")


def test_a_template_knows_customer_member_ticket_and_operator() -> None:
    """All four may be named in a reply."""
    text = "{{ customer.name }}様({{ member.rank }}) {{ ticket.status }} 担当 {{ operator.name }}"
    ticket = Ticket(
        id="t",
        channel_id="s",
        conversation_id="c",
        customer_id="c",
        status=TicketStatus.OPEN,
        opened_at=1,
    )
    customer = CustomerFacts(display_name="花子", member={"rank": "ゴールド"})
    variables = reply_variables(customer=customer, ticket=ticket, operator={"name": "寺澤"})
    (message,) = template("a", "b", text).fill(variables)
    assert message["text"] == "花子様(ゴールド) 未対応 担当 寺澤"


def test_missing_variables_are_named_before_sending() -> None:
    """The reply box can say what is missing; filling refuses."""
    text = "{{ customer.name }} {{ member.rank }} {{ member.rank }} {{ operator.name | 担当 }}"
    one = template("a", "b", text)
    variables = reply_variables(customer=CustomerFacts(display_name="花子"))
    assert missing_variables(one, variables) == ("member.rank",)
    with pytest.raises(MissingVariableError, match=r"member\.rank"):
        one.fill(variables)


WORDS = st.text("あ🍎{}% a\n", max_size=30)
LABELS = st.sampled_from(["{{ customer.name | x }}", "返品する{{ customer.name | x }}"])
MESSAGES = st.one_of(
    st.builds(lambda label: {"type": "text", "text": label * 200}, LABELS),
    st.builds(
        lambda label, uri: {
            "type": "template",
            "altText": label * 40,
            "template": {
                "type": "buttons",
                "text": label,
                "actions": [
                    {"type": "postback", "label": label, "data": label * 5},
                    {"type": "uri", "label": "開く", "uri": f"https://shop.example/{uri}"},
                ],
            },
        },
        LABELS,
        LABELS,
    ),
)


@given(st.lists(MESSAGES, min_size=1, max_size=3), WORDS)
def test_no_filled_template_overflows(messages: list[dict[str, object]], name: str) -> None:
    """Whatever a customer is called, texts, labels, data and addresses stay within LINE's sizes."""
    one = Template(id="a", title="b", messages=tuple(messages))
    try:
        filled = one.fill({"customer": {"name": name}})
    except LimitError as error:
        refused = error.field
        assert refused.startswith("messages[")
    else:
        check_messages(filled)
        assert "{{ customer" not in str(filled)


IDS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=9).filter(str.strip)
TEMPLATES = st.builds(
    template,
    IDS,
    IDS,
    IDS.filter(lambda text: "{{" not in text),
    kana=st.just("") | IDS,
    category=st.just("") | IDS,
)


@given(TEMPLATES)
def test_templates_survive_both_kinds_of_file_without_loss(one: Template) -> None:
    """What is written reads back to an equal template."""
    assert read_templates(write_templates_yaml([one]).encode(), name="t.yaml") == (one,)
    assert read_templates(write_templates_csv([one]), name="t.csv") == (one,)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- id: a\n  title: b", "1:3 missing"),
        ("- id: a\n  title: b\n  messages: '{{ shop.x }}'", "1:3 unknown_namespace"),
        ("- id: a\n  title: b\n  messages: '{{ x }}'", "1:3 placeholder"),
    ],
)
def test_a_mistake_in_templates_is_told_with_its_place(text: str, problem: str) -> None:
    """Each mistake is found, at its line and column."""
    with pytest.raises(FileError) as raised:
        read_templates(text.encode(), name="t.yaml")
    found = [f"{one.line}:{one.column} {one.sentence.code}" for one in raised.value.problems]
    assert found == [problem]
