"""The support lead's file of hours, deadlines, receipts and duty, read into a `Routing`.

hours:
月-金: 10:00-13:00, 14:00-19:00
closures: [年末年始, お盆, 2026-11-30]
reply_within: 30m
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, field_validator
from pydantic_core import PydanticCustomError

from linecs.desk.routing import Queue, Receipts, Routing
from linecs.desk.surveying import Survey
from linecs.errors import ConfigurationError
from linecs.hours import DAY_MS, MINUTE_MS, OBON, YEAR_END, BusinessCalendar, is_japanese_holiday
from linecs.hours.notation import parse_days, parse_spans, parse_time, parse_weekdays
from linecs.model import OperatorId
from linecs.replies.files.documents import JAPAN
from linecs.replies.files.fields import CLOSED, Duration, Texts, check_fields
from linecs.replies.files.problems import FileError, refusal
from linecs.replies.files.table import decode
from linecs.replies.files.yaml_reader import read_yaml
from linecs.replies.wording import Language
from linecs.routing import (
    BOT_OUTSIDE_HOURS,
    Answerer,
    Answering,
    AssignmentRule,
    NudgeSchedule,
    Pick,
    Roster,
    SlaPolicy,
    reply_within,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import ValidationInfo

__all__ = ["read_routing"]

_CLOSURES = {"年末年始": YEAR_END, "お盆": OBON}
_AS_A_WORD = ("closed", "as_usual")
_FIRST_WORD = {
    "bot": Answering(),
    "person": Answering(otherwise=Answerer.PERSON),
    "bot_outside_hours": Answering(rules=[BOT_OUTSIDE_HOURS], otherwise=Answerer.PERSON),
}


def _readable(parse: Callable[[str], object], code: str) -> BeforeValidator:
    """Check a text by the parser that will read it, and keep it as it is written."""

    def check(value: object) -> object:
        try:
            parse(str(value))
        except ConfigurationError as error:
            raise PydanticCustomError(code, "cannot be read") from error
        return value

    return BeforeValidator(check)


def _parse_holidays(text: str) -> None:
    if text not in _AS_A_WORD:
        parse_spans(text)


def _date_of(value: object) -> object:
    return _CLOSURES.get(value, value) if isinstance(value, str) else value


Hours = Annotated[str, _readable(parse_spans, "not_hours")]
Weekdays = Annotated[str, _readable(parse_weekdays, "not_weekday")]
TimeOfDay = Annotated[str, _readable(parse_time, "not_hours")]
Days = Annotated[str, _readable(parse_days, "not_days"), BeforeValidator(_date_of)]


class CalendarFields(BaseModel):
    """The hours of a shop, a queue or a person; what the latter two leave out is the shop's."""

    model_config = CLOSED

    hours: dict[Weekdays, Hours] = Field(default_factory=dict)
    holidays: Annotated[str, _readable(_parse_holidays, "not_hours")] = "closed"
    closures: tuple[Days, ...] = ()
    openings: tuple[Days, ...] = ()
    special_hours: dict[Days, Hours] = Field(default_factory=dict)

    def within(self, shop: CalendarFields) -> CalendarFields:
        """Return these hours with what they leave out filled in, and the shop's closures added."""
        own = self.model_dump(include=set(CalendarFields.model_fields), exclude_unset=True)
        whole = shop.model_dump(include=set(CalendarFields.model_fields)) | own
        closures = (*shop.closures, *self.closures)
        return CalendarFields.model_construct(**whole | {"closures": closures})

    def calendar(self) -> BusinessCalendar:
        """Return the calendar.

        Raises:
            ConfigurationError: It never opens, or opens on a weekday without hours.
        """
        return BusinessCalendar(
            weekly=self.hours,
            holidays=None if self.holidays == "as_usual" else is_japanese_holiday,
            holiday_hours="" if self.holidays in _AS_A_WORD else self.holidays,
            closures=self.closures,
            openings=self.openings,
            special_hours=self.special_hours,
        )


class AskAgainFields(BaseModel):
    """When 返信待ち customers are asked again."""

    model_config = CLOSED

    weekday: Weekdays = "mon"
    time: TimeOfDay = "10:00"
    count: Annotated[int, Field(ge=0)] = 2
    text: str = "お返事はいかがでしょうか?"
    resolve_after: Duration = 7 * DAY_MS


class QueueFields(CalendarFields):
    """What one queue promises."""

    reply_within: Duration = 30 * MINUTE_MS
    warn_before: Duration = 0
    receipts: Receipts = Receipts.OUTSIDE_HOURS
    names_deadline: bool = False
    ask_again: AskAgainFields | None = None
    skills: Texts = ()

    @field_validator("warn_before")
    @classmethod
    def _warns_later(cls, warning: int, info: ValidationInfo) -> int:
        if warning >= info.data.get("reply_within", warning + 1):
            raise PydanticCustomError("warns_at_once", "as long as the deadline")
        return warning

    def promises(self, calendar: BusinessCalendar) -> dict[str, Any]:
        """Return the fields of a `Queue` that keeps these hours."""
        again = self.ask_again or AskAgainFields(count=0)
        targets = reply_within(self.reply_within, warn_before_ms=self.warn_before)
        return {
            "calendar": calendar,
            "sla": SlaPolicy(calendar=calendar, targets=targets),
            "nudges": NudgeSchedule(
                calendar=calendar,
                weekday=again.weekday,
                time=again.time,
                count=again.count,
                text=again.text,
                resolve_after_ms=again.resolve_after,
            ),
            "receipts": self.receipts,
            "names_deadline": self.names_deadline,
            "skills": frozenset(self.skills),
        }


class PersonFields(CalendarFields):
    """A person's shifts, breaks and days off."""

    skills: Texts = ()
    tickets: Annotated[int, Field(gt=0)] | None = None


class SurveyFields(BaseModel):
    """What customers are asked after the end."""

    model_config = CLOSED

    question: str | None = None
    labels: Annotated[tuple[str, ...], Field(min_length=2, max_length=9)] | None = None
    thanks: str | None = None
    pushes: bool = False


class RoutingFields(QueueFields):
    """The whole file."""

    hours: dict[Weekdays, Hours]
    first_word: Literal["bot", "person", "bot_outside_hours"] = "bot"
    assign: Pick | None = None
    tickets_each: Annotated[int, Field(gt=0)] = 3
    survey: SurveyFields | None = None
    people: dict[str, PersonFields] = Field(default_factory=dict)
    queues: dict[str, QueueFields] = Field(default_factory=dict)

    @field_validator("hours")
    @classmethod
    def _opens(cls, hours: dict[str, str]) -> dict[str, str]:
        if not any(hours.values()):
            raise PydanticCustomError("never_opens", "no hours on any day")
        return hours

    def routing(self) -> Routing:
        """Return the routing.

        Raises:
            ConfigurationError: A calendar never opens, or a warning would come at once.
        """
        rule, survey = self.assign, self.survey
        return Routing(
            **self.promises(self.calendar()),
            answering=_FIRST_WORD[self.first_word],
            assignment=None if rule is None else AssignmentRule(pick=rule),
            concurrency=self.tickets_each,
            survey=None if survey is None else Survey(**survey.model_dump(exclude_none=True)),
            queues={name: self._queue(fields) for name, fields in self.queues.items()},
            **self._people(),
        )

    def _queue(self, fields: QueueFields) -> Queue:
        return Queue(**fields.promises(fields.within(self).calendar()))

    def _people(self) -> dict[str, Any]:
        people = {OperatorId(name): fields for name, fields in self.people.items()}
        roster = {name: fields.within(self).calendar() for name, fields in people.items()}
        return {
            "roster": Roster(people=roster) if roster else None,
            "skills_of": {name: fields.skills for name, fields in people.items() if fields.skills},
            "limits": {name: fields.tickets for name, fields in people.items() if fields.tickets},
        }


def read_routing(
    data: bytes, *, name: str, language: Language | str = Language.JAPANESE
) -> Routing:
    """Return what a YAML file of hours says.

    Args:
        data: The file, in UTF-8, UTF-16 with a mark, or cp932.
        name: The file's name, as errors say it.
        language: What errors speak.

    Raises:
        FileError: Anything is wrong with it; says all of it, with lines and columns.
    """
    text = decode(data, name=name, language=language)
    located = read_yaml(text, name=name, language=language, messages=frozenset())
    fields, problems = check_fields(
        RoutingFields, located.data, path=(), locate=located.locate, zone=JAPAN
    )
    if fields is None:
        raise FileError(name, problems, language)
    try:
        return fields.routing()
    except ConfigurationError as error:
        raise FileError(name, [refusal(error, line=0, column=0)], language) from error
