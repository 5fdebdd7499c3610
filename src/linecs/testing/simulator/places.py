"""A value inside a request body that knows where it stands and what was wrong with it; pure.

LINE names a property in two ways: `messages[0].text` where a whole request is checked, and
`template/actions/0/label` within one message. The words differ as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from attrs import evolve, field, frozen

from linecs.limits import utf16_length
from linecs.testing.simulator.wire import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

__all__ = ["Place"]

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@frozen(kw_only=True)
class Place:
    """A JSON value, its path, and the complaints about it and what it holds.

    Attributes:
        value: The JSON value; None where it is missing.
        path: The path LINE would name.
        within_message: Whether the path is written with slashes, from the message on.
        problems: What LINE refuses.
        remarks: What LINE would refuse and the simulator lets pass.
    """

    value: Any
    path: str = ""
    within_message: bool = True
    problems: list[Problem] = field(factory=list)
    remarks: list[str] = field(factory=list)

    def at(self, name: str) -> Place:
        """Return the property of that name; its value is None where there is none."""
        value = self.value.get(name) if isinstance(self.value, dict) else None
        separator = "/" if self.within_message else "."
        path = f"{self.path}{separator}{name}" if self.path else name
        if self.path == "/":
            path = f"/{name}"
        return evolve(self, value=value, path=path)

    def item(self, index: int) -> Place:
        """Return one item of an array."""
        path = f"{self.path}/{index}" if self.within_message else f"{self.path}[{index}]"
        return evolve(self, value=self.value[index], path=path)

    def complain(self, message: str) -> None:
        """Write down that this value is refused."""
        self.problems.append(Problem(self.path, message))

    @property
    def kind(self) -> str:
        """The object's `type`, or an empty string where it has none."""
        kind = self.at("type").value
        return kind if isinstance(kind, str) else ""

    @property
    def is_given(self) -> bool:
        """Whether there is a value other than null."""
        return self.value is not None

    def require(self) -> bool:
        """Complain where there is no value; say whether there is one."""
        if self.value is None or self.value == "":
            self.complain("must be specified" if self.within_message else "May not be empty")
            return False
        return True

    def text(
        self,
        name: str,
        most: int,
        *,
        required: bool = True,
        count: Callable[[str], int] = utf16_length,
    ) -> None:
        """Check a text of at most `most`, counted by `count`."""
        place = self.at(name)
        if not place.is_given and not required:
            return
        if not place.require():
            return
        if not isinstance(place.value, str):
            place.complain("must be a string")
        elif count(place.value) > most:
            too_long = f"must not be longer than {most} characters"
            place.complain(
                too_long if self.within_message else f"Length must be between 0 and {most}"
            )

    def one_of(self, name: str, allowed: Collection[str], *, required: bool = True) -> None:
        """Check that a value is one of a few."""
        place = self.at(name)
        if not place.is_given and not required:
            return
        if not isinstance(place.value, str) or place.value not in allowed:
            listed = ", ".join(sorted(allowed))
            place.complain(f"Must be one of the following values: [{listed}]")

    def number(
        self, name: str, least: float, most: float, *, whole: bool = True, required: bool = True
    ) -> None:
        """Check a number within bounds."""
        place = self.at(name)
        if not place.is_given and not required:
            return
        if not place.require():
            return
        kinds = int if whole else (int, float)
        if isinstance(place.value, bool) or not isinstance(place.value, kinds):
            place.complain("must be a number")
        elif not least <= place.value <= most:
            place.complain(f"must be between {least} and {most}")

    def items(self, name: str, least: int, most: int, *, required: bool = True) -> list[Place]:
        """Check an array's size and return its items, objects alone."""
        place = self.at(name)
        if not place.is_given and not required:
            return []
        if not isinstance(place.value, list) or not least <= len(place.value) <= most:
            place.complain(f"Size must be between {least} and {most}")
            return []
        return place.objects()

    def objects(self) -> list[Place]:
        """Return an array's items; complain about those that are no objects."""
        items = [self.item(index) for index in range(len(self.value))]
        for item in items:
            if not isinstance(item.value, dict):
                item.complain("must be an object")
        return [item for item in items if isinstance(item.value, dict)]

    def media_url(self, name: str, *, required: bool = True, most: int = 2000) -> None:
        """Check an HTTPS address; plain HTTP on this machine is only remarked on."""
        before = len(self.problems)
        self.text(name, most, required=required)
        place = self.at(name)
        if not place.is_given or len(self.problems) > before:
            return
        parts = urlsplit(place.value)
        if parts.scheme == "http" and parts.hostname in _LOOPBACK:
            self.remarks.append(f"{place.path}: LINE takes https addresses only.")
        elif parts.scheme != "https" or not parts.netloc or not place.value.isascii():
            place.complain("Must be a valid HTTPS URL")
