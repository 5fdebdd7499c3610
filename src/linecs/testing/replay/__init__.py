"""Record what a desk is told and what LINE answers, and replay it to equal rows.

::

    with Path("trouble.jsonl").open("w", encoding="utf-8") as log:
        desk = RecordedDesk(make_desk(storage), log, configuration="rules 14")
        ...  # receive, settle, reply, as ever

    with Path("trouble.jsonl").open(encoding="utf-8") as log:
        replay(log, make_desk(fresh))
    assert rows(fresh) == rows(storage)

A log holds what customers wrote and LINE's ids: keep it as you keep the database, and share
only what `linecs anonymise` makes of it. Equal rows are promised for one recorded desk that
worked alone on a store that was empty, with the same configuration and version of linecs, and
for a log that was not redacted. What is not recorded: media, published knowledge, acts inside
a host's transaction.
"""

from __future__ import annotations

from linecs.testing.replay.log import ReplayError
from linecs.testing.replay.recording import RecordedDesk
from linecs.testing.replay.replaying import replay, rows

__all__ = ["RecordedDesk", "ReplayError", "replay", "rows"]
