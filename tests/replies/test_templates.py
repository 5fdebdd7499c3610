"""Variables in messages: filled in where there is a value, refused where there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linecs.errors import LimitError
from linecs.limits import utf16_length
from linecs.replies.templates import (
    MissingVariableError,
    TemplateSyntaxError,
    fill,
    render_message,
    render_text,
    variable_names,
)

VALUES = {"customer": {"name": "花子", "size": 9, "empty": ""}, "member": {}}


def test_a_variable_is_replaced_by_its_value() -> None:
    """Text and numbers are written as they are."""
    rendered = render_text("{{ customer.name }}様 {{customer.size}}号", VALUES)
    assert rendered == "花子様 9号"


@pytest.mark.parametrize("variable", ["customer.empty", "customer.age", "order.id", "member.rank"])
def test_a_variable_without_a_value_is_refused_by_name(variable: str) -> None:
    """A message with a hole is never sent; the error names the hole."""
    with pytest.raises(MissingVariableError, match=variable) as raised:
        render_text(f"a {{{{ {variable} }}}}", VALUES)
    assert raised.value.variable == variable


def test_a_stand_in_takes_the_place_of_a_missing_value() -> None:
    """What follows the bar is said where there is no value; it may be empty."""
    text = "{{ member.name | お客様 }}へ{{ member.rank | }}"
    assert render_text(text, VALUES) == "お客様へ"


@pytest.mark.parametrize("placeholder", ["", " name ", "customer name", "a.b | {c", "顧客"])
def test_what_is_no_variable_is_refused(placeholder: str) -> None:
    """A slip of the pen is told, not sent."""
    with pytest.raises(TemplateSyntaxError):
        render_text("{{" + placeholder + "}}", VALUES)


def test_a_value_is_never_read_as_a_template() -> None:
    """A customer who calls herself {{ member.card }} sees just that."""
    values = {"customer": {"name": "{{ member.card }}"}, "member": {"card": "4111"}}
    assert render_text("{{ customer.name }}", values) == "{{ member.card }}"


def test_addresses_and_postback_data_are_percent_encoded() -> None:
    """A value cannot add a parameter to an address or to a tap's data."""
    action = {"uri": "https://shop.example/?q={{ customer.name }}", "data": "q={{ customer.name }}"}
    message = {"type": "template", "template": {"actions": [action]}}
    rendered = render_message(message, {"customer": {"name": "a&b=c"}})
    assert rendered["template"]["actions"] == [
        {"uri": "https://shop.example/?q=a%26b%3Dc", "data": "q=a%26b%3Dc"}
    ]


def test_braces_in_a_value_mean_nothing_to_line() -> None:
    """In textV2, where a brace starts a substitution, those of a value are doubled."""
    message = {"type": "textV2", "text": "{smile} {{ customer.name }}"}
    rendered = render_message(message, {"customer": {"name": "{x}"}})
    assert rendered["text"] == "{smile} {{x}}"


def test_the_variables_of_a_message_are_listed() -> None:
    """Names are found in every text of a message, however deep."""
    message = {"type": "flex", "contents": [{"text": "{{ customer.name }}"}, "{{member.rank|-}}"]}
    assert list(variable_names(message)) == ["customer.name", "member.rank"]


@given(st.recursive(st.text() | st.integers() | st.booleans(), st.lists, max_leaves=5))
def test_a_message_without_variables_is_left_alone(part: object) -> None:
    """What has no placeholder comes out as it went in."""
    message = {"type": "flex", "contents": part}
    if "{{" not in str(part):
        assert render_message(message, VALUES) == message


@given(st.text("あ🍎{} a", max_size=40), st.integers(0, 400))
def test_no_template_can_overflow_what_line_takes(name: str, repeats: int) -> None:
    """Whatever a value holds, a filled template is within LINE's limits or refused."""
    message = {"type": "text", "text": "{{ customer.name | x }}" * (1 + repeats)}
    values = {"customer": {"name": name}}
    if utf16_length(name) * (1 + repeats) > 5_000:
        with pytest.raises(LimitError, match=r"messages\[0\]\.text"):
            fill([message], values)
    else:
        (filled,) = fill([message], values)
        assert 1 <= utf16_length(filled["text"]) <= 5_000
