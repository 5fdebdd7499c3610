"""The Django how-to is a project that runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "join-django.md"


def test_the_project_of_the_how_to_runs(tmp_path: Path) -> None:
    """Its files, written down and migrated, do what the page's last block asserts."""
    blocks = re.findall(r"```python\n# (\S+\.py)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    for name, text in blocks:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.write_text(text, "utf-8")
    migrate = [sys.executable, "-m", "django", "migrate", "--verbosity=0"]
    proof = [sys.executable, "proof.py"]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "shop.settings",
        "PYTHONPATH": str(tmp_path),
    }
    for command in (migrate, proof):
        done = subprocess.run(  # noqa: S603 - our own code
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert done.stdout == "one order, one message\n"
