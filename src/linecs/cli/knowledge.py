"""`linecs knowledge`: publish what people wrote, compare it, take it back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linecs.cli.answers import read_file
from linecs.cli.desks import load_desk
from linecs.errors import ConfigurationError
from linecs.model.knowledge import KnowledgeKind
from linecs.replies import files
from linecs.replies.knowledge import difference

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from linecs.desk import SupportDesk

__all__ = ["register", "run"]

_WORDS = {
    "ja": {
        "nothing": "公開中のものと同じです。",
        "published": "公開しました: {kind} {count} 件、版 {id}",
        "rolled_back": "元に戻しました: {kind} {count} 件、版 {id}",
        "exported": "{path} に {count} 件を書き出しました。",
        "version": "{id}  {at}  {count:>5} 件  {by}  {note}",
    },
    "en": {
        "nothing": "This is what is published already.",
        "published": "published: {count} {kind}, version {id}",
        "rolled_back": "rolled back: {count} {kind}, version {id}",
        "exported": "wrote {count} to {path}.",
        "version": "{id}  {at}  {count:>5}  {by}  {note}",
    },
}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `linecs`."""
    parser = subparsers.add_parser(
        "knowledge", help="ルールやFAQを公開し、前の版に戻す / publish rules and FAQ, roll back"
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    publish = _add_action(actions, "publish", "ファイルの内容を公開する / publish files")
    diff = _add_action(actions, "diff", "公開すると何が変わるか / what publishing would change")
    for action in (publish, diff):
        _add_files(action)
    versions = _add_action(actions, "versions", "公開した版の一覧 / what was published")
    export = _add_action(actions, "export", "公開中の内容をファイルにする / write a file")
    export.add_argument("to", type=Path, metavar="FILE", help=".yaml か .csv")
    for action in (versions, export):
        action.add_argument("--kind", choices=[kind.value for kind in KnowledgeKind], required=True)
    back = _add_action(actions, "rollback", "前の版に戻す / publish an earlier version again")
    back.add_argument("version", metavar="VERSION")
    for action in (publish, back):
        action.add_argument("--by", required=True, metavar="NAME", help="公開する人 / who")
    publish.add_argument("--note", default="", help="ひとこと / why")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; return 1 where a file cannot be published."""
    desk = load_desk(arguments.desk)
    try:
        return _ACTIONS[arguments.action](desk, arguments)
    except files.FileError as error:
        print(error)
        return 1


def _add_action(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, purpose: str
) -> argparse.ArgumentParser:
    action = actions.add_parser(name, help=purpose)
    action.add_argument("desk", metavar="MODULE:DESK", help="shop.line:desk")
    action.add_argument("--lang", choices=("ja", "en"), default="ja")
    return action


def _add_files(parser: argparse.ArgumentParser) -> None:
    for kind in KnowledgeKind:
        parser.add_argument(f"--{kind}", type=Path, metavar="FILE", help=f"{kind}.yaml")


def _publish(desk: SupportDesk, arguments: argparse.Namespace) -> int:
    words = _WORDS[arguments.lang]
    for kind, entries in _given(arguments):
        _print_difference(desk, kind, entries, arguments.lang)
        version = desk.knowledge.publish(kind, entries, by=arguments.by, note=arguments.note)
        print(words["published"].format(kind=kind, count=version.entries, id=version.id))
    return 0


def _diff(desk: SupportDesk, arguments: argparse.Namespace) -> int:
    for kind, entries in _given(arguments):
        _print_difference(desk, kind, entries, arguments.lang)
    return 0


def _versions(desk: SupportDesk, arguments: argparse.Namespace) -> int:
    for version in desk.knowledge.versions(arguments.kind):
        at = datetime.fromtimestamp(version.published_at / 1_000, UTC).astimezone(files.JAPAN)
        line = _WORDS[arguments.lang]["version"].format(
            id=version.id,
            at=at.strftime("%Y-%m-%d %H:%M"),
            count=version.entries,
            by=version.published_by,
            note=version.note,
        )
        print(line.rstrip())
    return 0


def _export(desk: SupportDesk, arguments: argparse.Namespace) -> int:
    entries, path = desk.knowledge.current(arguments.kind), arguments.to
    suffix = "yaml" if files.is_yaml(path.name) else "csv"
    write = getattr(files, f"write_{arguments.kind}_{suffix}", None)
    if write is None:
        raise ConfigurationError(f"{arguments.kind} are written as .yaml, not as {path.name}.")
    written = write(entries)
    path.write_bytes(written if isinstance(written, bytes) else written.encode())
    print(_WORDS[arguments.lang]["exported"].format(path=path, count=len(entries)))
    return 0


def _roll_back(desk: SupportDesk, arguments: argparse.Namespace) -> int:
    version = desk.knowledge.roll_back(arguments.version, by=arguments.by)
    said = _WORDS[arguments.lang]["rolled_back"]
    print(said.format(kind=version.kind, count=version.entries, id=version.id))
    return 0


_ACTIONS = {
    "publish": _publish,
    "diff": _diff,
    "versions": _versions,
    "export": _export,
    "rollback": _roll_back,
}


def _given(arguments: argparse.Namespace) -> Iterator[tuple[KnowledgeKind, Sequence[Any]]]:
    named = [kind for kind in KnowledgeKind if getattr(arguments, kind) is not None]
    if not named:
        options = ", ".join(f"--{kind}" for kind in KnowledgeKind)
        raise ConfigurationError(f"name a file: {options}.")
    for kind in named:
        path = getattr(arguments, kind)
        read = getattr(files, f"read_{kind}")
        yield kind, read(read_file(path), name=str(path), language=arguments.lang)


def _print_difference(
    desk: SupportDesk, kind: KnowledgeKind, entries: Sequence[Any], language: str
) -> None:
    changes = difference(kind, desk.knowledge.current(kind), entries)
    for change in changes:
        print(change.say(language))
    if not changes:
        print(_WORDS[language]["nothing"])
