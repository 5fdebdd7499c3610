"""Japanese text normalisation."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from linecs.replies.normalisation import ALL_STEPS, DEFAULT_STEPS, Normaliser, Step, polite

AWKWARD = (
    "あかがカガサバアー゛゜ﾞﾟｶﾊｰ・、。？！?! 　"
    "\u3099\u309a\u200d\ufe0f\u0301e\u1100\u1161ヶヷヸーー−—-~〜"
    "()（）（）mw笑(hello)ＡａZ①㈱ﬁ½İßς😀👍🏽🇯🇵1\u20e3です。ますか教えてくださいどうすればいい"
)
text_like = st.text(alphabet=st.one_of(st.sampled_from(AWKWARD), st.characters()), max_size=24)
step_choices = st.sets(st.sampled_from(list(Step))).map(tuple)


@given(text=text_like, steps=step_choices)
@example(text="か ゛", steps=DEFAULT_STEPS)
@example(text="プラ・ザー", steps=DEFAULT_STEPS)
@example(text="ヷヷヷーガ", steps=DEFAULT_STEPS)
@example(text="( hello)", steps=(Step.LINE_EMOJI, Step.SPACES))
@example(text="さーばーですー", steps=ALL_STEPS)
def test_every_choice_of_steps_is_idempotent(text: str, steps: tuple[Step, ...]) -> None:
    """Normalising what is normalised changes nothing, whichever steps are on."""
    normaliser = Normaliser(steps)
    once = normaliser(text)
    assert normaliser(once) == once


@given(text=text_like | st.text("ーアあa", max_size=12), steps=step_choices)
def test_the_explanation_ends_where_the_fast_path_does(text: str, steps: tuple[Step, ...]) -> None:
    """The traced text is the text that rules were matched against."""
    normaliser = Normaliser(steps)
    assert normaliser.trace(text).text == normaliser(text)


@given(text=text_like)
def test_every_character_knows_where_it_came_from(text: str) -> None:
    """Spans are one a character, in order, inside the original, and never empty."""
    traced = Normaliser(ALL_STEPS).trace(text)
    assert len(traced.spans) == len(traced.text)
    assert all(0 <= start < end <= len(text) for start, end in traced.spans)
    assert [start for start, _ in traced.spans] == sorted(start for start, _ in traced.spans)


@pytest.mark.parametrize(
    ("written", "meets"),
    [
        ("ろぐいん", "ログイン"),
        ("ﾛｸﾞｲﾝ", "ログイン"),
        ("１２３４", "1234"),
        ("ＬＩＮＥ", "line"),
        ("サーバー", "サーバ"),
        ("サーバーに接続", "サーバに接続"),
        ("か゛くせい", "がくせい"),
        ("カ―ド", "カード"),
        ("すごーーーい", "すごーい"),
        ("送料 は ？", "送料は"),
        ("返品(hello)", "返品"),
        ("返品()", "返品"),
        ("返品できますか(^_^)", "返品できますか"),
        ("ありがとう（笑）", "ありがとう"),
        ("返品👍🏽", "返品"),
        ("❤️返品", "返品"),
        ("1ヶ月", "1か月"),
        ("㈱リネクス", "(株)リネクス"),
        ("0120−098−035", "0120098035"),
    ],
)
def test_ways_of_writing_one_thing_meet(written: str, meets: str) -> None:
    """Width, kana, long vowels, marks and emoji do not tell two messages apart."""
    normaliser = Normaliser()
    assert normaliser(written) == normaliser(meets)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ビル", "ビール"),
        ("カラー", "から"),
        ("キー", "木"),
        ("届きます", "届きません"),
        ("1000円", "1000%"),
    ],
)
def test_different_things_stay_different(one: str, other: str) -> None:
    """Folding stops before it makes two words one."""
    normaliser = Normaliser(ALL_STEPS)
    assert normaliser(one) != normaliser(other)


def test_full_width_brackets_hold_words_not_line_emoji() -> None:
    """A gloss in full-width brackets is kept: only LINE's own ASCII brackets are emoji."""
    assert Normaliser()("クッキー（Cookie）") == "くっきcookie"


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("送料を教えてください", "送料"),
        ("返品したいのですが、どうすればいいですか？", "返品したい"),
        ("届きません。", "届きません"),
        ("お願いします", "お願いします"),
        ("退会方法が知りたいです", "退会方法"),
    ],
)
def test_polite_endings_leave_the_subject(text: str, subject: str) -> None:
    """The polite step keeps what is asked about, denials included."""
    assert Normaliser(ALL_STEPS)(text) == Normaliser()(subject)


@given(ending=st.from_regex(polite._ENDING, fullmatch=True))
def test_every_ending_is_found_behind_a_subject(ending: str) -> None:
    """No polite ending is passed over, whichever sign it begins with."""
    assert polite.polite_tail("返品" + ending) == len("返品")


def test_a_span_points_at_the_original_words() -> None:
    """The explanation can underline in the customer's own text what was matched."""
    traced = Normaliser().trace("あの、ﾛｸﾞｲﾝできない")
    start = traced.text.index("ろぐいん")
    first, last = traced.original_span(start, start + 4)
    assert traced.original[first:last] == "ﾛｸﾞｲﾝ"


def test_the_explanation_names_only_steps_that_did_something() -> None:
    """Steps that changed nothing are left out of the explanation."""
    assert [applied.step for applied in Normaliser().trace("ABC！").steps] == [
        Step.WIDTH,
        Step.CASE,
        Step.PUNCTUATION,
    ]


def test_steps_run_in_one_order() -> None:
    """The order in which steps are listed does not matter."""
    assert Normaliser((Step.KANA, Step.WIDTH)) == Normaliser((Step.WIDTH, Step.KANA))


def test_an_empty_slice_has_no_place() -> None:
    """Asking where nothing came from answers with an empty slice."""
    assert Normaliser().trace("？").original_span(0, 3) == (0, 0)
