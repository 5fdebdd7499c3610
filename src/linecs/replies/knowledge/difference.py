"""What changed between two versions of knowledge, field by field."""

from __future__ import annotations

import bisect
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from linecs.model.knowledge import KnowledgeKind
from linecs.replies.files.yaml_writer import write_yaml
from linecs.replies.knowledge.keeping import fields_of
from linecs.replies.wording import Language, Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from linecs.replies.wording import Phrasebook

__all__ = ["Action", "Change", "difference"]


class Action(StrEnum):
    """What was done."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    """It stands elsewhere in the list, which counts where two rules are alike."""


_PHRASES: Phrasebook = {
    "rules": ("ルール", "rule"),
    "faq": ("FAQ", "FAQ entry"),
    "templates": ("定型文", "template"),
    "scenarios": ("シナリオ", "scenario"),
    "added": ("＋ {kind} {id} を追加", "+ {kind} {id} added"),
    "removed": ("－ {kind} {id} を削除", "- {kind} {id} removed"),
    "changed": ("＊ {kind} {id} を変更: {fields}", "* {kind} {id} changed: {fields}"),
    "moved": ("↕ {kind} {id} の順番を変更", "↕ {kind} {id} moved"),
    "value": ("    {field}: {before} → {after}", "    {field}: {before} → {after}"),
    "parts": ("    {field}: {parts}", "    {field}: {parts}"),
    "nothing": ("(なし)", "(nothing)"),
    "order": ("順番を変更", "in another order"),
}
_FIELDS = {
    "question": "質問",
    "variants": "ほかの聞き方",
    "answer": "回答",
    "category": "分類",
    "links": "リンク",
    "related": "関連する質問",
    "label": "ボタンの名前",
    "from": "開始",
    "until": "終了",
    "exact": "完全一致",
    "contains": "部分一致",
    "texts": "応答",
    "messages": "メッセージ",
    "priority": "優先度",
    "title": "題名",
}
"""What a support lead calls the fields of the files; the others go by their own names."""


@frozen(kw_only=True)
class Change:
    """One thing that changed.

    Attributes:
        before: Its fields as files show them; empty where it was added.
        after: The same; empty where it was removed.
    """

    kind: KnowledgeKind
    id: str
    action: Action
    before: Mapping[str, Any] = field(factory=dict, repr=False)
    after: Mapping[str, Any] = field(factory=dict, repr=False)

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields that differ."""
        names = dict.fromkeys([*self.after, *self.before])
        return tuple(name for name in names if self.before.get(name) != self.after.get(name))

    def say(self, language: Language | str = Language.JAPANESE) -> str:
        """Return the change in one line."""
        kind = Sentence(_PHRASES, self.kind.value).say(language)
        values = {"kind": kind, "id": self.id, "fields": ", ".join(self.fields)}
        return Sentence(_PHRASES, self.action.value, values).say(language)

    def details(self, language: Language | str = Language.JAPANESE) -> tuple[str, ...]:
        """Return a line for each field that was changed: before and after, or what came and went.

        Nothing where the whole entry was added, removed or moved.
        """
        if self.action is not Action.CHANGED:
            return ()
        return tuple(self._detail(name, language) for name in self.fields)

    def _detail(self, name: str, language: Language | str) -> str:
        before, after = self.before.get(name), self.after.get(name)
        is_japanese = Language(language) is Language.JAPANESE and name in _FIELDS
        field = f"{_FIELDS[name]}({name})" if is_japanese else name
        if isinstance(before or after, list):
            parts = _parts(before or [], after or [])
            told = "、".join(parts) or Sentence(_PHRASES, "order").say(language)
            return Sentence(_PHRASES, "parts", {"field": field, "parts": told}).say(language)
        nothing = Sentence(_PHRASES, "nothing").say(language)
        shown = [nothing if value is None else _in_a_line(value) for value in (before, after)]
        values = {"field": field, "before": shown[0], "after": shown[1]}
        return Sentence(_PHRASES, "value", values).say(language)

    def texts(self) -> tuple[str, str]:
        """Return the changed fields before and after as YAML, to be shown side by side."""
        before = {name: self.before[name] for name in self.fields if name in self.before}
        after = {name: self.after[name] for name in self.fields if name in self.after}
        return (write_yaml(before) if before else "", write_yaml(after) if after else "")


def _parts(before: list[Any], after: list[Any]) -> list[str]:
    gone = [f"－「{_in_a_line(each)}」" for each in before if each not in after]
    return gone + [f"＋「{_in_a_line(each)}」" for each in after if each not in before]


def _in_a_line(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.replace("\n", "⏎")


def difference(
    kind: KnowledgeKind | str, old: Sequence[Any], new: Sequence[Any]
) -> tuple[Change, ...]:
    """Return what one does to get from `old` to `new`; nothing where they are equal.

    Args:
        kind: What the entries are.
        old: Rules, FAQ entries, templates or scenarios.
        new: The same.
    """
    before = {entry.id: fields_of(kind, entry) for entry in old}
    after = {entry.id: fields_of(kind, entry) for entry in new}
    return tuple(_changes(KnowledgeKind(kind), before, after))


def _changes(
    kind: KnowledgeKind, before: Mapping[str, dict[str, Any]], after: Mapping[str, dict[str, Any]]
) -> Iterator[Change]:
    moved = _moved([id_ for id_ in before if id_ in after], [id_ for id_ in after if id_ in before])
    for id_, fields in after.items():
        if id_ not in before:
            yield Change(kind=kind, id=id_, action=Action.ADDED, after=fields)
        elif before[id_] != fields:
            yield Change(kind=kind, id=id_, action=Action.CHANGED, before=before[id_], after=fields)
        elif id_ in moved:
            yield Change(kind=kind, id=id_, action=Action.MOVED)
    for id_, fields in before.items():
        if id_ not in after:
            yield Change(kind=kind, id=id_, action=Action.REMOVED, before=fields)


def _moved(before: list[str], after: list[str]) -> set[str]:
    """The ids that must move: all that are not on a longest run that keeps its order."""
    place = {id_: number for number, id_ in enumerate(before)}
    tails: list[str] = []
    previous: dict[str, str | None] = {}
    for id_ in after:
        at = bisect.bisect_left(tails, place[id_], key=place.__getitem__)
        previous[id_] = tails[at - 1] if at else None
        tails[at : at + 1] = [id_]
    kept: set[str] = set()
    last = tails[-1] if tails else None
    while last is not None:
        kept.add(last)
        last = previous[last]
    return set(after) - kept
