"""Every page for the support lead does what it says, step by step."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from linecs.cli import main
from pasts import teach

DOCS = Path(__file__).parents[2] / "docs"
LESSONS = [*DOCS.glob("tutorial/*.ja.md"), *DOCS.glob("support-lead/*.ja.md")]
PAGES = sorted(page for page in LESSONS if "```console" in page.read_text("utf-8"))
PASTS = {"learning.ja.md": teach}
"""What has happened in a page's shop before its first step."""
FENCE = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
NAMED = re.compile(r"`([\w.]+\.(?:csv|yaml|py))`")


def steps(page: str) -> list[tuple[str, str, str]]:
    """Every block: its language, its text, and the file it was told to be saved as."""
    found, before = [], 0
    for block in FENCE.finditer(page):
        names = NAMED.findall(page[before : block.start()])
        found.append((block[1], block[2], names[-1] if names else ""))
        before = block.end()
    return found


def commands(block: str) -> list[tuple[list[str], list[str]]]:
    """Each command of a console block with the lines it should print."""
    found: list[tuple[list[str], list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((shlex.split(line[2:]), []))
        else:
            found[-1][1].append(line)
    return found


def pattern(lines: list[str]) -> str:
    """What a printed text must match: `…` stands for anything, alone for any lines."""
    parts = [
        "(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*?") + "\n"
        for line in lines
    ]
    return "".join(parts)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_step_of_a_page_works(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Files are saved as the page says, commands are run, and print what the page shows."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "shop", raising=False)
    if page.name in PASTS:
        PASTS[page.name](tmp_path / "desk.db")
    ran = 0
    for language, block, name in steps(page.read_text("utf-8")):
        if language == "output":  # an example of a busier shop than the page's own
            continue
        if language != "console":
            assert name, block
            Path(name).write_text(block, encoding="utf-8")
            continue
        for command, expected in commands(block):
            assert command[0] == "linecs"
            assert main(command[1:]) in {0, 1}
            printed = capsys.readouterr().out
            assert re.fullmatch(pattern(expected), printed), printed
            ran += 1
    sys.modules.pop("shop", None)
    assert ran
