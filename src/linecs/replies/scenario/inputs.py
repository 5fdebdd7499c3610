"""What a customer gave, and what a step makes of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import re2
from attrs import field, frozen

from linecs.replies.normalisation import Normaliser
from linecs.replies.scenario.state import Kept
from linecs.replies.scenario.steps import (
    ChoiceStep,
    DateMode,
    DateStep,
    PhotoStep,
    TextFormat,
    TextStep,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linecs.model.inquiry import Inquiry
    from linecs.replies.scenario.steps import AskingStep, Words

__all__ = ["Given", "Tap", "given_in", "is_one_of", "read_answer", "tap_data"]

PREFIX = "scenario:"
NORMALISE = Normaliser()
_JAPAN = timezone(timedelta(hours=9))
_FORMATS = {
    TextFormat.NUMBER: re.compile(r"\d{1,30}"),
    TextFormat.PHONE: re.compile(r"0\d{9,10}"),
    TextFormat.EMAIL: re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+"),
    TextFormat.KANA: re.compile(r"[ぁ-ゖァ-ヺー・\s]+"),
}
_SEPARATORS = re.compile(r"[\s,、.\-‐‑–—―−ー()]")
_DATE = re.compile(r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_TIME = re.compile(r"(\d{1,2})\s*(?::|時)\s*(\d{1,2})?\s*分?")


@frozen(kw_only=True)
class Tap:
    """A tap on one of our buttons.

    Attributes:
        action: `=` and an option's value, or `back`, `cancel`, `skip`, `yes`, `mend`, `date`, ...
        params: What a date picker chose.
    """

    scenario: str
    step: str
    action: str
    params: Mapping[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class Given:
    """What one inquiry gives to a scenario.

    Attributes:
        text: The texts of its bubbles.
        tap: A tap on one of our buttons.
        photos: LINE's ids of the pictures in it.
        at: Epoch ms UTC; a typed date without a year is the next one from here.
    """

    text: str = field(default="", repr=False)
    tap: Tap | None = None
    photos: tuple[str, ...] = ()
    at: int = 0


def tap_data(scenario: str, step: str, action: str) -> str:
    """Return the postback data of a button."""
    return f"{PREFIX}{scenario}:{step}:{action}"


def given_in(inquiry: Inquiry) -> Given:
    """Return what an inquiry gives to a scenario."""
    photos = tuple(str(one.content.get("id", "")) for one in inquiry.bubbles if one.kind == "image")
    if inquiry.postback_data is None:
        return Given(text=inquiry.text.strip(), photos=photos, at=inquiry.at)
    return Given(tap=_tap(inquiry), at=inquiry.at)


def _tap(inquiry: Inquiry) -> Tap | None:
    data = inquiry.postback_data or ""
    parts = data.removeprefix(PREFIX).split(":", 2)
    if not data.startswith(PREFIX) or len(parts) != len(("scenario", "step", "action")):
        return None
    params = next((one.content.get("params") for one in inquiry.bubbles[-1:]), None)
    return Tap(scenario=parts[0], step=parts[1], action=parts[2], params=params or {})


def is_one_of(text: str, words: Sequence[str]) -> bool:
    """Return whether a text is one of these words, however it is written."""
    normalised = NORMALISE(text)
    return bool(normalised) and normalised in {NORMALISE(word) for word in words}


def read_answer(step: AskingStep, given: Given, words: Words) -> Kept | str:
    """Return what a step keeps of an answer, or the sentence that says why it does not fit."""
    is_optional = not isinstance(step, ChoiceStep) and step.is_optional
    if is_optional and (_action(given) == "skip" or is_one_of(given.text, words.skip)):
        return Kept(value="", shown="なし")
    match step:
        case ChoiceStep():
            return _choice(step, given, words)
        case TextStep():
            return _text(step, given, words)
        case DateStep():
            return _date(step, given, words)
        case PhotoStep():
            return _photos(given, words)


def _action(given: Given) -> str:
    return given.tap.action if given.tap else ""


def _choice(step: ChoiceStep, given: Given, words: Words) -> Kept | str:
    tapped = _action(given).removeprefix("=") if given.tap else None
    typed = NORMALISE(given.text)
    for number, option in enumerate(step.options, start=1):
        spoken = typed and typed in {NORMALISE(option.label), str(number), f"{number}番"}
        if tapped == option.kept or spoken:
            return Kept(value=option.kept, shown=option.label)
    return words.not_understood


def _text(step: TextStep, given: Given, words: Words) -> Kept | str:
    if not given.text:
        return words.not_a_text
    if len(given.text) > step.longest:
        return words.too_long
    plain = unicodedata.normalize("NFKC", given.text).strip()
    compact = (
        _SEPARATORS.sub("", plain)
        if step.format in {TextFormat.NUMBER, TextFormat.PHONE}
        else plain
    )
    fits = step.format is TextFormat.ANY or _FORMATS[step.format].fullmatch(compact)
    if not fits or (step.pattern and not re2.fullmatch(step.pattern, compact)):
        return step.error or words.wrong_text
    value = given.text if step.format is TextFormat.ANY and not step.pattern else compact
    return Kept(value=value, shown=value)


def _date(step: DateStep, given: Given, words: Words) -> Kept | str:
    picked = given.tap.params.get(step.mode.value) if given.tap else None
    value = str(picked).lower().replace(" ", "t") if picked else _typed_date(step.mode, given)
    if not value:
        return words.wrong_date
    if (step.earliest and value < step.earliest) or (step.latest and value > step.latest):
        earliest, latest = _shown_date(step.earliest), _shown_date(step.latest)
        return words.date_out_of_range.format(earliest=earliest, latest=latest)
    return Kept(value=value, shown=_shown_date(value))


def _photos(given: Given, words: Words) -> Kept | str:
    if not given.photos:
        return words.not_a_photo
    shown = f"写真{len(given.photos)}枚"
    return Kept(value=" ".join(given.photos), shown=shown)


def _shown_date(value: str) -> str:
    return value.replace("-", "/").replace("t", " ")


def _typed_date(mode: DateMode, given: Given) -> str:
    text = unicodedata.normalize("NFKC", given.text).strip()
    if mode is DateMode.TIME:
        return _typed_time(text)
    found = _DATE.match(text)
    day = _day(found, given.at) if found else None
    rest = text[found.end() :].strip() if found else ""
    if day is None:
        return ""
    if mode is DateMode.DATE:
        return "" if rest else day.isoformat()
    clock = _typed_time(rest)
    return f"{day.isoformat()}t{clock}" if clock else ""


def _typed_time(text: str) -> str:
    found = _TIME.fullmatch(text)
    if not found:
        return ""
    hour, minute = int(found[1]), int(found[2] or 0)
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else ""  # noqa: PLR2004 - a clock


def _day(found: re.Match[str], at: int) -> date | None:
    today = datetime.fromtimestamp(at / 1_000, UTC).astimezone(_JAPAN).date()
    year, month, day = int(found[1] or today.year), int(found[2]), int(found[3])
    try:
        chosen = date(year, month, day)
        passed = found[1] is None and chosen < today
        return chosen.replace(year=year + 1) if passed else chosen
    except ValueError:
        return None
