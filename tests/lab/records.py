"""Keeps what the runs of the laboratory showed; `make docs` makes a page of it.

Each part of the laboratory has a file below `results/`, which says in its head what it is about: `order` on the page,
`title`, `about` (paragraphs), `columns` (the first is the scenario). A run compares with the `rows` that are there;
with `LAB_RECORD=1` in the environment it writes them instead.
"""

import fcntl
import json
import os
from collections.abc import Sequence
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def keep(part: str, name: str, row: Sequence[str], order: Sequence[str]) -> None:
    """Compare the row of one scenario with what is kept, or write it; `order` are the names of all scenarios."""
    file = RESULTS / f"{part}.json"
    if os.environ.get("LAB_RECORD"):
        with file.open("r+", encoding="utf-8") as open_file:
            fcntl.flock(open_file, fcntl.LOCK_EX)
            kept = json.load(open_file)
            rows = {**kept["rows"], name: list(row)}
            kept["rows"] = {each: rows[each] for each in order if each in rows}
            open_file.seek(0)
            open_file.truncate()
            open_file.write(json.dumps(kept, indent=1, ensure_ascii=False) + "\n")
        return
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["rows"].get(name) == list(row), f"{file.name} is out of date; run with LAB_RECORD=1, then `make docs`"
