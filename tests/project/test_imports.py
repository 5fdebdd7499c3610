from __future__ import annotations

import subprocess
import sys

HEAVY = {
    "aiohttp",
    "django",
    "fastapi",
    "flask",
    "linebot",
    "numpy",
    "sqlalchemy",
    "starlette",
    "urllib3",
}


def run(code: str) -> str:
    """Return what a fresh interpreter prints, every warning an error."""
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own code
    assert done.stderr == ""
    return done.stdout


def test_importing_linecs_loads_nothing_heavy() -> None:
    """`import linecs` costs a host neither the SDK, SQLAlchemy, numpy nor any framework."""
    loaded = run("import linecs, sys; print(*{name.split('.')[0] for name in sys.modules})")
    assert "linecs" in loaded.split()
    assert HEAVY.isdisjoint(loaded.split())


def test_every_module_imports_without_a_warning() -> None:
    """A host that runs with `-W error` is not stopped by any module of ours."""
    code = """
import importlib, pkgutil, warnings, linecs
# The SDK's models warn by themselves on newer Pythons.
warnings.filterwarnings("ignore", "Core Pydantic V1 functionality", UserWarning)
for module in pkgutil.walk_packages(linecs.__path__, "linecs."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
    print(module.name)
"""
    assert {"linecs.intake", "linecs.storage"} <= set(run(code).split())
