"""`linecs scenario`: check scenarios, and draw them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from linecs.cli.answers import read_file
from linecs.errors import ConfigurationError
from linecs.replies.files import FileError, read_scenarios
from linecs.replies.scenario import draw

if TYPE_CHECKING:
    import argparse

__all__ = ["register", "run"]

_SOUND = {
    "ja": "シナリオ {count} 件、問題はありません。",
    "en": "{count} scenarios, nothing to mend.",
}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to `linecs`."""
    parser = subparsers.add_parser("scenario", help="シナリオを点検し、図にする / check and draw")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    check = actions.add_parser("check", help="行き止まりや循環がないか調べる / dead ends, circles")
    drawing = actions.add_parser("draw", help="Mermaid の図を出力する / print a Mermaid drawing")
    drawing.add_argument("--id", help="このシナリオだけ / only this scenario")
    for action in (check, drawing):
        action.add_argument("file", type=Path, metavar="FILE", help="scenarios.yaml")
        action.add_argument("--lang", choices=("ja", "en"), default="ja")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; return 1 where a scenario cannot work."""
    data, name = read_file(arguments.file), str(arguments.file)
    try:
        scenarios = read_scenarios(data, name=name, language=arguments.lang)
    except FileError as error:
        print(error)
        return 1
    if arguments.action == "check":
        print(_SOUND[arguments.lang].format(count=len(scenarios)))
        return 0
    chosen = [one for one in scenarios if arguments.id in {None, one.id}]
    if not chosen:
        raise ConfigurationError(f"{name} has no scenario {arguments.id!r}.")
    print("\n".join(draw(one) for one in chosen), end="")
    return 0
