"""`linecs knowledge`: publish what people wrote, compare it, take it back, learn."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linecs.cli import proposals
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
    from linecs.model.knowledge import KnowledgeVersion
    from linecs.replies.knowledge import Change

__all__ = ["register", "run"]

_WORDS = {
    "ja": {
        "nothing": "違いはありません。",
        "published": "公開しました: {kind} {count} 件、版 {id}",
        "rolled_back": "元に戻しました: {kind} {count} 件、版 {id}",
        "exported": (
            "{path} に {count} 件を書き出しました(版 {id})。\n"
            "直して公開するときは、元にした版として --based-on {id} を付けてください。"
        ),
        "version": "{id}  {at}  {count:>5} 件  {by}  {note}",
        "others": (
            "公開できません。いま公開されているのは {by} さんの内容です({at}、版 {id})。\n"
            "上の変更で {by} さんの変更を消してしまわないか確かめて、"
            "よければ --based-on {id} を付けてください。"
        ),
    },
    "en": {
        "nothing": "There is no difference.",
        "published": "published: {count} {kind}, version {id}",
        "rolled_back": "rolled back: {count} {kind}, version {id}",
        "exported": (
            "wrote {count} to {path} (version {id}).\n"
            "To publish it again once edited, name what it is based on: --based-on {id}"
        ),
        "version": "{id}  {at}  {count:>5}  {by}  {note}",
        "others": (
            "not published: what is published now is by {by} ({at}, version {id}).\n"
            "See that the changes above take nothing of it back, then add --based-on {id}."
        ),
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
    diff.add_argument(
        "versions", nargs="*", metavar="VERSION", help="前の版と後の版 / two versions to compare"
    )
    versions = _add_action(actions, "versions", "公開した版の一覧 / what was published")
    export = _add_action(actions, "export", "公開中の内容をファイルにする / write a file")
    export.add_argument("to", type=Path, metavar="FILE", help=".yaml か .csv")
    for action in (versions, export):
        action.add_argument("--kind", choices=[kind.value for kind in KnowledgeKind], required=True)
    back = _add_action(actions, "rollback", "前の版に戻す / publish an earlier version again")
    back.add_argument("version", metavar="VERSION")
    for action in (publish, back):
        action.add_argument("--by", required=True, metavar="NAME", help="公開する人 / who")
        action.add_argument("--based-on", metavar="VERSION", help="元にした版 / made from which")
    publish.add_argument("--note", default="", help="ひとこと / why")
    proposals.register(lambda name, purpose: _add_action(actions, name, purpose))


def run(arguments: argparse.Namespace) -> int:
    """Run the command; return 1 where a file or a proposal cannot be published."""
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
        # Looked at first: what comes between this and the end is refused.
        newest = _newest(desk, kind)
        if not _print_difference(desk, kind, entries, arguments.lang):
            continue
        based_on = arguments.based_on
        if based_on is None:
            if newest is not None and newest.published_by != arguments.by:
                print(words["others"].format(**_shown(newest)))
                return 1
            based_on = newest.id if newest else ""
        version = desk.knowledge.publish(
            kind, entries, by=arguments.by, note=arguments.note, based_on=based_on
        )
        print(words["published"].format(kind=kind, count=version.entries, id=version.id))
    return 0


def _newest(desk: SupportDesk, kind: KnowledgeKind) -> KnowledgeVersion | None:
    return next(iter(desk.knowledge.versions(kind, limit=1)), None)


def _diff(desk: SupportDesk, arguments: argparse.Namespace) -> int:
    if arguments.versions:
        _print_changes(_between(desk, arguments.versions), arguments.lang)
        return 0
    for kind, entries in _given(arguments):
        _print_difference(desk, kind, entries, arguments.lang)
    return 0


def _between(desk: SupportDesk, versions: Sequence[str]) -> Sequence[Change]:
    if len(versions) != 2:  # noqa: PLR2004 - before and after
        raise ConfigurationError("name two versions: the earlier, then the later.")
    return desk.knowledge.diff(*versions)


def _versions(desk: SupportDesk, arguments: argparse.Namespace) -> int:
    for version in desk.knowledge.versions(arguments.kind):
        print(_WORDS[arguments.lang]["version"].format(**_shown(version)).rstrip())
    return 0


def _shown(version: KnowledgeVersion) -> dict[str, object]:
    at = datetime.fromtimestamp(version.published_at / 1_000, UTC).astimezone(files.JAPAN)
    return {
        "id": version.id,
        "at": at.strftime("%Y-%m-%d %H:%M"),
        "count": version.entries,
        "by": version.published_by,
        "note": version.note,
    }


def _export(desk: SupportDesk, arguments: argparse.Namespace) -> int:
    path, version = arguments.to, _newest(desk, KnowledgeKind(arguments.kind))
    if version is None:
        raise ConfigurationError(f"no {arguments.kind} were ever published.")
    entries = desk.knowledge.entries(version.id)
    suffix = "yaml" if files.is_yaml(path.name) else "csv"
    write = getattr(files, f"write_{arguments.kind}_{suffix}", None)
    if write is None:
        raise ConfigurationError(f"{arguments.kind} are written as .yaml, not as {path.name}.")
    written = write(entries)
    path.write_bytes(written if isinstance(written, bytes) else written.encode())
    said = _WORDS[arguments.lang]["exported"]
    print(said.format(path=path, count=len(entries), id=version.id))
    return 0


def _roll_back(desk: SupportDesk, arguments: argparse.Namespace) -> int:
    version = desk.knowledge.roll_back(
        arguments.version, by=arguments.by, based_on=arguments.based_on
    )
    said = _WORDS[arguments.lang]["rolled_back"]
    print(said.format(kind=version.kind, count=version.entries, id=version.id))
    return 0


_ACTIONS = {
    "publish": _publish,
    "diff": _diff,
    "versions": _versions,
    "export": _export,
    "rollback": _roll_back,
    **proposals.ACTIONS,
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
) -> bool:
    return _print_changes(difference(kind, desk.knowledge.current(kind), entries), language)


def _print_changes(changes: Sequence[Change], language: str) -> bool:
    for change in changes:
        print("\n".join([change.say(language), *change.details(language)]))
    if not changes:
        print(_WORDS[language]["nothing"])
    return bool(changes)
