"""What Oxidized writes around the configuration of a device that has several files.

Its model for OpenWrt writes all files into one, each below a line that names it; what it only looked up stands as
comments. Source: Oxidized, model `openwrt`.
"""

import re
from collections.abc import Mapping

_MARK = re.compile(r"^#{5} (Info|File|Binary file|Partition): (/[^\n]*?|[^\n/]*?) #{5}[ \t\r]*\n?", re.MULTILINE)


def unpacked(text: str) -> Mapping[str, str] | None:
    """Return the files of a device by their paths without the leading `/`, or None if the text is not such a store.

    Files that are not text, and those that stand twice, are left out; the first one counts.
    """
    marks = list(_MARK.finditer(text))
    if not any(mark[1] == "File" for mark in marks):
        return None
    files: dict[str, str] = {}
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=True):
        body, name = text[mark.end() : end], mark[2].lstrip("/")
        if ".." in name.split("/"):
            continue
        if mark[1] == "File":
            files.setdefault(name, body.rstrip("\n") + "\n")
        elif mark[1] == "Info":
            files.setdefault(name, "".join(line.removeprefix("#") for line in body.splitlines(keepends=True)))
    return files
