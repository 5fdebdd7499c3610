"""`python -m linecs.cli`: the same as the `linecs` command."""

from __future__ import annotations

import sys

from linecs.cli.main import main

sys.exit(main())
