"""The formats of `--report FORMAT=PATH` that are one text for all sites, each from the same JSON of a site."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from auditor.report import json_report
from auditor.report.formats import csv_table, junit, markdown, prometheus, sarif
from auditor.report.formats.base import Document, Format, Run
from auditor.report.writing import SHARED, written

__all__ = ["FORMATS", "Document", "Format", "Run", "names", "writing"]

FORMATS = (
    Format("json", "JSON", lambda stream, spool, run: json_report.Writer(stream, spool, now=run.now)),
    Format("sarif", "SARIF 2.1.0", sarif.Document),
    Format("junit", "JUnit XML", junit.Document),
    Format("csv", "CSV", csv_table.Document),
    Format("markdown", "Markdown", markdown.Document),
    Format("prometheus", "Prometheus textfile", prometheus.Document),
)


def names() -> tuple[str, ...]:
    """Return what `--report` calls them."""
    return tuple(each.name for each in FORMATS)


@contextmanager
def writing(name: str, path: Path, run: Run) -> Iterator[Document]:
    """Give a document for `path`, which appears when all is written; the caller gives sites and calls `finish`."""
    chosen = next(each for each in FORMATS if each.name == name)
    with written(path, mode=SHARED) as stream, tempfile.TemporaryFile("w+b") as spool:
        yield chosen.opened(stream, spool, run)
