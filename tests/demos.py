"""The shops' demonstrations, each as a process of its own."""

from __future__ import annotations

import os
import re
import select
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["SHOP", "Demo", "demo_environment", "interrupt_make", "run_demo", "start_demo"]

SHOP = Path(__file__).parents[1] / "examples" / "flask_shop"
_STARTS_WITHIN_SECONDS = 90
_STOPS_WITHIN_SECONDS = 60


@frozen(kw_only=True)
class Demo:
    """The demonstration, running.

    Attributes:
        shop, phone: Addresses as it printed them; no phone where LINE is not simulated.
    """

    process: subprocess.Popen[bytes]
    shop: str
    phone: str


def demo_environment(folder: Path) -> dict[str, str]:
    """Return an environment in which the demonstration disturbs no other."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LINE_")}
    own = {"DEMO_FOLDER": str(folder), "PYTHONPATH": str(SHOP.parents[1] / "src")}
    ports = {name: str(_free_port()) for name in ("DEMO_PORT", "DEMO_LINE_PORT")}
    return {**kept, **own, **ports}


def run_demo(environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a demonstration that ends by itself."""
    return subprocess.run(  # noqa: S603 - this repository's own program
        [sys.executable, str(SHOP / "demo.py")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=_STARTS_WITHIN_SECONDS,
        check=False,
    )


@contextmanager
def start_demo(
    environment: Mapping[str, str], program: Sequence[str | Path] = (SHOP / "demo.py",)
) -> Iterator[Demo]:
    """Start a demonstration, wait until it has printed its addresses, and stop it in the end.

    Args:
        environment: As `demo_environment` gives it.
        program: What Python runs; by default that of `make demo`.
    """
    said = Path(environment["DEMO_FOLDER"]) / "said.txt"
    with said.open("wb") as written:
        process = subprocess.Popen(  # noqa: S603 - this repository's own program
            [sys.executable, *program],
            env=environment,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        shop, _, *phone = _addresses(process, said)
        yield Demo(process=process, shop=shop.rstrip("/"), phone="".join(phone))
    finally:
        process.terminate()
        process.wait(timeout=_STOPS_WITHIN_SECONDS)


def interrupt_make(environment: Mapping[str, str]) -> tuple[int, str]:
    """Run `make demo` in a terminal, press Ctrl-C, and return its status and what was shown."""
    keyboard, terminal = os.openpty()
    installed = ["--assume-old", f"{sys.prefix}/.installed", f"VENV={sys.prefix}"]
    # A session of its own, which takes the terminal as its own, as a shell's is.
    with subprocess.Popen(  # noqa: S603 - this repository's own program
        ["setsid", "--ctty", "--wait", "make", *installed, "demo"],  # noqa: S607 - util-linux
        cwd=SHOP.parents[1],
        env=dict(environment),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    ) as process:
        os.close(terminal)
        shown = _read(keyboard, until="Ctrl-C です")
        os.write(keyboard, b"\x03")
        shown += _read(keyboard, until=None)
        status = process.wait(timeout=_STOPS_WITHIN_SECONDS)
    os.close(keyboard)
    return status, shown


def _read(keyboard: int, *, until: str | None) -> str:
    """Return what a terminal shows, to its end where no words are waited for."""
    shown, late = b"", time.monotonic() + _STARTS_WITHIN_SECONDS
    while until is None or until not in shown.decode(errors="replace"):
        assert time.monotonic() < late, shown.decode(errors="replace")
        if not select.select([keyboard], [], [], 1)[0]:
            continue
        try:
            shown += os.read(keyboard, 4096)
        except OSError:  # so Linux says that nobody has the other end any more
            break
    return shown.decode(errors="replace")


def _addresses(process: subprocess.Popen[bytes], said: Path) -> list[str]:
    late = time.monotonic() + _STARTS_WITHIN_SECONDS
    while "Ctrl-C です" not in (text := said.read_text(encoding="utf-8")):
        assert process.poll() is None, text
        assert time.monotonic() < late, text
        time.sleep(0.1)
    return re.findall(r"https?://\S+", text)


def _free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])
